//! What bodies may hold: the kind a member is of, and what is taken for it. A form has nothing but texts, and version 5
//! takes numbers as texts and texts as numbers in JSON as well.

use migasfree_server_entity::{
    entity::{Entity, Like, Target, Write},
    schema::{Column, Default, Table, Type},
    validate::column_of,
};
use serde_json::Value;
use utoipa::openapi::{
    KnownFormat, RefOr, Schema, SchemaFormat,
    schema::{AnyOfBuilder, ObjectBuilder, SchemaType, Type as Json},
};

use super::schemas::{like, list, of_type};

type Any = RefOr<Schema>;

const WHOLE: &str = r"[+-]?[0-9]{1,18}";
/// A text without control characters and what is not seen, but for the blanks around it, which are cut off. What is beyond
/// U+FFFF has no spelling that all readers of patterns share.
const ONE_LINE: &str = r"^[\x09-\x0D\x20\x85\u2028\u2029]*[^\x00-\x1F\x7F-\x9F\xAD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]*[\x09-\x0D\x20\x85\u2028\u2029]*$";
/// A text without the character that no text of the database can hold.
const STORABLE: &str = r"^[^\x00]*$";
const FRACTION: &str = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?";
const TRUTH: &str = "[Tt]rue|[Ff]alse|TRUE|FALSE|1|0|on|off|yes|no|y|n|t|f";
const IDS: &str = r"^ *\[?[ ,0-9]*\]? *$";

/// What a member of a row may be.
pub fn written(table: &'static Table, write: &Write, partial: bool) -> Any {
    match write.target {
        Target::Column => column_of(table, write.name).map_or_else(
            || like(Like::Text),
            |column| of_column(column, write, partial),
        ),
        Target::Links => ids(),
        Target::Extra(kind) => extra(kind, write),
        Target::File => like(Like::File),
    }
}

/// What a column is compared with in an address, where an empty value is none.
pub fn asked(ty: Type) -> Any {
    match ty {
        Type::Choice(choices) => {
            let texts = choices.iter().map(|(value, _)| Value::from(*value));
            one_of(texts.collect(), false, true)
        }
        Type::Time => moment(KnownFormat::DateTime, false, true),
        Type::Date => moment(KnownFormat::Date, false, true),
        // What is longer than the column is found nowhere.
        Type::Text(_) => like(Like::Text),
        other => of_type(other, false),
    }
}

fn of_column(column: &Column, write: &Write, partial: bool) -> Any {
    let null = column.null;
    // What is left empty in a form is nothing, or what it is by default.
    let blank = null || !partial && !matches!(column.default, Default::None);
    match column.ty {
        Type::Key(_) | Type::Int => whole(write.range, null, blank),
        Type::IntChoice(choices) => {
            let numbers = choices.iter().map(|(value, _)| Value::from(*value));
            let texts = choices
                .iter()
                .map(|(value, _)| Value::from(value.to_string()));
            one_of(numbers.chain(texts).collect(), null, blank)
        }
        Type::Float => {
            let pattern = spelled(FRACTION, blank);
            let mut schema = kinds(&[Json::Number, Json::String], null).pattern(Some(pattern));
            if let Some((least, most)) = write.range {
                schema = schema.minimum(Some(least)).maximum(Some(most));
            }
            schema.into()
        }
        Type::Bool => truth(null, blank),
        Type::Text(most) => text(Some(most), write, null),
        Type::LongText => text(None, write, null),
        Type::Choice(choices) => {
            let texts = choices.iter().map(|(value, _)| Value::from(*value));
            one_of(texts.collect(), null, blank)
        }
        Type::Lines => lines(null),
        Type::Time => moment(KnownFormat::DateTime, null, blank),
        Type::Date => moment(KnownFormat::Date, null, blank),
        Type::Json => like(Like::Anything),
    }
}

