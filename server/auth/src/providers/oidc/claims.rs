//! What a provider says of somebody.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::providers::{Identity, OidcSettings, Refusal};

/// What is said, by name.
#[derive(Debug, Default)]
pub struct Claims(pub Map<String, Value>);

impl Claims {
    fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The texts of a claim that has one or several. A name that begins with a slash leads into it.
    fn texts(&self, name: &str) -> Vec<&str> {
        let found = match name.strip_prefix('/') {
            Some(path) => {
                let (first, rest) = path.split_once('/').unwrap_or((path, ""));
                let claim = self.0.get(first);
                claim.and_then(|claim| match rest {
                    "" => Some(claim),
                    rest => claim.pointer(&format!("/{rest}")),
                })
            }
            None => self.0.get(name),
        };
        match found {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the address is in one of these domains, and the provider knows that it is theirs.
    fn is_within(&self, domains: &[String]) -> bool {
        let is_confirmed = match self.0.get("email_verified") {
            Some(Value::Bool(confirmed)) => *confirmed,
            Some(Value::String(confirmed)) => confirmed == "true",
            _ => false,
        };
        let domain = self
            .text("email")
            .rsplit_once('@')
            .map(|(_, domain)| domain);
        is_confirmed
            && domain.is_some_and(|own| {
                domains
                    .iter()
                    .any(|domain| domain.eq_ignore_ascii_case(own))
            })
    }

    /// Whether the provider asked for as much as we would.
    fn is_enough(&self, settings: &OidcSettings) -> bool {
        let is_trusted = |claim: &str, trusted: &[String]| {
            let said = self.texts(claim);
            trusted.iter().any(|one| said.contains(&one.as_str()))
        };
        is_trusted("amr", &settings.trusted_amr) || is_trusted("acr", &settings.trusted_acr)
    }

    /// Whom these claims are about.
    ///
    /// # Errors
    /// [`Refusal::Domain`] when their address may not come in.
    pub fn identity(&self, settings: &OidcSettings, subject: &str) -> Result<Identity, Refusal> {
        if !settings.email_domains.is_empty() && !self.is_within(&settings.email_domains) {
            return Err(Refusal::Domain);
        }
        let said = self.texts(&settings.groups_claim);
        let held = settings
            .groups
            .iter()
            .filter(|(value, _)| said.contains(&value.as_str()))
            .map(|(_, group)| group.clone());
        Ok(Identity {
            provider: settings.name.clone(),
            subject: subject.to_owned(),
            username: self.text(&settings.username_claim).to_owned(),
            email: self.text("email").to_owned(),
            first_name: self.text("given_name").to_owned(),
            last_name: self.text("family_name").to_owned(),
            mapped: settings.groups.values().cloned().collect(),
            held: held.collect::<BTreeSet<_>>(),
            is_enough: self.is_enough(settings),
            creates: settings.create_accounts,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn settings(more: Value) -> OidcSettings {
        let mut all = json!({
            "name": "house", "label": "House", "issuer": "https://id.example", "client_id": "m",
        });
        let Value::Object(more) = more else { panic!() };
        all.as_object_mut().unwrap().extend(more);
        serde_json::from_value(all).unwrap()
    }

    fn identity(more: Value, claims: Value) -> Result<Identity, Refusal> {
        let Value::Object(claims) = claims else {
            panic!()
        };
        Claims(claims).identity(&settings(more), "7")
    }

    #[test]
    fn groups_are_found_by_name_and_by_pointer() {
        let groups = json!({"a": "Reader", "b": "Packager"});
        for (claim, said) in [
            ("groups", json!({"groups": ["a", "c"]})),
            ("groups", json!({"groups": "a"})),
            (
                "/realm_access/roles",
                json!({"realm_access": {"roles": ["a"]}}),
            ),
            ("/groups", json!({"groups": ["a"]})),
        ] {
            let who = identity(json!({"groups_claim": claim, "groups": groups}), said).unwrap();
            assert_eq!(who.held, BTreeSet::from(["Reader".to_owned()]), "{claim}");
            assert_eq!(who.mapped.len(), 2);
        }
        let nobody = identity(json!({"groups": groups}), json!({"groups": ["a"]})).unwrap();
        assert!(nobody.held.is_empty());
    }

    #[test]
    fn only_confirmed_addresses_of_a_domain_come_in() {
        let domains = json!({"email_domains": ["House.example"]});
        for (said, comes_in) in [
            (
                json!({"email": "ana@house.example", "email_verified": true}),
                true,
            ),
            (
                json!({"email": "ana@house.example", "email_verified": false}),
                false,
            ),
            (json!({"email": "ana@house.example"}), false),
            (
                json!({"email": "ana@elsewhere.example", "email_verified": true}),
                false,
            ),
            (
                json!({"email": "a@house.example@elsewhere.example", "email_verified": true}),
                false,
            ),
            (json!({}), false),
        ] {
            let who = identity(domains.clone(), said.clone());
            assert_eq!(who.is_ok(), comes_in, "{said}");
        }
    }

    #[test]
    fn a_factor_of_the_provider_counts_where_a_setting_says_so() {
        let said = json!({"amr": ["pwd", "otp"], "acr": "high"});
        for (more, is_enough) in [
            (json!({}), false),
            (json!({"trusted_amr": ["otp"]}), true),
            (json!({"trusted_amr": ["hwk"]}), false),
            (json!({"trusted_acr": ["high"]}), true),
        ] {
            let who = identity(more.clone(), said.clone()).unwrap();
            assert_eq!(who.is_enough, is_enough, "{more}");
        }
    }
}
