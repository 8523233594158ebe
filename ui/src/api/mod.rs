//! The way to the server.
pub mod error;
pub mod events;
pub mod gather;
pub mod query;
pub mod request;
pub mod session;
pub mod step_up;
pub mod upload;

pub use error::ApiError;
pub use query::{Query, query, query_by};
