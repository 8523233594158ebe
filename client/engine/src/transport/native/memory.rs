//! What this computer keeps of a server of the native protocol, so that neither says anything twice. The server says by
//! hashes where it is no longer right; a file that is damaged is none.

use std::io;
use std::path::{Path, PathBuf};

use migasfree_native::freshness::Nonce;
use migasfree_native::inventory::{ContentHash, Inventory};
use migasfree_native::synchronization::{
    Definition, Definitions, Edition, Known, Refused, Report, Turn,
};
use serde::{Deserialize, Serialize};

use crate::files;
use crate::keys::certificate::OwnCertificate;
use crate::keys::own::{
    AUTHORITIES_FILE, DEFINITIONS_FILE, INVENTORY_FILE, ORDERS_FOLDER, TURN_FILE,
};
use crate::orders::Orders;
use crate::random::Random;

/// What is kept, on disk.
#[derive(Debug, Clone)]
pub struct Memory {
    folder: PathBuf,
}

/// What the server defines, and what it knows.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    pub definitions: Definitions,
    /// Of the attributes the server took last.
    pub attributes: Option<ContentHash>,
    /// The server was told last that there is no fault.
    pub is_faultless: bool,
}

impl Memory {
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    pub(super) fn kept(&self) -> Kept {
        self.read(DEFINITIONS_FILE).unwrap_or_default()
    }

    pub(super) fn keep(&self, kept: &Kept) -> io::Result<()> {
        self.write(DEFINITIONS_FILE, kept)
    }

    /// The list of software that the server has.
    pub(super) fn inventory(&self) -> Option<Inventory> {
        self.read(INVENTORY_FILE)
    }

    pub(super) fn keep_inventory(&self, inventory: &Inventory) -> io::Result<()> {
        self.write(INVENTORY_FILE, inventory)
    }

    /// The turn of the synchronisation that begins. It is kept before it is said, so that none is said twice.
    pub(super) fn next_turn(&self, random: &dyn Random) -> io::Result<Turn> {
        let line = || Nonce::generate(|bytes| random.fill(bytes));
        let last: Option<Turn> = self.read(TURN_FILE);
        let turn = last.map_or_else(|| Turn::first(line()), Turn::following);
        self.write(TURN_FILE, &turn)?;
        Ok(turn)
    }

    /// Where orders wait for the daemon.
    pub(super) fn orders(&self) -> Orders {
        Orders::new(self.folder.join(ORDERS_FOLDER))
    }

    /// The next turn begins another line.
    pub(super) fn forget_turn(&self) -> io::Result<()> {
        files::remove_optional(&self.folder.join(TURN_FILE)).map(drop)
    }

    /// The certificate that the server gave.
    pub(super) fn certificate(&self) -> Option<OwnCertificate> {
        OwnCertificate::read(&self.folder)
    }

    pub(super) fn keep_certificate(&self, certificate: &OwnCertificate) -> io::Result<()> {
        certificate.keep(&self.folder)
    }

    /// What the server's certificate is checked by from now on, besides what the system trusts.
    pub(super) fn keep_authorities(&self, pem: &str) -> io::Result<()> {
        let file = self.folder.join(AUTHORITIES_FILE);
        if pem.is_empty() {
            return files::remove_optional(&file).map(drop);
        }
        files::private_folder(&self.folder)?;
        files::write(&file, pem.as_bytes(), 0o600)
    }

