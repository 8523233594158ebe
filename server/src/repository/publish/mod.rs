//! Publishing: a signed repository of what a deployment offers, made by a durable job and put
//! in the place of the old one in a single transaction.

mod job;
mod progress;
mod request;
mod run;
mod snapshot;
mod status;
mod switch;

pub use job::PublishJob;
pub use request::{Cause, request, request_for};
pub use run::{PublishError, Published, publish};
pub use status::status;
