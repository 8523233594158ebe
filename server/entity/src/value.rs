//! Values on their way in and out: text of an address, JSON of a body, columns of a row.

use std::{fmt, ops::RangeInclusive};

use migasfree_server_db::{Arg, Row, Ts, zone::Zone};
use migasfree_types::{
    message::{Message, quoted},
    shown::is_hidden,
};
use serde_json::Value;
use time::{Date, macros::format_description};

use super::{json::Json, messages, schema::Type};

/// Why a value was not accepted; shown under its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    NotANumber,
    NotNumbers(String),
    NotABoolean,
    NotADate,
    Implausible,
    NotATime,
    NotAText,
    NotAList,
    NotAnObject,
    NotAnEmail,
    NotAChoice(String),
    NotOneLine,
    Nul,
    TooLong(usize),
    TooMany(usize),
    OutOfRange(i64, i64),
    Empty,
    Missing,
    Unknown(i64),
}

impl Refused {
    /// What is said of it.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::NotANumber => messages::not_a_number(),
            Self::NotNumbers(written) => messages::not_a_number_of_several(quoted(written)),
            Self::NotABoolean => messages::not_a_boolean(),
            Self::NotADate => messages::not_a_date(),
            Self::Implausible => messages::implausible_date(*YEARS.start(), *YEARS.end()),
            Self::NotATime => messages::not_a_time(),
            Self::NotAText => messages::not_a_text(),
            Self::NotAList => messages::not_a_list(),
            Self::NotAnObject => messages::not_an_object(),
            Self::NotAnEmail => messages::not_an_email(),
            Self::NotAChoice(value) => messages::not_a_choice(quoted(value)),
            Self::NotOneLine => messages::no_control_characters(),
            Self::Nul => messages::null_character(),
            Self::TooLong(limit) => messages::too_long(*limit),
            Self::TooMany(limit) => messages::too_many_values(*limit),
            Self::OutOfRange(least, most) => messages::out_of_range(*least, *most),
            Self::Empty => messages::empty_value(),
            Self::Missing => messages::missing_value(),
            Self::Unknown(id) => messages::unknown_id(*id),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

impl std::error::Error for Refused {}

/// The years of dates that anything may begin on.
const YEARS: RangeInclusive<i32> = 1970..=2999;

/// The longest list of values that is taken at once.
pub const MOST_VALUES: usize = 20_000;

/// The value of a column of a row, as it is shown.
#[must_use]
pub fn shown(row: &Row, index: usize, ty: Type, zone: &Zone) -> Json {
    match ty {
        Type::Key(_) | Type::Int | Type::IntChoice(_) => row.int(index).into(),
        Type::Float => row.float(index).map_or(Json::Null, Json::Float),
        Type::Bool => row.bool(index).into(),
        Type::Text(_) | Type::LongText | Type::Choice(_) | Type::Date => row.text(index).into(),
        Type::Lines => row.text(index).map_or_else(
            || Json::List(Vec::new()),
            |text| {
                text.lines()
                    .filter(|line| !line.is_empty())
                    .map(Json::text)
                    .collect::<Vec<_>>()
                    .into()
            },
        ),
        Type::Time => row.time(index).map(|at| zone.rfc3339(at)).into(),
        Type::Json => row
            .text(index)
            .and_then(|text| serde_json::from_str(text).ok())
            .map_or(Json::Null, Json::Document),
    }
}

/// What the value of a choice is called.
#[must_use]
pub fn labelled(row: &Row, index: usize, ty: Type, zone: &Zone) -> Json {
    match ty {
        Type::Choice(choices) => {
            let value = row.text(index).unwrap_or_default();
            choices
                .iter()
                .find(|(stored, _)| *stored == value)
                .map_or(Json::text(value), |(_, label)| Json::text(label))
        }
        Type::IntChoice(choices) => {
            let value = row.int(index);
            choices
                .iter()
                .find(|(stored, _)| Some(*stored) == value)
                .map_or(Json::Null, |(_, label)| Json::text(label))
        }
        other => shown(row, index, other, zone),
    }
}

/// The empty value of a kind of column.
#[must_use]
pub const fn null(ty: Type) -> Arg {
    match ty {
        Type::Key(_) | Type::Int | Type::IntChoice(_) => Arg::Int(None),
        Type::Float => Arg::Float(None),
        Type::Bool => Arg::Bool(None),
        Type::Time => Arg::Time(None),
        _ => Arg::Text(None),
    }
}

/// An argument as a value of a dynamic statement.
#[must_use]
pub fn bound(value: Arg) -> sea_query::Value {
    match value {
        Arg::Int(value) => sea_query::Value::BigInt(value),
        Arg::Bool(value) => sea_query::Value::Bool(value),
        Arg::Float(value) => sea_query::Value::Double(value),
        Arg::Text(value) => sea_query::Value::String(value),
        Arg::Time(value) => sea_query::Value::TimeDateTimeWithTimeZone(value.map(Ts::datetime)),
        Arg::Bytes(value) => sea_query::Value::Bytes(value),
    }
}

/// Reads the text of a filter. `None` means that the filter is ignored.
///
/// # Errors
/// For numbers, dates and choices that are none.
pub fn filtered(ty: Type, text: &str, zone: &Zone) -> Result<Option<Arg>, Refused> {
    Ok(Some(match ty {
        Type::Key(_) | Type::Int => Arg::Int(Some(whole(text)?)),
        Type::IntChoice(choices) => {
            let value = whole(text)?;
            known(choices.iter().any(|(stored, _)| *stored == value), text)?;
            Arg::Int(Some(value))
        }
        Type::Float => Arg::Float(Some(finite(text)?)),
        Type::Bool => match truth(text) {
            Some(value) => Arg::Bool(Some(value)),
            None => return Ok(None),
        },
        Type::Choice(choices) => {
            known(choices.iter().any(|(stored, _)| *stored == text), text)?;
            Arg::Text(Some(text.to_owned()))
        }
        Type::Time => Arg::Time(Some(moment(text, zone).ok_or(Refused::NotATime)?)),
        Type::Date => Arg::Text(Some(day(text).ok_or(Refused::NotADate)?.to_string())),
        Type::Text(_) | Type::LongText | Type::Lines | Type::Json => {
            Arg::Text(Some(text.to_owned()))
        }
    }))
}

fn known(known: bool, text: &str) -> Result<(), Refused> {
    if known {
        Ok(())
    } else {
        Err(Refused::NotAChoice(text.to_owned()))
    }
}

fn whole(text: &str) -> Result<i64, Refused> {
    text.trim().parse().map_err(|_| Refused::NotANumber)
}

/// The spellings of yes and no in a filter.
#[must_use]
pub fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// Yes or no in a body, in the spellings of forms too.
///
/// # Errors
/// For anything else.
pub fn written_truth(value: &Value) -> Result<bool, Refused> {
    let meant = match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "on" | "yes" | "y" | "t" => Some(true),
            "off" | "no" | "n" | "f" => Some(false),
            other => truth(other),
        },
        Value::Number(number) => match number.as_i64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        _ => None,
    };
    meant.ok_or(Refused::NotABoolean)
}

