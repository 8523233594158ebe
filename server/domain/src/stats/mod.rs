//! Statistics: pies, rings, bars, alerts and the dashboard.
//!
//! [`breakdowns`] declares every pie and ring, [`bars`] every chart by project, [`history`] what is recorded of
//! computers; intervals are those of the organisation's time zone. Whoever may not view an entity does not get its
//! statistics.

pub mod alerts;
pub mod applications;
mod attention;
pub mod bars;
pub mod breakdown;
pub mod breakdowns;
pub mod by_day;
pub mod computers;
mod counting;
pub mod deployments;
pub mod history;
pub mod intervals;
pub mod overview;
pub mod synchronizations;

pub use counting::Reader;
