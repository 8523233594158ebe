//! Files: blobs kept by their content, uploads on their way, secrets, and answers with a file.

mod private;
mod respond;
mod spool;
mod store;

pub use private::write_private;
pub use respond::{Caching, Served, plain, respond};
pub use spool::{NO_SPACE, Spool, SpoolError, Spooled, is_no_space};
pub use store::{BlobError, NewBlob, Store};
