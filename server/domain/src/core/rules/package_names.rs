//! What can be the name of a package: a word that a package manager takes for one, whatever shell or option it looks like.

use std::collections::HashSet;

use migasfree_types::message::{Message, quoted};

use crate::messages;

use migasfree_server_repository::system::System;

/// The first word of a text that is no name of a package of that system, with the version, release or architecture that
/// may follow it.
#[must_use]
pub fn flaw<'a>(system: &dyn System, text: &'a str) -> Option<&'a str> {
    text.split_whitespace()
        .find(|word| !system.is_package_name(word))
}

/// What is said of such a word.
#[must_use]
pub fn refusal(word: &str) -> Message {
    messages::no_package_name(quoted(word))
}

/// The first name that stands in both texts, in whatever version.
#[must_use]
pub fn in_both<'a>(system: &dyn System, one: &'a str, other: &str) -> Option<&'a str> {
    let others: HashSet<&str> = other
        .split_whitespace()
        .map(|word| system.bare_name(word))
        .collect();
    one.split_whitespace()
        .map(|word| system.bare_name(word))
        .find(|name| others.contains(name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use migasfree_server_repository::system::Systems;

    use super::*;

    fn flaw_for<'a>(system: &str, text: &'a str) -> Option<&'a str> {
        flaw(&**Systems::default().named(system).unwrap(), text)
    }

    #[test]
    fn names_pass_with_what_may_follow_them() {
        for names in [
            "gimp libc6:amd64\ng++",
            "python3.11 0ad",
            "vim=2:9.0.1378-2+b1~rc",
            "vlc/stable libc6:i386=2.36-9",
            "",
        ] {
            assert_eq!(flaw_for("apt", names), None, "{names}");
        }
        for name in [
            "NetworkManager",
            "core/linux",
            "gcc-c++-12.2-1.x86_64",
            "_x",
            "a=1:2",
        ] {
            assert_eq!(flaw_for("dnf", name), None, "{name}");
        }
    }

    #[test]
    fn a_name_in_two_lists_is_found_in_whatever_version() {
        let systems = Systems::default();
        let both = |system, one, other| {
            in_both(&**systems.named(system).unwrap(), one, other).map(str::to_owned)
        };
        assert_eq!(
            both("apt", "gimp vim=2:9", "nano\nvim/stable").as_deref(),
            Some("vim")
        );
        assert_eq!(both("apt", "libc6:i386", "libc6:amd64"), None);
        assert_eq!(
            both("pacman", "core/linux", "core/linux").as_deref(),
            Some("core/linux")
        );
        assert_eq!(both("dnf", "", "vim"), None);
    }

    #[test]
    fn options_commands_and_foreign_letters_do_not() {
        for (text, word) in [
            ("vim -rf", "-rf"),
            ("rm -rf /; x", "-rf"),
            ("vim /;", "/;"),
            ("$(id)", "$(id)"),
            ("łódź", "łódź"),
            ("gimp-", "gimp-"),
            ("vim=", "vim="),
            ("vim:", "vim:"),
            ("a;b", "a;b"),
            ("vim=$(x)", "vim=$(x)"),
            ("*", "*"),
        ] {
            for system in ["apt", "pacman"] {
                let only_apt = ["gimp-", "vim=", "vim:"].contains(&word);
                if system == "apt" || !only_apt {
                    assert_eq!(flaw_for(system, text), Some(word), "{text}");
                }
            }
        }
    }
}
