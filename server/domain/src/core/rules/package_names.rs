//! What can be the name of a package: a word that a package manager takes for one, whatever shell or option it looks like.

use super::pms::Pms;

/// Characters of the longest name.
const LONGEST: usize = 128;

/// The first word of a text that is no name of a package of that system, with the version, release or architecture that
/// may follow it.
#[must_use]
pub fn flaw(pms: Pms, text: &str) -> Option<&str> {
    text.split_whitespace().find(|word| !is_name(pms, word))
}

/// What is said of such a word.
#[must_use]
pub fn refusal(word: &str) -> String {
    format!("{word:?} is no name of a package: write names alone, one on each line.")
}

/// The first name that stands in both texts, in whatever version.
#[must_use]
pub fn in_both<'a>(pms: Pms, one: &'a str, other: &str) -> Option<&'a str> {
    let name = |word: &'_ str| -> usize {
        let ends = match pms {
            Pms::Apt => word.find(['=', '/']),
            Pms::Dnf | Pms::Pacman | Pms::Wpt | Pms::Yum | Pms::Zypper => word.find('='),
        };
        ends.unwrap_or(word.len())
    };
    let names = |word: &'_ str| word.get(..name(word)).unwrap_or_default().to_owned();
    let others: std::collections::HashSet<String> = other.split_whitespace().map(names).collect();
    one.split_whitespace()
        .map(|word| word.get(..name(word)).unwrap_or_default())
        .find(|word| others.contains(*word))
}

fn is_name(pms: Pms, word: &str) -> bool {
    match pms {
        Pms::Apt => is_debian_name(word),
        Pms::Dnf | Pms::Pacman | Pms::Wpt | Pms::Yum | Pms::Zypper => is_other_name(word),
    }
}

/// `name`, `name:architecture`, and either with `=version` or `/release`, as apt reads them. A hyphen at the end would
/// mean "remove this".
fn is_debian_name(word: &str) -> bool {
    let end = word.find(['=', '/']).unwrap_or(word.len());
    let (name, suffix) = word.split_at(end);
    let (name, architecture) = match name.split_once(':') {
        Some((name, architecture)) => (name, Some(architecture)),
        None => (name, None),
    };
    let small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (2..=LONGEST).contains(&name.len())
        && begins_well(name)
        && name
            .bytes()
            .all(|byte| small(byte) || b"+-.".contains(&byte))
        && !name.ends_with('-')
        && architecture.is_none_or(|text| {
            begins_well(text) && text.bytes().all(|byte| small(byte) || byte == b'-')
        })
        && is_suffix(suffix)
}

/// Nothing, or a sign with a version or a release behind it.
fn is_suffix(suffix: &str) -> bool {
    let Some(value) = suffix.get(1..) else {
        return suffix.is_empty();
    };
    begins_well(value)
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".+-~:_".contains(&byte))
}

/// The names of other systems, among them `group/name`, `name=version` and `name-version.architecture`.
fn is_other_name(word: &str) -> bool {
    word.len() <= 2 * LONGEST
        && (begins_well(word) || word.starts_with(['@', '_']))
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"@._+-~^:=/".contains(&byte))
}

fn begins_well(text: &str) -> bool {
    text.bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_pass_with_what_may_follow_them() {
        for names in [
            "gimp libc6:amd64\ng++",
            "python3.11 0ad",
            "vim=2:9.0.1378-2+b1~rc",
            "vlc/stable libc6:i386=2.36-9",
            "",
        ] {
            assert_eq!(flaw(Pms::Apt, names), None, "{names}");
        }
        for name in [
            "NetworkManager",
            "core/linux",
            "gcc-c++-12.2-1.x86_64",
            "_x",
            "a=1:2",
        ] {
            assert_eq!(flaw(Pms::Dnf, name), None, "{name}");
        }
    }

    #[test]
    fn a_name_in_two_lists_is_found_in_whatever_version() {
        let both = |pms, one, other| in_both(pms, one, other).map(str::to_owned);
        assert_eq!(
            both(Pms::Apt, "gimp vim=2:9", "nano\nvim/stable").as_deref(),
            Some("vim")
        );
        assert_eq!(both(Pms::Apt, "libc6:i386", "libc6:amd64"), None);
        assert_eq!(
            both(Pms::Pacman, "core/linux", "core/linux").as_deref(),
            Some("core/linux")
        );
        assert_eq!(both(Pms::Dnf, "", "vim"), None);
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
            for pms in [Pms::Apt, Pms::Pacman] {
                let only_apt = ["gimp-", "vim=", "vim:"].contains(&word);
                if pms == Pms::Apt || !only_apt {
                    assert_eq!(flaw(pms, text), Some(word), "{text}");
                }
            }
        }
    }
}
