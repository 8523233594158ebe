//! What is declared here is what the server declares: routes, rights, columns, filters, fields. What the server declares is
//! kept in `tests/reference/meta.json`; a test of the server says when that is out of date.
use super::{ATTRIBUTES, by_model, related, sections, sheet};
use crate::entity::{
    Belongs, Cell, Entity, Field, Filter, FilterKind, Kind, ObjectTab, Sheet, Switch,
};
use migasfree_types::rest::meta::{self, Meta, Operator};
use std::{collections::BTreeSet, fs, path::Path};

fn told() -> Vec<Meta> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference/meta.json");
    let text = fs::read_to_string(file).expect("what the server declares");
    serde_json::from_str(&text).expect("what the server declares, as JSON")
}

/// Every entity with a file here, its sheet, and what the server declares of it.
fn pairs(told: &[Meta]) -> Vec<(&'static Entity, &'static Sheet, &Meta)> {
    let rows = related().map(|rows| (rows.entity, rows.sheet));
    let lists = sections::all().map(|entity| (entity, sheet(entity)));
    let all = lists.chain(rows);
    all.map(|(entity, sheet)| {
        let meta = told.iter().find(|meta| meta.name == entity.model);
        let meta = meta.unwrap_or_else(|| panic!("the server has no {}", entity.model));
        (entity, sheet, meta)
    })
    .collect()
}

fn find<'a>(meta: &'a Meta, name: &str) -> Option<&'a meta::Field> {
    meta.fields.iter().find(|field| field.name == name)
}

/// Whether what the server says a value refers to is this entity, or what its rows are some of.
fn is_target(told: &[Meta], target: Option<&str>, entity: &Entity) -> bool {
    let own = told.iter().find(|meta| meta.name == entity.model);
    let whole = own.and_then(|meta| meta.part_of.as_deref());
    target.is_some() && (target == Some(entity.model) || target == whole)
}

/// Nothing, or a complaint.
fn check(right: bool, complaint: impl FnOnce() -> String) -> Option<String> {
    (!right).then(complaint)
}

