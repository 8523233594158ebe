//! Attribute sets: audiences with a name, which others can refer to through a mirror attribute.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use migasfree_server_db::{Tx, args};
use migasfree_server_entity::{
    boundary::Belongs,
    entity::{Csv, Entity, Field, Like, Model, col, made, one, put, put_ids, raw},
    error::RestError,
    hooks::{Change, Deletion, Hooks, Removal},
    json::Json,
    schema::{Follows, Loss, Table, bool, float, key, link, long_text, text},
};

use super::{
    place,
    shapes::{DOMAIN_REF, EXCLUDED, INCLUDED},
    vocabulary::{ALL_SYSTEMS, SET},
};
use crate::messages;
use crate::sight;

/// `core_attributeset`
pub static TABLE: Table = Table {
    name: "core_attributeset",
    columns: &[
        text("name", 50),
        long_text("description").null(),
        bool("enabled", true),
        float("longitude").null(),
        float("latitude").null(),
        key("domain_id", "core_domain").null().losing(Loss::Kept),
    ],
    many: &[
        link(
            "included_attributes",
            "core_attributeset_included_attributes",
            "attributeset_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::Fewer)
        .following(Follows::Leaving),
        link(
            "excluded_attributes",
            "core_attributeset_excluded_attributes",
            "attributeset_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::More)
        .following(Follows::Leaving),
    ],
    order: &["name"],
    unique: &[&["name"]],
    ..Table::EMPTY
};

/// What writing answers: the id of the domain.
const ANSWER: &[Field] = &[
    col("id"),
    INCLUDED,
    EXCLUDED,
    col("name"),
    col("description"),
    col("enabled"),
    col("longitude"),
    col("latitude"),
    raw("domain", "domain_id"),
];

/// Attribute sets.
pub static ATTRIBUTE_SETS: Entity = Entity {
    route: "attribute-sets",
    model: Model {
        app: "core",
        name: "attributeset",
        one: "AttributeSet",
        many: "Attribute Sets",
    },
    table: &TABLE,
    schema: "AttributeSet",
    detail: &[
        col("id"),
        INCLUDED,
        EXCLUDED,
        col("name"),
        col("description"),
        col("enabled"),
        col("longitude"),
        col("latitude"),
        one("domain", &DOMAIN_REF),
    ],
    answer: ANSWER,
    write: &[
        put("name").required(),
        put("description"),
        put("enabled"),
        put("longitude").range(-180, 180),
        put("latitude").range(-90, 90),
        put("domain"),
        put_ids("included_attributes"),
        put_ids("excluded_attributes"),
    ],
    filters: &[
        "id+in",
        "name+ic",
        "enabled",
        "included_attributes__id",
        "excluded_attributes__id",
        "domain__id",
    ],
    search: &["name", "description"],
    visible: &[sight::attribute("included_attributes")],
    belongs: Belongs::Domain("domain"),
    badge: SET_BADGE,
    csv: Csv::Columns(&[
        "id",
        "name",
        "enabled",
        "description",
        "included_attributes",
        "excluded_attributes",
        "longitude",
        "latitude",
    ]),
    hooks: &Rules,
    ..Entity::EMPTY
};

const SET_BADGE: &[Field] = &[
    made("status", Like::Text, &[], |_, _| Json::text("set")),
    made("summary", Like::Text, &[col("description")], |row, _| {
        row.get("description").as_text().into()
    }),
];

struct Rules;

#[async_trait]
impl Hooks for Rules {
    async fn check(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        place::check(change)
    }

    /// The mirror attribute follows the name; a circle of sets is refused.
    async fn saved(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        let name = change.text("name").unwrap_or_default().to_owned();
        let before = change
            .before
            .and_then(|before| before.text("name"))
            .map(str::to_owned);
        mirror(change.tx, before.as_deref(), &name).await?;
        if change.relinks("included_attributes") || change.relinks("excluded_attributes") {
            let limited = change.context.operator.is_limited();
            no_circle(change.tx, &name, limited).await?;
        }
        Ok(())
    }

    async fn deleting(&self, removal: &mut Removal<'_>) -> Result<Deletion, RestError> {
        removal
            .tx
            .execute(
                "DELETE FROM core_attribute WHERE value = $1 AND id <> $3 \
                 AND property_att_id = (SELECT id FROM core_property WHERE prefix = $2)",
                args![removal.before.text("name"), SET, ALL_SYSTEMS],
            )
            .await?;
        Ok(Deletion::Row)
    }
}

async fn mirror(tx: &mut Tx, before: Option<&str>, name: &str) -> Result<(), RestError> {
    if before == Some(name) {
        return Ok(());
    }
    if name == "All Systems" {
        return Err(RestError::field("name", messages::name_of_all_systems()));
    }
    let renamed = tx
        .execute(
            "UPDATE core_attribute SET value = $2 WHERE value = $1 AND id <> $4 \
             AND property_att_id = (SELECT id FROM core_property WHERE prefix = $3)",
            args![before, name, SET, ALL_SYSTEMS],
        )
        .await?;
    if renamed == 0 {
        tx.execute(
            "INSERT INTO core_attribute (property_att_id, value) \
             SELECT id, $1 FROM core_property WHERE prefix = $2 ON CONFLICT DO NOTHING",
            args![name, SET],
        )
        .await?;
    }
    Ok(())
}

/// Which sets refer to which others: names of a set and of one it includes or excludes.
const EDGES: &str = "SELECT s.name, a.value FROM core_attributeset AS s \
    JOIN (SELECT attributeset_id, attribute_id FROM core_attributeset_included_attributes \
          UNION SELECT attributeset_id, attribute_id FROM core_attributeset_excluded_attributes) AS l \
      ON l.attributeset_id = s.id \
    JOIN core_attribute AS a ON a.id = l.attribute_id AND a.id <> $2 \
    JOIN core_property AS p ON p.id = a.property_att_id AND p.prefix = $1 \
    ORDER BY s.name, a.value";

async fn no_circle(tx: &mut Tx, start: &str, limited: bool) -> Result<(), RestError> {
    let rows: Vec<(String, String)> = tx.all(EDGES, args![SET, ALL_SYSTEMS]).await?;
    let mut edges: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in &rows {
        edges.entry(from).or_default().push(to);
    }
    match circle(&edges, start) {
        None => Ok(()),
        Some(_) if limited => Err(RestError::Refused(
            "circular_sets",
            messages::set_in_itself(),
        )),
        Some(names) => Err(RestError::Refused(
            "circular_sets",
            messages::sets_in_a_circle(names.join(" → ")),
        )),
    }
}

/// The way from a set back to itself, if there is one.
fn circle<'a>(edges: &BTreeMap<&'a str, Vec<&'a str>>, start: &'a str) -> Option<Vec<&'a str>> {
    let mut seen = BTreeSet::new();
    let mut ways = vec![vec![start]];
    while let Some(way) = ways.pop() {
        for next in way
            .last()
            .and_then(|last| edges.get(last))
            .into_iter()
            .flatten()
        {
            let mut longer = way.clone();
            longer.push(*next);
            if *next == start {
                return Some(longer);
            }
            if seen.insert(*next) {
                ways.push(longer);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::circle;

    #[test]
    fn a_circle_is_found_however_long_it_is() {
        let edges = BTreeMap::from([
            ("a", vec!["b"]),
            ("b", vec!["c", "d"]),
            ("c", vec![]),
            ("d", vec!["a"]),
        ]);
        assert_eq!(circle(&edges, "a"), Some(vec!["a", "b", "d", "a"]));
        assert_eq!(circle(&edges, "c"), None);
        assert_eq!(
            circle(&BTreeMap::from([("x", vec!["x"])]), "x"),
            Some(vec!["x", "x"])
        );
    }
}
