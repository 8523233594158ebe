//! Reading a package.

use std::io::{self, Read};

use migasfree_deb::{Digests, Hashing, Limits, Package, ReadError};

use super::stanza;
use crate::format::{Examined, Facts, FileError};
use crate::messages;

impl From<ReadError> for FileError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => Self::Io(error),
            ReadError::NotAPackage(detail) => Self::Package(messages::not_a_package(detail)),
            ReadError::Truncated(part) => Self::Package(messages::package_cut_off(part)),
            error => Self::Package(messages::file_refused(error.to_string())),
        }
    }
}

/// Reads and hashes a package in one pass.
pub(super) fn examine(file: &mut dyn Read) -> Result<Examined, FileError> {
    let mut file = Hashing::new(file);
    let package = migasfree_deb::read(&mut file, &Limits::default())?;
    io::copy(&mut file, &mut io::sink())?;
    Ok(examined(&package, file.finish()))
}

fn examined(package: &Package, digests: Digests) -> Examined {
    let field = |name| package.control().get(name).unwrap_or_default();
    let description = field("Description");
    let long = description
        .split_once('\n')
        .map_or("", |(_summary, long)| long);
    let facts = Facts {
        name: package.name().to_owned(),
        version: package.version().to_owned(),
        architecture: package.architecture().to_owned(),
        summary: package.summary().to_owned(),
        description: unfolded(long),
        section: field("Section").to_owned(),
        homepage: field("Homepage").to_owned(),
        licence: package.licence().unwrap_or_default().to_owned(),
        depends: field("Depends").to_owned(),
        installed_size: package.installed_size(),
    };
    Examined {
        record: stanza::of(package, &digests),
        facts,
        digests,
    }
}

/// The long description as plain paragraphs: without the blank every line begins with.
fn unfolded(long: &str) -> String {
    let lines = long.lines().map(|line| {
        let line = line.strip_prefix(' ').unwrap_or(line);
        if line == "." { "" } else { line }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_words_of_its_own_says_the_same_as_the_reader_of_packages() {
        for error in [
            ReadError::NotAPackage("it does not begin as one"),
            ReadError::Truncated("data.tar".to_owned()),
            ReadError::Unsupported("lzma".to_owned()),
        ] {
            let expected = error.to_string();
            assert_eq!(FileError::from(error).to_string(), expected);
        }
    }
}
