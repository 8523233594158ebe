//! Attributes and their two proxies: features, which computers have, and tags, which operators give.

use async_trait::async_trait;
use migasfree_server_db::{Tx, args, json_ids, sql};
use migasfree_server_entity::{
    access::Need,
    action::{Action, Gives, Verb},
    boundary::Belongs,
    entity::{Csv, Entity, Field, Like, Mirror, Model, Write, col, made, one, put, put_extra},
    error::RestError,
    hooks::{Change, Hooks, Removal},
    json::Json,
    run,
    schema::{From, Table, Type, computed, counted, float, key, linked, long_text, text},
    values::Stored,
};

use super::{
    attribute_search, place,
    shapes::{ATTRIBUTE_TEXT, PROPERTY_INFO, PROPERTY_NAMED},
    tag_computers,
    vocabulary::DMN,
};
use crate::messages;
use crate::sight;

/// `core_attribute`
pub static TABLE: Table = Table {
    name: "core_attribute",
    columns: &[
        key("property_att_id", "core_property"),
        text("value", 250),
        long_text("description").null(),
        float("longitude").null(),
        float("latitude").null(),
    ],
    virtuals: &[
        counted(
            "total_computers",
            From::Count {
                link: "client_computer_sync_attributes",
                own: "attribute_id",
                other: "computer_id",
                target: &crate::computers::computer::TABLE,
                that: "{t}.status IN ('assigned', 'reserved', 'unknown')",
            },
        ),
        computed(
            "has_location",
            Type::Bool,
            "({t}.longitude IS NOT NULL AND {t}.latitude IS NOT NULL)",
        ),
    ],
    many: &[
        linked(
            "attributeset_included",
            "core_attributeset_included_attributes",
            "attribute_id",
            "attributeset_id",
            "core_attributeset",
        ),
        linked(
            "attributeset_excluded",
            "core_attributeset_excluded_attributes",
            "attribute_id",
            "attributeset_id",
            "core_attributeset",
        ),
        linked(
            "domain_included",
            "core_domain_included_attributes",
            "attribute_id",
            "domain_id",
            "core_domain",
        ),
        linked(
            "domain_excluded",
            "core_domain_excluded_attributes",
            "attribute_id",
            "domain_id",
            "core_domain",
        ),
        linked(
            "domain_tags",
            "core_domain_tags",
            "serverattribute_id",
            "domain_id",
            "core_domain",
        ),
        linked(
            "faultdefinition_included",
            "client_faultdefinition_included_attributes",
            "attribute_id",
            "faultdefinition_id",
            "client_faultdefinition",
        ),
        linked(
            "faultdefinition_excluded",
            "client_faultdefinition_excluded_attributes",
            "attribute_id",
            "faultdefinition_id",
            "client_faultdefinition",
        ),
        linked(
            "scope_included",
            "core_scope_included_attributes",
            "attribute_id",
            "scope_id",
            "core_scope",
        ),
        linked(
            "scope_excluded",
            "core_scope_excluded_attributes",
            "attribute_id",
            "scope_id",
            "core_scope",
        ),
        linked(
            "deployment_included",
            "core_deployment_included_attributes",
            "attribute_id",
            "deployment_id",
            "core_deployment",
        ),
        linked(
            "deployment_excluded",
            "core_deployment_excluded_attributes",
            "attribute_id",
            "deployment_id",
            "core_deployment",
        ),
        linked(
            "application",
            "app_catalog_application_available_for_attributes",
            "attribute_id",
            "application_id",
            "app_catalog_application",
        ),
        linked(
            "policy_included",
            "app_catalog_policy_included_attributes",
            "attribute_id",
            "policy_id",
            "app_catalog_policy",
        ),
        linked(
            "policy_excluded",
            "app_catalog_policy_excluded_attributes",
            "attribute_id",
            "policy_id",
            "app_catalog_policy",
        ),
        linked(
            "singularity_included",
            "core_singularity_included_attributes",
            "attribute_id",
            "singularity_id",
            "core_singularity",
        ),
        linked(
            "singularity_excluded",
            "core_singularity_excluded_attributes",
            "attribute_id",
            "singularity_id",
            "core_singularity",
        ),
        linked(
            "computer",
            "client_computer_sync_attributes",
            "attribute_id",
            "computer_id",
            "client_computer",
        ),
        linked(
            "tags",
            "client_computer_tags",
            "serverattribute_id",
            "computer_id",
            "client_computer",
        ),
    ],
    order: &["property_att__prefix", "value"],
    unique: &[&["property_att_id", "value"]],
    ..Table::EMPTY
};