/// Reads a day.
#[must_use]
pub fn day(text: &str) -> Option<Date> {
    Date::parse(text.trim(), format_description!("[year]-[month]-[day]")).ok()
}

/// A day that something may begin on.
///
/// # Errors
/// For what is no day, and for years that are a slip of the hand.
pub fn plausible_day(text: &str) -> Result<Date, Refused> {
    let day = day(text).ok_or(Refused::NotADate)?;
    if YEARS.contains(&day.year()) {
        Ok(day)
    } else {
        Err(Refused::Implausible)
    }
}

/// Reads a moment: a day, or a date and time; without an offset it is local.
/// The `+` of an offset that came as a blank, as in an address it does, is one again.
#[must_use]
pub fn moment(text: &str, zone: &Zone) -> Option<Ts> {
    let text = text.trim();
    if let Some(day) = day(text) {
        return zone.parse(&format!("{day}T00:00:00"));
    }
    let separated = if text.contains('T') {
        text.to_owned()
    } else {
        text.replacen(' ', "T", 1)
    };
    zone.parse(&separated.replacen(' ', "+", 1))
}

/// Reads a value of a body for a column. `Value::Null` and empty text are the caller's business.
///
/// # Errors
/// For everything the column cannot hold.
pub fn written(ty: Type, value: &Value, zone: &Zone) -> Result<Arg, Refused> {
    Ok(match ty {
        Type::Key(_) | Type::Int => Arg::Int(Some(number(value)?)),
        Type::IntChoice(choices) => {
            let number = number(value)?;
            known(
                choices.iter().any(|(stored, _)| *stored == number),
                &number.to_string(),
            )?;
            Arg::Int(Some(number))
        }
        Type::Float => Arg::Float(Some(match value {
            Value::Number(number) => number.as_f64().ok_or(Refused::NotANumber)?,
            Value::String(text) => finite(text)?,
            _ => return Err(Refused::NotANumber),
        })),
        Type::Bool => Arg::Bool(Some(written_truth(value)?)),
        Type::Text(max) => {
            let text = text(value)?;
            if text.contains(is_hidden) {
                return Err(Refused::NotOneLine);
            }
            if text.chars().count() > max {
                return Err(Refused::TooLong(max));
            }
            Arg::Text(Some(text))
        }
        Type::LongText => Arg::Text(Some(text(value)?)),
        Type::Choice(choices) => {
            let text = text(value)?;
            known(choices.iter().any(|(stored, _)| *stored == text), &text)?;
            Arg::Text(Some(text))
        }
        Type::Lines => Arg::Text(Some(names(value)?.join("\n"))),
        Type::Time => Arg::Time(Some(moment(&text(value)?, zone).ok_or(Refused::NotATime)?)),
        Type::Date => Arg::Text(Some(plausible_day(&text(value)?)?.to_string())),
        Type::Json => Arg::Text(Some(match value {
            Value::String(text) => serde_json::from_str::<Value>(text)
                .map_err(|_| Refused::NotAText)?
                .to_string(),
            other => other.to_string(),
        })),
    })
}

