//! The declarations: a file for each entity, or a folder where it has pages, tabs or cells of its own.
mod actions;
mod api_keys;
mod application_requests;
mod applications;
mod attribute_sets;
pub mod attributes;
pub mod audit;
mod categories;
mod certificates;
#[cfg(test)]
mod checked;
mod choices;
pub mod computer_keys;
pub mod computers;
pub mod declared;
pub mod deployments;
mod domains;
mod enrolment_tokens;
mod errors;
mod fault_definitions;
mod faults;
mod formulas;
mod groups;
mod kinds;
mod known;
pub mod packages;
mod packages_history;
mod permissions;
mod platforms;
mod policies;
mod projects;
mod remote_policies;
pub mod remote_sessions;
mod schedules;
pub mod sections;
mod stamps;
mod stores;
mod synchronizations;
mod tags;
pub mod users;

pub use actions::{ACTIONS, ACTIONS_SHEET, EXECUTIONS, EXECUTIONS_SHEET};
pub use api_keys::{API_KEYS, API_KEYS_SHEET};
pub use application_requests::{APPLICATION_REQUESTS, APPLICATION_REQUESTS_SHEET};
pub use applications::{APPLICATIONS, APPLICATIONS_SHEET};
pub use attribute_sets::{ATTRIBUTE_SETS, ATTRIBUTE_SETS_SHEET};
pub use attributes::{ATTRIBUTES, ATTRIBUTES_SHEET};
pub use audit::{AUDIT, AUDIT_SHEET};
pub use categories::{CATEGORIES, CATEGORIES_SHEET};
pub use certificates::{CERTIFICATES, CERTIFICATES_SHEET};
pub use choices::{computer_statuses, status_state};
pub use computer_keys::{COMPUTER_KEYS, COMPUTER_KEYS_SHEET};
pub use computers::{COMPUTERS, COMPUTERS_SHEET};
pub use deployments::{DEPLOYMENTS, DEPLOYMENTS_SHEET};
pub use domains::{DOMAINS, DOMAINS_SHEET};
pub use enrolment_tokens::{ENROLMENT_TOKENS, ENROLMENT_TOKENS_SHEET};
pub use errors::{ERRORS, ERRORS_SHEET};
pub use fault_definitions::{FAULT_DEFINITIONS, FAULT_DEFINITIONS_SHEET};
pub use faults::{FAULTS, FAULTS_SHEET};
pub use formulas::{FORMULAS, FORMULAS_SHEET};
pub use groups::{GROUPS, GROUPS_SHEET};
pub use kinds::{kind_label, object_words};
pub use known::{add, follow};
pub use packages::{PACKAGES, PACKAGES_SHEET};
pub use packages_history::{PACKAGES_HISTORY, PACKAGES_HISTORY_SHEET};
pub use permissions::{PERMISSIONS, about as about_permission};
pub use platforms::{PLATFORMS, PLATFORMS_SHEET};
pub use policies::{POLICIES, POLICIES_SHEET};
pub use projects::{PROJECTS, PROJECTS_SHEET};
pub use remote_policies::{REMOTE_POLICIES, REMOTE_POLICIES_SHEET};
pub use remote_sessions::{REMOTE_SESSIONS, REMOTE_SESSIONS_SHEET};
pub use schedules::{SCHEDULES, SCHEDULES_SHEET};
pub use stamps::{STAMPS, STAMPS_SHEET};
pub use stores::{STORES, STORES_SHEET};
pub use synchronizations::{SYNCHRONIZATIONS, SYNCHRONIZATIONS_SHEET};
pub use tags::{TAGS, TAGS_SHEET};
pub use users::{USERS, USERS_SHEET};

use crate::api::session;
use crate::entity::{
    Belongs, Choices, Entity, Field, FilterKind, Kind, ObjectTab, RelatedRows, Sheet, value,
};
use crate::text::{label, t};
use serde_json::Value;

