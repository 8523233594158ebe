//! Publishing: a signed repository of what a deployment offers, made by a durable job and put
//! in the place of the old one in a single transaction.

mod ahead;
mod job;
mod note;
mod progress;
mod repair;
mod request;
mod run;
mod snapshot;
mod status;
mod switch;

pub use ahead::{Redate, Redater, redate};
pub use job::Publish;
pub use repair::repair;
pub use request::{Cause, request, request_for};
pub use run::{PublishError, Published, Publisher};
pub use status::{status, statuses};
