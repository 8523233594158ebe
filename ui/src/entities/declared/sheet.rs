//! Columns, filters and form of an entity that the server tells of.
use super::{kept, kept_text};
use crate::{
    entities::{common_member, in_words},
    entity::{
        Cell, Choices, Column, Entity, Field, Filter, FilterKind, Initial, Kind, Relation, SHEET,
        Section, Sheet,
    },
    text::{Label, tf},
};
use migasfree_types::rest::meta::{self, Meta, Operator};
use migasfree_ui_kit::Choice;
use serde_json::Value;

/// Finds the entity that the server calls by a name.
type Find<'a> = &'a dyn Fn(&str) -> Option<&'static Entity>;

/// How it is listed and edited.
pub fn of(meta: &Meta, find: Find<'_>) -> Sheet {
    let fields = in_order(meta);
    let listed = fields
        .iter()
        .filter(|field| meta.list.contains(&field.name));
    let columns: Vec<Column> = listed
        .filter_map(|field| column(meta, field, find))
        .collect();
    let filters: Vec<Filter> = meta
        .filters
        .iter()
        .filter_map(|given| filter(meta, given, find))
        .collect();
    let form: Vec<Field> = fields
        .iter()
        .filter(|field| !field.read_only)
        .filter_map(|given| field(given, find))
        .collect();
    let section = (!form.is_empty()).then(|| Section {
        title: Label::NONE,
        help: None,
        fields: kept(form),
    });
    let relations: Vec<Relation> = meta
        .relations
        .iter()
        .filter_map(|given| relation(meta, given, find))
        .collect();
    Sheet {
        columns: kept(columns),
        filters: kept(filters),
        ordering: kept_text(&meta.ordering.join(",")),
        form: kept(Vec::from_iter(section)),
        export: meta.exported,
        change: meta.rights.change,
        delete: meta.rights.delete,
        relations: kept(relations),
        ..SHEET
    }
}

/// Rows that refer to one. Those that do so in several ways are told apart by the member.
fn relation(meta: &Meta, given: &meta::Relation, find: Find<'_>) -> Option<Relation> {
    let relation = Relation::new(find(&given.entity)?, kept_text(&given.filter));
    let alike = meta.relations.iter();
    if alike.filter(|other| other.entity == given.entity).count() == 1 {
        return Some(relation);
    }
    let member = given.filter.split("__").next().unwrap_or_default();
    let member = common_member(member).map_or_else(|| in_words(member), str::to_owned);
    let words = format!("{}: {member}", relation.entity.plural.text());
    Some(relation.called(Label::Given(kept_text(&words))))
}

/// What an object is called by stands first.
fn in_order(meta: &Meta) -> Vec<&meta::Field> {
    let is_name = |field: &&meta::Field| field.name == meta.text;
    let fields = || meta.fields.iter();
    let name = fields().filter(is_name);
    name.chain(fields().filter(|field| !is_name(field)))
        .collect()
}

fn label(field: &meta::Field) -> &'static str {
    common_member(&field.name).unwrap_or_else(|| kept_text(&field.label))
}

fn column(meta: &Meta, field: &meta::Field, find: Find<'_>) -> Option<Column> {
    let target = || field.target.as_deref().and_then(find);
    let cell = match field.kind {
        _ if field.name == meta.text => Cell::Name,
        _ if field.name == "id" => return None,
        meta::Kind::Text | meta::Kind::Email | meta::Kind::Date => Cell::Text,
        meta::Kind::LongText => Cell::Fold,
        meta::Kind::Integer | meta::Kind::Number => Cell::Number,
        meta::Kind::Boolean => Cell::Flag,
        meta::Kind::Choice => Cell::Choice(choices(field)),
        meta::Kind::Time => Cell::When,
        meta::Kind::One => Cell::Link(target()?),
        meta::Kind::Many | meta::Kind::Lines | meta::Kind::File | meta::Kind::Json => return None,
    };
    let column = Column::new(kept_text(&field.name), Label::Given(label(field)), cell);
    Some(if field.sortable {
        column
    } else {
        column.unsorted()
    })
}

