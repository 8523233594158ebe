//! The languages there are.

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language {
    /// Its tag: `es`.
    pub tag: &'static str,
    /// What it calls itself.
    pub name: &'static str,
}

/// Every language there is a folder for, English first.
pub const LANGUAGES: &[Language] = include!(concat!(env!("OUT_DIR"), "/languages.rs"));

impl Language {
    /// What everything is written in first.
    pub const ENGLISH: Self = LANGUAGES[0];

    /// The language of a tag, or of its first part, as `es` is of `es_MX.UTF-8`; English for one that is not there.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        let first = tag.split(|next: char| !next.is_ascii_alphanumeric()).next();
        Self::known(tag)
            .or_else(|| Self::known(first?))
            .unwrap_or(Self::ENGLISH)
    }

    /// The language of this very tag.
    #[must_use]
    pub fn known(tag: &str) -> Option<Self> {
        LANGUAGES.iter().copied().find(|one| one.tag == tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_its_folder_and_says_what_it_is_called() {
        assert_eq!(
            (Language::ENGLISH.tag, Language::ENGLISH.name),
            ("en", "English")
        );
        assert_eq!(Language::of("es").name, "Español");
    }

    #[test]
    fn a_desktop_or_browser_says_more_than_the_language() {
        for tag in ["es", "es-MX", "es_ES.UTF-8", "es:en"] {
            assert_eq!(Language::of(tag).tag, "es", "{tag}");
        }
        for tag in ["en-GB", "tlh", ""] {
            assert_eq!(Language::of(tag), Language::ENGLISH, "{tag}");
        }
    }
}
