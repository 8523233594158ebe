//! What an object is: the members of its form in their sections, and what else its list shows of it.
use super::fact;
use crate::{
    entity::{Cell, Column, Entity, Field, Kind, Sheet, cell, filter, value},
    text::{number, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Card, Chip, Markdown};
use serde_json::Value;

/// Objects of a member that are shown before somebody asks for all.
const SHOWN: usize = 12;

/// A card for each section that has something to say.
pub fn facts(entity: &'static Entity, sheet: &'static Sheet, object: &Value) -> AnyView {
    let sections = sheet.form.iter().map(|section| {
        let fields = section
            .fields
            .iter()
            .filter(|field| !is_state(sheet, field));
        let facts: Vec<AnyView> = fields.filter_map(|field| of_field(field, object)).collect();
        (section.title.text(), facts)
    });
    let mut cards: Vec<(&'static str, Vec<AnyView>)> = sections.collect();
    let others = others(entity, sheet, object);
    match cards.first_mut() {
        Some((_, first)) => first.extend(others),
        None => cards.push(("", others)),
    }
    cards
        .into_iter()
        .filter(|(_, facts)| !facts.is_empty())
        .map(|(title, facts)| {
            let title = if title.is_empty() {
                entity.singular.text()
            } else {
                title
            };
            view! { <Card title><dl class="facts">{facts}</dl></Card> }
        })
        .collect_view()
        .into_any()
}

/// The title line says it.
fn is_state(sheet: &'static Sheet, field: &Field) -> bool {
    sheet.state().is_some_and(|column| column.key == field.name)
}

/// Members that the list has and the form has not.
fn others(entity: &'static Entity, sheet: &'static Sheet, object: &Value) -> Vec<AnyView> {
    let columns = sheet.columns.iter().filter(|column| {
        let mut fields = sheet.form.iter().flat_map(|section| section.fields);
        let is_named = matches!(column.cell, Cell::Name);
        let is_state = sheet.state().is_some_and(|state| state.key == column.key);
        !is_named && !is_state && !fields.any(|field| field.name == column.key)
    });
    columns
        .filter_map(|column| of_column(entity, column, object))
        .collect()
}

fn of_column(entity: &'static Entity, column: &'static Column, object: &Value) -> Option<AnyView> {
    let is_there = !value::is_empty(value::at(object, column.key));
    is_there.then(|| {
        let drawn = match column.whole {
            Some(draw) => draw(object),
            None => column.cell.draw(entity, object, column.key),
        };
        fact(column.label.text(), drawn)
    })
}

fn of_field(field: &'static Field, object: &Value) -> Option<AnyView> {
    let held = value::at(object, field.name);
    let text = || value::text(object, field.name);
    let content = match &field.kind {
        Kind::Flag => cell::flag(held.as_bool()?),
        _ if value::is_empty(held) => return None,
        // Beside it stands how it looks.
        Kind::Picture => return None,
        Kind::File => cell::file(&value::file(object, field.name))?,
        Kind::Mono => view! { <span class="mono">{text()}</span> }.into_any(),
        Kind::Area => view! { <span class="fact-lines">{text()}</span> }.into_any(),
        Kind::Lines => view! { <span class="fact-lines mono">{lines(held)}</span> }.into_any(),
        Kind::Code => cell::fold(text()),
        Kind::Markdown => view! { <Markdown text=text() /> }.into_any(),
        Kind::Choices(choices) => {
            let chosen = match field.read(object) {
                Value::String(text) => text,
                other => other.to_string(),
            };
            choices.text_of(chosen).into_any()
        }
        Kind::Date => filter::moment(&text()).into_any(),
        Kind::Moment => cell::when(&text()),
        Kind::One { entity, .. } => cell::link(entity, held),
        Kind::Many { entity, .. } => chips(entity, value::list(object, field.name)),
        Kind::Text | Kind::Email | Kind::Number { .. } | Kind::Decimal { .. } => text().into_any(),
    };
    Some(fact(field.label.text(), content))
}

fn lines(held: &Value) -> String {
    let lines = held.as_array().map_or(&[][..], Vec::as_slice).iter();
    let lines: Vec<String> = lines.filter_map(Value::as_str).map(value::line).collect();
    lines.join("\n")
}

fn chips(entity: &'static Entity, objects: &[Value]) -> AnyView {
    // Some members only tell ids.
    if objects.iter().any(|one| !one.is_object()) {
        return number(objects.len() as u64).into_any();
    }
    let (first, rest) = objects.split_at(objects.len().min(SHOWN));
    let row = |objects: &[Value]| {
        let chips = objects.iter().map(|one| chip(entity, one)).collect_view();
        view! { <span class="chip-row">{chips}</span> }
    };
    let more = (!rest.is_empty()).then(|| {
        let words = tf!(form.more, count = number(rest.len() as u64));
        view! {
            <details class="fact-more">
                <summary>{words}</summary>
                {row(rest)}
            </details>
        }
    });
    view! {
        {row(first)}
        {more}
    }
    .into_any()
}

fn chip(entity: &'static Entity, object: &Value) -> AnyView {
    let muted = entity.hides(object);
    let (prefix, label) = if muted || object.get("property_att").is_none() {
        (String::new(), entity.text_of(object))
    } else {
        value::attribute_parts(object)
    };
    let prefix = (!prefix.is_empty()).then_some(prefix);
    if entity.page && !muted {
        view! { <Chip label prefix href=entity.object_href(value::id(object)) /> }.into_any()
    } else {
        view! { <Chip label prefix muted /> }.into_any()
    }
}
