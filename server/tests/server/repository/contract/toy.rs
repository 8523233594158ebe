//! A toy format: a package is a text with fields, and a list of all of them is signed.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::sync::Arc;

use migasfree_server_db::Ts;
use migasfree_server_repository::{
    format::{
        Algorithm, Contents, Digests, Examined, Facts, FileError, Format, Generated, Located,
        Offer, Unreadable, Wanted,
    },
    messages::file_refused,
    signing::{Signer, SigningError},
    system::{Elsewhere, Here, Packages, System},
};

use super::{Sample, contract};

#[derive(Debug)]
pub struct Toy;

const LIST: &str = "list";
const SIGNATURE: &str = "list.sig";

impl System for Toy {
    fn name(&self) -> &'static str {
        "toy"
    }

    fn packages(&self) -> Packages {
        Packages {
            mimetypes: &["application/x-toy"],
            extensions: &["toy"],
            architectures: &["any", "spring"],
        }
    }

    fn architectures(&self) -> &'static [&'static str] {
        &["spring"]
    }

    fn usual_architecture(&self) -> &'static str {
        "spring"
    }

    fn architecture_here<'a>(&self, foreign: &'a str) -> &'a str {
        foreign
    }

    fn source_here(&self, repository: &Here<'_>) -> String {
        format!("{}/box/{}\n", repository.repositories, repository.name)
    }

    fn source_elsewhere(&self, _name: &str, address: &str, _source: &Elsewhere<'_>) -> String {
        format!("{address}\n")
    }

    fn format(&self) -> Option<Arc<dyn Format>> {
        Some(Arc::new(Self))
    }
}

impl Format for Toy {
    fn origin(&self) -> &'static str {
        "Toyland"
    }

    fn endings(&self) -> &'static [&'static str] {
        &[".toy"]
    }

    fn examine(&self, file: &mut dyn Read) -> Result<Examined, FileError> {
        let text = read(file)?;
        let field = |name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name));
            let missing = || FileError::Package(file_refused(format!("a toy has to say {name}")));
            value.map(str::to_owned).ok_or_else(missing)
        };
        let facts = Facts {
            name: field("name=")?,
            version: field("version=")?,
            architecture: field("architecture=")?,
            ..Facts::default()
        };
        let digests = Digests::of(text.as_bytes());
        let Facts {
            name,
            version,
            architecture,
            ..
        } = &facts;
        let Digests { size, sha256, .. } = &digests;
        Ok(Examined {
            record: format!("{name} {version} {architecture} {size} {sha256}"),
            facts,
            digests,
        })
    }

    fn report(&self, file: &mut dyn Read) -> Result<String, FileError> {
        Ok(format!("# A toy\n\n{}", read(file)?))
    }

    fn compare_versions(&self, left: &str, right: &str) -> Ordering {
        let number = |version: &str| version.parse::<u64>().unwrap_or_default();
        number(left).cmp(&number(right))
    }

    fn renamed(&self, record: &str, name: &str, version: &str) -> String {
        let rest = record.splitn(3, ' ').nth(2).unwrap_or_default();
        format!("{name} {version} {rest}")
    }

    fn fits(&self, package: &str, machines: &[String]) -> bool {
        package == "any" || machines.iter().any(|machine| machine == package)
    }

    fn build(
        &self,
        contents: Contents<'_>,
        signer: &Signer,
        now: Ts,
    ) -> Result<Vec<Generated>, SigningError> {
        let lines = contents.packages.iter();
        let lines = lines.map(|package| format!("{} {}\n", package.record, package.path));
        let list: String = lines.collect();
        let signature = signer.sign_detached(list.as_bytes(), now)?;
        Ok(vec![
            Generated::new(LIST, list),
            Generated::new(SIGNATURE, signature),
        ])
    }

    fn read_back(
        &self,
        files: &[Generated],
        _repository: &str,
        offers: &[Offer<'_>],
        signer: &Signer,
    ) -> Result<(), Unreadable> {
        let text = |path: &str| {
            let file = files.iter().find(|file| file.path == path);
            let text = file.and_then(|file| std::str::from_utf8(&file.content).ok());
            text.ok_or_else(|| Unreadable::damaged(path, "it is missing"))
        };
        let list = text(LIST)?;
        signer
            .verify_detached(list.as_bytes(), text(SIGNATURE)?)
            .map_err(|error| Unreadable::damaged(SIGNATURE, error.to_string()))?;
        let offered: HashSet<String> = offers.iter().map(line).collect();
        let mut seen = HashMap::new();
        for listed in list.lines() {
            if !offered.contains(listed) {
                return Err(Unreadable::damaged(LIST, format!("it has {listed}")));
            }
            let identity: Vec<&str> = listed.split(' ').take(2).collect();
            if let Some(first) = seen.insert(identity, listed) {
                return Err(Unreadable::Twice {
                    first: first.to_owned(),
                    second: listed.to_owned(),
                });
            }
        }
        if seen.len() == offers.len() {
            Ok(())
        } else {
            Err(Unreadable::damaged(LIST, "a package is missing"))
        }
    }

    fn locate<'a>(&self, path: &'a str) -> Option<Located<'a>> {
        let (repository, file) = path.strip_prefix("box/")?.split_once('/')?;
        let wanted = match file.split_once('/') {
            Some(("toys", path)) => Wanted::Package { path },
            Some(("by-hash", digest)) => Wanted::ByHash {
                paths: vec![LIST.to_owned()],
                algorithm: Algorithm::Sha256,
                digest,
            },
            _ => Wanted::Index {
                path: file,
                is_first: file == LIST,
            },
        };
        Some(Located { repository, wanted })
    }
}

fn read(file: &mut dyn Read) -> Result<String, FileError> {
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    if text.starts_with("toy\n") {
        Ok(text)
    } else {
        Err(FileError::Package(file_refused("this is no toy")))
    }
}

/// The line of the list that an offer has to have.
fn line(offer: &Offer<'_>) -> String {
    let Offer {
        name,
        version,
        architecture,
        path,
        sha256,
        size,
    } = offer;
    format!("{name} {version} {architecture} {size} {sha256} {path}")
}

fn sample() -> Sample {
    Sample {
        system: Arc::new(Toy),
        package: |name, version, architecture| {
            let text =
                format!("toy\nname={name}\nversion={version}\narchitecture={architecture}\n");
            (format!("{name}-{version}.toy"), text.into_bytes())
        },
        bad: vec![
            Vec::new(),
            b"no toy at all".to_vec(),
            b"toy\nname=tool\n".to_vec(),
        ],
        architecture: "spring",
        for_all: "any",
        ascending: &["1", "2", "10"],
        folder: |repository| format!("box/{repository}"),
        packages: "toys",
        by_hash: |file| {
            let digest = &file.digests.sha256;
            (file.path == LIST).then(|| format!("by-hash/{digest}"))
        },
    }
}

contract!(sample());
