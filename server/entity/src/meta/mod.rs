//! What is declared, told to programs and views: one document for each entity that the caller may view, in one answer.
//!
//! The answer is a list of all of them and has no pages: how many there are is fixed by the program, a few dozen, and a
//! view needs all of them before it draws its first list.

mod fields;
mod filters;

use axum::{
    Json as Body,
    extract::State,
    response::{IntoResponse, Response},
};
use migasfree_types::rest::meta::{self, Meta, Relation, Rights};

use super::{
    access::{self, Need, Operator},
    boundary::Belongs,
    call::Members,
    entity::{Csv, Entity, Like},
    links,
    registry::{Registry, Resource},
    visibility,
};
use crate::services::Services;

/// The members of a document.
pub(crate) const MEMBERS: Members = &[
    ("name", Like::Text),
    ("route", Like::Text),
    ("one", Like::Text),
    ("many", Like::Text),
    ("part_of", Like::Note),
    ("rights", Like::Object),
    ("viewed_with", Like::Texts),
    ("belongs", Like::Text),
    ("text", Like::Text),
    ("list", Like::Texts),
    ("fields", Like::Objects),
    ("filters", Like::Objects),
    ("ordering", Like::Texts),
    ("searchable", Like::Boolean),
    ("exported", Like::Boolean),
    ("relations", Like::Objects),
];

/// `GET /api/v1/token/meta/`
pub async fn answer(State(state): State<Services>, operator: Operator) -> Response {
    let may = |entity: &Entity, need| {
        access::allow(&operator, entity, need).is_ok() && !is_beyond(&operator, entity, need)
    };
    Body(documents(state.registry, &may)).into_response()
}

/// The documents of the entities that somebody may view, in the order of their declarations.
#[must_use]
pub fn documents(registry: &'static Registry, may: &dyn Fn(&Entity, Need) -> bool) -> Vec<Meta> {
    let teller = Teller { registry, may };
    let all = registry.resources.iter();
    all.filter(|resource| teller.shows(resource.entity))
        .map(|resource| teller.document(resource))
        .collect()
}

/// Whether rows are everybody's, so that who is limited to domains does not do this with any of them.
fn is_beyond(operator: &Operator, entity: &Entity, need: Need) -> bool {
    let is_everybodys = match need {
        Need::Add => matches!(entity.belongs, Belongs::All | Belongs::Itself),
        Need::Delete => matches!(
            entity.belongs,
            Belongs::All | Belongs::Itself | Belongs::Offered { .. }
        ),
        Need::Change | Need::AddOrChange => {
            matches!(entity.belongs, Belongs::All | Belongs::Offered { .. })
        }
        Need::View | Need::Superuser => false,
    };
    operator.boundary().is_some() && is_everybodys && !visibility::owned(entity)
}

/// Tells what is declared to somebody.
struct Teller<'a> {
    registry: &'static Registry,
    may: &'a dyn Fn(&Entity, Need) -> bool,
}

impl Teller<'_> {
    fn shows(&self, entity: &Entity) -> bool {
        (self.may)(entity, Need::View)
    }

    fn document(&self, resource: &'static Resource) -> Meta {
        let entity = resource.entity;
        let filters = self.filters(resource);
        Meta {
            name: entity.key(),
            route: entity.route.to_owned(),
            one: entity.model.one.to_owned(),
            many: entity.model.many.to_owned(),
            part_of: (!entity.only.is_empty())
                .then(|| self.target(entity.table.name))
                .flatten(),
            rights: self.rights(entity),
            viewed_with: also_viewed_with(entity),
            belongs: belongs(entity),
            text: entity.text.name().to_owned(),
            list: names(entity.list_fields().iter().map(super::entity::Field::name)),
            fields: self.fields(resource, &filters),
            filters,
            ordering: names(resource.order_names().iter().copied()),
            searchable: !resource.search.is_empty() || entity.also_searched,
            exported: !matches!(entity.csv, Csv::Absent | Csv::Refused),
            relations: self.relations(resource),
        }
    }

    fn rights(&self, entity: &Entity) -> Rights {
        let may =
            |operation, need| entity.operations.contains(operation) && (self.may)(entity, need);
        Rights {
            view: self.shows(entity),
            add: may('C', Need::Add),
            change: may('U', Need::Change),
            delete: may('D', Need::Delete),
        }
    }

    fn relations(&self, resource: &Resource) -> Vec<Relation> {
        let others = self.registry.resources.iter();
        others
            .filter(|other| other.entity.only.is_empty() && self.shows(other.entity))
            .flat_map(|other| links::pointing(other, resource).map(move |filter| (other, filter)))
            .map(|(other, filter)| Relation {
                entity: other.entity.key(),
                filter: filter.name.clone(),
            })
            .collect()
    }

    /// The entity that stands for a table, where it is shown.
    fn target(&self, table: &str) -> Option<String> {
        let entity = self.registry.by_table(table)?.entity;
        self.shows(entity).then(|| entity.key())
    }
}

fn names(names: impl Iterator<Item = &'static str>) -> Vec<String> {
    names.map(str::to_owned).collect()
}

fn also_viewed_with(entity: &Entity) -> Vec<String> {
    let others = entity.also_viewed_with.iter();
    others.map(|(app, name)| format!("{app}.{name}")).collect()
}

fn belongs(entity: &Entity) -> meta::Belongs {
    match entity.belongs {
        _ if visibility::owned(entity) => meta::Belongs::Viewers,
        Belongs::All => meta::Belongs::Everybody,
        Belongs::Domain("domain") => meta::Belongs::Domain,
        Belongs::Domains("domains") => meta::Belongs::Domains,
        Belongs::Itself => meta::Belongs::Itself,
        Belongs::Offered { .. } => meta::Belongs::Offered,
        Belongs::Viewers | Belongs::Users(_) | Belongs::Domain(_) | Belongs::Domains(_) => {
            meta::Belongs::Viewers
        }
    }
}
