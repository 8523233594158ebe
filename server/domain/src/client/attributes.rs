//! Attributes of computers.

use std::collections::HashSet;

use migasfree_server_db::{Db, Result, Sql, Tx, args, json_ids, sql};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    computers::{HEAD, TAIL},
    gathered::{BesideComputer, flag, gathered},
};
use crate::{
    core::rules::{attribute_values::AttributeValue, targeting::Attributes},
    ids::{AttributeId, ComputerId, PropertyId},
};

/// An attribute with its property.
#[derive(Debug, Clone, Deserialize, sqlx::FromRow)]
pub struct Attribute {
    pub id: AttributeId,
    pub property_id: PropertyId,
    pub property: String,
    pub prefix: String,
    pub sort: String,
    pub value: String,
    pub description: Option<String>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
}

impl Attribute {
    /// As the REST interface and the calls show it.
    pub fn info(&self) -> Value {
        json!({
            "id": self.id,
            "property_att": {
                "id": self.property_id,
                "prefix": self.prefix,
                "sort": self.sort,
            },
            "value": self.value,
            "description": self.description,
            "latitude": self.latitude,
            "longitude": self.longitude,
        })
    }
}

/// By prefix, then value, whatever the database thinks of letters.
pub fn ordered(mut attributes: Vec<Attribute>) -> Vec<Attribute> {
    attributes.sort_by(|a, b| (&a.prefix, &a.value).cmp(&(&b.prefix, &b.value)));
    attributes
}

/// What the last synchronisation of a computer reported.
#[derive(Debug, Deserialize)]
pub struct Synchronised {
    pub(super) attributes: Vec<Attribute>,
}

impl Synchronised {
    /// By prefix and value.
    pub fn ordered(self) -> Vec<Attribute> {
        ordered(self.attributes)
    }

    /// As computers are told what they were found to be.
    pub fn traits(self) -> Vec<Value> {
        let attributes = self.ordered();
        let told = attributes.iter().map(|attribute| {
            json!({
                "id": attribute.id,
                "description": attribute.description,
                "value": attribute.value,
                "name": attribute.property,
                "prefix": attribute.prefix,
                "sort": attribute.sort,
            })
        });
        told.collect()
    }
}

impl BesideComputer for Synchronised {
    const STATEMENT: Sql = gathered!(
        HEAD,
        [SYNCHRONISED => COLUMNS],
        TAIL
    );
}

/// The columns of an [`Attribute`].
pub(super) const COLUMNS: &str =
    "id, property_id, property, prefix, sort, value, description, latitude, longitude";

pub(super) const SYNCHRONISED: Sql = sql!(
    "SELECT t.id, p.id AS property_id, p.name AS property, p.prefix, p.sort, t.value, \
     t.description, t.latitude, t.longitude FROM client_computer_sync_attributes l \
     JOIN core_attribute t ON t.id = l.attribute_id \
     JOIN core_property p ON p.id = t.property_att_id WHERE l.computer_id = $1"
);

/// The tags of a computer, as [`Attribute`].
pub(super) const TAGS: Sql = sql!(
    "SELECT t.id, p.id AS property_id, p.name AS property, p.prefix, p.sort, t.value, \
     t.description, t.latitude, t.longitude FROM client_computer_tags l \
     JOIN core_attribute t ON t.id = l.serverattribute_id \
     JOIN core_property p ON p.id = t.property_att_id WHERE l.computer_id = $1"
);

/// The tags of a computer, by prefix and value.
pub async fn tags(db: &Db, computer: ComputerId) -> Result<Vec<Attribute>> {
    Ok(ordered(db.all(TAGS, args![computer]).await?))
}

/// The numbers of what a computer has.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "Vec<Number>")]
pub struct Numbers {
    /// What the last synchronisation reported.
    pub synchronised: Attributes,
    pub tags: Attributes,
}

/// One of them.
#[derive(Debug, Deserialize, sqlx::FromRow)]
struct Number {
    id: AttributeId,
    #[serde(deserialize_with = "flag")]
    is_tag: bool,
}

impl From<Vec<Number>> for Numbers {
    fn from(rows: Vec<Number>) -> Self {
        let mut numbers = Self::default();
        for Number { id, is_tag } in rows {
            if is_tag {
                numbers.tags.insert(id);
            } else {
                numbers.synchronised.insert(id);
            }
        }
        numbers
    }
}