macro_rules! filters {
    ($($more:literal),* $(,)?) => {
        &[
            "id+in",
            "property_att__id",
            "property_att__prefix",
            "property_att__sort",
            "value+ic",
            "description:ic",
            "attributeset_included__id",
            "attributeset_excluded__id",
            "domain_included__id",
            "domain_excluded__id",
            "faultdefinition_included__id",
            "faultdefinition_excluded__id",
            "scope_included__id",
            "scope_excluded__id",
            "deployment_included__id",
            "deployment_excluded__id",
            "application__id",
            "policy_included__id",
            "policy_excluded__id",
            "singularity_included__id",
            "singularity_excluded__id",
            "computer__id",
            "has_location",
            "total_computers",
            $($more),*
        ]
    };
}

const SEARCH: &[&str] = &["value", "description", "property_att__prefix"];

/// A chip of an attribute says how many computers have it.
const BADGE: &[Field] = &[
    made("status", Like::Text, OF_PROPERTY, |row, _| {
        Json::text(match row.get("property_att").get("prefix").as_text() {
            "SET" => "set",
            "DMN" => "domain",
            "CID" => "computer",
            _ if row.get("property_att").get("sort").as_text() == "server" => "tag",
            _ => "attribute",
        })
    }),
    made(
        "summary",
        Like::Text,
        &[col("total_computers")],
        |row, _| {
            format!(
                "{} computers",
                row.get("total_computers").as_int().unwrap_or_default()
            )
            .into()
        },
    ),
];

const fn mirror(prefix: &'static str, route: &'static str, column: &'static str) -> Mirror {
    Mirror {
        kind: ("property_att__prefix", prefix),
        value: "value",
        route,
        column,
    }
}

const MIRRORS: &[Mirror] = &[
    mirror("CID", "computers", "id"),
    mirror("SET", "attribute-sets", "name"),
    mirror("DMN", "domains", "name"),
];

const OF_PROPERTY: &[Field] = &[one("property_att", &PROPERTY_INFO)];

/// All attributes.
pub static ATTRIBUTES: Entity = Entity {
    route: "attributes",
    model: Model {
        app: "core",
        name: "attribute",
        one: "Attribute",
        many: "Attributes",
    },
    table: &TABLE,
    walked: true,
    operations: "LRUD",
    schema: "Attribute",
    detail: &[
        col("id"),
        one("property_att", &PROPERTY_INFO),
        col("value"),
        col("description"),
        col("longitude"),
        col("latitude"),
    ],
    write: &[
        put("value").required(),
        put("description"),
        put("longitude").range(-180, 180),
        put("latitude").range(-90, 90),
    ],
    filters: filters!(),
    search: SEARCH,
    whole: Some(attribute_search::whole),
    ranked: Some("value"),
    visible: &[sight::attribute("id")],
    text: ATTRIBUTE_TEXT,
    search_summary: Some(col("description")),
    badge: BADGE,
    mirrors: MIRRORS,
    csv: Csv::Refused,
    hooks: &Rules { sort: None },
    ..Entity::EMPTY
};

const PROXY_DETAIL: &[Field] = &[
    col("id"),
    one("property_att", &PROPERTY_NAMED),
    col("value"),
    col("description"),
    col("latitude"),
    col("longitude"),
    col("total_computers"),
];

const PROXY_ANSWER: &[Field] = &[
    col("id"),
    one("property_att", &PROPERTY_NAMED),
    col("value"),
    col("description"),
    col("latitude"),
    col("longitude"),
];

const PROXY_WRITE: &[Write] = &[
    put("property_att").required(),
    put("value").required(),
    put("description"),
    put("latitude").range(-90, 90),
    put("longitude").range(-180, 180),
];

const PROXY_CSV: Csv = Csv::Columns(&[
    "id",
    "property_att",
    "prefix=property_att__prefix",
    "value",
    "description",
    "computers=total_computers",
    "latitude",
    "longitude",
]);

/// Tags: what operators give to computers.
pub static TAGS: Entity = Entity {
    route: "tags",
    model: Model {
        app: "core",
        name: "serverattribute",
        one: "Tag",
        many: "Tags",
    },
    also_viewed_with: &[("core", "attribute")],
    table: &TABLE,
    walked: true,
    only: &[("property_att__sort", "server")],
    schema: "ServerAttribute",
    detail: PROXY_DETAIL,
    answer: PROXY_ANSWER,
    write: PROXY_WRITE,
    filters: filters!("domain_tags__id", "tags__id"),
    search: SEARCH,
    whole: Some(attribute_search::whole),
    ranked: Some("value"),
    visible: &[sight::attribute("id")],
    belongs: Belongs::Offered {
        table: "core_domain_tags",
        own: "serverattribute_id",
    },
    text: ATTRIBUTE_TEXT,
    badge: BADGE,
    mirrors: MIRRORS,
    csv: PROXY_CSV,
    hooks: &Rules {
        sort: Some("server"),
    },
    actions: &[
        Action::get(
            "<id>/computers",
            "The computers that have the tag, directly or since their last synchronization",
            run!(tag_computers::list),
        )
        .giving(Gives::Members(&[
            ("computers", Like::Objects),
            ("inflicted", Like::Objects),
        ])),
        Action::post(
            "<id>/computers",
            Need::Change,
            "Give the tag to exactly these computers",
            &[put_extra("computers", Like::Ids).required()],
            run!(tag_computers::replace),
        )
        .giving(Gives::Gone)
        .by(Verb::Patch)
        .leaving(),
    ],
    ..Entity::EMPTY
};

