//! The files of the admin UI.

use std::borrow::Cow;

/// A file.
#[derive(Debug, Clone)]
pub(super) struct Asset {
    pub content: Cow<'static, [u8]>,
    /// Of its content.
    pub hash: String,
}

/// Where files come from.
pub(super) trait Assets {
    /// The file at a path without a slash at its start.
    fn get(&self, path: &str) -> Option<Asset>;
}

/// What `cargo xtask wasm ui` made, in the program itself.
#[cfg(feature = "embed-ui")]
#[derive(rust_embed::RustEmbed)]
#[folder = "../ui/dist"]
struct Dist;

/// The files in the program; none without the feature `embed-ui`.
#[derive(Debug)]
pub(super) struct Embedded;

impl Assets for Embedded {
    #[cfg(feature = "embed-ui")]
    fn get(&self, path: &str) -> Option<Asset> {
        <Dist as rust_embed::RustEmbed>::get(path).map(|file| Asset {
            content: file.data,
            hash: hex::encode(&file.metadata.sha256_hash()[..16]),
        })
    }

    #[cfg(not(feature = "embed-ui"))]
    fn get(&self, _path: &str) -> Option<Asset> {
        None
    }
}
