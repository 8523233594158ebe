//! What a person may read, as a code with arguments: every view says it in its own language, and shows the English text
//! where it does not know the code.
//!
//! In JSON: `{"code": "too_long", "args": {"limit": 5}, "text": "Write at most 5 characters."}`. `args` is left out where
//! there are none. An argument is a number, a text, another message, or a list of these, which is said with commas.

mod catalog;
mod pattern;
mod problem;
mod texts;

pub use catalog::{Catalog, Malformed};
pub use pattern::{Flaw, Pattern};
pub use problem::{MEDIA_TYPE, Problem, Refusal, is_wanted};

use std::{borrow::Cow, collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// The arguments of a message, by name.
pub type Args = BTreeMap<Cow<'static, str>, Arg>;

/// Something for a person to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// What is said; stable.
    pub code: Cow<'static, str>,
    /// What it is said of.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: Args,
    /// The same in English.
    #[serde(default)]
    pub text: String,
}

/// An argument of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Arg {
    /// A count or an amount.
    Number(i64),
    /// A name, or anything that is the same in every language.
    Text(String),
    /// Several things.
    List(Vec<Arg>),
    /// Something that has words of its own in every language.
    Message(Box<Message>),
}

/// A message as it is declared with [`messages!`](crate::messages).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declared {
    /// Its code.
    pub code: &'static str,
    /// Its English text, a pattern of Fluent.
    pub text: &'static str,
    /// The names of its arguments.
    pub args: &'static [&'static str],
}

impl Declared {
    /// The message with its arguments, in the order in which they are declared.
    #[must_use]
    pub fn message(&self, values: impl IntoIterator<Item = Arg>) -> Message {
        let names = self.args.iter().map(|name| Cow::Borrowed(*name));
        let args: Args = names.zip(values).collect();
        let text = match Pattern::read(self.text) {
            Ok(pattern) => pattern.filled(&args, &Catalog::default()),
            Err(_) => self.text.to_owned(),
        };
        Message {
            code: Cow::Borrowed(self.code),
            args,
            text,
        }
    }
}

impl Message {
    /// A text that somebody else wrote: it has no code, and is the same in every language.
    #[must_use]
    pub fn verbatim(text: impl Into<String>) -> Self {
        Self {
            code: Cow::Borrowed(""),
            args: Args::new(),
            text: text.into(),
        }
    }

    /// Whether this is what a code says.
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        self.code == code
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A text as somebody wrote it, in quotation marks, with what cannot be seen as an escape.
#[must_use]
pub fn quoted(text: &str) -> Arg {
    Arg::Text(format!("{text:?}"))
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<Message> for Arg {
    fn from(message: Message) -> Self {
        Self::Message(Box::new(message))
    }
}

impl From<Vec<Message>> for Arg {
    fn from(messages: Vec<Message>) -> Self {
        Self::List(messages.into_iter().map(Self::from).collect())
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for Arg {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u32> for Arg {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Arg {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Arg {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

/// Declares messages: one function for each, which makes it from its arguments and whose name is its code, and
/// `DECLARED`, the list of them all.
///
/// ```
/// migasfree_types::messages! {
///     /// A text is too long.
///     pub too_long(limit): "Write at most { $limit } characters.";
/// }
/// let message = too_long(5);
/// assert_eq!(message.code, "too_long");
/// assert_eq!(message.text, "Write at most 5 characters.");
/// ```
#[macro_export]
macro_rules! messages {
    ($($(#[$about:meta])* $visible:vis $name:ident($($arg:ident),* $(,)?): $text:expr;)+) => {
        $(
            $(#[$about])*
            #[must_use]
            $visible fn $name($($arg: impl Into<$crate::message::Arg>),*) -> $crate::message::Message {
                const DECLARED: $crate::message::Declared = $crate::message::Declared {
                    code: stringify!($name),
                    text: $text,
                    args: &[$(stringify!($arg)),*],
                };
                DECLARED.message([$($arg.into()),*])
            }
        )+

        /// Every message that is declared here.
        pub const DECLARED: &[$crate::message::Declared] = &[
            $($crate::message::Declared {
                code: stringify!($name),
                text: $text,
                args: &[$(stringify!($arg)),*],
            }),+
        ];
    };
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    crate::messages! {
        nothing(): "There is nothing here.";
        too_long(limit): "Write at most { $limit } characters.";
        about(name, reason): "{ $name }: { $reason }";
    }

    #[test]
    fn a_message_carries_its_code_its_arguments_and_its_english_text() {
        let said = too_long(5);
        let json = r#"{"code":"too_long","args":{"limit":5},"text":"Write at most 5 characters."}"#;
        assert_eq!(serde_json::to_string(&said).unwrap(), json);
        assert_eq!(serde_json::from_str::<Message>(json).unwrap(), said);
        let json = r#"{"code":"nothing","text":"There is nothing here."}"#;
        assert_eq!(serde_json::to_string(&nothing()).unwrap(), json);
        assert!(nothing().is("nothing") && !nothing().is("about"));
    }

    #[test]
    fn a_message_may_be_about_another_one() {
        let said = about("vlc", too_long(5));
        assert_eq!(said.text, "vlc: Write at most 5 characters.");
        let json = serde_json::to_string(&said).unwrap();
        assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), said);
    }

    #[test]
    fn a_message_may_be_about_several_things() {
        let said = about("vlc", vec![nothing(), too_long(5)]);
        let text = "vlc: There is nothing here., Write at most 5 characters.";
        assert_eq!(said.text, text);
        let json = serde_json::to_string(&said).unwrap();
        assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), said);
    }

    #[test]
    fn declarations_are_listed() {
        let codes: Vec<&str> = DECLARED.iter().map(|one| one.code).collect();
        assert_eq!(codes, ["nothing", "too_long", "about"]);
        assert_eq!(DECLARED[2].args, ["name", "reason"]);
    }

    #[test]
    fn what_somebody_wrote_is_quoted() {
        assert_eq!(quoted("a\"b"), Arg::Text(r#""a\"b""#.to_owned()));
    }
}