/// The domain whose computers something is limited to.
const DOMAIN: Field = Field::new(
    "domain",
    label!(domain.singular),
    Kind::One {
        entity: &DOMAINS,
        filter: |_| String::new(),
    },
)
.help(label!(deployment.domain_help));

/// Where something is, to be shown on a map.
const LATITUDE: Field = Field::new(
    "latitude",
    label!(member.latitude),
    Kind::Decimal { min: -90, max: 90 },
)
.prompt(label!(member.latitude_help));

/// The other half of it.
const LONGITUDE: Field = Field::new(
    "longitude",
    label!(member.longitude),
    Kind::Decimal {
        min: -180,
        max: 180,
    },
)
.prompt(label!(member.longitude_help));

/// The entity of an address.
pub fn by_path(path: &str) -> Option<&'static Entity> {
    sections::by_path(path).or_else(|| declared::entity(path))
}

/// The entity the server calls by this name.
pub fn by_model(model: &str) -> Option<&'static Entity> {
    let model = match model {
        "core.internalsource" | "core.externalsource" => DEPLOYMENTS.model,
        "core.clientattribute" | "core.basicattribute" => ATTRIBUTES.model,
        "core.property" | "core.basicproperty" => FORMULAS.model,
        model => model,
    };
    sections::all().find(|entity| entity.model == model)
}

/// What has to be named in a new object and may not be seen by the signed-in user.
pub fn lacking(entity: &Entity) -> Option<&'static Entity> {
    let user = session::user();
    // What somebody makes who has several domains is put in the one that they prefer or choose.
    let chooses_domain = entity.belongs == Belongs::Domain
        && user.domain_preference.is_none()
        && session::boundary().is_some_and(|own| own.len() > 1);
    let domain = chooses_domain.then_some(&DOMAINS);
    let mut needs = entity.needs.iter().copied().chain(domain);
    needs.find(|needed| !needed.may("view"))
}

/// Whether the signed-in user may make one, and can.
pub fn can_make(entity: &Entity) -> bool {
    entity.may("add") && lacking(entity).is_none()
}

/// What a member of an entity's objects is called: as in its form or its list, else its own name in words.
pub fn member_label(model: &str, member: &str) -> String {
    let declared = sheet_of(model).and_then(|sheet| {
        let column = || sheet.columns.iter().find(|column| column.key == member);
        field_of(sheet, member)
            .map(|field| field.label.text())
            .or_else(|| column().map(|column| column.label.text()))
    });
    let label = declared.or_else(|| common_member(member));
    label.map_or_else(|| in_words(member), str::to_owned)
}

/// Rows that are edited on the page of another object.
fn related() -> impl Iterator<Item = &'static RelatedRows> {
    let tabs = sections::all().flat_map(|entity| sheet(entity).tabs);
    tabs.filter_map(ObjectTab::related)
}

/// How objects of a kind are listed and edited, also rows of others.
fn sheet_of(model: &str) -> Option<&'static Sheet> {
    let rows = || related().find(|rows| rows.entity.model == model);
    let told = || declared::entity(&declared::path(model));
    by_model(model)
        .map(sheet)
        .or_else(|| rows().map(|rows| rows.sheet))
        .or_else(|| told().map(sheet))
}

