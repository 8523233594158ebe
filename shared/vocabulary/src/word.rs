//! How a word is declared.

/// Declares an enum that travels as a text, with an `Unknown` for words of a newer peer.
macro_rules! word {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "bus", derive(zbus::Type))]
        #[cfg_attr(feature = "bus", zbus(signature = "s"))]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)*
            /// A word this version does not know.
            #[default]
            #[serde(rename = "unknown", other)]
            Unknown,
        }

        impl $name {
            /// All words but `Unknown`.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word as it travels.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Unknown => "unknown",
                }
            }

            /// The value of `word`, `Unknown` for any other.
            #[must_use]
            pub fn parse(word: &str) -> Self {
                Self::ALL.iter().copied().find(|value| value.as_str() == word).unwrap_or_default()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use word;
