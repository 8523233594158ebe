//! Statement arguments, the same for both engines.

use sqlx::Arguments;
use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;

use super::{Error, Ts};

/// One argument; the variant is the column type it goes to, also when it is null.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Arg {
    Int(Option<i64>),
    Bool(Option<bool>),
    Float(Option<f64>),
    Text(Option<String>),
    Time(Option<Ts>),
    Bytes(Option<Vec<u8>>),
}

impl Arg {
    /// Whether it is the null of its type.
    pub const fn is_null(&self) -> bool {
        matches!(
            self,
            Self::Int(None)
                | Self::Bool(None)
                | Self::Float(None)
                | Self::Text(None)
                | Self::Time(None)
                | Self::Bytes(None)
        )
    }
}

/// What can be an argument of a statement.
pub trait IntoArg {
    /// The argument.
    fn into_arg(self) -> Arg;
    /// The null of this type.
    fn null() -> Arg;
}

macro_rules! into_arg {
    ($($type:ty => $variant:ident($convert:expr)),* $(,)?) => {$(
        impl IntoArg for $type {
            fn into_arg(self) -> Arg {
                let convert: fn($type) -> _ = $convert;
                Arg::$variant(Some(convert(self)))
            }
            fn null() -> Arg {
                Arg::$variant(None)
            }
        }
    )*};
}

into_arg! {
    i64 => Int(|value| value),
    i32 => Int(i64::from),
    i16 => Int(i64::from),
    u32 => Int(i64::from),
    u16 => Int(i64::from),
    u8 => Int(i64::from),
    bool => Bool(|value| value),
    f64 => Float(|value| value),
    String => Text(|value| value),
    Ts => Time(|value| value),
    Vec<u8> => Bytes(|value| value),
}

impl IntoArg for &str {
    fn into_arg(self) -> Arg {
        Arg::Text(Some(self.to_owned()))
    }
    fn null() -> Arg {
        Arg::Text(None)
    }
}

impl<T: IntoArg + Clone> IntoArg for &T {
    fn into_arg(self) -> Arg {
        self.clone().into_arg()
    }
    fn null() -> Arg {
        T::null()
    }
}

impl<T: IntoArg> IntoArg for Option<T> {
    fn into_arg(self) -> Arg {
        self.map_or_else(T::null, T::into_arg)
    }
    fn null() -> Arg {
        T::null()
    }
}

impl IntoArg for Arg {
    fn into_arg(self) -> Arg {
        self
    }
    fn null() -> Arg {
        Arg::Text(None)
    }
}

/// The arguments of one statement, in the order of `$1`, `$2`, …; built by [`crate::args!`].
#[derive(Debug, Clone, Default)]
pub struct Args(Vec<Arg>);

impl Args {
    /// No arguments.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Appends an argument.
    pub fn push(&mut self, value: impl IntoArg) {
        self.0.push(value.into_arg());
    }

    pub(super) fn sqlite(self) -> Result<SqliteArguments, Error> {
        let mut arguments = SqliteArguments::default();
        for arg in self.0 {
            let added = match arg {
                Arg::Int(value) => Arguments::add(&mut arguments, value),
                Arg::Bool(value) => Arguments::add(&mut arguments, value),
                Arg::Float(value) => Arguments::add(&mut arguments, value),
                Arg::Text(value) => Arguments::add(&mut arguments, value),
                Arg::Time(value) => Arguments::add(&mut arguments, value),
                Arg::Bytes(value) => Arguments::add(&mut arguments, value),
            };
            added.map_err(encode_error)?;
        }
        Ok(arguments)
    }

    pub(super) fn postgres(self) -> Result<PgArguments, Error> {
        let mut arguments = PgArguments::default();
        for arg in self.0 {
            let added = match arg {
                Arg::Int(value) => Arguments::add(&mut arguments, value),
                Arg::Bool(value) => Arguments::add(&mut arguments, value),
                Arg::Float(value) => Arguments::add(&mut arguments, value),
                // PostgreSQL's text cannot hold it; SQLite's could, and would differ.
                Arg::Text(Some(text)) if text.contains('\0') => {
                    Arguments::add(&mut arguments, Some(text.replace('\0', "")))
                }
                Arg::Text(value) => Arguments::add(&mut arguments, value),
                Arg::Time(value) => Arguments::add(&mut arguments, value),
                Arg::Bytes(value) => Arguments::add(&mut arguments, value),
            };
            added.map_err(encode_error)?;
        }
        Ok(arguments)
    }
}

fn encode_error(error: BoxDynError) -> Error {
    Error::Sqlx(sqlx::Error::Encode(error))
}

impl FromIterator<Arg> for Args {
    fn from_iter<I: IntoIterator<Item = Arg>>(args: I) -> Self {
        Self(args.into_iter().collect())
    }
}

impl TryFrom<sea_query::Values> for Args {
    type Error = Error;

    fn try_from(values: sea_query::Values) -> Result<Self, Error> {
        values
            .0
            .into_iter()
            .map(arg_of_value)
            .collect::<Result<Vec<_>, _>>()
            .map(Self)
    }
}

fn arg_of_value(value: sea_query::Value) -> Result<Arg, Error> {
    use sea_query::Value;
    Ok(match value {
        Value::Bool(value) => Arg::Bool(value),
        Value::TinyInt(value) => Arg::Int(value.map(i64::from)),
        Value::SmallInt(value) => Arg::Int(value.map(i64::from)),
        Value::Int(value) => Arg::Int(value.map(i64::from)),
        Value::BigInt(value) => Arg::Int(value),
        Value::TinyUnsigned(value) => Arg::Int(value.map(i64::from)),
        Value::SmallUnsigned(value) => Arg::Int(value.map(i64::from)),
        Value::Unsigned(value) => Arg::Int(value.map(i64::from)),
        Value::BigUnsigned(value) => Arg::Int(value.map(|value| value.min(i64::MAX as u64) as i64)),
        Value::Float(value) => Arg::Float(value.map(f64::from)),
        Value::Double(value) => Arg::Float(value),
        Value::String(value) => Arg::Text(value),
        Value::Char(value) => Arg::Text(value.map(String::from)),
        Value::Bytes(value) => Arg::Bytes(value),
        Value::Json(value) => Arg::Text(value.map(|value| value.to_string())),
        Value::TimeDate(value) => Arg::Text(value.map(|date| date.to_string())),
        Value::TimeDateTimeWithTimeZone(value) => Arg::Time(value.and_then(Ts::from_datetime)),
        other => {
            return Err(Error::Sqlx(sqlx::Error::Encode(
                format!("no column holds a value like {other:?}").into(),
            )));
        }
    })
}

/// `args![id, name, Some(time)]`: the arguments of a statement.
#[macro_export]
macro_rules! args {
    () => { $crate::Args::new() };
    ($($value:expr),+ $(,)?) => {{
        let mut args = $crate::Args::new();
        $(args.push($value);)+
        args
    }};
}
