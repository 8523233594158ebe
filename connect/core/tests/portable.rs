//! What Connect does works on any system: what is of one system alone is passed in.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// What a source of the core does not name.
const OF_ONE_SYSTEM: [&str; 7] = [
    "std::os::",
    "os::unix",
    "tokio::signal",
    "rustix::",
    "libc::",
    "process::Command",
    "cfg(unix)",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[test]
fn no_source_names_what_one_system_alone_has() {
    let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(sources.len() > 15, "{sources:?}");
    for source in sources {
        let text = fs::read_to_string(&source).unwrap();
        for word in OF_ONE_SYSTEM {
            assert!(!text.contains(word), "{}: {word}", source.display());
        }
    }
}

#[test]
fn no_dependency_is_of_one_system_alone() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let manifest = fs::read_to_string(manifest).unwrap();
    for name in ["rustix", "zbus", "libc", "nix"] {
        let names = |line: &str| line.starts_with(name);
        assert!(!manifest.lines().any(names), "{name}");
    }
}
