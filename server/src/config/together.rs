//! What settings must be beside each other.

use std::net::IpAddr;

use super::table::Settings;
use super::tls::{TlsClients, TlsMode};

type Wrong = (&'static str, String);

/// Each setting that cannot be used with the others, and why.
pub(super) fn check(settings: &Settings) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    certificate(settings, &mut wrong);
    addresses(settings, &mut wrong);
    clients(settings, &mut wrong);
    providers(settings, &mut wrong);
    wrong
}

fn certificate(settings: &Settings, wrong: &mut Vec<Wrong>) {
    let mut say = |path, reason: &str| wrong.push((path, reason.to_owned()));
    match settings.tls_mode {
        TlsMode::Files => {
            if settings.tls_certificate.is_none() {
                say("tls.certificate", "tls.mode = files needs it");
            }
            if settings.tls_key.is_none() {
                say("tls.key", "tls.mode = files needs it");
            }
        }
        TlsMode::Acme => {
            let names = settings.certificate_names();
            if names.is_empty() {
                say(
                    "tls.names",
                    "tls.mode = acme needs them, or listen.public_url",
                );
            }
            if names.iter().any(|name| name.parse::<IpAddr>().is_ok()) {
                say("tls.names", "tls.mode = acme needs names, not addresses");
            }
        }
        TlsMode::Off | TlsMode::Internal => {}
    }
}

fn addresses(settings: &Settings, wrong: &mut Vec<Wrong>) {
    let mut say = |path, reason: &str| wrong.push((path, reason.to_owned()));
    let public = settings.public_url.as_ref();
    if settings.ends_tls() && public.is_some_and(|url| url.0.scheme() == "http") {
        say(
            "listen.public_url",
            "it begins with http://, and tls.mode makes the server speak https",
        );
    }
    if settings.tls_plain_listen.is_some() {
        if !settings.ends_tls() {
            say(
                "tls.plain_listen",
                "it is the port beside TLS, which tls.mode switches off",
            );
        }
        if public.is_none() {
            say(
                "listen.public_url",
                "tls.plain_listen leads browsers there, so it is needed",
            );
        }
    }
}

fn clients(settings: &Settings, wrong: &mut Vec<Wrong>) {
    let mut say = |path, reason: &str| wrong.push((path, reason.to_owned()));
    if settings.tls_clients == TlsClients::Nobody {
        if settings.remote_version_1 {
            say(
                "remote.version_1",
                "agents of version 1 are known by their certificate, and tls.clients asks nobody for one",
            );
        }
        return;
    }
    if settings.clients_authority.is_none() {
        say("tls.clients_authority", "tls.clients needs it");
    }
    if !settings.ends_tls() && settings.clients_header.is_none() {
        say(
            "tls.clients",
            "nobody could show a certificate: set tls.mode, or tls.clients_header behind a proxy",
        );
    }
    if settings.clients_header.is_some() && settings.trusted_proxies.networks().is_empty() {
        say(
            "tls.clients_header",
            "no proxy is named that may send it: name them under [[proxies]]",
        );
    }
}

fn providers(settings: &Settings, wrong: &mut Vec<Wrong>) {
    let mut say = |path, reason: String| wrong.push((path, reason));
    let (oidc, ldap) = (&settings.oidc_providers.0, &settings.ldap_providers.0);
    if !oidc.is_empty() && settings.public_url.is_none() {
        let reason = "providers.oidc sends browsers back there, so it is needed";
        say("listen.public_url", reason.to_owned());
    }
    for directory in ldap {
        if oidc.iter().any(|provider| provider.name == directory.name) {
            let name = &directory.name;
            say(
                "providers.ldap",
                format!("{name:?} is the name of one of providers.oidc, too"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::load::{Flag, Source, load};

    fn wrong(given: &[&str]) -> String {
        let flags = given.iter().map(|text| {
            let (name, value) = text.split_once('=').unwrap();
            Flag {
                flag: "--set",
                name: name.to_owned(),
                value: value.to_owned(),
            }
        });
        let source = Source {
            flags: flags.collect(),
            ..Source::default()
        };
        match load(&source).settings() {
            Ok(_) => String::new(),
            Err(errors) => errors.to_string(),
        }
    }

    const OIDC: &str = r#"providers.oidc=[{"name": "house", "label": "House", "issuer": "https://id.example", "client_id": "m"}]"#;
    const LDAP: &str = r#"providers.ldap=[{"name": "house", "label": "House", "url": "ldaps://d.example", "base": "dc=example"}]"#;

    #[test]
    fn settings_that_need_others_say_which() {
        let public = "listen.public_url=https://migasfree.example";
        for (given, told) in [
            (&["tls.mode=files", "tls.key=k"][..], "tls.certificate from"),
            (&["tls.mode=files", "tls.certificate=c"], "tls.key from"),
            (&["tls.mode=acme"], "tls.names from"),
            (&["tls.mode=acme", "tls.names=192.0.2.7"], "not addresses"),
            (
                &["tls.mode=internal", "listen.public_url=http://m.example"],
                "it begins with http://",
            ),
            (&["tls.plain_listen=[::]:80", public], "switches off"),
            (
                &["tls.mode=internal", "tls.plain_listen=[::]:80"],
                "leads browsers there",
            ),
            (
                &["tls.mode=internal", "tls.clients=both"],
                "tls.clients_authority from",
            ),
            (
                &["tls.clients=both", "tls.clients_authority=a"],
                "nobody could show",
            ),
            (
                &[
                    "tls.clients=both",
                    "tls.clients_authority=a",
                    "tls.clients_header=X-Cert",
                    "proxies=",
                ],
                "no proxy is named",
            ),
            (&["remote.version_1=true"], "tls.clients asks nobody"),
            (&[OIDC], "sends browsers back there"),
            (
                &[OIDC, public, LDAP],
                "\"house\" is the name of one of providers.oidc",
            ),
            (
                &["tls.minimum_version=1.1"],
                "\"1.1\" is not one of 1.2, 1.3",
            ),
            (&["tls.acme_directory=http://a.example"], "https://"),
        ] {
            let wrong = wrong(given);
            assert!(wrong.contains(told), "{given:?}: {wrong}");
        }
    }

    #[test]
    fn settings_that_fit_are_taken() {
        let public = "listen.public_url=https://migasfree.example";
        for given in [
            &["tls.mode=files", "tls.certificate=c", "tls.key=k"][..],
            &["tls.mode=acme", public, "tls.plain_listen=[::]:80"],
            &["tls.mode=internal"],
            &[OIDC, public],
            &[LDAP],
            &[
                "tls.clients=computers",
                "tls.clients_authority=a",
                "tls.clients_header=X-Client-Certificate",
            ],
        ] {
            assert_eq!(wrong(given), "", "{given:?}");
        }
    }
}
