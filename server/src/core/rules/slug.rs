//! Slugs: names as they appear in paths and key files (2.1).

use unicode_normalization::UnicodeNormalization;

/// Reduces `name` to lower-case ASCII letters, digits, `_` and single inner `-`.
#[must_use]
pub fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for c in name
        .nfkd()
        .filter(char::is_ascii)
        .map(|c| c.to_ascii_lowercase())
    {
        match c {
            'a'..='z' | '0'..='9' | '_' => slug.push(c),
            '-' | ' ' | '\t' | '\n' | '\r' if !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.trim_matches(['-', '_']).to_owned()
}
