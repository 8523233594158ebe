//! Packages of Debian and its derivatives, and repositories as apt reads them: indexes, `Release` and its signatures.

mod chunks;
mod index;
mod package;
mod reader;
mod release;
mod report;
mod stanza;
mod tree;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::io::Read;

use migasfree_deb::{compare_versions, written_version};
use migasfree_server_db::Ts;

use super::{Contents, Examined, FileError, Format, Generated, Located, Offer, Unreadable};
use crate::signing::{Signer, SigningError};
use chunks::Chunks;

/// The architecture of packages that are for every machine.
const ALL: &str = "all";

/// Packages of Debian; keep one, publishing with it gets faster.
#[derive(Debug, Default)]
pub struct Apt {
    chunks: Chunks,
}

impl Format for Apt {
    fn origin(&self) -> &'static str {
        "Debian"
    }

    fn endings(&self) -> &'static [&'static str] {
        &[".deb"]
    }

    fn examine(&self, file: &mut dyn Read) -> Result<Examined, FileError> {
        package::examine(file)
    }

    fn report(&self, file: &mut dyn Read) -> Result<String, FileError> {
        report::markdown(file)
    }

    fn compare_versions(&self, left: &str, right: &str) -> Ordering {
        compare_versions(left, right)
    }

    /// In lower case, and without an epoch of zero.
    fn as_read<'a>(&self, name: &'a str, version: &'a str) -> (Cow<'a, str>, Cow<'a, str>) {
        (name.to_ascii_lowercase().into(), written_version(version))
    }

    fn renamed(&self, record: &str, name: &str, version: &str) -> String {
        stanza::renamed(record, name, version)
    }

    fn fits(&self, package: &str, machines: &[String]) -> bool {
        package == ALL || machines.iter().any(|machine| machine == package)
    }

    fn build(
        &self,
        mut contents: Contents<'_>,
        signer: &Signer,
        now: Ts,
    ) -> Result<Vec<Generated>, SigningError> {
        contents
            .packages
            .sort_by(|a, b| (&a.name, &a.version, &a.path).cmp(&(&b.name, &b.version, &b.path)));
        let mut files = index::all(&contents, &self.chunks);
        let release = release::text(&contents, &files, now);
        let inline = signer.sign_inline(&release, now)?;
        let detached = signer.sign_detached(release.as_bytes(), now)?;
        files.push(Generated::new(tree::RELEASE, release));
        files.push(Generated::new(tree::DETACHED, detached));
        files.push(Generated::new(tree::INLINE, inline));
        Ok(files)
    }

    fn read_back(
        &self,
        files: &[Generated],
        repository: &str,
        offers: &[Offer<'_>],
        signer: &Signer,
    ) -> Result<(), Unreadable> {
        reader::read_back(files, repository, offers, signer)
    }

    fn locate<'a>(&self, path: &'a str) -> Option<Located<'a>> {
        tree::locate(path)
    }
}
