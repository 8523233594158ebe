//! What a person chose for Play, kept in that person's configuration folder.

use serde::{Deserialize, Serialize};

/// Language of the view: `system` or a tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "&'static str")]
pub enum Language {
    /// The desktop's, English when Play does not speak it.
    #[default]
    System,
    /// One that Play speaks.
    Own(migasfree_locales::Language),
}

impl From<String> for Language {
    fn from(tag: String) -> Self {
        migasfree_locales::Language::known(&tag).map_or(Self::System, Self::Own)
    }
}

impl From<Language> for &'static str {
    fn from(language: Language) -> Self {
        match language {
            Language::System => "system",
            Language::Own(language) => language.tag,
        }
    }
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// As the desktop says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// The settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Language.
    pub language: Language,
    /// Theme.
    pub theme: Theme,
    /// Size of text in percent, 100 to 200.
    pub text_size: u16,
    /// Whether Play already said that work goes on when its window is closed.
    pub told_about_closing: bool,
    /// Whether the desktop tells what ended while nobody looked at the window.
    pub notices: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::default(),
            theme: Theme::default(),
            text_size: 100,
            told_about_closing: false,
            notices: true,
        }
    }
}

impl Settings {
    /// The same settings with every value inside its limits.
    #[must_use]
    pub fn sane(mut self) -> Self {
        self.text_size = self.text_size.clamp(100, 200);
        self
    }
}
