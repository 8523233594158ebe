//! The layout: `dists/<repository>/` with `Release` and its signatures, `PKGS/binary-<architecture>/` with indexes, and
//! packages in `PKGS/` itself.

use crate::format::{Algorithm, Located, Wanted};

pub(super) const RELEASE: &str = "Release";
pub(super) const DETACHED: &str = "Release.gpg";
pub(super) const INLINE: &str = "InRelease";
/// The only component.
pub(super) const COMPONENT: &str = "PKGS";
/// A list of packages, and the same compressed.
pub(super) const LISTS: [&str; 2] = ["Packages", "Packages.gz"];

const ARCHITECTURE: &str = "binary-";

/// Where the indexes of an architecture are, below the repository's folder.
pub(super) fn folder_of_indexes(architecture: &str) -> String {
    format!("{COMPONENT}/{ARCHITECTURE}{architecture}")
}

/// Where the packages of a repository are, below the folder of repositories.
pub(super) fn folder_of_packages(repository: &str) -> String {
    format!("dists/{repository}/{COMPONENT}/")
}

/// The architecture of a list of packages.
pub(super) fn architecture_of(list: &str) -> Option<&str> {
    let (folder, name) = below_component(list)?.split_once('/')?;
    let architecture = folder.strip_prefix(ARCHITECTURE)?;
    LISTS.contains(&name).then_some(architecture)
}

pub(super) fn locate(path: &str) -> Option<Located<'_>> {
    let (repository, file) = path.strip_prefix("dists/")?.split_once('/')?;
    let wanted = match file.split_once("/by-hash/") {
        Some((folder, rest)) => by_hash(folder, rest)?,
        None => plain(file),
    };
    Some(Located { repository, wanted })
}

fn by_hash<'a>(folder: &str, rest: &'a str) -> Option<Wanted<'a>> {
    let (algorithm, digest) = rest.split_once('/')?;
    let algorithm = match algorithm {
        "SHA512" => Algorithm::Sha512,
        "SHA256" => Algorithm::Sha256,
        "SHA1" => Algorithm::Sha1,
        "MD5Sum" => Algorithm::Md5,
        _ => return None,
    };
    Some(Wanted::ByHash {
        paths: LISTS.map(|list| format!("{folder}/{list}")).to_vec(),
        algorithm,
        digest,
    })
}

fn plain(file: &str) -> Wanted<'_> {
    // A package may be called like a folder of indexes, but it lies beside them.
    let is_package = |path: &&str| !path.starts_with(ARCHITECTURE) || !path.contains('/');
    match below_component(file).filter(is_package) {
        Some(path) => Wanted::Package { path },
        None => Wanted::Index {
            path: file,
            is_first: [INLINE, RELEASE, DETACHED].contains(&file),
        },
    }
}

fn below_component(file: &str) -> Option<&str> {
    file.strip_prefix(COMPONENT)?.strip_prefix('/')
}
