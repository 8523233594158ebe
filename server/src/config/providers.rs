//! The providers of accounts: lists, each of them with a table for one.

use migasfree_server_auth::providers::{LdapSettings, OidcSettings, WrongMember};
use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::Value;

use super::value::{Misplaced, SettingValue};

/// Settings of one provider.
pub trait ProviderSettings: DeserializeOwned + Serialize {
    /// Its section.
    const SECTION: &str;
    /// What it is called by.
    fn name(&self) -> &str;
    /// # Errors
    /// What is wrong with it on its own.
    fn check(&self) -> Result<(), WrongMember>;
}

impl ProviderSettings for OidcSettings {
    const SECTION: &str = "[[providers.oidc]]";
    fn name(&self) -> &str {
        &self.name
    }
    fn check(&self) -> Result<(), WrongMember> {
        Self::check(self)
    }
}

impl ProviderSettings for LdapSettings {
    const SECTION: &str = "[[providers.ldap]]";
    fn name(&self) -> &str {
        &self.name
    }
    fn check(&self) -> Result<(), WrongMember> {
        Self::check(self)
    }
}

/// Several of them. As text: a list in JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderList<T>(pub Vec<T>);

impl<T: ProviderSettings> ProviderList<T> {
    fn check(&self) -> Result<(), Misplaced> {
        for (place, provider) in self.0.iter().enumerate() {
            let wrong = |(member, reason): WrongMember| {
                Misplaced::at(format!("[{place}].{member}"), reason)
            };
            provider.check().map_err(wrong)?;
            if self.0[..place]
                .iter()
                .any(|other| other.name() == provider.name())
            {
                let reason = "another provider has this name already: give each its own";
                return Err(wrong(("name", reason.to_owned())));
            }
        }
        Ok(())
    }
}

impl<T: ProviderSettings> SettingValue for ProviderList<T> {
    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let list = serde_json::from_str(text)
            .map_err(|error| format!("a list in JSON is needed: {error}"))?;
        let list = Self(list);
        let checked = list.check();
        checked.map_err(|Misplaced { at, reason }| format!("{at}: {reason}"))?;
        Ok(list)
    }

    fn show(&self) -> String {
        if self.0.is_empty() {
            String::new()
        } else {
            serde_json::to_string(&self.0).unwrap_or_default()
        }
    }

    /// From one table for each.
    fn read(value: &Value) -> Result<String, Misplaced> {
        let Value::Array(list) = value else {
            let reason = format!("each provider is written below {} of its own", T::SECTION);
            return Err(Misplaced::here(reason));
        };
        let mut providers = Vec::new();
        for (place, provider) in list.iter().enumerate() {
            let provider = provider.clone().try_into::<T>();
            let wrong = |error: toml::de::Error| {
                Misplaced::at(format!("[{place}]"), error.message().to_owned())
            };
            providers.push(provider.map_err(wrong)?);
        }
        let providers = Self(providers);
        providers.check()?;
        Ok(providers.show())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    type Oidc = ProviderList<OidcSettings>;
    type Ldap = ProviderList<LdapSettings>;

    fn read<T: ProviderSettings>(text: &str) -> Result<String, String> {
        let table: toml::Table = text.parse().unwrap();
        let read = ProviderList::<T>::read(&table["p"]);
        read.map_err(|wrong| format!("{}: {}", wrong.at, wrong.reason))
    }

    const HOUSE: &str =
        "[[p]]\nname = 'house'\nlabel = 'House'\nissuer = 'https://id.example'\nclient_id = 'm'\n";
    const TREE: &str =
        "[[p]]\nname = 'tree'\nlabel = 'Tree'\nurl = 'ldaps://tree.example'\nbase = 'dc=example'\n";

    #[test]
    fn providers_are_shown_as_they_can_be_given_again() {
        let text = read::<OidcSettings>(HOUSE).unwrap();
        let list = Oidc::parse(&text).unwrap();
        assert_eq!(list.0[0].scopes, ["profile", "email"]);
        assert_eq!(list.show(), text);
        let text = read::<LdapSettings>(TREE).unwrap();
        assert_eq!(Ldap::parse(&text).unwrap().0[0].filter, "(uid={user})");
        assert_eq!(Ldap::parse("").unwrap().show(), "");
        assert!(Ldap::parse("tree").is_err());
    }

    #[test]
    fn what_is_wrong_with_a_provider_is_told_where_it_is() {
        let twice = format!("{HOUSE}{HOUSE}");
        for (text, told) in [
            ("p = 'house'".to_owned(), ": each provider"),
            ("[[p]]\nname = 'house'".to_owned(), "[0]: missing field"),
            (format!("{HOUSE}isuer = ''"), "[0]: unknown field `isuer`"),
            (HOUSE.replace("'house'", "'a/b'"), "[0].name: \"a/b\""),
            (HOUSE.replace("https", "http"), "[0].issuer: an address"),
            (twice, "[1].name: another provider"),
        ] {
            let wrong = read::<OidcSettings>(&text).unwrap_err();
            assert!(wrong.starts_with(told), "{text}: {wrong}");
        }
        let plain = TREE.replace("ldaps", "ldap");
        for (text, told) in [
            (plain.clone(), "[0].url: ldaps://"),
            (TREE.replace("base =", "filter ="), "[0].base: either"),
            (
                format!("{TREE}dn_template = '{{user}}'"),
                "[0].base: either",
            ),
            (format!("{TREE}filter = '(uid=x)'"), "[0].filter: {user}"),
            (format!("{TREE}bind_dn = 'cn=m'"), "[0].bind_dn:"),
            (format!("{TREE}timeout_seconds = 0"), "[0].timeout_seconds:"),
        ] {
            let wrong = read::<LdapSettings>(&text).unwrap_err();
            assert!(wrong.starts_with(told), "{text}: {wrong}");
        }
        for good in [
            format!("{plain}starttls = true"),
            plain.replace("tree.example", "[::1]:3890"),
            plain.replace("tree.example", "127.0.0.1:3890"),
        ] {
            assert!(read::<LdapSettings>(&good).is_ok(), "{good}");
        }
    }
}
