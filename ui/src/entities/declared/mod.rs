//! Entities that have no file here: what the server tells of them is enough for a list, a form and a page.
mod sheet;

use super::by_model;
use crate::{
    api::session,
    entity::{Belongs, ENTITY, Entity, Sheet, value},
    text::{Label, tf},
};
use leptos::prelude::{ArcRwSignal, Track, Update};
use migasfree_types::rest::meta::{self, Meta};
use std::{cell::RefCell, collections::BTreeMap};

/// An entity and how it is listed and edited.
type Known = (&'static Entity, &'static Sheet);

/// Who was told of them, and in which language.
type Reader = (i64, &'static str);

thread_local! {
    static KNOWN: RefCell<(Reader, BTreeMap<String, Known>)> = const { RefCell::new(((0, ""), BTreeMap::new())) };
    static LEARNT: ArcRwSignal<u32> = ArcRwSignal::new(0);
}

/// Whoever draws by what is known here draws again once more of it is.
pub fn follow() {
    LEARNT.with(ArcRwSignal::clone).track();
}

/// The address of an entity that the server calls by this name: `core-room` for `core.room`.
pub fn path(name: &str) -> String {
    name.replace('.', "-")
}

/// The entity at an address, once the server told of it.
pub fn entity(path: &str) -> Option<&'static Entity> {
    KNOWN.with_borrow(|(_, known)| known.get(path).map(|(entity, _)| *entity))
}

/// How it is listed and edited.
pub fn sheet(path: &str) -> Option<&'static Sheet> {
    KNOWN.with_borrow(|(_, known)| known.get(path).map(|(_, sheet)| *sheet))
}

/// Takes in what the server tells. What was made of it stays for as long as the view is open, so it is made once for each
/// person and language.
pub fn learn(told: &[Meta]) {
    let reader = (session::user().id, crate::text::tag());
    if KNOWN.with_borrow(|(known_to, _)| *known_to == reader) {
        return;
    }
    let known = all(told);
    KNOWN.set((reader, known));
    LEARNT
        .with(ArcRwSignal::clone)
        .update(|times| *times = times.wrapping_add(1));
}

fn all(told: &[Meta]) -> BTreeMap<String, Known> {
    let new = told.iter().filter(|meta| by_model(&meta.name).is_none());
    let made: BTreeMap<&str, (&Meta, &'static Entity)> = new
        .map(|meta| (meta.name.as_str(), (meta, kept(entity_of(meta)))))
        .collect();
    let find = |name: &str| by_model(name).or_else(|| made.get(name).map(|(_, entity)| *entity));
    made.iter()
        .map(|(name, (meta, entity))| (path(name), (*entity, kept(sheet::of(meta, &find)))))
        .collect()
}

fn entity_of(meta: &Meta) -> Entity {
    Entity {
        path: kept_text(&path(&meta.name)),
        api: kept_text(&format!("{}/", meta.route)),
        model: kept_text(&meta.name),
        plural: Label::Given(kept_text(&meta.many)),
        singular: Label::Given(kept_text(&meta.one)),
        create: meta.rights.add.then(|| Label::Given(kept_text(&new(meta)))),
        text: text_of(meta),
        viewed_with: kept(names(&meta.viewed_with)),
        belongs: match meta.belongs {
            meta::Belongs::Viewers => Belongs::Viewers,
            meta::Belongs::Everybody => Belongs::Everybody,
            meta::Belongs::Offered => Belongs::Offered,
            meta::Belongs::Domain => Belongs::Domain,
            meta::Belongs::Domains => Belongs::Domains,
            meta::Belongs::Itself => Belongs::Itself,
        },
        ..ENTITY
    }
}

fn names(names: &[String]) -> Vec<&'static str> {
    names.iter().map(|name| kept_text(name)).collect()
}

/// `New room`.
fn new(meta: &Meta) -> String {
    let is_short = |thing: &str| thing.chars().nth(1).is_some_and(char::is_uppercase);
    let thing = if is_short(&meta.one) {
        meta.one.clone()
    } else {
        meta.one.to_lowercase()
    };
    tf!(form.create_thing, thing = thing)
}

/// The member that its objects are called by, where they have it.
fn text_of(meta: &Meta) -> &'static [&'static str] {
    if meta.fields.iter().any(|field| field.name == meta.text) {
        kept(vec![kept_text(&meta.text)])
    } else {
        value::NAMES
    }
}

/// Declarations live as long as the view.
fn kept<T>(made: T) -> &'static T {
    Box::leak(Box::new(made))
}

