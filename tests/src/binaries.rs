//! Where the programs under test are.

use std::env;
use std::path::{Path, PathBuf};

/// The folder cargo put this program's profile in: `target/debug` or `target/release`.
pub fn folder() -> PathBuf {
    let own = env::current_exe().unwrap_or_default();
    let folder = own.parent().unwrap_or(Path::new("."));
    if folder.ends_with("deps") {
        folder.parent().unwrap_or(folder).to_path_buf()
    } else {
        folder.to_path_buf()
    }
}

/// A program of ours by name.
pub fn path(name: &str) -> PathBuf {
    folder().join(name)
}

/// The root of the checkout cargo was called in; of the one this was compiled in where cargo was not called.
pub fn checkout() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.parent().map(Path::to_path_buf).unwrap_or_default()
}
