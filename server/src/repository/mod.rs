//! Package files and the repositories published from them.
//!
//! [`upload`] takes packages in, [`packages`] takes them out again, [`facts`] and [`report`] tell
//! about them; [`publish`] makes signed repositories of what deployments offer.

mod apt;
pub mod facts;
mod file_name;
pub mod packages;
pub mod publish;
mod reading;
pub mod report;
pub mod signing;
pub mod upload;
