//! From a body to the values of a row: presence, kind, length, range.

use migasfree_server_db::{Arg, Ts, zone::Zone};
use serde_json::Value;

use super::{
    body::Body,
    entity::{Entity, Like, Target, Write},
    error::RestError,
    schema::{Column, Default, Table, Type},
    value::{self, Refused},
    values::Values,
};

/// How complete a body has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Required members must be there; the others get their defaults.
    Create,
    /// Required members must be there; the others stay as they are.
    Replace,
    /// Only what is there changes.
    Patch,
}

/// The column a write goes to: its own name, or that of the relation with `_id`.
#[must_use]
pub fn column_of(table: &'static Table, name: &str) -> Option<&'static Column> {
    table
        .column(name)
        .or_else(|| table.one(name).map(|(column, _)| column))
}

/// Reads what may be written from a body.
///
/// # Errors
/// With every refused member under its name.
pub fn values(
    entity: &Entity,
    mode: Mode,
    body: Body,
    now: Ts,
    zone: &Zone,
) -> Result<Values, RestError> {
    let writes = if mode == Mode::Create {
        entity.write
    } else {
        entity.update_fields()
    };
    let mut values = Values::default();
    let mut refused = Vec::new();
    for write in writes {
        let given = body.members.get(write.name);
        let read = match write.target {
            Target::Column => column(entity.table, write, given, mode, zone, &mut values),
            Target::Links => links(entity.table, write, given, &mut values),
            Target::Extra(_) => {
                if let Some(value) = given {
                    values.extra.insert(write.name.to_owned(), value.clone());
                }
                Ok(())
            }
            Target::File => Ok(()),
        };
        let missing = write.required
            && mode != Mode::Patch
            && given.is_none()
            && !body.files.iter().any(|file| file.field == write.name);
        match read {
            _ if missing => refused.push((write.name.to_owned(), Refused::Missing.message())),
            Err(reason) => refused.push((write.name.to_owned(), reason.message())),
            Ok(()) => {}
        }
    }
    if !refused.is_empty() {
        return Err(RestError::fields(refused));
    }
    values.files = body.files;
    values.carried = body.carried;
    if mode == Mode::Create {
        complete(entity.table, &mut values, now, zone);
    }
    Ok(values)
}

/// Checks what an action is given: what is required is there, and each member is of its kind.
///
/// # Errors
/// With every refused member under its name.
pub fn members(
    entity: &Entity,
    writes: &[Write],
    body: &Body,
    zone: &Zone,
) -> Result<(), RestError> {
    let mut refused = Vec::new();
    for write in writes {
        let given = body.get(write.name);
        let read = match (write.target, given.filter(|value| !value.is_null())) {
            (Target::Column, _) if given.is_some() => {
                let mut read = Values::default();
                column(entity.table, write, given, Mode::Create, zone, &mut read)
            }
            (Target::Extra(kind), Some(value)) => is_of(kind, value, write.required, zone),
            (Target::Extra(_), None) if write.required => Err(Refused::Missing),
            _ => Ok(()),
        };
        refused.extend(
            read.err()
                .map(|reason| (write.name.to_owned(), reason.message())),
        );
    }
    if refused.is_empty() {
        Ok(())
    } else {
        Err(RestError::fields(refused))
    }
}

fn is_of(kind: Like, value: &Value, required: bool, zone: &Zone) -> Result<(), Refused> {
    let fits = |fits: bool, or: Refused| if fits { Ok(()) } else { Err(or) };
    match kind {
        Like::Text | Like::Note | Like::Uri => fits(value.is_string(), Refused::NotAText),
        // What is left empty in a form is nothing.
        Like::Integer | Like::Key | Like::Number | Like::Boolean
            if !required && is_blank(value) =>
        {
            Ok(())
        }
        Like::Integer | Like::Key => value::written(Type::Int, value, zone).map(|_| ()),
        Like::Number => value::written(Type::Float, value, zone).map(|_| ()),
        Like::Boolean => value::written(Type::Bool, value, zone).map(|_| ()),
        Like::Ids => value::id_list(value).map(|_| ()),
        Like::Object => fits(value.is_object(), Refused::NotAnObject),
        Like::Texts | Like::Objects | Like::Pairs => fits(value.is_array(), Refused::NotAList),
        Like::Anything | Like::File => Ok(()),
    }
}

fn column(
    table: &'static Table,
    write: &Write,
    given: Option<&Value>,
    mode: Mode,
    zone: &Zone,
    values: &mut Values,
) -> Result<(), Refused> {
    let (Some(value), Some(column)) = (given, column_of(table, write.name)) else {
        return Ok(());
    };
    if is_blank(value) && !matches!(column.ty, Type::Text(_) | Type::LongText | Type::Lines)
        || value.is_null()
    {
        // An empty value of a form clears what may be empty, and leaves a default what it is.
        if column.null {
            values.set(column.name, value::null(column.ty));
            return Ok(());
        }
        let has_default = !matches!(column.default, Default::None);
        return if has_default && mode == Mode::Create && !value.is_null() {
            Ok(())
        } else {
            Err(Refused::Empty)
        };
    }
    let written = value::written(column.ty, value, zone)?;
    if let Some((least, most)) = write.range
        && !is_within(&written, least, most)
    {
        return Err(Refused::OutOfRange(least, most));
    }
    if write.mailbox && matches!(&written, Arg::Text(Some(text)) if !is_mailbox(text)) {
        return Err(Refused::NotAnEmail);
    }
    if write.filled && matches!(&written, Arg::Text(Some(text)) if text.is_empty()) {
        return Err(Refused::Empty);
    }
    values.set(column.name, written);
    Ok(())
}

/// Whether a number lies between the two; anything else does.
fn is_within(value: &Arg, least: i64, most: i64) -> bool {
    match value {
        Arg::Int(Some(number)) => (least..=most).contains(number),
        Arg::Float(Some(number)) => (least as f64..=most as f64).contains(number),
        _ => true,
    }
}

/// Nothing, or something before and after one `@`. Whether mail arrives there only mail can tell.
fn is_mailbox(text: &str) -> bool {
    let odd = |character: char| character.is_whitespace() || character.is_control();
    text.is_empty()
        || text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(odd)
        })
}

fn is_blank(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.trim().is_empty())
}

fn links(
    table: &'static Table,
    write: &Write,
    given: Option<&Value>,
    values: &mut Values,
) -> Result<(), Refused> {
    let (Some(value), Some(many)) = (given, table.many(write.name)) else {
        return Ok(());
    };
    values.set_ids(many.name(), value::id_list(value)?);
    Ok(())
}

/// Gives a new row its defaults.
fn complete(table: &'static Table, values: &mut Values, now: Ts, zone: &Zone) {
    for column in table.columns {
        if values.has(column.name) {
            continue;
        }
        let value = match column.default {
            Default::None if column.null => value::null(column.ty),
            Default::None => continue,
            Default::Bool(value) => Arg::Bool(Some(value)),
            Default::Int(value) => Arg::Int(Some(value)),
            Default::Text(value) => Arg::Text(Some(value.to_owned())),
            Default::Now => Arg::Time(Some(now)),
            Default::Today => Arg::Text(Some(zone.date(now).to_string())),
        };
        values.set(column.name, value);
    }
}