fn field_of(sheet: &'static Sheet, member: &str) -> Option<&'static Field> {
    let mut fields = sheet.form.iter().flat_map(|section| section.fields);
    fields.find(|field| field.name == member)
}

/// Whether a member holds a day.
pub fn is_day(model: &str, member: &str) -> bool {
    let field = sheet_of(model).and_then(|sheet| field_of(sheet, member));
    field.is_some_and(|field| matches!(field.kind, Kind::Date))
}

/// A value of few in words, where the member has such values: `Everybody` for `U`.
pub fn choice_word(model: &str, member: &str, held: &str) -> Option<String> {
    let known = sheet_of(model).and_then(|sheet| {
        let field = field_of(sheet, member).and_then(|field| match field.kind {
            Kind::Choices(choices) => Some(choices),
            _ => None,
        });
        let filters = || {
            let mut filters = sheet.filters.iter();
            filters.find_map(|filter| match filter.kind {
                FilterKind::Choices(choices) if filter.name == member => Some(choices),
                _ => None,
            })
        };
        field.or_else(filters)
    });
    let known = known.map_or_else(|| choices::of_member(member)(), Choices::all);
    let mut choices = known.into_iter();
    choices
        .find(|choice| choice.value == held)
        .map(|choice| choice.label)
}

/// What the parameter or member of a refusal is called on the page that is open: `Created` for `created_at__gte`.
pub fn named_here(name: &str) -> String {
    let here =
        leptos::prelude::WithUntracked::with_untracked(&crate::address::address(), |address| {
            address.part(0).and_then(by_path)
        });
    let filters = here.map_or(&[][..], |entity| sheet(entity).filters);
    let base = name.split("__").next().unwrap_or(name);
    let of = |name: &str| filters.iter().find(|filter| filter.name == name);
    match of(name).or_else(|| of(name.strip_suffix("__in")?)) {
        Some(filter) => filter.label.text().to_owned(),
        None => member_label(here.map_or("", |entity| entity.model), base),
    }
}

/// Members that many objects have and no form shows.
fn common_member(member: &str) -> Option<&'static str> {
    Some(match member {
        "name" => t!(common.name),
        "description" => t!(common.description),
        "comment" => t!(common.comment),
        "enabled" => t!(common.enabled),
        "status" => t!(common.state),
        "created_at" => t!(common.created),
        "project" => t!(project.singular),
        "platform" => t!(platform.singular),
        "schedule" => t!(schedule.singular),
        "domain" => t!(domain.singular),
        "store" => t!(store.singular),
        "category" => t!(category.singular),
        "ip_address" => t!(computer.ip),
        "forwarded_ip_address" => t!(computer.forwarded_ip),
        "mac_address" => t!(computer.mac),
        "tags" => t!(tag.plural),
        "computers" => t!(computer.plural),
        "id" => t!(computer.id),
        "slug" => t!(member.slug),
        "source" => t!(member.source),
        "frozen" => t!(member.frozen),
        "expire" => t!(member.expire),
        "base_url" => t!(member.base_url),
        "suite" => t!(member.suite),
        "components" => t!(member.components),
        "options" => t!(member.options),
        "available_package_sets" => t!(kind.package_sets),
        "sort" => t!(member.sort),
        "kind" => t!(formula.kind),
        "language" => t!(formula.language),
        "code" => t!(formula.code),
        "property_att" => t!(attribute.prefix),
        "value" => t!(attribute.value),
        "auto_add" => t!(member.auto_add),
        "credential" => t!(member.credential),
        "password" => t!(user.password),
        "password_changed_at" => t!(member.password_changed_at),
        "date_joined" => t!(common.created),
        "user_agent" => t!(member.user_agent),
        "user_permissions" | "permissions" => t!(group.permissions),
        "domain_preference" => t!(member.domain_preference),
        "scope_preference" => t!(member.scope_preference),
        "scopes" => t!(kind.scopes),
        "user" => t!(user.singular),
        "users" => t!(user.plural),
        "computer" => t!(computer.singular),
        "target" => t!(member.target),
        "count" => t!(member.count),
        "updated_at" => t!(member.updated_at),
        "fqdn" => t!(computer.fqdn),
        "machine" => t!(computer.machine),
        "product_system" => t!(member.product_system),
        "cpu" => t!(computer.cpu),
        "ram" => t!(computer.ram),
        "storage" => t!(computer.storage),
        "disks" => t!(member.disks),
        "sync_start_date" => t!(member.sync_start_date),
        "software_inventory" => t!(member.software_inventory),
        "default_logical_device" | "default_logical_device_id" => t!(member.default_device),
        "fullname" => t!(package.file),
        "version" => t!(package.version),
        "architecture" => t!(package.architecture),
        "packages" | "package" => t!(package.plural),
        "delay" => t!(schedule.delay_days),
        "duration" => t!(schedule.duration_days),
        "attributes" => t!(attribute.plural),
        "applications" => t!(application.plural),
        "included_attributes" => t!(deployment.included),
        "excluded_attributes" => t!(deployment.excluded),
        "packages_to_install" => t!(deployment.packages_to_install),
        "priority" => t!(policy.priority),
        "policy" => t!(policy.singular),
        "application" => t!(application.singular),
        "domains" => t!(domain.plural),
        "groups" => t!(group.plural),
        _ => return None,
    })
}

