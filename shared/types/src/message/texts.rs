//! Texts of a program as an enum, for programs that name them in tables.

/// Declares texts as an enum whose variants are their codes.
///
/// ```
/// migasfree_types::texts! {
///     /// What is said.
///     pub enum Text {
///         TooLong(limit): "Write at most { $limit } characters.";
///     }
/// }
/// assert_eq!(Text::TooLong.told(&["5"]).text, "Write at most 5 characters.");
/// assert_eq!(Text::ALL, [Text::TooLong]);
/// ```
#[macro_export]
macro_rules! texts {
    ($(#[$about:meta])* $visible:vis enum $texts:ident {
        $($name:ident$(($($arg:ident),+))?: $english:literal;)+
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $visible enum $texts {
            $($name,)+
        }

        impl $texts {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code in the catalogues, the pattern and the arguments.
            #[must_use]
            pub const fn declared(self) -> $crate::message::Declared {
                match self {
                    $(Self::$name => $crate::message::Declared {
                        code: stringify!($name),
                        text: $english,
                        args: &[$($(stringify!($arg)),+)?],
                    },)+
                }
            }

            /// The message with its arguments, in the order in which they are declared.
            #[must_use]
            pub fn told(self, values: &[&str]) -> $crate::message::Message {
                self.with(values.iter().map(|value| (*value).into()))
            }

            /// The same, with numbers and other messages among the arguments.
            #[must_use]
            pub fn with(
                self,
                values: impl IntoIterator<Item = $crate::message::Arg>,
            ) -> $crate::message::Message {
                self.declared().message(values)
            }
        }
    };
}
