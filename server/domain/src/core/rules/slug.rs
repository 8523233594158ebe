//! Slugs: names as they appear in paths and key files (2.1).

use any_ascii::any_ascii_char;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

/// Characters of the longest slug.
const MAX_SLUG: usize = 50;

/// Reduces `name` to lower-case ASCII letters, digits, `_` and single inner `-`. Other scripts are transliterated, what
/// cannot be is hashed; empty for a name without letters and digits.
#[must_use]
pub fn slug(name: &str) -> String {
    let reduced = reduced(&in_ascii(name));
    if reduced.is_empty() && name.chars().any(char::is_alphanumeric) {
        return hex::encode(&Sha256::digest(name)[..6]);
    }
    reduced
}

/// `made`, or one with the first free number behind it where that is taken.
#[must_use]
pub fn another(made: &str, taken: &[String]) -> String {
    let numbered = (2..).map(|number| {
        let end = format!("-{number}");
        let start: String = made.chars().take(MAX_SLUG - end.len()).collect();
        format!("{}{end}", start.trim_end_matches(['-', '_']))
    });
    let mut all = std::iter::once(made.to_owned()).chain(numbered);
    all.find(|slug| !taken.contains(slug))
        .unwrap_or_else(|| made.to_owned())
}

fn reduced(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for c in name.chars().map(|c| c.to_ascii_lowercase()) {
        match c {
            'a'..='z' | '0'..='9' | '_' => slug.push(c),
            '-' | ' ' | '\t' | '\n' | '\r' if !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    let slug: String = slug
        .trim_matches(['-', '_'])
        .chars()
        .take(MAX_SLUG)
        .collect();
    slug.trim_end_matches(['-', '_']).to_owned()
}

/// Letters without their marks; those that are no letters of ASCII with a mark as they are spelled there.
fn in_ascii(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in name.nfc() {
        let before = text.len();
        text.extend(std::iter::once(c).nfkd().filter(char::is_ascii));
        if text.len() == before {
            text.push_str(any_ascii_char(c));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_script_make_slugs() {
        for (name, expected) in [
            ("Łódź", "lodz"),
            ("Straße 7", "strasse-7"),
            ("Ørsted", "orsted"),
            ("Школа", "shkola"),
            ("Αθήνα", "athina"),
            ("e\u{301}cole", "ecole"),
        ] {
            assert_eq!(slug(name), expected, "{name}");
        }
        for name in [
            "東京",
            "서울",
            "القاهرة",
            "दिल्ली",
            "תל אביב",
            "\u{16a80}\u{16a81}",
        ] {
            let made = slug(name);
            assert!(!made.is_empty() && made.is_ascii(), "{name}: {made}");
            assert!(
                made.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            );
        }
        assert_ne!(slug("\u{16a80}"), slug("\u{16a81}"));
        assert_eq!(slug("!!!"), "");
        assert_eq!(slug(&"東".repeat(50)).len(), MAX_SLUG);
    }

    #[test]
    fn a_slug_that_is_taken_gets_a_number() {
        let taken = ["office", "office-2"].map(str::to_owned);
        assert_eq!(another("office", &taken), "office-3");
        assert_eq!(another("home", &taken), "home");
        let long = "x".repeat(MAX_SLUG);
        let numbered = another(&long, std::slice::from_ref(&long));
        assert_eq!(numbered, format!("{}-2", "x".repeat(MAX_SLUG - 2)));
    }
}