/// The numbers of a computer's attributes and tags, as [`Numbers`].
pub(super) const NUMBERS: Sql = sql!(
    "SELECT attribute_id AS id, false AS is_tag FROM client_computer_sync_attributes WHERE computer_id = $1 \
     UNION ALL SELECT serverattribute_id, true FROM client_computer_tags WHERE computer_id = $1"
);

/// What some computers have, reported and as tags, as pairs of a computer and an attribute.
///
/// # Errors
/// When the database fails.
pub async fn held_by(db: &Db, computers: &[ComputerId]) -> Result<Vec<(ComputerId, AttributeId)>> {
    db.all(HELD, args![json_ids(computers.iter().copied())])
        .await
}

const HELD: Sql = sql!(
    "SELECT l.computer_id, l.attribute_id FROM client_computer_sync_attributes l JOIN ",
    ids(1),
    " AS listed ON listed.id = l.computer_id UNION \
     SELECT g.computer_id, g.serverattribute_id FROM client_computer_tags g JOIN ",
    ids(1),
    " AS tagged ON tagged.id = g.computer_id"
);

/// Whether a computer has just these reported attributes and tags.
pub async fn are_still(
    tx: &mut Tx,
    computer: ComputerId,
    synchronised: &Attributes,
    tags: &Attributes,
) -> Result<bool> {
    let rows: Vec<Number> = tx.all(NUMBERS, args![computer]).await?;
    let now = Numbers::from(rows);
    Ok(now.synchronised == *synchronised && now.tags == *tags)
}

/// A value of a property.
pub type Key = (PropertyId, String);

/// An attribute that is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub id: AttributeId,
    pub description: Option<String>,
}

/// Creates attributes and returns their numbers; one that somebody else just created is taken.
pub async fn create(
    tx: &mut Tx,
    new: &[(PropertyId, &AttributeValue)],
) -> Result<Vec<AttributeId>> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    // Everybody in the same order: two computers that bring the same new values wait for each other, never both.
    let mut ordered: Vec<_> = new.iter().collect();
    ordered.sort_by_key(|(property, value)| (property.0, value.value.as_str()));
    let listed: Vec<Value> = ordered
        .into_iter()
        .map(|(property, value)| json!({ "p": property, "v": value.value, "d": value.description }))
        .collect();
    let listed = Value::from(listed).to_string();
    // Rows of others stay unlocked: computers that know them already are linking themselves to them, in any order.
    tx.execute(
        sql!(
            "INSERT INTO core_attribute (property_att_id, value, description) \
             SELECT CAST(w.value ->> 'p' AS bigint), w.value ->> 'v', w.value ->> 'd' FROM ",
            objects(1),
            " AS w WHERE true ON CONFLICT (property_att_id, value) DO NOTHING"
        ),
        args![listed.as_str()],
    )
    .await?;
    let rows: Vec<(AttributeId,)> = tx
        .all(
            sql!(
                "SELECT t.id FROM ",
                objects(1),
                " AS w JOIN core_attribute t ON t.property_att_id = CAST(w.value ->> 'p' AS bigint) \
                 AND t.value = w.value ->> 'v'"
            ),
            args![listed],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Gives an attribute another description.
pub async fn describe(tx: &mut Tx, id: AttributeId, description: &str) -> Result<()> {
    tx.execute(
        "UPDATE core_attribute SET description = $2 WHERE id = $1",
        args![id, description],
    )
    .await?;
    Ok(())
}

/// Makes `wanted` what the synchronisation of the computer reported; writes differences only.
pub async fn replace(
    tx: &mut Tx,
    computer: ComputerId,
    current: &Attributes,
    wanted: &Attributes,
) -> Result<()> {
    let gone: HashSet<_> = current.difference(wanted).copied().collect();
    if !gone.is_empty() {
        tx.execute(
            sql!(
                "DELETE FROM client_computer_sync_attributes WHERE computer_id = $1 \
                 AND attribute_id IN ",
                ids(2)
            ),
            args![computer, json_ids(gone)],
        )
        .await?;
    }
    let new: HashSet<_> = wanted.difference(current).copied().collect();
    if !new.is_empty() {
        tx.execute(
            sql!(
                "INSERT INTO client_computer_sync_attributes (computer_id, attribute_id) \
                 SELECT $1, listed.id FROM ",
                ids(2),
                " AS listed WHERE true ON CONFLICT (computer_id, attribute_id) DO NOTHING"
            ),
            args![computer, json_ids(new)],
        )
        .await?;
    }
    Ok(())
}
