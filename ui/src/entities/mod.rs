//! The declarations, one file each.
mod application_requests;
mod applications;
mod attribute_sets;
mod attributes;
mod audit;
mod categories;
mod choices;
mod computers;
mod deployments;
mod domains;
mod errors;
mod fault_definitions;
mod faults;
mod formulas;
mod groups;
mod packages;
mod packages_history;
mod permissions;
mod platforms;
mod policies;
mod policy_groups;
mod project_packages;
mod projects;
mod schedules;
mod stamps;
mod stores;
mod synchronizations;
mod tags;
mod users;

pub use application_requests::APPLICATION_REQUESTS;
pub use applications::APPLICATIONS;
pub use attribute_sets::ATTRIBUTE_SETS;
pub use attributes::ATTRIBUTES;
pub use audit::AUDIT;
pub use categories::CATEGORIES;
pub use choices::{computer_statuses, status_state};
pub use computers::COMPUTERS;
pub use deployments::DEPLOYMENTS;
pub use domains::DOMAINS;
pub use errors::ERRORS;
pub use fault_definitions::FAULT_DEFINITIONS;
pub use faults::FAULTS;
pub use formulas::FORMULAS;
pub use groups::GROUPS;
pub use packages::PACKAGES;
pub use packages_history::PACKAGES_HISTORY;
pub use platforms::PLATFORMS;
pub use policies::POLICIES;
pub use policy_groups::{POLICY_GROUPS, POLICY_GROUPS_SHEET};
pub use project_packages::{PROJECT_PACKAGES, PROJECT_PACKAGES_SHEET};
pub use projects::PROJECTS;
pub use schedules::SCHEDULES;
pub use stamps::STAMPS;
pub use stores::STORES;
pub use synchronizations::SYNCHRONIZATIONS;
pub use tags::TAGS;
pub use users::USERS;

use crate::entity::{Entity, Field, Kind, Sheet};
use crate::text::{label, t};

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

/// Every entity that has a list.
pub static ALL: &[&Entity] = &[
    &COMPUTERS,
    &PACKAGES,
    &DEPLOYMENTS,
    &SCHEDULES,
    &APPLICATIONS,
    &APPLICATION_REQUESTS,
    &CATEGORIES,
    &POLICIES,
    &ATTRIBUTES,
    &ATTRIBUTE_SETS,
    &TAGS,
    &STAMPS,
    &FORMULAS,
    &FAULT_DEFINITIONS,
    &SYNCHRONIZATIONS,
    &ERRORS,
    &FAULTS,
    &PACKAGES_HISTORY,
    &AUDIT,
    &PROJECTS,
    &PLATFORMS,
    &STORES,
    &DOMAINS,
    &USERS,
    &GROUPS,
];

/// What the organisation sets up once, on a page of its own.
pub static SETTINGS: &[&Entity] = &[
    &PROJECTS,
    &PLATFORMS,
    &STORES,
    &CATEGORIES,
    &FORMULAS,
    &FAULT_DEFINITIONS,
    &STAMPS,
    &DOMAINS,
    &USERS,
    &GROUPS,
];

/// The entity of an address.
pub fn by_path(path: &str) -> Option<&'static Entity> {
    ALL.iter().find(|entity| entity.path == path).copied()
}

/// The entity the server calls by this name.
pub fn by_model(model: &str) -> Option<&'static Entity> {
    let model = match model {
        "core.internalsource" | "core.externalsource" => DEPLOYMENTS.model,
        "core.clientattribute" => ATTRIBUTES.model,
        "core.property" => FORMULAS.model,
        model => model,
    };
    ALL.iter().find(|entity| entity.model == model).copied()
}

/// How many objects of a kind are called, also of kinds that have no page of their own; `known` as the server calls them.
pub fn kind_label(model: &str, count: u64, known: &str) -> String {
    let one = count == 1;
    if let Some(entity) = by_model(model) {
        let label = if one { entity.singular } else { entity.plural };
        return label().to_owned();
    }
    match model {
        "app_catalog.packagesbyproject" => t!(kind.project_packages),
        "app_catalog.policygroup" => t!(kind.policy_groups),
        "client.migration" => t!(kind.migrations),
        "client.statuslog" => t!(kind.status_logs),
        "client.message" => t!(kind.messages),
        "hardware.node" => t!(kind.hardware),
        "core.packageset" => t!(kind.package_sets),
        "core.scope" => t!(kind.scopes),
        "core.singularity" => t!(kind.singularities),
        _ => known,
    }
    .to_owned()
}

/// What a member of an entity's objects is called: as in its form or its list, else its own name in words.
pub fn member_label(model: &str, member: &str) -> String {
    let declared = by_model(model).map(sheet).and_then(|sheet| {
        let fields = sheet.form.iter().flat_map(|section| section.fields.iter());
        let field = fields.into_iter().find(|field| field.name == member);
        let column = || sheet.columns.iter().find(|column| column.key == member);
        field
            .map(|field| (field.label)())
            .or_else(|| column().map(|column| (column.label)()))
    });
    let label = declared.or_else(|| common_member(member));
    label.map_or_else(|| in_words(member), str::to_owned)
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
        _ => return None,
    })
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

/// How an entity is listed and edited.
pub fn sheet(entity: &Entity) -> &'static Sheet {
    match entity.path {
        "computers" => &computers::COMPUTERS_SHEET,
        "packages" => &packages::PACKAGES_SHEET,
        "deployments" => &deployments::DEPLOYMENTS_SHEET,
        "schedules" => &schedules::SCHEDULES_SHEET,
        "applications" => &applications::APPLICATIONS_SHEET,
        "application-requests" => &application_requests::APPLICATION_REQUESTS_SHEET,
        "categories" => &categories::CATEGORIES_SHEET,
        "policies" => &policies::POLICIES_SHEET,
        "attributes" => &attributes::ATTRIBUTES_SHEET,
        "attribute-sets" => &attribute_sets::ATTRIBUTE_SETS_SHEET,
        "tags" => &tags::TAGS_SHEET,
        "stamps" => &stamps::STAMPS_SHEET,
        "formulas" => &formulas::FORMULAS_SHEET,
        "synchronizations" => &synchronizations::SYNCHRONIZATIONS_SHEET,
        "audit" => &audit::AUDIT_SHEET,
        "projects" => &projects::PROJECTS_SHEET,
        "platforms" => &platforms::PLATFORMS_SHEET,
        "stores" => &stores::STORES_SHEET,
        "users" => &users::USERS_SHEET,
        "groups" => &groups::GROUPS_SHEET,
        "domains" => &domains::DOMAINS_SHEET,
        "errors" => &errors::ERRORS_SHEET,
        "fault-definitions" => &fault_definitions::FAULT_DEFINITIONS_SHEET,
        "faults" => &faults::FAULTS_SHEET,
        "packages-history" => &packages_history::PACKAGES_HISTORY_SHEET,
        _ => &NO_SHEET,
    }
}

static NO_SHEET: Sheet = crate::entity::SHEET;
