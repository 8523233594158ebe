//! Domains: parts of the organisation with administrators of their own.

use async_trait::async_trait;

use super::{
    attributes::only_tags,
    rules::slug::slug,
    shapes::{ATTRIBUTE_INFO, EXCLUDED, INCLUDED, OPERATOR_INFO},
    vocabulary::DMN,
};
use crate::{
    args,
    db::Tx,
    rest::{
        entity::{Csv, Entity, Field, Like, Model, col, made, many, put, put_ids},
        error::RestError,
        hooks::{Change, Deletion, Hooks, Removal},
        json::Json,
        schema::{Table, link, linked, long_text, text},
    },
};

/// `core_domain`
pub static TABLE: Table = Table {
    name: "core_domain",
    columns: &[text("name", 50), long_text("comment").null()],
    many: &[
        link(
            "included_attributes",
            "core_domain_included_attributes",
            "domain_id",
            "attribute_id",
            "core_attribute",
        ),
        link(
            "excluded_attributes",
            "core_domain_excluded_attributes",
            "domain_id",
            "attribute_id",
            "core_attribute",
        ),
        link(
            "tags",
            "core_domain_tags",
            "domain_id",
            "serverattribute_id",
            "core_attribute",
        ),
        linked(
            "domain_admins",
            "core_userprofile_domains",
            "domain_id",
            "userprofile_id",
            "core_userprofile",
        ),
    ],
    order: &["name"],
    unique: &[&["name"]],
    ..Table::EMPTY
};

const BADGE: &[Field] = &[
    made("status", Like::Text, &[], |_, _| Json::text("domain")),
    made("summary", Like::Text, &[col("comment")], |row, _| {
        row.get("comment").as_text().into()
    }),
];

/// Domains.
pub static DOMAINS: Entity = Entity {
    route: "domains",
    model: Model {
        app: "core",
        name: "domain",
        one: "Domain",
        many: "Domains",
    },
    table: &TABLE,
    schema: "Domain",
    list: &[col("id"), col("name"), col("comment")],
    detail: &[
        col("id"),
        INCLUDED,
        EXCLUDED,
        many("tags", &ATTRIBUTE_INFO),
        many("domain_admins", &OPERATOR_INFO),
        col("name"),
        col("comment"),
    ],
    write: &[
        put("name").required(),
        put("comment"),
        put_ids("included_attributes"),
        put_ids("excluded_attributes"),
        put_ids("tags"),
        put_ids("domain_admins").required(),
    ],
    filters: &[
        "id+in",
        "name+ic",
        "included_attributes__id",
        "excluded_attributes__id",
    ],
    search: &["name"],
    badge: BADGE,
    csv: Csv::Columns(&[
        "id",
        "name",
        "comment",
        "included_attributes",
        "excluded_attributes",
        "tags",
    ]),
    hooks: &Rules,
    ..Entity::EMPTY
};

struct Rules;

#[async_trait]
impl Hooks for Rules {
    async fn check(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        if let Some(name) = change.values.text("name") {
            let name = slug(name).to_uppercase();
            if name.is_empty() {
                return Err(RestError::field(
                    "name",
                    "Write a name with letters or digits.",
                ));
            }
            change.values.set_text("name", name);
        }
        if change.relinks("tags") {
            let tags = change.ids("tags").to_vec();
            only_tags(change.tx, "tags", &tags).await?;
        }
        Ok(())
    }

    /// The attribute that stands for the domain follows its name and is always included.
    async fn saved(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        let name = change.text("name").unwrap_or_default().to_owned();
        let before = change
            .before
            .and_then(|before| before.text("name"))
            .map(str::to_owned);
        let id = change.id();
        mirror(change.tx, before.as_deref(), &name).await?;
        change
            .tx
            .execute(
                "INSERT INTO core_domain_included_attributes (domain_id, attribute_id) \
                 SELECT $1, a.id FROM core_attribute AS a JOIN core_property AS p ON p.id = a.property_att_id \
                 WHERE p.prefix = $2 AND a.value = $3 ON CONFLICT DO NOTHING",
                args![id, DMN, name],
            )
            .await?;
        Ok(())
    }

    async fn deleting(&self, removal: &mut Removal<'_>) -> Result<Deletion, RestError> {
        removal
            .tx
            .execute(
                "DELETE FROM core_attribute WHERE value = $1 \
                 AND property_att_id = (SELECT id FROM core_property WHERE prefix = $2)",
                args![removal.before.text("name"), DMN],
            )
            .await?;
        Ok(Deletion::Row)
    }
}

async fn mirror(tx: &mut Tx, before: Option<&str>, name: &str) -> Result<(), RestError> {
    tx.execute(
        "INSERT INTO core_property (prefix, name, enabled, kind, sort, auto_add, language, code) \
         VALUES ($1, 'DOMAIN', $2, 'L', 'server', $2, 0, '') ON CONFLICT (prefix) DO NOTHING",
        args![DMN, true],
    )
    .await?;
    let mut renamed = 0;
    if before.is_some_and(|before| before != name) {
        renamed = tx
            .execute(
                "UPDATE core_attribute SET value = $2 WHERE value = $1 \
                 AND property_att_id = (SELECT id FROM core_property WHERE prefix = $3)",
                args![before, name, DMN],
            )
            .await?;
    }
    if renamed == 0 {
        tx.execute(
            "INSERT INTO core_attribute (property_att_id, value) \
             SELECT id, $1 FROM core_property WHERE prefix = $2 ON CONFLICT DO NOTHING",
            args![name, DMN],
        )
        .await?;
    }
    Ok(())
}
