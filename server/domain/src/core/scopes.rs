//! Scopes: what an operator narrows their view to.

use async_trait::async_trait;
use migasfree_server_auth::DomainId;
use migasfree_server_entity::{
    boundary::Belongs,
    entity::{Csv, Entity, Model, col, one, put, put_ids},
    error::RestError,
    hooks::{Change, Hooks},
    schema::{Follows, Loss, Table, key, link, text},
    visibility::Sight,
};

use super::{
    rules::slug::slug,
    shapes::{DOMAIN_REF, EXCLUDED, INCLUDED, OPERATOR_INFO},
};
use crate::messages;

/// `core_scope`
pub static TABLE: Table = Table {
    name: "core_scope",
    columns: &[
        text("name", 50),
        key("user_id", "core_userprofile"),
        key("domain_id", "core_domain").null().losing(Loss::Told),
    ],
    many: &[
        link(
            "included_attributes",
            "core_scope_included_attributes",
            "scope_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::Told)
        .following(Follows::Replacement),
        link(
            "excluded_attributes",
            "core_scope_excluded_attributes",
            "scope_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::Told)
        .following(Follows::Replacement),
    ],
    order: &["name"],
    unique: &[&["name", "domain_id", "user_id"]],
    ..Table::EMPTY
};

/// Scopes.
pub static SCOPES: Entity = Entity {
    route: "scopes",
    model: Model {
        app: "core",
        name: "scope",
        one: "Scope",
        many: "Scopes",
    },
    table: &TABLE,
    schema: "Scope",
    list: &[
        col("id"),
        col("name"),
        one("user", &OPERATOR_INFO),
        one("domain", &DOMAIN_REF),
    ],
    detail: &[
        col("id"),
        INCLUDED,
        EXCLUDED,
        col("name"),
        one("user", &OPERATOR_INFO),
        one("domain", &DOMAIN_REF),
    ],
    write: &[
        put("name").required(),
        put("user").required(),
        put("domain"),
        put_ids("included_attributes"),
        put_ids("excluded_attributes"),
    ],
    filters: &[
        "id+in",
        "name+ic",
        "user",
        "user__id",
        "user__username+ic",
        "domain__id",
    ],
    search: &["name"],
    visible: &[Sight::Owner("user")],
    belongs: Belongs::Domain("domain"),
    csv: Csv::Columns(&[
        "id",
        "user",
        "name",
        "domain",
        "included_attributes",
        "excluded_attributes",
    ]),
    hooks: &Rules,
    ..Entity::EMPTY
};

struct Rules;

#[async_trait]
impl Hooks for Rules {
    /// Scopes are one's own, in a domain one administers; superusers may make them for others.
    async fn check(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        if let Some(name) = change.values.text("name") {
            let name = slug(name);
            if name.is_empty() {
                return Err(RestError::field("name", messages::name_without_letters()));
            }
            change.values.set_text("name", name);
        }
        let operator = &change.context.operator;
        if operator.is_superuser {
            return Ok(());
        }
        if change.int("user_id") != Some(operator.id.0) {
            return Err(RestError::field("user", messages::scope_for_oneself()));
        }
        if let Some(domain) = change.int("domain_id") {
            let own = operator.boundary().unwrap_or_default();
            if !own.contains(&DomainId(domain)) {
                return Err(RestError::field("domain", messages::not_your_domain()));
            }
        }
        Ok(())
    }
}