/// What a member is that the columns of a table say nothing of; null where it need not be there.
fn extra(kind: Like, write: &Write) -> Any {
    let optional = !write.required;
    match kind {
        Like::Text => kinds(&[Json::String], optional)
            .pattern(Some(STORABLE))
            .min_length(write.filled.then_some(1))
            .into(),
        Like::Integer | Like::Key => whole(None, optional, optional),
        Like::Boolean => truth(optional, optional),
        Like::Ids => ids(),
        other => like(other),
    }
}

/// Some of the members that may be written, none of which has to be there.
pub fn some(entity: &Entity, names: &[&str]) -> Any {
    let wanted = |write: &&Write| names.contains(&write.name);
    let writes = entity.update_fields().iter().filter(wanted);
    writes
        .fold(kinds(&[Json::Object], false), |schema, write| {
            schema.property(write.name, written(entity.table, write, true))
        })
        .into()
}

fn kinds(of: &[Json], null: bool) -> ObjectBuilder {
    let null = null.then_some(Json::Null);
    let kinds = SchemaType::from_iter(of.iter().cloned().chain(null));
    ObjectBuilder::new().schema_type(kinds)
}

fn spelled(pattern: &str, blank: bool) -> String {
    let nothing = if blank { "?" } else { "" };
    format!("^ *({pattern}){nothing} *$")
}

fn whole(range: Option<(i64, i64)>, null: bool, blank: bool) -> Any {
    let mut schema = kinds(&[Json::Integer, Json::String], null)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .pattern(Some(spelled(WHOLE, blank)));
    if let Some((least, most)) = range {
        schema = schema.minimum(Some(least)).maximum(Some(most));
    }
    schema.into()
}

fn truth(null: bool, blank: bool) -> Any {
    kinds(&[Json::Boolean, Json::Integer, Json::String], null)
        .minimum(Some(0))
        .maximum(Some(1))
        .pattern(Some(spelled(TRUTH, blank)))
        .into()
}

fn text(most: Option<usize>, write: &Write, null: bool) -> Any {
    let schema = if write.mailbox {
        kinds(&[Json::String], null).pattern(Some(r"^([^@\s]+@[^@\s]+)?$"))
    } else {
        let pattern = if most.is_some() { ONE_LINE } else { STORABLE };
        kinds(&[Json::String, Json::Number], null).pattern(Some(pattern))
    };
    let least = write.filled.then_some(1);
    schema.max_length(most).min_length(least).into()
}

fn one_of(mut values: Vec<Value>, null: bool, blank: bool) -> Any {
    if blank && !values.contains(&Value::from("")) {
        values.push("".into());
    }
    if null {
        values.push(Value::Null);
    }
    // Values of several kinds: the type is what they are.
    ObjectBuilder::new()
        .schema_type(SchemaType::AnyValue)
        .enum_values(Some(values))
        .into()
}

fn moment(format: KnownFormat, null: bool, blank: bool) -> Any {
    let schema = kinds(&[Json::String], null).format(Some(SchemaFormat::KnownFormat(format)));
    let day = || {
        kinds(&[Json::String], false).pattern(Some(spelled(
            "[0-9]{4}-[0-9]{2}-[0-9]{2}[T0-9:. Z+-]*",
            blank,
        )))
    };
    AnyOfBuilder::new()
        .item(schema.build())
        .item(day().build())
        .into()
}

/// Names in a list, or one per line.
fn lines(null: bool) -> Any {
    let names = kinds(&[Json::String, Json::Number], false);
    AnyOfBuilder::new()
        .item(list(names.into()))
        .item(kinds(&[Json::String], null).build())
        .into()
}

/// Ids in a list, or separated by commas; nothing is an empty list.
fn ids() -> Any {
    let spelled = || kinds(&[Json::Integer, Json::String], true).pattern(Some(IDS));
    AnyOfBuilder::new()
        .item(list(spelled().into()))
        .item(spelled().build())
        .into()
}
