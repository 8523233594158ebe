//! What `OPTIONS` tells of an address: formats, and for whoever may write the fields with their rules.

use serde_json::{Map, Value, json};

use super::{
    access::{self, Need, Operator},
    entity::{Entity, Like, Target, Write},
    schema::{Choice, Column, Default, Type},
    validate::column_of,
};

/// The member with the text that stands for a row.
const DISPLAYED: &str = "__str__";
const FORMS: [&str; 3] = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
];

/// Of a list: what creating takes.
#[must_use]
pub fn of_list(entity: &Entity, operator: &Operator) -> Value {
    let writes = (entity.operations.contains('C')
        && access::allow(operator, entity, Need::Add).is_ok())
    .then_some(("POST", entity.write));
    described(&format!("{} List", entity.model.one), entity, writes)
}

/// Of a row: what replacing takes.
#[must_use]
pub fn of_row(entity: &Entity, operator: &Operator) -> Value {
    let writes = (entity.operations.contains('U')
        && access::allow(operator, entity, Need::Change).is_ok())
    .then_some(("PUT", entity.update_fields()));
    described(&format!("{} Instance", entity.model.one), entity, writes)
}

/// Of anything else.
#[must_use]
pub fn of_action(entity: &Entity) -> Value {
    described(entity.model.many, entity, None)
}

fn described(name: &str, entity: &Entity, writes: Option<(&str, &[Write])>) -> Value {
    let mut answer = json!({
        "name": name,
        "description": entity.model.many,
        "renders": ["application/json"],
        "parses": FORMS,
    });
    if let Some((verb, writes)) = writes {
        let fields: Map<String, Value> = writes
            .iter()
            .map(|write| (write.name.to_owned(), field(entity, write)))
            .collect();
        answer["actions"] = json!({verb: fields});
    }
    answer
}

fn field(entity: &Entity, write: &Write) -> Value {
    let column = match write.target {
        Target::Column => column_of(entity.table, write.name),
        Target::Links | Target::Extra(_) | Target::File => None,
    };
    let mut rules = json!({
        "type": kind(write, column),
        "required": write.required,
        "read_only": false,
        "label": label(write.name),
    });
    if let Some(Type::Text(most)) = column.map(|column| column.ty) {
        rules["max_length"] = most.into();
    }
    if let Some((least, most)) = write.range {
        rules["min_value"] = least.into();
        rules["max_value"] = most.into();
    }
    if let Some(ty @ (Type::Choice(_) | Type::IntChoice(_))) = column.map(|column| column.ty) {
        let choice = |(value, label)| json!({"value": value, "display_name": label});
        rules["choices"] = choices(ty).map(choice).collect();
    }
    if let Some(value) = column.and_then(usual) {
        rules["default"] = value;
    }
    rules
}

fn kind(write: &Write, column: Option<&Column>) -> &'static str {
    if write.mailbox {
        return "email";
    }
    match (write.target, column.map(|column| column.ty)) {
        (Target::Links, _)
        | (Target::Extra(Like::Ids | Like::Texts | Like::Objects | Like::Pairs), _) => "list",
        (Target::File, _) | (Target::Extra(Like::File), _) => "file upload",
        (Target::Extra(Like::Integer | Like::Key), _) => "integer",
        (Target::Extra(Like::Number), _) => "float",
        (Target::Extra(Like::Boolean), _) => "boolean",
        (Target::Extra(Like::Object), _) => "nested object",
        (Target::Extra(Like::Text | Like::Note | Like::Uri | Like::Anything), _)
        | (Target::Column, None) => "string",
        (Target::Column, Some(ty)) => match ty {
            Type::Key(_) => "field",
            Type::Int => "integer",
            Type::Float => "float",
            Type::Bool => "boolean",
            Type::Text(_) | Type::LongText => "string",
            Type::Lines => "list",
            Type::Choice(_) | Type::IntChoice(_) => "choice",
            Type::Time => "datetime",
            Type::Date => "date",
            Type::Json => "nested object",
        },
    }
}

/// What may be chosen: values, and what they are called; nothing where that is not fixed.
pub(crate) fn choices(ty: Type) -> impl Iterator<Item = (Value, &'static str)> {
    let (texts, numbers): (&[Choice<&'static str>], &[Choice<i64>]) = match ty {
        Type::Choice(choices) => (choices, &[]),
        Type::IntChoice(choices) => (&[], choices),
        _ => (&[], &[]),
    };
    let texts = texts.iter().map(|(value, label)| ((*value).into(), *label));
    let numbers = numbers
        .iter()
        .map(|(value, label)| ((*value).into(), *label));
    texts.chain(numbers)
}

/// What a column gets where nothing is said; `None` where that is nothing, or the moment.
pub(crate) fn usual(column: &Column) -> Option<Value> {
    match column.default {
        Default::Bool(value) => Some(value.into()),
        Default::Int(value) => Some(value.into()),
        Default::Text(value) => Some(value.into()),
        Default::None | Default::Now | Default::Today => None,
    }
}

/// `auto_register_computers` as `Auto register computers`.
pub(crate) fn label(name: &str) -> String {
    if name == DISPLAYED {
        return "Display text".to_owned();
    }
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect()
}
