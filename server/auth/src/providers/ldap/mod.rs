//! LDAP: a directory is asked whether a password is right, and whose it is.

mod entry;
mod session;
mod tls;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, fs};

use ldap3::LdapConnSettings;
use tokio_rustls::rustls::ClientConfig;

use super::settings::{DN, USER};
use super::{Identity, LdapSettings, ProvidersError, Refusal};
use entry::Entry;
use session::{Session, Unanswered};

/// One directory.
pub struct Directory {
    pub(super) settings: LdapSettings,
    password: String,
    tls: Option<Arc<ClientConfig>>,
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Directory").field(&self.settings).finish()
    }
}

impl Directory {
    pub(super) fn new(settings: LdapSettings) -> Result<Self, ProvidersError> {
        let password = match &settings.bind_password_file {
            Some(path) => {
                let text = fs::read_to_string(path).map_err(ProvidersError::file(path))?;
                text.trim().to_owned()
            }
            None => String::new(),
        };
        let tls = settings.authority_file.as_deref();
        let tls = tls.map(tls::knowing).transpose()?;
        Ok(Self {
            settings,
            password,
            tls,
        })
    }

    /// Who has this name and password in the directory, if anybody.
    ///
    /// # Errors
    /// [`Refusal::Silent`] when it cannot be asked.
    pub async fn identity(
        &self,
        username: &str,
        password: &str,
    ) -> Result<Option<Identity>, Refusal> {
        // Directories take an empty password for nobody's, and let them in.
        if username.is_empty() || password.is_empty() {
            return Ok(None);
        }
        let patience = Duration::from_secs(u64::from(self.settings.timeout_seconds));
        let asked = Box::pin(self.ask(username, password));
        match tokio::time::timeout(patience, asked).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(Unanswered(reason))) => Err(self.silent(&reason)),
            Err(_) => Err(self.silent("it took too long")),
        }
    }

    async fn ask(&self, username: &str, password: &str) -> Result<Option<Identity>, Unanswered> {
        let mut session = self.open().await?;
        let entry = if self.settings.dn_template.is_empty() {
            self.found(&mut session, username, password).await?
        } else {
            self.named(&mut session, username, password).await?
        };
        let Some(entry) = entry else {
            return Ok(None);
        };
        let groups = self.groups(&mut session, &entry).await?;
        session.close().await;
        Ok(self.told(&entry, &groups))
    }

    async fn open(&self) -> Result<Session, Unanswered> {
        let mut settings = LdapConnSettings::new().set_starttls(self.settings.starttls);
        if let Some(tls) = &self.tls {
            settings = settings.set_config(Arc::clone(tls));
        }
        Session::open(settings, &self.settings.url).await
    }

    /// Whom the template leads to, if the password is theirs.
    async fn named(
        &self,
        session: &mut Session,
        username: &str,
        password: &str,
    ) -> Result<Option<Entry>, Unanswered> {
        let name = ldap3::dn_escape(username);
        let dn = self.settings.dn_template.replace(USER, &name);
        if !session.bind(&dn, password).await? {
            return Ok(None);
        }
        session.read(&dn, &self.attributes()).await
    }

    /// Who alone is found by the filter, if the password is theirs.
    async fn found(
        &self,
        session: &mut Session,
        username: &str,
        password: &str,
    ) -> Result<Option<Entry>, Unanswered> {
        self.bind_to_search(session).await?;
        let name = ldap3::ldap_escape(username);
        let filter = self.settings.filter.replace(USER, &name);
        let attributes = self.attributes();
        let found = session
            .search(&self.settings.base, &filter, &attributes)
            .await?;
        let Ok([entry]) = <[Entry; 1]>::try_from(found) else {
            return Ok(None);
        };
        Ok(session.bind(&entry.dn, password).await?.then_some(entry))
    }

    async fn bind_to_search(&self, session: &mut Session) -> Result<(), Unanswered> {
        let dn = &self.settings.bind_dn;
        if dn.is_empty() || session.bind(dn, &self.password).await? {
            Ok(())
        } else {
            let reason = "the account that searches is refused";
            Err(Unanswered(reason.to_owned()))
        }
    }

    /// The distinguished names of the groups of somebody.
    async fn groups(
        &self,
        session: &mut Session,
        entry: &Entry,
    ) -> Result<Vec<String>, Unanswered> {
        if self.settings.group_base.is_empty() {
            return Ok(entry.all(&self.settings.group_attribute).to_vec());
        }
        if !self.settings.bind_dn.is_empty() {
            self.bind_to_search(session).await?;
        }
        let dn = ldap3::ldap_escape(entry.dn.as_str());
        let filter = self.settings.group_filter.replace(DN, &dn);
        let found = session
            .search(&self.settings.group_base, &filter, &["1.1"])
            .await?;
        Ok(found.into_iter().map(|group| group.dn).collect())
    }

    fn attributes(&self) -> [&str; 6] {
        [
            &self.settings.id_attribute,
            &self.settings.username_attribute,
            &self.settings.group_attribute,
            "mail",
            "givenName",
            "sn",
        ]
    }

    /// What an entry says; nobody without what they are known by for ever.
    fn told(&self, entry: &Entry, groups: &[String]) -> Option<Identity> {
        let settings = &self.settings;
        let Some(subject) = entry.id(&settings.id_attribute) else {
            let (provider, attribute) = (&settings.name, &settings.id_attribute);
            tracing::warn!(
                provider,
                attribute,
                dn = entry.dn,
                "an entry of a directory has no id"
            );
            return None;
        };
        let is_in = |dn: &str| groups.iter().any(|group| group.eq_ignore_ascii_case(dn));
        let held = settings.groups.iter().filter(|(dn, _)| is_in(dn));
        Some(Identity {
            provider: settings.name.clone(),
            subject,
            username: entry.first(&settings.username_attribute),
            email: entry.first("mail"),
            first_name: entry.first("givenName"),
            last_name: entry.first("sn"),
            mapped: settings.groups.values().cloned().collect(),
            held: held
                .map(|(_, group)| group.clone())
                .collect::<BTreeSet<_>>(),
            is_enough: false,
            creates: settings.create_accounts,
        })
    }

    fn silent(&self, reason: &str) -> Refusal {
        let provider = &self.settings.name;
        tracing::warn!(provider, reason, "a directory of accounts does not answer");
        Refusal::Silent(self.settings.label.clone())
    }
}
