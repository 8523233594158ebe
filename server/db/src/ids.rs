//! Identifiers, so that the number of one thing never stands for another.

/// Newtypes of ids, each with its documentation. Who declares some depends on `serde`, `sqlx` and `sea-query`.
#[macro_export]
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, sqlx::Type,
        )]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<$name> for sea_query::Value {
            fn from(id: $name) -> Self {
                Self::BigInt(Some(id.0))
            }
        }

        impl $crate::IntoArg for $name {
            fn into_arg(self) -> $crate::Arg {
                $crate::Arg::Int(Some(self.0))
            }
            fn null() -> $crate::Arg {
                $crate::Arg::Int(None)
            }
        }
    )*};
}