fn fail_with(complaints: impl Iterator<Item = String>) {
    let complaints: Vec<String> = complaints.collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn entities_are_where_the_server_has_them() {
    let told = &told();
    fail_with(pairs(told).into_iter().flat_map(|(entity, sheet, meta)| {
        let path = entity.path;
        let belongs = match meta.belongs {
            meta::Belongs::Viewers => Belongs::Viewers,
            meta::Belongs::Everybody => Belongs::Everybody,
            meta::Belongs::Offered => Belongs::Offered,
            meta::Belongs::Domain => Belongs::Domain,
            meta::Belongs::Domains => Belongs::Domains,
            meta::Belongs::Itself => Belongs::Itself,
        };
        [
            check(entity.api == format!("{}/", meta.route), || {
                format!("{path}: the server has it at {}", meta.route)
            }),
            check(!is_changed(meta) || entity.belongs == belongs, || {
                format!("{path}: it belongs to {belongs:?}")
            }),
            check(entity.create.is_none() || meta.rights.add, || {
                format!("{path}: nobody makes one")
            }),
            check(!is_list(entity) || !sheet.export || meta.exported, || {
                format!("{path}: it is not exported")
            }),
            check(
                !is_list(entity) || !sheet.delete || meta.rights.delete,
                || format!("{path}: nobody deletes one"),
            ),
        ]
        .into_iter()
        .flatten()
    }));
}

/// Whether anybody makes, changes or deletes rows: nobody asks otherwise whose they are.
fn is_changed(meta: &Meta) -> bool {
    meta.rights.add || meta.rights.change || meta.rights.delete
}

/// Whether it has a list of its own, which rows of another object have not.
fn is_list(entity: &Entity) -> bool {
    sections::by_path(entity.path).is_some()
}

#[test]
fn columns_are_members_of_the_servers_lists() {
    let told = &told();
    fail_with(pairs(told).into_iter().flat_map(|(entity, sheet, meta)| {
        let columns = sheet.columns.iter();
        columns.flat_map(move |column| {
            let member = column.key.split('.').next().unwrap_or_default();
            // These look at the whole row.
            let is_made = matches!(column.cell, Cell::Own(_) | Cell::State(_));
            let listed = is_made || meta.list.iter().any(|name| name == member);
            let sorted = column
                .sort
                .is_none_or(|name| name == "__str__" || is_sortable(meta, name));
            [
                check(listed, || {
                    format!("{}: lists have no {member}", entity.path)
                }),
                check(sorted, || {
                    format!("{}: not sorted by {:?}", entity.path, column.sort)
                }),
            ]
            .into_iter()
            .flatten()
        })
    }));
}

fn is_sortable(meta: &Meta, name: &str) -> bool {
    find(meta, name).is_none_or(|field| field.sortable)
}

#[test]
fn filters_are_parameters_of_the_servers_lists() {
    let told = &told();
    fail_with(pairs(told).into_iter().flat_map(|(entity, sheet, meta)| {
        let filters = sheet.filters.iter();
        filters.filter_map(move |filter| {
            let given = meta.filters.iter().find(|given| given.name == filter.name);
            let wrong = match given {
                None => Some("the server has no such filter".to_owned()),
                Some(given) => wrong_filter(told, meta, filter, given),
            };
            wrong.map(|wrong| format!("{}: {}: {wrong}", entity.path, filter.name))
        })
    }));
}

fn wrong_filter(
    told: &[Meta],
    meta: &Meta,
    filter: &Filter,
    given: &meta::Filter,
) -> Option<String> {
    let several = format!("{}__in", filter.name);
    if filter.several && !meta.filters.iter().any(|other| other.name == several) {
        return Some(format!("there is no {several}"));
    }
    // What such a filter takes only the server can tell.
    if given.operator == Operator::Custom {
        return None;
    }
    let is_time = matches!(given.kind, meta::Kind::Time | meta::Kind::Date);
    let right = match &filter.kind {
        FilterKind::Text => true,
        FilterKind::Flag => given.kind == meta::Kind::Boolean,
        FilterKind::Presence => given.operator == Operator::IsNull,
        FilterKind::Since => is_time && given.operator == Operator::AtLeast,
        FilterKind::Before => is_time && given.operator == Operator::LessThan,
        FilterKind::Object(entity) => is_target(told, given.target.as_deref(), entity),
        FilterKind::Choices(choices) => {
            let field = given.field.as_deref().and_then(|name| find(meta, name));
            return field.and_then(|field| unknown_choice(field, &choices.all()));
        }
    };
    check(right, || format!("it is {given:?}"))
}

fn unknown_choice(field: &meta::Field, choices: &[migasfree_ui_kit::Choice]) -> Option<String> {
    let known: BTreeSet<String> = field
        .choices
        .iter()
        .map(|choice| match choice.value.as_str() {
            Some(text) => text.to_owned(),
            None => choice.value.to_string(),
        })
        .collect();
    let unknown = choices
        .iter()
        .find(|choice| !known.is_empty() && !known.contains(&choice.value));
    unknown.map(|choice| format!("the server has no {:?} in {}", choice.value, field.name))
}

#[test]
fn forms_ask_for_what_the_server_takes() {
    let told = &told();
    fail_with(pairs(told).into_iter().flat_map(|(entity, sheet, meta)| {
        let fields = sheet.form.iter().flat_map(|section| section.fields);
        let wrong = fields.filter_map(move |field| {
            let wrong = match find(meta, field.name) {
                None => Some("the server has no such member".to_owned()),
                Some(given) => wrong_field(told, field, given),
            };
            wrong.map(|wrong| format!("{}: {}: {wrong}", entity.path, field.name))
        });
        wrong.chain(missing(entity, sheet, meta))
    }));
}

fn wrong_field(told: &[Meta], field: &Field, given: &meta::Field) -> Option<String> {
    let target = given.target.as_deref();
    let right = match &field.kind {
        Kind::Email => given.kind == meta::Kind::Email,
        Kind::Text | Kind::Mono | Kind::Area | Kind::Markdown | Kind::Code => {
            matches!(given.kind, meta::Kind::Text | meta::Kind::LongText)
        }
        Kind::Number { min, max } if given.kind == meta::Kind::Choice => {
            let is_known = |number: i64| given.choices.iter().any(|one| one.value == number);
            (*min..=*max).all(is_known)
        }
        Kind::Number { min, max } => {
            given.kind == meta::Kind::Integer
                && given.min_value.is_none_or(|least| least <= *min)
                && given.max_value.is_none_or(|most| most >= *max)
        }
        Kind::Decimal { min, max } => {
            given.kind == meta::Kind::Number
                && given.min_value.is_none_or(|least| least <= *min)
                && given.max_value.is_none_or(|most| most >= *max)
        }
        Kind::Date => given.kind == meta::Kind::Date,
        Kind::Moment => given.kind == meta::Kind::Time,
        Kind::Flag => given.kind == meta::Kind::Boolean,
        Kind::Lines => given.kind == meta::Kind::Lines,
        Kind::Picture | Kind::File => given.kind == meta::Kind::File,
        Kind::Choices(choices) => return unknown_choice(given, &choices.all()),
        Kind::One { entity, .. } => {
            given.kind == meta::Kind::One && is_target(told, target, entity)
        }
        Kind::Many { entity, .. } => {
            given.kind == meta::Kind::Many && is_target(told, target, entity)
        }
    };
    let changes = !given.fixed || field.fixed;
    // A form always sends its lists, if only empty ones.
    let required = field.required || matches!(field.kind, Kind::Many { .. });
    let checks = [
        check(right, || {
            format!("it is {:?} {:?}", given.kind, given.target)
        }),
        check(!given.read_only, || "it is only read".to_owned()),
        check(changes, || "it is not changed later".to_owned()),
        check(!given.required || required, || {
            "the server requires it".to_owned()
        }),
    ];
    checks.into_iter().flatten().next()
}

/// What the server requires and the form does not ask for.
fn missing(
    entity: &'static Entity,
    sheet: &'static Sheet,
    meta: &Meta,
) -> impl Iterator<Item = String> {
    let asked: BTreeSet<&str> = sheet
        .form
        .iter()
        .flat_map(|section| section.fields)
        .map(|field| field.name)
        .collect();
    let required = meta.fields.iter();
    let required = required.filter(|field| field.required && entity.create.is_some());
    // The page around a row says it.
    let parent = related().find(|rows| rows.entity.path == entity.path);
    let required = required.filter(|field| parent.is_none_or(|rows| field.name != rows.parent));
    required
        .filter(move |field| !asked.contains(field.name.as_str()))
        .map(|field| format!("{}: {} is required", entity.path, field.name))
        .collect::<Vec<_>>()
        .into_iter()
}

#[test]
fn relations_lead_to_lists_that_take_the_object() {
    let told = &told();
    fail_with(pairs(told).into_iter().flat_map(|(entity, own, _)| {
        own.relations.iter().filter_map(move |relation| {
            let rows = relation.entity;
            let right = takes(told, rows, relation.filter, entity)
                && relation.offers.is_none_or(|field| asks_for(rows, field));
            check(right, || {
                format!("{}: {} by {}", entity.path, rows.path, relation.filter)
            })
        })
    }));
}

/// Whether a list has a filter that takes ids of another entity, also in words.
fn takes(told: &[Meta], rows: &Entity, filter: &str, entity: &Entity) -> bool {
    let meta = told.iter().find(|meta| meta.name == rows.model);
    let given = meta.and_then(|meta| meta.filters.iter().find(|given| given.name == filter));
    let is_declared = sheet(rows).filters.iter().any(|own| own.name == filter);
    is_declared
        && given.is_some_and(|given| {
            given.operator == Operator::Custom || is_target(told, given.target.as_deref(), entity)
        })
}

fn asks_for(entity: &Entity, name: &str) -> bool {
    let mut fields = sheet(entity).form.iter().flat_map(|section| section.fields);
    entity.create.is_some() && fields.any(|field| field.name == name)
}

#[test]
fn rows_on_a_tab_name_its_object_and_are_found_by_it() {
    let told = &told();
    fail_with(pairs(told).into_iter().flat_map(|(entity, own, _)| {
        let rows = own.tabs.iter().filter_map(ObjectTab::related);
        rows.filter_map(move |rows| {
            let meta = told.iter().find(|meta| meta.name == rows.entity.model)?;
            let filter = format!("{}__id", rows.parent);
            let names_it = find(meta, rows.parent)
                .is_some_and(|field| is_target(told, field.target.as_deref(), entity));
            let is_found = meta.filters.iter().any(|given| given.name == filter);
            let is_sorted = is_sortable(meta, rows.sheet.ordering);
            check(names_it && is_found && is_sorted, || {
                format!("{}: {} by {}", entity.path, rows.entity.path, rows.parent)
            })
        })
    }));
}

#[test]
fn whatever_aims_at_an_attribute_is_on_its_page() {
    let told = told();
    fail_with(
        pairs(&told)
            .into_iter()
            .filter(|(entity, ..)| entity.path == ATTRIBUTES.path)
            .flat_map(|(_, own, meta)| {
                let aims = meta.relations.iter();
                let aims = aims.filter(|aim| aim.filter.ends_with("attributes__id"));
                let listed = aims.filter(|aim| by_model(&aim.entity).is_some());
                listed.filter_map(move |aim| {
                    let shown = own.relations.iter().any(|relation| {
                        relation.entity.model == aim.entity && relation.filter == aim.filter
                    });
                    check(shown, || format!("{} by {}", aim.entity, aim.filter))
                })
            }),
    );
}

#[test]
fn switches_are_members_that_are_on_or_off() {
    let told = told();
    fail_with(
        pairs(&told)
            .into_iter()
            .filter_map(|(entity, sheet, meta)| {
                let Switch { member, .. } = sheet.switch?;
                let field = find(meta, member);
                let right = field
                    .is_some_and(|field| field.kind == meta::Kind::Boolean && !field.read_only);
                check(right, || format!("{}: {member} is no switch", entity.path))
            }),
    );
}
