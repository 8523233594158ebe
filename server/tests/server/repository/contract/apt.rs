//! apt.

use std::sync::Arc;

use migasfree_deb::Builder;
use migasfree_server_repository::{format::Generated, system::Systems};

use super::{Sample, contract};

fn sample() -> Sample {
    let package = package("tool", "1", "all").1;
    Sample {
        system: Arc::clone(Systems::default().named("apt").unwrap()),
        package: self::package,
        bad: vec![
            Vec::new(),
            b"no package at all".to_vec(),
            package[..100].to_vec(),
        ],
        architecture: "amd64",
        for_all: "all",
        ascending: &["1.0~rc1-1", "1.0-1", "1.0-2", "1.10", "2:0.5"],
        folder: |repository| format!("dists/{repository}"),
        packages: "PKGS",
        by_hash,
    }
}

fn package(name: &str, version: &str, architecture: &str) -> (String, Vec<u8>) {
    let package = Builder::new(name, version, architecture);
    (package.file_name(), package.build().unwrap())
}

fn by_hash(file: &Generated) -> Option<String> {
    let (folder, _) = file.path.strip_prefix("PKGS/")?.split_once('/')?;
    Some(format!(
        "PKGS/{folder}/by-hash/SHA512/{}",
        file.digests.sha512
    ))
}

contract!(sample());
