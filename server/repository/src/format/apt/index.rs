//! `Packages`, one for each architecture, plain and compressed.

use super::chunks::Chunks;
use super::{ALL, tree};
use crate::format::{Contents, Generated, Listed};

/// Packages of a compressed part, on average.
const PER_CHUNK: u32 = 64;

/// The indexes of all architectures.
pub(super) fn all(contents: &Contents<'_>, chunks: &Chunks) -> Vec<Generated> {
    let of_one = |architecture: &String| {
        let folder = tree::folder_of_indexes(architecture);
        let (plain, compressed) = packages(contents, architecture, chunks);
        let [list, gzipped] = tree::LISTS.map(|name| format!("{folder}/{name}"));
        [
            Generated::new(list, plain),
            Generated::new(gzipped, compressed),
        ]
    };
    contents.architectures.iter().flat_map(of_one).collect()
}

fn packages(contents: &Contents<'_>, architecture: &str, chunks: &Chunks) -> (Vec<u8>, Vec<u8>) {
    let belongs =
        |package: &&&Listed| package.architecture == ALL || package.architecture == architecture;
    let folder = tree::folder_of_packages(contents.repository);
    let mut text = String::new();
    let mut compressed = Vec::new();
    let mut start = 0;
    for package in contents.packages.iter().filter(belongs) {
        if text.len() > start && begins_chunk(&package.name) {
            compressed.extend_from_slice(&chunks.gzip(&text.as_bytes()[start..]));
            start = text.len();
        }
        text.push_str(&package.record);
        text.push_str("Filename: ");
        text.push_str(&folder);
        text.push_str(&package.path);
        text.push_str("\n\n");
    }
    compressed.extend_from_slice(&chunks.gzip(&text.as_bytes()[start..]));
    (text.into_bytes(), compressed)
}

/// Parts end where a name says so (FNV-1a), not after so many packages: one more or less leaves
/// the parts after it as they were.
fn begins_chunk(name: &str) -> bool {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    hash.is_multiple_of(PER_CHUNK)
}