fn finite(text: &str) -> Result<f64, Refused> {
    text.trim()
        .parse()
        .ok()
        .filter(|value: &f64| value.is_finite())
        .ok_or(Refused::NotANumber)
}

/// A whole number, as such or as a text.
///
/// # Errors
/// For anything else.
pub fn number(value: &Value) -> Result<i64, Refused> {
    match value {
        Value::Number(number) => number.as_i64().ok_or(Refused::NotANumber),
        Value::String(text) => whole(text),
        _ => Err(Refused::NotANumber),
    }
}

/// Whether there is a null character in it, which PostgreSQL cannot hold.
#[must_use]
pub fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members
            .iter()
            .any(|(name, member)| name.contains('\0') || has_nul(member)),
        _ => false,
    }
}

/// A trimmed text with `LF` line ends.
fn text(value: &Value) -> Result<String, Refused> {
    match value {
        Value::String(text) => Ok(text.replace("\r\n", "\n").trim().to_owned()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(Refused::NotAText),
    }
}

/// Names given as an array, or as one text with a name per line.
fn names(value: &Value) -> Result<Vec<String>, Refused> {
    let lines: Vec<String> = match value {
        Value::Array(items) => items.iter().map(text).collect::<Result<_, _>>()?,
        Value::String(text) => match serde_json::from_str::<Vec<String>>(text) {
            Ok(names) => names,
            Err(_) => text.lines().map(str::to_owned).collect(),
        },
        _ => return Err(Refused::NotAList),
    };
    Ok(lines
        .iter()
        .flat_map(|line| line.lines())
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect())
}

/// Ids given as an array, as repeated form values or as one comma list; empty texts count as none.
///
/// # Errors
/// For anything that is not an id.
pub fn id_list(value: &Value) -> Result<Vec<i64>, Refused> {
    let mut ids = Vec::new();
    collect_ids(value, &mut ids)?;
    if ids.len() > MOST_VALUES {
        return Err(Refused::TooMany(MOST_VALUES));
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

fn collect_ids(value: &Value, ids: &mut Vec<i64>) -> Result<(), Refused> {
    match value {
        Value::Null => {}
        Value::Array(items) => {
            for item in items {
                if item.is_array() {
                    return Err(Refused::NotANumber);
                }
                collect_ids(item, ids)?;
            }
        }
        Value::Number(_) => ids.push(number(value)?),
        Value::String(text) if text.trim_start().starts_with('[') => {
            let items: Value = serde_json::from_str(text).map_err(|_| Refused::NotAList)?;
            collect_ids(&items, ids)?;
        }
        Value::String(text) => {
            for item in text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
            {
                ids.push(whole(item)?);
            }
        }
        _ => return Err(Refused::NotAList),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Refused, Type, filtered, has_nul, id_list, written};
    use migasfree_server_db::{Arg, zone::Zone};

    #[test]
    fn filters_take_numbers_and_ignore_odd_booleans() {
        assert_eq!(
            filtered(Type::Int, "7", &Zone::utc()),
            Ok(Some(Arg::Int(Some(7))))
        );
        assert_eq!(
            filtered(Type::Int, "seven", &Zone::utc()),
            Err(Refused::NotANumber)
        );
        assert_eq!(
            filtered(Type::Bool, "True", &Zone::utc()),
            Ok(Some(Arg::Bool(Some(true))))
        );
        for (text, meant) in [
            ("TRUE", Some(true)),
            ("0", Some(false)),
            ("on", None),
            ("perhaps", None),
        ] {
            let meant = meant.map(|value| Arg::Bool(Some(value)));
            assert_eq!(
                filtered(Type::Bool, text, &Zone::utc()),
                Ok(meant),
                "{text}"
            );
        }
        assert_eq!(
            filtered(Type::Float, "NaN", &Zone::utc()),
            Err(Refused::NotANumber)
        );
    }

    #[test]
    fn moments_may_lack_an_offset_or_the_time() {
        let moment = |text| super::moment(text, &Zone::utc());
        let at = moment("2026-11-21T02:05:30.374669Z");
        assert!(at.is_some());
        assert_eq!(moment("2026-11-21T03:05:30.374669+01:00"), at);
        assert_eq!(moment("2026-11-21T03:05:30.374669 01:00"), at);
        assert_eq!(moment("2026-11-21 03:05:30.374669 01:00"), at);
        assert_eq!(moment("2026-11-21 02:05:30.374669"), at);
        assert_eq!(moment("2026-11-21"), moment("2026-11-21T00:00"));
        assert_eq!(moment("yesterday"), None);
    }

    #[test]
    fn lists_of_ids_come_in_several_forms() {
        for value in [
            json!([3, 1, 3]),
            json!(["1", "3"]),
            json!("1,3"),
            json!("[1, 3]"),
            json!([1, null, "3,"]),
            json!(["[1]", 3]),
        ] {
            assert_eq!(id_list(&value), Ok(vec![1, 3]), "{value}");
        }
        assert_eq!(id_list(&json!([""])), Ok(vec![]));
        for value in [json!(["x"]), json!([[1]]), json!(["[[1]]"])] {
            assert_eq!(id_list(&value), Err(Refused::NotANumber), "{value}");
        }
    }

    #[test]
    fn package_lists_may_be_arrays_or_text() {
        let stored = Ok(Arg::Text(Some("a\nb".to_owned())));
        assert_eq!(
            written(Type::Lines, &json!(["a", " b ", ""]), &Zone::utc()),
            stored
        );
        assert_eq!(
            written(Type::Lines, &json!("a\r\nb\n"), &Zone::utc()),
            stored
        );
        assert_eq!(
            written(Type::Lines, &json!("[\"a\", \"b\"]"), &Zone::utc()),
            stored
        );
        assert_eq!(
            written(Type::Lines, &json!(5), &Zone::utc()),
            Err(Refused::NotAList)
        );
    }

    #[test]
    fn a_text_of_limited_length_is_one_line() {
        for text in [
            "a\nb",
            "a\r\nb",
            "a\tb",
            "a\u{1b}[31m",
            "a\u{85}b",
            "a\u{2028}b",
            "a\u{ad}b",
            "a\u{202e}b",
        ] {
            let refused = written(Type::Text(9), &json!(text), &Zone::utc());
            assert_eq!(refused, Err(Refused::NotOneLine), "{text:?}");
            assert!(written(Type::LongText, &json!(text), &Zone::utc()).is_ok());
        }
        let taken = Ok(Arg::Text(Some("a".to_owned())));
        assert_eq!(written(Type::Text(9), &json!("a\n"), &Zone::utc()), taken);
    }

    #[test]
    fn a_zero_character_is_found_however_deep_it_is() {
        for value in [json!("\0"), json!(["a", "\0"]), json!({"a": {"b\0": 1}})] {
            assert!(has_nul(&value), "{value}");
        }
        assert!(!has_nul(&json!({"a": ["b", 1, null]})));
    }

    #[test]
    fn texts_are_trimmed_and_limited() {
        assert_eq!(
            written(Type::Text(3), &json!(" abc "), &Zone::utc()),
            Ok(Arg::Text(Some("abc".to_owned())))
        );
        assert_eq!(
            written(Type::Text(3), &json!("abcd"), &Zone::utc()),
            Err(Refused::TooLong(3))
        );
    }
}
