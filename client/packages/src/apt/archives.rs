//! Packages before and after they are unpacked: what they say they take, what they bring, and what is theirs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use migasfree_deb::stanzas;

use crate::change::{PlannedPackage, bare};

/// Where archives are downloaded to.
pub(super) const ARCHIVES: &str = "/var/cache/apt/archives";

/// Whether a package brings a kernel, of which a start-up image is made.
pub(super) fn is_kernel(name: &str) -> bool {
    let name = bare(name);
    let version = name
        .strip_prefix("linux-image-unsigned-")
        .or_else(|| name.strip_prefix("linux-image-"));
    version.is_some_and(|version| version.starts_with(|first: char| first.is_ascii_digit()))
}

/// What these packages say they take, in bytes, from what `apt-cache show` says of them.
pub(super) fn unpacked_size(shown: &str, packages: &[(String, String)]) -> u64 {
    let sizes: BTreeMap<(String, String), u64> = stanzas(shown)
        .filter_map(|stanza| {
            let field = |name: &str| stanza.get(name).map(|value| (*value).to_owned());
            let size = field("installed-size")?.parse().ok()?;
            Some((field("package").zip(field("version"))?, size))
        })
        .collect();
    let size = |(name, version): &(String, String)| {
        let kibibytes = sizes.get(&(bare(name).to_owned(), version.clone()));
        kibibytes.map_or(u64::MAX, |size: &u64| size.saturating_mul(1024))
    };
    packages.iter().map(size).fold(0, u64::saturating_add)
}

/// The files of an installed package, from the list dpkg keeps of them.
pub(super) fn files_of(root: &Path, package: &PlannedPackage, native: &str) -> Vec<PathBuf> {
    let name = bare(&package.name);
    let architecture = match package.architecture.as_str() {
        "all" | "" => native,
        own => own,
    };
    let lists = [
        format!("var/lib/dpkg/info/{name}:{architecture}.list"),
        format!("var/lib/dpkg/info/{name}.list"),
    ];
    let text = lists.iter().find_map(|list| fs::read(root.join(list)).ok());
    let text = text.unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    text.lines().map(PathBuf::from).collect()
}

/// Where apt keeps the archive of a package: colons are escaped, and the underscores between its parts are the only ones.
pub(super) fn archive_of(package: &PlannedPackage) -> String {
    let escaped = |text: &str| text.replace('_', "%5f").replace(':', "%3a");
    format!(
        "{ARCHIVES}/{}_{}_{}.deb",
        escaped(bare(&package.name)),
        escaped(&package.version),
        escaped(&package.architecture)
    )
}

/// Folders and the bytes that come there: `-rw-r--r-- root/root 1234 2026-01-31 12:00 ./usr/share/a file`
pub(super) fn read_contents(text: &str) -> Vec<(PathBuf, u64)> {
    let mut folders: BTreeMap<PathBuf, u64> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with('-')) {
        let mut rest = line;
        let mut word = || {
            let (word, after) = rest.trim_start().split_once(' ')?;
            rest = after;
            Some(word)
        };
        let size = word()
            .and_then(|_| word())
            .and_then(|_| word())
            .and_then(|size| size.parse::<u64>().ok());
        let Some((size, _)) = size.zip(word().and_then(|_| word())) else {
            continue;
        };
        let path = rest.trim_start().trim_start_matches('.');
        let folder = Path::new(path).parent().unwrap_or(Path::new("/"));
        let sum = folders.entry(Path::new("/").join(folder)).or_default();
        *sum = sum.saturating_add(size);
    }
    folders.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_lie_under_the_names_apt_gives_them() {
        let package = PlannedPackage {
            name: "libc6:i386".to_owned(),
            version: "1:2.36-9+deb12u1~x".to_owned(),
            replaces: None,
            architecture: "i386".to_owned(),
        };
        assert_eq!(
            archive_of(&package),
            "/var/cache/apt/archives/libc6_1%3a2.36-9+deb12u1~x_i386.deb"
        );
    }

    #[test]
    fn files_are_added_up_by_their_folders() {
        let text = "drwxr-xr-x root/root         0 2026-01-31 12:00 ./opt/\n\
                    -rw-r--r-- root/root      1234 2026-01-31 12:00 ./opt/a b/one file\n\
                    -rwsr-xr-x root/root        66 2026-01-31 12:00 ./opt/a b/two\n\
                    lrwxrwxrwx root/root         0 2026-01-31 12:00 ./opt/link -> a b\n\
                    -rw-r--r-- root/root         1 2026-01-31 12:00 ./top\n\
                    -rw-r--r-- nonsense\n";
        assert_eq!(
            read_contents(text),
            [(PathBuf::from("/"), 1), (PathBuf::from("/opt/a b"), 1300)]
        );
    }

    #[test]
    fn kernels_are_told_from_what_only_sounds_like_one() {
        for name in [
            "linux-image-6.1.0-40-amd64",
            "linux-image-unsigned-6.8.0:amd64",
        ] {
            assert!(is_kernel(name), "{name}");
        }
        for name in [
            "linux-image-amd64",
            "linux-headers-6.1.0-40-amd64",
            "office",
        ] {
            assert!(!is_kernel(name), "{name}");
        }
    }
}
