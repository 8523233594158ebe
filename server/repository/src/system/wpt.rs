//! Packages for Windows.

use super::{Elsewhere, Here, Packages, System};

#[derive(Debug)]
pub(super) struct Wpt;

impl System for Wpt {
    fn name(&self) -> &'static str {
        "wpt"
    }

    fn packages(&self) -> Packages {
        Packages {
            mimetypes: &["application/gzip", "application/x-gzip"],
            extensions: &["tar.gz"],
            architectures: &["x64"],
        }
    }

    fn architectures(&self) -> &'static [&'static str] {
        &["x64"]
    }

    fn usual_architecture(&self) -> &'static str {
        "x64"
    }

    fn architecture_here<'a>(&self, foreign: &'a str) -> &'a str {
        match foreign {
            "amd64" => "x64",
            name => name,
        }
    }

    fn source_here(&self, repository: &Here<'_>) -> String {
        let Here {
            name, repositories, ..
        } = repository;
        format!("{repositories}/{name} PKGS\n")
    }

    fn source_elsewhere(&self, _name: &str, address: &str, source: &Elsewhere<'_>) -> String {
        let Elsewhere {
            suite, components, ..
        } = source;
        format!("{address} {suite} {components}\n")
    }
}