/// The filter of a parameter. One that only names several values belongs to the one that names one.
fn filter(meta: &Meta, given: &meta::Filter, find: Find<'_>) -> Option<Filter> {
    let field = meta
        .fields
        .iter()
        .find(|field| Some(&field.name) == given.field.as_ref())
        .filter(|field| field.name != "id")?;
    let member = label(field);
    let compared = |text: String| Label::Given(kept_text(&text));
    let is_time = matches!(given.kind, meta::Kind::Time | meta::Kind::Date);
    let contained = || field.operators.contains(&Operator::Contains);
    let (label, kind) = match (given.operator, given.kind) {
        (Operator::Equal, meta::Kind::One) => {
            let target = given.target.as_deref().and_then(find)?;
            (Label::Given(member), FilterKind::Object(target))
        }
        (Operator::Equal, meta::Kind::Boolean) => (Label::Given(member), FilterKind::Flag),
        (Operator::Equal, meta::Kind::Choice) if !field.choices.is_empty() => {
            (Label::Given(member), FilterKind::Choices(choices(field)))
        }
        (Operator::Equal, meta::Kind::Text) if contained() => return None,
        (Operator::Equal | Operator::Contains, _) => (Label::Given(member), FilterKind::Text),
        (Operator::IsNull, _) => (Label::Given(member), FilterKind::Presence),
        (Operator::AtLeast, _) if is_time => (
            compared(tf!(list.since, member = member)),
            FilterKind::Since,
        ),
        (Operator::LessThan, _) if is_time => (
            compared(tf!(list.before, member = member)),
            FilterKind::Before,
        ),
        (Operator::AtLeast, _) => (
            compared(tf!(list.at_least, member = member)),
            FilterKind::Text,
        ),
        (Operator::MoreThan, _) => (
            compared(tf!(list.more_than, member = member)),
            FilterKind::Text,
        ),
        (Operator::AtMost, _) => (
            compared(tf!(list.at_most, member = member)),
            FilterKind::Text,
        ),
        (Operator::LessThan, _) => (
            compared(tf!(list.less_than, member = member)),
            FilterKind::Text,
        ),
        (Operator::In | Operator::ContainsExactly | Operator::Custom, _) => return None,
    };
    let filter = Filter::new(kept_text(&given.name), label, kind);
    let several = format!("{}__in", given.name);
    let has_several = meta.filters.iter().any(|other| other.name == several);
    Some(if has_several {
        filter.several()
    } else {
        filter
    })
}

fn field(given: &meta::Field, find: Find<'_>) -> Option<Field> {
    let target = || given.target.as_deref().and_then(find);
    let kind = match given.kind {
        meta::Kind::Text | meta::Kind::Number | meta::Kind::Time => Kind::Text,
        meta::Kind::LongText => Kind::Area,
        meta::Kind::Email => Kind::Email,
        meta::Kind::Lines => Kind::Lines,
        meta::Kind::Integer => Kind::Number {
            min: given.min_value.unwrap_or(i64::MIN),
            max: given.max_value.unwrap_or(i64::MAX),
        },
        meta::Kind::Boolean => Kind::Flag,
        meta::Kind::Choice => Kind::Choices(choices(given)),
        meta::Kind::Date => Kind::Date,
        meta::Kind::One => Kind::One {
            entity: target()?,
            filter: |_| String::new(),
        },
        meta::Kind::Many => Kind::Many {
            entity: target()?,
            filter: |_| String::new(),
        },
        meta::Kind::File => Kind::File,
        meta::Kind::Json => return None,
    };
    let mut field = Field::new(kept_text(&given.name), Label::Given(label(given)), kind);
    field.required = given.required;
    field.fixed = given.fixed;
    if !given.default.is_null() {
        field.initial = Initial::Given(kept(given.default.clone()));
    }
    Some(field)
}

fn choices(field: &meta::Field) -> Choices {
    let value = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let all = field.choices.iter();
    let all = all.map(|choice| Choice::new(value(&choice.value), choice.label.clone()));
    Choices::Given(kept(all.collect::<Vec<_>>()))
}
