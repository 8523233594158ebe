//! Others who vouch for people: providers of OpenID Connect, which browsers are sent to, and LDAP directories, which are
//! asked about a name and a password.
//!
//! An account is found by what a provider knows somebody as, never by a name or an address.

mod account;
mod destination;
mod directories;
mod ldap;
mod links;
pub mod oidc;
mod refusal;
mod settings;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use ldap::Directory;
use oidc::Oidc;

pub use account::Identity;
pub use destination::destination;
pub use links::{
    Link, link_as_administrator, link_in_directory, links, links_as_administrator, unlink,
    unlink_as_administrator,
};
pub use refusal::Refusal;
pub use settings::{LdapSettings, OidcSettings, WrongMember};

pub(crate) use account::{admit, link};
pub(crate) use directories::{has_some_password, verify_in_directories};

/// A provider whose settings name something that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProvidersError {
    /// A file.
    #[error("cannot read {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// What is in a file of certificates.
    #[error("cannot use the certificates in {}: {reason}", path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// What speaks to a provider cannot be made.
    #[error("cannot speak to a provider: {0}")]
    Client(#[from] reqwest::Error),
    /// Nobody knows where browsers would come back to.
    #[error("OpenID Connect needs listen.public_url")]
    NoAddress,
}

impl ProvidersError {
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}

/// The providers of a server. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Providers {
    oidc: Arc<[Oidc]>,
    directories: Arc<[Directory]>,
}

/// What a page shows of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown<'a> {
    /// Its name in addresses.
    pub name: &'a str,
    /// What its button says.
    pub label: &'a str,
}

impl Providers {
    /// Of these settings, where browsers come back to `public_url`.
    ///
    /// # Errors
    /// When a file they name cannot be used.
    pub fn open(
        oidc: Vec<OidcSettings>,
        ldap: Vec<LdapSettings>,
        public_url: Option<&Url>,
    ) -> Result<Self, ProvidersError> {
        let oidc = oidc.into_iter().map(|settings| {
            let public_url = public_url.ok_or(ProvidersError::NoAddress)?;
            Oidc::new(settings, public_url)
        });
        let directories = ldap.into_iter().map(Directory::new);
        Ok(Self {
            oidc: oidc.collect::<Result<_, _>>()?,
            directories: directories.collect::<Result<_, _>>()?,
        })
    }

    /// Those that browsers are sent to.
    pub fn shown(&self) -> impl Iterator<Item = Shown<'_>> {
        self.oidc.iter().map(|provider| Shown {
            name: &provider.settings.name,
            label: &provider.settings.label,
        })
    }

    /// The one of a name that browsers are sent to.
    ///
    /// # Errors
    /// [`Refusal::NoProvider`] when there is none.
    pub fn oidc(&self, name: &str) -> Result<&Oidc, Refusal> {
        let mut providers = self.oidc.iter();
        let found = providers.find(|provider| provider.settings.name == name);
        found.ok_or(Refusal::NoProvider)
    }

    fn directory(&self, name: &str) -> Result<&Directory, Refusal> {
        let mut directories = self.directories.iter();
        let found = directories.find(|directory| directory.settings.name == name);
        found.ok_or(Refusal::NoProvider)
    }

    /// What people are told of the one of a name; its name where it is gone.
    pub(crate) fn label<'a>(&'a self, name: &'a str) -> &'a str {
        let oidc = self.oidc(name).map(|one| one.settings.label.as_str());
        let directory = || self.directory(name).map(|one| one.settings.label.as_str());
        oidc.or_else(|_| directory()).unwrap_or(name)
    }

    /// Whether there is a provider of this name.
    fn is_known(&self, name: &str) -> bool {
        self.oidc(name).is_ok() || self.directory(name).is_ok()
    }
}
