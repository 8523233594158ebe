//! Packages: uploading many at once, and what is in one.
mod page;
mod upload;

pub use page::PackagePage;
pub use upload::{upload_first, upload_tool};