    fn read<T: for<'de> Deserialize<'de>>(&self, name: &str) -> Option<T> {
        let text = std::fs::read(self.folder.join(name)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    fn write(&self, name: &str, content: &impl Serialize) -> io::Result<()> {
        files::private_folder(&self.folder)?;
        files::write(
            &self.folder.join(name),
            &serde_json::to_vec(content)?,
            0o600,
        )
    }
}

/// The edition that is kept; an empty one where none is.
fn edition<T>(kept: Option<&Definition<T>>) -> Option<Edition> {
    Some(kept.map_or_else(Edition::default, |kept| kept.edition.clone()))
}

impl Kept {
    /// Asks for all that a synchronisation needs and is not kept.
    pub fn of_a_synchronization(&self) -> Known {
        let kept = &self.definitions;
        Known {
            properties: edition(kept.properties.as_ref()),
            fault_definitions: edition(kept.fault_definitions.as_ref()),
            repositories: edition(kept.repositories.as_ref()),
            repository_keys: edition(kept.repository_keys.as_ref()),
            mandatory_packages: edition(kept.mandatory_packages.as_ref()),
            traits: edition(kept.traits.as_ref()),
            authorities: edition(kept.authorities.as_ref()),
            features: edition(kept.features.as_ref()),
            ..Known::default()
        }
    }

    /// Asks for what the computer evaluates.
    pub fn of_an_evaluation(&self) -> Known {
        let all = self.of_a_synchronization();
        Known {
            properties: all.properties,
            fault_definitions: all.fault_definitions,
            ..Known::default()
        }
    }

    /// Asks for what people see.
    pub fn of_the_catalogue(&self) -> Known {
        Known {
            apps: edition(self.definitions.apps.as_ref()),
            categories: edition(self.definitions.categories.as_ref()),
            ..Known::default()
        }
    }

    /// What the server took of this it knows from now on.
    pub fn told(&mut self, report: &Report, refused: &[Refused]) {
        let is_taken = |part: &str| refused.iter().all(|one| one.part != part);
        if let Some(attributes) = report
            .attributes
            .as_ref()
            .filter(|_| is_taken("attributes"))
        {
            self.attributes = Some(attributes.hash());
        }
        if let Some(faults) = &report.faults {
            self.is_faultless = faults.is_empty() && is_taken("faults");
        }
    }

    /// Takes over what came.
    pub fn take(&mut self, came: Definitions) {
        let Definitions {
            properties,
            fault_definitions,
            repositories,
            repository_keys,
            mandatory_packages,
            traits,
            tags,
            apps,
            categories,
            authorities,
            features,
        } = came;
        let kept = &mut self.definitions;
        replace(&mut kept.properties, properties);
        replace(&mut kept.fault_definitions, fault_definitions);
        replace(&mut kept.repositories, repositories);
        replace(&mut kept.repository_keys, repository_keys);
        replace(&mut kept.mandatory_packages, mandatory_packages);
        replace(&mut kept.traits, traits);
        replace(&mut kept.tags, tags);
        replace(&mut kept.apps, apps);
        replace(&mut kept.categories, categories);
        replace(&mut kept.authorities, authorities);
        replace(&mut kept.features, features);
    }
}

fn replace<T>(kept: &mut Option<T>, came: Option<T>) {
    if came.is_some() {
        *kept = came;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_came_replaces_what_was_kept_and_the_rest_stays() {
        let definition = |name: &str| {
            let value = vec![name.to_owned()];
            Definition {
                edition: Edition::of(&value),
                value,
            }
        };
        let mut kept = Kept::default();
        kept.definitions.repository_keys = Some(definition("old"));
        kept.take(Definitions::default());
        assert_eq!(kept.definitions.repository_keys, Some(definition("old")));
        kept.take(Definitions {
            repository_keys: Some(definition("new")),
            ..Definitions::default()
        });
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::new(folder.path());
        memory.keep(&kept).unwrap();
        let known = memory.kept().of_a_synchronization();
        assert_eq!(known.repository_keys, Some(definition("new").edition));
        assert_eq!(known.properties, Some(Edition::default()));
        assert_eq!(known.apps, None);
    }

    #[test]
    fn what_is_damaged_is_asked_for_again() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::new(folder.path());
        let inventory = Inventory::new(["a_1_all.deb"]);
        memory.keep_inventory(&inventory).unwrap();
        assert_eq!(memory.inventory(), Some(inventory));
        std::fs::write(folder.path().join(INVENTORY_FILE), "[").unwrap();
        assert_eq!(memory.inventory(), None);
        std::fs::write(folder.path().join(DEFINITIONS_FILE), "{").unwrap();
        assert_eq!(memory.kept(), Kept::default());
    }
}
