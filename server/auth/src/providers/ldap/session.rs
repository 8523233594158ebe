//! One connection to a directory.

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, Scope, SearchEntry, SearchOptions};

use super::entry::Entry;

/// More groups are nobody's.
const MOST_ENTRIES: i32 = 1000;

/// What a directory answers to a wrong name or password (RFC 4511, A.1).
const NO_SUCH_OBJECT: u32 = 32;
const INVALID_DN: u32 = 34;
const INAPPROPRIATE_AUTHENTICATION: u32 = 48;
const INVALID_CREDENTIALS: u32 = 49;
const UNWILLING: u32 = 53;

/// An open connection; it ends when this is dropped.
pub(super) struct Session(Ldap);

/// Why a directory said nothing about somebody.
#[derive(Debug)]
pub(super) struct Unanswered(pub(super) String);

impl From<LdapError> for Unanswered {
    fn from(error: LdapError) -> Self {
        Self(error.to_string())
    }
}

impl Session {
    pub(super) async fn open(settings: LdapConnSettings, url: &str) -> Result<Self, Unanswered> {
        let (connection, ldap) = LdapConnAsync::with_settings(settings, url).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.drive().await {
                tracing::debug!(%error, "a connection to a directory broke");
            }
        });
        Ok(Self(ldap))
    }

    pub(super) async fn close(mut self) {
        let _ = self.0.unbind().await;
    }

    /// Whether this is the password of an entry.
    pub(super) async fn bind(&mut self, dn: &str, password: &str) -> Result<bool, Unanswered> {
        let answer = self.0.simple_bind(dn, password).await?;
        match answer.rc {
            0 => Ok(true),
            NO_SUCH_OBJECT
            | INVALID_DN
            | INAPPROPRIATE_AUTHENTICATION
            | INVALID_CREDENTIALS
            | UNWILLING => Ok(false),
            _ => Err(Unanswered(answer.to_string())),
        }
    }

    /// One entry.
    pub(super) async fn read(
        &mut self,
        dn: &str,
        attributes: &[&str],
    ) -> Result<Option<Entry>, Unanswered> {
        let found = self.ask(dn, Scope::Base, "(objectClass=*)", attributes);
        Ok(found.await?.into_iter().next())
    }

    /// Every entry below one that a filter finds.
    pub(super) async fn search(
        &mut self,
        base: &str,
        filter: &str,
        attributes: &[&str],
    ) -> Result<Vec<Entry>, Unanswered> {
        self.ask(base, Scope::Subtree, filter, attributes).await
    }

    async fn ask(
        &mut self,
        base: &str,
        scope: Scope,
        filter: &str,
        attributes: &[&str],
    ) -> Result<Vec<Entry>, Unanswered> {
        let attributes: Vec<String> = attributes.iter().map(|&name| name.to_owned()).collect();
        let limited = SearchOptions::new().sizelimit(MOST_ENTRIES);
        let asked = self.0.with_search_options(limited);
        let (found, _) = asked
            .search(base, scope, filter, attributes)
            .await?
            .success()?;
        let found = found.into_iter();
        Ok(found.map(SearchEntry::construct).map(Entry::from).collect())
    }
}