/// Features: what computers tell of themselves, and the built-in attributes.
pub static FEATURES: Entity = Entity {
    route: "features",
    model: Model {
        app: "core",
        name: "clientattribute",
        one: "Feature",
        many: "Features",
    },
    also_viewed_with: &[("core", "attribute")],
    table: &TABLE,
    walked: true,
    only: &[("property_att__sort", "client,basic")],
    schema: "ClientAttribute",
    detail: PROXY_DETAIL,
    answer: PROXY_ANSWER,
    write: PROXY_WRITE,
    filters: filters!(),
    search: SEARCH,
    whole: Some(attribute_search::whole),
    ranked: Some("value"),
    visible: &[sight::attribute("id")],
    text: ATTRIBUTE_TEXT,
    badge: BADGE,
    mirrors: MIRRORS,
    csv: PROXY_CSV,
    hooks: &Rules {
        sort: Some("client"),
    },
    ..Entity::EMPTY
};

/// A proxy takes only properties of its own sort; built-in attributes keep their value.
struct Rules {
    sort: Option<&'static str>,
}

#[async_trait]
impl Hooks for Rules {
    async fn check(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        place::check(change)?;
        let Some(property) = change.int("property_att_id") else {
            return Ok(());
        };
        let (sort,): (String,) = change
            .tx
            .one(
                "SELECT sort FROM core_property WHERE id = $1",
                args![property],
            )
            .await?;
        if change.is_new() {
            below_own_domain(change, property).await?;
        }
        let moves = change.changes("value") || change.changes("property_att_id");
        if let (true, Some(before)) = (moves, change.before)
            && is_built_in(change.tx, before).await?
        {
            return Err(RestError::field("value", messages::built_in_value()));
        }
        if let Some(expected) = self.sort
            && (change.is_new() || change.changes("property_att_id"))
            && sort != expected
        {
            let message = if expected == "server" {
                messages::choose_stamp()
            } else {
                messages::choose_formula()
            };
            return Err(RestError::field("property_att", message));
        }
        Ok(())
    }

    async fn going(&self, removal: &mut Removal<'_>) -> Result<(), RestError> {
        if is_built_in(removal.tx, removal.before).await? {
            return Err(RestError::Refused(
                "built_in",
                messages::built_in_attribute(),
            ));
        }
        Ok(())
    }
}

/// Who has a domain's tag, or one below it, is in that domain.
async fn below_own_domain(change: &mut Change<'_>, property: i64) -> Result<(), RestError> {
    let Some(own) = change.context.operator.boundary() else {
        return Ok(());
    };
    let value = change.text("value").map(str::to_owned);
    let (allowed,): (bool,) = change
        .tx
        .one(
            sql!(
                "SELECT p.prefix <> $2 OR EXISTS (SELECT 1 FROM core_domain AS d \
                 WHERE substr(CAST($3 AS TEXT), 1, length(d.name) + 1) = d.name || '.' AND d.id IN ",
                ids(4),
                ") FROM core_property AS p WHERE p.id = $1"
            ),
            args![
                property,
                DMN,
                value,
                json_ids(own.iter().copied())
            ],
        )
        .await?;
    if allowed {
        return Ok(());
    }
    Err(RestError::field("value", messages::begin_with_domain()))
}

/// Whether the server made the attribute: one of a basic property, or the one that stands for a domain.
async fn is_built_in(tx: &mut Tx, attribute: &Stored) -> Result<bool, RestError> {
    let (sort, of_domain): (String, bool) = tx
        .one(
            "SELECT p.sort, p.prefix = $2 AND EXISTS (SELECT 1 FROM core_domain WHERE name = $3) \
             FROM core_property AS p WHERE p.id = $1",
            args![
                attribute.int("property_att_id"),
                DMN,
                attribute.text("value")
            ],
        )
        .await?;
    Ok(sort == "basic" || of_domain)
}

/// Refuses attributes that are no tags.
///
/// # Errors
/// Under the name of the list, with the first of them.
pub async fn only_tags(tx: &mut Tx, list: &str, attributes: &[i64]) -> Result<(), RestError> {
    let other: Option<(i64,)> = tx
        .optional(
            sql!(
                "SELECT a.id FROM core_attribute AS a JOIN core_property AS p ON p.id = a.property_att_id \
                 WHERE p.sort <> 'server' AND a.id IN ",
                ids(1),
                " ORDER BY a.id LIMIT 1"
            ),
            args![json_ids(attributes.iter().copied())],
        )
        .await?;
    match other {
        None => Ok(()),
        Some((id,)) => Err(RestError::field(list, messages::not_a_tag(id))),
    }
}
