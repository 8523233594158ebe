//! Files: blobs kept by their content, and the public tree resolved from the database.

mod awaiting;
pub mod garbage;
pub mod icons;
mod media;
mod public;
mod respond;
mod spool;
mod store;

pub use public::router;
pub use respond::{Caching, Served, respond};
pub use spool::{NO_SPACE, Spool, SpoolError, Spooled, is_no_space};
pub use store::{BlobError, NewBlob, Store};
