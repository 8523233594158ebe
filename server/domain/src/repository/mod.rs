//! Package files and the repositories published from them.
//!
//! [`upload`] takes packages in, [`packages`] takes them out again, [`facts`] and [`report`] tell
//! about them; [`publish`] makes signed repositories of what deployments offer.

pub mod facts;
pub mod garbage;
pub mod packages;
pub mod publish;
pub mod report;
pub mod upload;
