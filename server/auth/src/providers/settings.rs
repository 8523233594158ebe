//! What can be set about each provider.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

/// Where a name stands in a template.
pub(super) const USER: &str = "{user}";
/// Where a distinguished name stands in a filter.
pub(super) const DN: &str = "{dn}";

/// A provider that speaks OpenID Connect.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OidcSettings {
    /// Its name in addresses. Links of accounts hold it, so it stays.
    pub name: String,
    /// What its button says.
    pub label: String,
    /// Whose tokens are believed.
    pub issuer: String,
    /// How the provider knows this server.
    pub client_id: String,
    /// File with what the server shows to get tokens.
    #[serde(default)]
    pub client_secret_file: Option<PathBuf>,
    /// What is asked for besides `openid`.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// Claim that names new accounts.
    #[serde(default = "preferred_username")]
    pub username_claim: String,
    /// Claim that lists groups: a name, or a JSON pointer (`/realm_access/roles`).
    #[serde(default)]
    pub groups_claim: String,
    /// Values of that claim, and the groups they are here.
    #[serde(default)]
    pub groups: BTreeMap<String, String>,
    /// Domains of the confirmed addresses that may come in; empty means any.
    #[serde(default)]
    pub email_domains: Vec<String>,
    /// Whether who is not known gets an account.
    #[serde(default)]
    pub create_accounts: bool,
    /// Values of `amr` after which no factor is asked for here.
    #[serde(default)]
    pub trusted_amr: Vec<String>,
    /// Values of `acr`, likewise.
    #[serde(default)]
    pub trusted_acr: Vec<String>,
    /// Certificates (PEM) by which the provider is known, instead of those the system trusts.
    #[serde(default)]
    pub authority_file: Option<PathBuf>,
}

/// A directory that speaks LDAP.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LdapSettings {
    /// Its name. Links of accounts hold it, so it stays.
    pub name: String,
    /// What people are told of it.
    pub label: String,
    /// `ldaps://directory.example`, or `ldap://` with `starttls`.
    pub url: String,
    /// Whether encryption begins on the open connection.
    #[serde(default)]
    pub starttls: bool,
    /// Certificates (PEM) by which the directory is known, instead of those the system trusts.
    #[serde(default)]
    pub authority_file: Option<PathBuf>,
    /// Seconds that one sign-in may wait for it.
    #[serde(default = "timeout")]
    pub timeout_seconds: u32,
    /// Whom a name signs in as, where that needs no search: `uid={user},ou=people,dc=example`.
    #[serde(default)]
    pub dn_template: String,
    /// Who searches.
    #[serde(default)]
    pub bind_dn: String,
    /// File with the password of who searches.
    #[serde(default)]
    pub bind_password_file: Option<PathBuf>,
    /// Where people are searched.
    #[serde(default)]
    pub base: String,
    /// How.
    #[serde(default = "filter")]
    pub filter: String,
    /// Attribute that people are known by for ever; `dn` for their distinguished name.
    #[serde(default = "entry_uuid")]
    pub id_attribute: String,
    /// Attribute that names new accounts.
    #[serde(default = "uid")]
    pub username_attribute: String,
    /// Attribute that lists the groups of somebody.
    #[serde(default = "member_of")]
    pub group_attribute: String,
    /// Where groups are searched, instead of that attribute.
    #[serde(default)]
    pub group_base: String,
    /// How.
    #[serde(default = "members")]
    pub group_filter: String,
    /// Distinguished names of groups, and the groups they are here.
    #[serde(default)]
    pub groups: BTreeMap<String, String>,
    /// Whether who is not known gets an account.
    #[serde(default)]
    pub create_accounts: bool,
}

fn scopes() -> Vec<String> {
    vec!["profile".to_owned(), "email".to_owned()]
}

fn preferred_username() -> String {
    "preferred_username".to_owned()
}

const fn timeout() -> u32 {
    5
}

fn filter() -> String {
    "(uid={user})".to_owned()
}

fn entry_uuid() -> String {
    "entryUUID".to_owned()
}

fn uid() -> String {
    "uid".to_owned()
}

fn member_of() -> String {
    "memberOf".to_owned()
}

fn members() -> String {
    "(member={dn})".to_owned()
}

/// A member of a provider's settings that cannot be used, and why.
pub type WrongMember = (&'static str, String);

impl OidcSettings {
    /// # Errors
    /// What is wrong with it on its own.
    pub fn check(&self) -> Result<(), WrongMember> {
        named(&self.name)?;
        filled("label", &self.label)?;
        filled("client_id", &self.client_id)?;
        let issuer = Url::parse(&self.issuer).ok();
        let is_good = issuer.is_some_and(|url| match url.scheme() {
            "https" => true,
            "http" => is_this_machine(&url),
            _ => false,
        });
        if is_good {
            Ok(())
        } else {
            let reason = "an address with https:// is needed (http:// to this machine alone)";
            Err(("issuer", reason.to_owned()))
        }
    }
}

impl LdapSettings {
    /// # Errors
    /// What is wrong with it on its own.
    pub fn check(&self) -> Result<(), WrongMember> {
        named(&self.name)?;
        filled("label", &self.label)?;
        filled("id_attribute", &self.id_attribute)?;
        self.check_url()?;
        if !(1..=60).contains(&self.timeout_seconds) {
            return Err(("timeout_seconds", "from 1 to 60".to_owned()));
        }
        if self.bind_dn.is_empty() != self.bind_password_file.is_none() {
            let reason = "bind_dn and bind_password_file are given together";
            return Err(("bind_dn", reason.to_owned()));
        }
        self.check_way()?;
        if self.group_base.is_empty() {
            Ok(())
        } else {
            holds("group_filter", &self.group_filter, DN)
        }
    }

    /// How somebody is found.
    fn check_way(&self) -> Result<(), WrongMember> {
        match (self.dn_template.is_empty(), self.base.is_empty()) {
            (false, false) | (true, true) => {
                let reason = "either dn_template or base is needed, and not both";
                Err(("base", reason.to_owned()))
            }
            (false, true) => holds("dn_template", &self.dn_template, USER),
            (true, false) => holds("filter", &self.filter, USER),
        }
    }

    fn check_url(&self) -> Result<(), WrongMember> {
        let url = Url::parse(&self.url).map_err(|error| ("url", error.to_string()))?;
        match url.scheme() {
            "ldaps" if url.has_host() && !self.starttls => Ok(()),
            "ldap" if url.has_host() && (self.starttls || is_this_machine(&url)) => Ok(()),
            _ => {
                let reason = "ldaps://, or ldap:// with starttls = true, is needed \
                              (without either to this machine alone)";
                Err(("url", reason.to_owned()))
            }
        }
    }
}

fn named(name: &str) -> Result<(), WrongMember> {
    let is_good = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    if !name.is_empty() && name.chars().all(is_good) {
        Ok(())
    } else {
        let reason = format!("{name:?} is not a name: use letters, digits and - _");
        Err(("name", reason))
    }
}

fn filled(member: &'static str, text: &str) -> Result<(), WrongMember> {
    if text.trim().is_empty() {
        Err((member, "a text is needed".to_owned()))
    } else {
        Ok(())
    }
}

fn holds(member: &'static str, text: &str, placeholder: &str) -> Result<(), WrongMember> {
    if text.contains(placeholder) {
        Ok(())
    } else {
        Err((member, format!("{placeholder} is missing in it")))
    }
}

/// Whether an address stays on this machine. Hosts of schemes that the web does not know are not read as addresses.
fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
