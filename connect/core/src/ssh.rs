//! `ssh` through a port: whom it reaches is said by the host keys that the computer reported, not by the address on this end.

use std::fmt::Write as _;

use crate::texts::Text;
use crate::trouble::{Kind, Trouble};

/// Kinds of host keys that are written down for `ssh`.
const KINDS: [&str; 6] = [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "ssh-rsa",
];

/// What a computer is called among host keys.
#[must_use]
pub fn alias(computer: i64) -> String {
    format!("migasfree-computer-{computer}")
}

/// A file of known hosts with the keys of one computer; those that are no keys are left out. `None` without any.
#[must_use]
pub fn known_hosts(computer: i64, keys: &[&str]) -> Option<String> {
    let mut file = String::new();
    for (kind, key) in keys.iter().filter_map(|key| parts(key)) {
        let _ = writeln!(file, "{} {kind} {key}", alias(computer));
    }
    (!file.is_empty()).then_some(file)
}

/// Kind and key of a line as it stands in `ssh_host_ed25519_key.pub`.
fn parts(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_ascii_whitespace();
    let (kind, key) = (words.next()?, words.next()?);
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    (KINDS.contains(&kind) && key.bytes().all(is_base64)).then_some((kind, key))
}

/// A name of an account that is no option of `ssh`.
///
/// # Errors
/// When it is none.
pub fn account(name: &str) -> Result<&str, Trouble> {
    let is_first = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'_';
    let is_other = |letter: u8| is_first(letter) || b".-@".contains(&letter);
    let mut letters = name.bytes();
    if letters.next().is_some_and(is_first) && letters.all(is_other) && name.len() <= 64 {
        Ok(name)
    } else {
        Err(Trouble::of(Kind::Usage, Text::ErrorAccount, &[name]))
    }
}

/// How host keys are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checking {
    /// They are those that the computer reported.
    Reported,
    /// None is reported: `ssh` asks the person, and remembers.
    Asked,
}

/// The arguments of `ssh`. The first value of an option counts for it, so what the person adds cannot loosen the checks.
#[must_use]
pub fn arguments(
    computer: i64,
    port: u16,
    known_hosts: &str,
    checking: Checking,
    user: Option<&str>,
    added: &[String],
) -> Vec<String> {
    let strict = match checking {
        Checking::Reported => "yes",
        Checking::Asked => "ask",
    };
    let options = [
        format!("Port={port}"),
        format!("HostKeyAlias={}", alias(computer)),
        // Paths with blanks.
        format!("UserKnownHostsFile=\"{known_hosts}\""),
        "GlobalKnownHostsFile=/dev/null".to_owned(),
        format!("StrictHostKeyChecking={strict}"),
        "CheckHostIP=no".to_owned(),
        "VerifyHostKeyDNS=no".to_owned(),
        "ProxyCommand=none".to_owned(),
        // A connection that is shared would lead to where this port led before.
        "ControlPath=none".to_owned(),
    ];
    let mut arguments: Vec<String> = Vec::new();
    for option in options {
        arguments.extend(["-o".to_owned(), option]);
    }
    if let Some(user) = user {
        arguments.extend(["-l".to_owned(), user.to_owned()]);
    }
    // Behind the host `ssh` takes more options, and then the command.
    arguments.push("127.0.0.1".to_owned());
    arguments.extend(added.iter().cloned());
    arguments
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn known_hosts_have_the_reported_keys_and_nothing_else() {
        let keys = [
            "ssh-ed25519 AAAAC3Nza root@room4",
            "ssh-dss AAAAB3",
            "@cert-authority * ssh-ed25519 AAAA",
            "ssh-ed25519 AAA\u{7f}",
            "",
        ];
        assert_eq!(
            known_hosts(7, &keys).unwrap(),
            "migasfree-computer-7 ssh-ed25519 AAAAC3Nza\n"
        );
        assert_eq!(known_hosts(7, &keys[1..]), None);
    }

    #[test]
    fn the_real_port_and_strict_checking_come_before_what_the_person_adds() {
        let added = ["-oStrictHostKeyChecking=no", "uptime", "-p"].map(str::to_owned);
        let line = arguments(7, 40_123, "/a b/k", Checking::Reported, Some("ana"), &added);
        let at = |word: &str| line.iter().position(|one| one == word).unwrap();
        assert!(at("StrictHostKeyChecking=yes") < at("127.0.0.1"));
        assert_eq!(line[at("127.0.0.1") + 1..], added);
        for word in [
            "Port=40123",
            "HostKeyAlias=migasfree-computer-7",
            "UserKnownHostsFile=\"/a b/k\"",
        ] {
            at(word);
        }
    }

    #[test]
    fn an_account_is_no_option() {
        for name in ["ana", "_apt", "svc-1", "Ana@corp.example"] {
            assert!(account(name).is_ok(), "{name}");
        }
        for name in ["", "-oProxyCommand=x", "a b", "ana;id", "Ana\n"] {
            assert!(account(name).is_err(), "{name}");
        }
    }
}
