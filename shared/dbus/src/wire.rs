//! How records become dictionaries.
//!
//! On the bus every value of an `a{sv}` is wrapped as a variant, in JSON it stands as it is. serde says which
//! of the two it is writing, so one derive serves both. The options of a call are read by hand, because callers are not as
//! careful as the daemon: numbers come in every width.

use std::collections::HashMap;

use migasfree_vocabulary::{AppSort, AppState, SyncReason, SyncScope};
use zbus::{OwnedVariant, Variant};

use crate::{Error, messages};

/// The options of a call as they came.
pub type Dictionary = HashMap<String, OwnedVariant>;

/// A type that the value of an option may have.
pub(crate) trait Given: Sized {
    /// What a caller has to pass, as the message of the error calls it.
    const EXPECTED: &'static str;

    /// The value, if it can be one.
    fn given(value: &Variant<'_>) -> Option<Self>;
}

/// The option `key`, if it was given.
pub(crate) fn option<T: Given>(options: &Dictionary, key: &str) -> Result<Option<T>, Error> {
    let Some(value) = options.get(key) else {
        return Ok(None);
    };
    let mut value: &Variant<'_> = value;
    while let Variant::Variant(inner) = value {
        value = inner;
    }
    T::given(value)
        .map(Some)
        .ok_or_else(|| Error::InvalidArgument(messages::wrong_option(key, T::EXPECTED)))
}

impl Given for bool {
    const EXPECTED: &'static str = "boolean";

    fn given(value: &Variant<'_>) -> Option<Self> {
        match value {
            Variant::Bool(value) => Some(*value),
            _ => None,
        }
    }
}

impl Given for String {
    const EXPECTED: &'static str = "text";

    fn given(value: &Variant<'_>) -> Option<Self> {
        match value {
            Variant::Str(text) => Some(text.as_str().to_owned()),
            _ => None,
        }
    }
}

impl Given for u32 {
    const EXPECTED: &'static str = "number";

    fn given(value: &Variant<'_>) -> Option<Self> {
        number(value)?.try_into().ok()
    }
}

impl Given for i64 {
    const EXPECTED: &'static str = "number";

    fn given(value: &Variant<'_>) -> Option<Self> {
        number(value)?.try_into().ok()
    }
}

/// Words may be options, too.
macro_rules! given_words {
    ($($name:ty),* $(,)?) => {
        $(impl Given for $name {
            const EXPECTED: &'static str = String::EXPECTED;

            fn given(value: &Variant<'_>) -> Option<Self> {
                String::given(value).map(|word| Self::parse(&word))
            }
        })*
    };
}

given_words!(AppSort, AppState, SyncReason, SyncScope);

fn number(value: &Variant<'_>) -> Option<i128> {
    Some(match value {
        Variant::U8(number) => (*number).into(),
        Variant::I16(number) => (*number).into(),
        Variant::U16(number) => (*number).into(),
        Variant::I32(number) => (*number).into(),
        Variant::U32(number) => (*number).into(),
        Variant::I64(number) => (*number).into(),
        Variant::U64(number) => (*number).into(),
        _ => return None,
    })
}

/// `#[serde(with)]` for a value of a record.
pub(crate) mod entry {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use zbus::{Type, as_variant};

    pub fn serialize<T, S>(value: &T, serializer: S) -> Result<S::Ok, S::Error>
    where
        T: Type + Serialize,
        S: Serializer,
    {
        if serializer.is_human_readable() {
            value.serialize(serializer)
        } else {
            as_variant::serialize(value, serializer)
        }
    }

    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
    where
        T: Deserialize<'de> + Type + 'de,
        D: Deserializer<'de>,
    {
        if deserializer.is_human_readable() {
            T::deserialize(deserializer)
        } else {
            as_variant::deserialize(deserializer)
        }
    }
}

/// `#[serde(with)]` for a value that may be absent; D-Bus has no null, the key is left out.
pub(crate) mod optional {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error as _};
    use zbus::Type;

    pub fn serialize<T, S>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error>
    where
        T: Type + Serialize,
        S: Serializer,
    {
        match value {
            Some(value) => super::entry::serialize(value, serializer),
            None => Err(S::Error::custom(
                "an absent value is left out, never written",
            )),
        }
    }

    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
    where
        T: Deserialize<'de> + Type + 'de,
        D: Deserializer<'de>,
    {
        if deserializer.is_human_readable() {
            Option::<T>::deserialize(deserializer)
        } else {
            super::entry::deserialize(deserializer).map(Some)
        }
    }
}

/// Declares a struct that is an `a{sv}` on the bus and an object in JSON. The key is the field's name; an
/// `Option` is left out when it is `None`; on reading, unknown keys are ignored and missing ones take
/// the field's default.
macro_rules! record {
    ($(#[$meta:meta])* pub struct $name:ident { $($fields:tt)* }) => {
        $crate::wire::record!(@fields [$(#[$meta])*] $name {} $($fields)*);
    };
    (@fields [$($meta:tt)*] $name:ident { $($done:tt)* }
        $(#[$doc:meta])* pub $field:ident: Option<$kind:ty>, $($rest:tt)*) => {
        $crate::wire::record!(@fields [$($meta)*] $name {
            $($done)*
            $(#[$doc])*
            #[serde(with = "crate::wire::optional", skip_serializing_if = "Option::is_none")]
            pub $field: Option<$kind>,
        } $($rest)*);
    };
    (@fields [$($meta:tt)*] $name:ident { $($done:tt)* }
        $(#[$doc:meta])* pub $field:ident: $kind:ty, $($rest:tt)*) => {
        $crate::wire::record!(@fields [$($meta)*] $name {
            $($done)*
            $(#[$doc])*
            #[serde(with = "crate::wire::entry")]
            pub $field: $kind,
        } $($rest)*);
    };
    (@fields [$($meta:tt)*] $name:ident { $($done:tt)* }) => {
        $($meta)*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize, zbus::Type)]
        #[zbus(signature = "a{sv}")]
        #[serde(default)]
        pub struct $name { $($done)* }
    };
}
pub(crate) use record;

/// Declares a record that is the options of a call. Every key may be missing.
macro_rules! options {
    ($(#[$meta:meta])* pub struct $name:ident {
        $($(#[$doc:meta])* pub $field:ident: Option<$kind:ty>,)*
    }) => {
        $crate::wire::record! {
            $(#[$meta])*
            pub struct $name { $($(#[$doc])* pub $field: Option<$kind>,)* }
        }

        impl $name {
            /// Reads what a caller passed: numbers of any width; unknown keys are ignored, values of another type are an
            /// `InvalidArgument`.
            pub fn read(options: &$crate::Dictionary) -> Result<Self, $crate::Error> {
                Ok(Self {
                    $($field: $crate::wire::option(options, stringify!($field))?,)*
                })
            }
        }
    };
}
pub(crate) use options;
