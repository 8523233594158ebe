//! What the suite has to know of a format.

use std::sync::Arc;

use migasfree_server_repository::{
    format::{Format, Generated, Listed, Offer},
    system::System,
};

pub struct Sample {
    pub system: Arc<dyn System>,
    /// Makes a package of a name, a version and an architecture: what its file is called, and what is in it.
    pub package: fn(&str, &str, &str) -> (String, Vec<u8>),
    /// Contents that are no packages.
    pub bad: Vec<Vec<u8>>,
    /// Of packages for one kind of machines.
    pub architecture: &'static str,
    /// Of packages for all.
    pub for_all: &'static str,
    /// Versions from the oldest to the newest, two at least.
    pub ascending: &'static [&'static str],
    /// The folder of a repository, below the folder of repositories.
    pub folder: fn(&str) -> String,
    /// The folder of packages, below the repository's.
    pub packages: &'static str,
    /// Where a file is by its digest, below the repository's folder, if it is there.
    pub by_hash: fn(&Generated) -> Option<String>,
}

/// A package that was examined, to be listed.
pub struct Made {
    pub file_name: String,
    pub content: Vec<u8>,
    pub listed: Listed,
    pub sha256: String,
}

impl Sample {
    pub fn format(&self) -> Arc<dyn Format> {
        self.system.format().unwrap()
    }

    pub fn make(&self, name: &str, version: &str) -> Made {
        let (file_name, content) = (self.package)(name, version, self.for_all);
        let examined = self.format().examine(&mut content.as_slice()).unwrap();
        Made {
            listed: Listed {
                name: examined.facts.name,
                version: examined.facts.version,
                architecture: examined.facts.architecture,
                record: examined.record,
                path: file_name.clone(),
            },
            file_name,
            content,
            sha256: examined.digests.sha256,
        }
    }
}

impl Made {
    pub fn offer(&self) -> Offer<'_> {
        Offer {
            name: &self.listed.name,
            version: &self.listed.version,
            architecture: &self.listed.architecture,
            path: &self.listed.path,
            sha256: &self.sha256,
            size: i64::try_from(self.content.len()).unwrap(),
        }
    }
}
