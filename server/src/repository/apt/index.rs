//! `Packages`, one for each architecture, plain and compressed.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Contents, Generated, Listed};

/// Compressing harder makes the file hardly smaller and takes several times as long.
const LEVEL: u32 = 4;

/// The indexes of all architectures.
pub(super) fn all(contents: &Contents) -> Vec<Generated> {
    let of_one = |architecture: &String| {
        let folder = format!("PKGS/binary-{architecture}");
        let plain = packages(contents, architecture);
        let compressed = gzip(&plain);
        [
            Generated::new(format!("{folder}/Packages"), plain),
            Generated::new(format!("{folder}/Packages.gz"), compressed),
        ]
    };
    contents.architectures.iter().flat_map(of_one).collect()
}

fn packages(contents: &Contents, architecture: &str) -> Vec<u8> {
    let belongs =
        |package: &&Listed| package.architecture == "all" || package.architecture == architecture;
    let mut text = String::new();
    for package in contents.packages.iter().filter(belongs) {
        text.push_str(&package.stanza);
        text.push_str("Filename: dists/");
        text.push_str(&contents.suite);
        text.push_str("/PKGS/");
        text.push_str(&package.path);
        text.push_str("\n\n");
    }
    text.into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(LEVEL));
    // Writing to memory does not fail.
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}
