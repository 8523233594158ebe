//! Properties and their two proxies: formulas, which computers evaluate, and stamps, whose values operators assign.

use async_trait::async_trait;
use futures_util::FutureExt as _;
use migasfree_server_db::Arg;
use migasfree_server_entity::{
    action::{Action, Answer, Call},
    entity::{Csv, Entity, Model, col, label, put},
    error::RestError,
    hooks::{Change, Hooks, Removal},
    json::Json,
    schema::{Default, Table, back, bool, choice, int_choice, long_text, text},
};

use super::vocabulary::{DMN, KIND, LANGUAGE, SORT};
use crate::messages;

/// `core_property`
pub static TABLE: Table = Table {
    name: "core_property",
    columns: &[
        text("prefix", 3),
        text("name", 50),
        bool("enabled", true),
        choice("kind", KIND).default(Default::Text("N")),
        choice("sort", SORT).default(Default::Text("client")),
        bool("auto_add", true),
        int_choice("language", LANGUAGE).default(Default::Int(0)),
        long_text("code").null(),
    ],
    many: &[
        back("attribute", "core_attribute", "property_att_id"),
        back("singularity", "core_singularity", "property_att_id"),
    ],
    order: &["name"],
    unique: &[&["prefix"]],
    ..Table::EMPTY
};

const FILTERS: &[&str] = &[
    "id+in",
    "prefix+ic,in",
    "name+ic",
    "enabled",
    "sort",
    "kind",
    "singularity__id",
    "attribute__id",
];

/// All properties.
pub static PROPERTIES: Entity = Entity {
    route: "properties",
    link_route: "formulas",
    model: Model {
        app: "core",
        name: "property",
        one: "Property",
        many: "Properties",
    },
    table: &TABLE,
    schema: "Property",
    detail: &[
        col("id"),
        label("language"),
        col("prefix"),
        col("name"),
        col("enabled"),
        col("kind"),
        col("sort"),
        col("auto_add"),
        col("code"),
    ],
    answer: &[
        col("id"),
        col("prefix"),
        col("name"),
        col("enabled"),
        col("kind"),
        col("sort"),
        col("auto_add"),
        col("language"),
        col("code"),
    ],
    write: &[
        put("prefix").required(),
        put("name").required(),
        put("enabled"),
        put("kind"),
        put("sort"),
        put("auto_add"),
        put("language"),
        put("code"),
    ],
    filters: FILTERS,
    search: &["name", "language", "code"],
    order: &["prefix", "name"],
    csv: Csv::Refused,
    hooks: &Rules { sort: None },
    actions: &[Action::get(
        "kind",
        "The kinds of values a property may have",
        |_call: Call| async { Ok(Answer::Json(kinds())) }.boxed(),
    )],
    ..Entity::EMPTY
};

/// Formulas: what computers evaluate, and the built-in ones.
pub static FORMULAS: Entity = Entity {
    route: "formulas",
    model: Model {
        app: "core",
        name: "clientproperty",
        one: "Formula",
        many: "Formulas",
    },
    also_viewed_with: &[("core", "property")],
    table: &TABLE,
    only: &[("sort", "client,basic")],
    schema: "ClientProperty",
    detail: &[
        col("id"),
        col("prefix"),
        col("name"),
        col("kind"),
        col("sort"),
        col("enabled"),
        col("language"),
        col("code"),
    ],
    write: &[
        put("prefix").required(),
        put("name").required(),
        put("kind"),
        put("enabled"),
        put("language"),
        put("code").required(),
    ],
    filters: &[
        "id+in",
        "prefix+ic,in",
        "name+ic",
        "enabled",
        "sort",
        "kind",
        "singularity__id",
        "attribute__id",
        "language",
    ],
    search: &["name", "prefix"],
    csv: Csv::Columns(&[
        "id", "prefix", "name", "enabled", "kind", "sort", "auto_add", "language", "code",
    ]),
    hooks: &Rules {
        sort: Some("client"),
    },
    ..Entity::EMPTY
};

/// Stamps: the kinds of tags.
pub static STAMPS: Entity = Entity {
    route: "stamps",
    model: Model {
        app: "core",
        name: "serverproperty",
        one: "Stamp",
        many: "Stamps",
    },
    also_viewed_with: &[("core", "property")],
    table: &TABLE,
    only: &[("sort", "server")],
    schema: "ServerProperty",
    detail: &[
        col("id"),
        col("prefix"),
        col("name"),
        col("kind"),
        col("enabled"),
    ],
    write: &[
        put("prefix").required(),
        put("name").required(),
        put("kind"),
        put("enabled"),
    ],
    filters: FILTERS,
    search: &["name", "prefix"],
    csv: Csv::Columns(&["id", "prefix", "name", "enabled", "kind", "sort"]),
    hooks: &Rules {
        sort: Some("server"),
    },
    ..Entity::EMPTY
};

fn kinds() -> Json {
    Json::Object(
        KIND.iter()
            .map(|(kind, label)| (*kind, Json::text(label)))
            .collect(),
    )
}

/// A proxy fixes where the values come from.
struct Rules {
    sort: Option<&'static str>,
}

#[async_trait]
impl Hooks for Rules {
    async fn check(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        let was = change
            .before
            .and_then(|before| before.text("sort"))
            .map(str::to_owned);
        if was.as_deref() == Some("basic") {
            return basic(change);
        }
        if change.changes("prefix") && !is_prefix(change.text("prefix").unwrap_or_default()) {
            return Err(RestError::field("prefix", messages::letters_and_digits()));
        }
        if let Some(sort) = self.sort {
            change.values.set_text("sort", sort);
            if sort == "server" {
                change.values.set_text("code", "");
            }
        } else if change.values.text("sort") == Some("basic") {
            return Err(RestError::field("sort", messages::basic_sort()));
        }
        Ok(())
    }

    async fn going(&self, removal: &mut Removal<'_>) -> Result<(), RestError> {
        let of_domains = removal.before.text("prefix") == Some(DMN);
        if of_domains || removal.before.text("sort") == Some("basic") {
            return Err(RestError::Refused(
                "built_in",
                messages::built_in_property(),
            ));
        }
        Ok(())
    }
}

/// Tags and files of imports are written `PREFIX-value`.
fn is_prefix(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Of a built-in property only `enabled` can change; what is sent besides must be what it is.
fn basic(change: &mut Change<'_>) -> Result<(), RestError> {
    for column in ["prefix", "kind", "sort", "language", "code"] {
        let same = change.before.and_then(|before| before.get(column)) == change.values.get(column)
            || (column == "code" && is_empty(change.values.get(column)));
        if change.values.has(column) && !same {
            return Err(RestError::field(column, messages::basic_property()));
        }
    }
    Ok(())
}

const fn is_empty(value: Option<&Arg>) -> bool {
    match value {
        Some(Arg::Text(Some(text))) => text.is_empty(),
        Some(Arg::Text(None)) | None => true,
        Some(_) => false,
    }
}