/// What a computer calls itself, to stand after its number; nothing where its text says it already.
pub fn host_name(computer: &Value) -> Option<String> {
    let host = value::text(computer, "name");
    let text = COMPUTERS.text_of(computer);
    (!host.is_empty() && !text.contains(&host)).then_some(host)
}

/// `CID-7` for whatever a person writes for it: `CID7`, `cid 7`, `#7`.
pub fn computer_number(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let number = text
        .strip_prefix("cid")
        .or_else(|| text.strip_prefix('#'))?;
    let number = number.trim_start_matches([' ', '-', '#', ':']);
    let is_one = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_one.then(|| format!("CID-{number}"))
}

/// What the server is asked for when somebody types this where objects of an entity are searched for.
pub fn search_term(entity: &Entity, text: &str) -> String {
    let number = (entity.path == COMPUTERS.path)
        .then(|| computer_number(text))
        .flatten();
    number.unwrap_or_else(|| text.to_owned())
}

/// `packages_to_install` is "Packages to install".
fn in_words(member: &str) -> String {
    let words = member.replace('_', " ");
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// How an entity is listed and edited, once the part with it is loaded.
pub fn sheet(entity: &Entity) -> &'static Sheet {
    known::sheet(entity.model)
        .or_else(|| declared::sheet(entity.path))
        .unwrap_or(&NO_SHEET)
}

static NO_SHEET: Sheet = crate::entity::SHEET;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_computers_number_is_known_in_every_spelling() {
        for text in ["CID-12", "cid12", " CID 12 ", "#12", "cid#12"] {
            assert_eq!(computer_number(text).as_deref(), Some("CID-12"), "{text}");
        }
        for text in ["CID", "#", "cid-x", "12", "cider 12", "CID-1a"] {
            assert_eq!(computer_number(text), None, "{text}");
        }
    }

    #[test]
    fn tabs_of_an_object_have_addresses_of_their_own() {
        for entity in sections::all() {
            let mut known = std::collections::BTreeSet::from(["", "edit", "settings", "history"]);
            for tab in sheet(entity).tabs {
                assert!(known.insert(tab.path), "{}: {}", entity.path, tab.path);
            }
        }
    }

    #[test]
    fn lists_are_sorted_only_by_what_the_server_sorts_by() {
        for entity in sections::all() {
            let sheet = sheet(entity);
            let columns = sheet.columns.iter().filter_map(|column| column.sort);
            let first = sheet
                .ordering
                .split(',')
                .map(|key| key.trim_start_matches('-'));
            for key in columns.chain(first) {
                let is_own = !key.contains("__") && !key.contains('.');
                assert!(is_own || key == "__str__", "{}: {key}", entity.path);
            }
        }
    }

    #[test]
    fn what_a_form_requires_to_be_chosen_is_declared_with_its_entity() {
        let rows = related().map(|rows| (rows.entity, rows.sheet));
        let lists = sections::all().filter(|entity| entity.create.is_some());
        let lists = lists.map(|entity| (entity, sheet(entity)));
        for (entity, sheet) in lists.chain(rows) {
            let fields = sheet.form.iter().flat_map(|section| section.fields);
            let chosen = fields.filter_map(|field| match field.kind {
                Kind::One { entity, .. } | Kind::Many { entity, .. } if field.required => {
                    Some(entity.path)
                }
                _ => None,
            });
            let needs: Vec<&str> = entity.needs.iter().map(|needed| needed.path).collect();
            assert_eq!(chosen.collect::<Vec<_>>(), needs, "{}", entity.path);
        }
    }
}
