//! Arch Linux.

use super::{Elsewhere, Here, Packages, System};

#[derive(Debug)]
pub(super) struct Pacman;

impl System for Pacman {
    fn name(&self) -> &'static str {
        "pacman"
    }

    fn packages(&self) -> Packages {
        Packages {
            mimetypes: &[
                "application/x-alpm-package",
                "application/x-zstd-compressed-alpm-package",
                "application/x-gtar",
            ],
            extensions: &["pkg", "pkg.tar.zst", "pkg.tar.gz", "pkg.tar.xz"],
            architectures: &["any", "x86_64"],
        }
    }

    fn architectures(&self) -> &'static [&'static str] {
        &["aarch64", "armv7h", "i686", "x86_64"]
    }

    fn usual_architecture(&self) -> &'static str {
        "x86_64"
    }

    fn architecture_here<'a>(&self, foreign: &'a str) -> &'a str {
        match foreign {
            "amd64" | "x64" => "x86_64",
            "arm64" => "aarch64",
            name => name,
        }
    }

    fn source_here(&self, repository: &Here<'_>) -> String {
        let Here {
            name, repositories, ..
        } = repository;
        format!(
            "[{name}]\nSigLevel = Optional TrustAll PackageTrustAll\nServer = {repositories}/{name}/PKGS\n\n"
        )
    }

    fn source_elsewhere(&self, name: &str, address: &str, _source: &Elsewhere<'_>) -> String {
        format!("[{name}]\nServer = {address}\n\n")
    }
}