fn kept_text(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::{FilterKind, Kind};
    use serde_json::json;

    fn rooms() -> Vec<Meta> {
        let told = json!([{
            "name": "core.room", "route": "rooms", "one": "Room", "many": "Rooms", "text": "name",
            "rights": {"view": true, "add": true, "change": true, "delete": false},
            "belongs": "domain", "list": ["id", "kind", "name", "seats", "project"],
            "fields": [
                {"name": "id", "label": "Id", "kind": "integer", "read_only": true, "sortable": true},
                {"name": "kind", "label": "Kind", "kind": "choice", "default": "office", "sortable": true,
                 "choices": [{"value": "class", "label": "Classroom"}, {"value": "office", "label": "Office"}]},
                {"name": "name", "label": "Name", "kind": "text", "required": true, "max_length": 50, "sortable": true},
                {"name": "seats", "label": "Seats", "kind": "integer", "min_value": 0, "max_value": 500, "sortable": true},
                {"name": "project", "label": "Project", "kind": "one", "null": true, "target": "core.project"},
                {"name": "lease", "label": "Lease", "kind": "json"}
            ],
            "filters": [
                {"name": "id", "field": "id", "operator": "equal", "kind": "integer"},
                {"name": "name__icontains", "field": "name", "operator": "contains", "kind": "text"},
                {"name": "kind", "field": "kind", "operator": "equal", "kind": "choice"},
                {"name": "kind__in", "field": "kind", "operator": "in", "kind": "choice"},
                {"name": "seats__gte", "field": "seats", "operator": "at_least", "kind": "integer"},
                {"name": "project__id", "field": "project", "operator": "equal", "kind": "one", "target": "core.project"}
            ],
            "ordering": ["-seats", "name"], "searchable": true, "exported": true, "relations": [
                {"entity": "client.computer", "filter": "room__id"},
                {"entity": "core.store", "filter": "room__id"},
                {"entity": "core.store", "filter": "spare_rooms__id"},
                {"entity": "core.unknown", "filter": "room__id"}
            ]
        }]);
        serde_json::from_value(told).expect("what the server tells")
    }

    #[test]
    fn a_page_follows_from_what_the_server_tells() {
        let known = all(&rooms());
        let (entity, sheet) = known["core-room"];
        assert_eq!(entity.href(), "/core-room");
        assert_eq!(entity.object_api(7), "rooms/7/");
        assert_eq!(entity.plural.text(), "Rooms");
        assert_eq!(entity.text_of(&json!({"name": "Lab"})), "Lab");
        assert_eq!(entity.belongs, Belongs::Domain);
        assert_eq!(entity.create.map(Label::text), Some("New room"));
        assert!(!sheet.delete);
        assert!(sheet.export);
        assert_eq!(sheet.ordering, "-seats,name");
        let columns: Vec<&str> = sheet.columns.iter().map(|column| column.key).collect();
        assert_eq!(columns, ["name", "kind", "seats", "project"]);
        let sorted = sheet.columns.iter().filter_map(|column| column.sort);
        assert_eq!(sorted.collect::<Vec<_>>(), ["name", "kind", "seats"]);
        let filters: Vec<&str> = sheet.filters.iter().map(|filter| filter.name).collect();
        assert_eq!(
            filters,
            ["name__icontains", "kind", "seats__gte", "project__id"]
        );
        assert!(sheet.filters[1].is("kind__in"));
        assert!(matches!(sheet.filters[3].kind, FilterKind::Object(one) if one.path == "projects"));
        let relations = sheet.relations.iter();
        let relations =
            relations.map(|one| (one.entity.path, one.filter, one.words.map(Label::text)));
        assert_eq!(
            relations.collect::<Vec<_>>(),
            [
                ("computers", "room__id", None),
                ("stores", "room__id", Some("Stores: Room")),
                ("stores", "spare_rooms__id", Some("Stores: Spare rooms")),
            ]
        );
    }

    #[test]
    fn its_form_asks_for_what_may_be_written() {
        let known = all(&rooms());
        let (_, sheet) = known["core-room"];
        let fields = sheet.form[0].fields;
        let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
        assert_eq!(names, ["name", "kind", "seats", "project"]);
        assert!(fields[0].required);
        assert_eq!(fields[1].initial.value(), json!("office"));
        assert!(matches!(
            &fields[1].kind,
            Kind::Choices(choices) if choices.text_of("class".to_owned()) == "Classroom"
        ));
        assert!(matches!(fields[2].kind, Kind::Number { min: 0, max: 500 }));
        assert!(matches!(fields[3].kind, Kind::One { entity, .. } if entity.path == "projects"));
    }

    #[test]
    fn what_has_a_file_of_its_own_is_not_made_again() {
        let told = Meta {
            name: "core.store".to_owned(),
            ..Meta::default()
        };
        assert!(all(&[told]).is_empty());
    }
}
