//! What is looked up about the attributes a computer reports.

use std::collections::HashMap;

use migasfree_server_auth::DomainId;
use migasfree_server_db::{Db, Result, Sql, args, json_ids, sql};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    attributes::{self, Attribute, Key, Known, NUMBERS, Numbers, TAGS},
    computers::{HEAD, TAIL},
    gathered::{self, BesideComputer, gathered},
    properties::{self, Property},
    sets::{DOMAINS, LINKS, Link, MIRRORS, Mirror, Sets},
};
use crate::{
    core::rules::targeting::Attributes,
    ids::{AttributeId, ComputerId, PropertyId},
};

/// How values are read, and what the computer has until now.
#[derive(Debug, Deserialize)]
pub struct Before {
    pub properties: Vec<Property>,
    pub numbers: Numbers,
    pub tags: Vec<Attribute>,
}

impl BesideComputer for Before {
    const STATEMENT: Sql = gathered!(
        HEAD,
        [
            properties::ALL => "id, prefix, sort, kind, enabled, auto_add",
            NUMBERS => "id, is_tag",
            TAGS => attributes::COLUMNS,
        ],
        TAIL
    );
}

/// An attribute with property, value and description.
type Row = (AttributeId, PropertyId, String, Option<String>);

/// What the values are in, as far as they are there already.
#[derive(Debug, Deserialize)]
pub struct Around {
    known: Vec<Row>,
    pub domains: Vec<(DomainId, String)>,
    mirrors: Vec<Mirror>,
    links: Vec<Link>,
}

const KNOWN: Sql = sql!(
    "SELECT t.id, t.property_att_id, t.value, t.description FROM ",
    objects(1),
    " AS w JOIN core_attribute t ON t.property_att_id = CAST(w.value ->> 'p' AS bigint) \
     AND t.value = w.value ->> 'v'"
);

const AROUND: Sql = gathered!(
    "SELECT ",
    [
        KNOWN => "id, property_att_id, value, description",
        DOMAINS => "id, name",
        MIRRORS => "id, set_id, domain_id, inside",
        LINKS => "included, attributeset_id, attribute_id",
    ],
    ""
);

/// Those of `wanted` that are there already.
pub async fn known(db: &Db, wanted: &[Key]) -> Result<HashMap<Key, Known>> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(by_key(db.all(KNOWN, args![listed(wanted)]).await?))
}

fn listed(wanted: &[Key]) -> String {
    let listed: Vec<Value> = wanted
        .iter()
        .map(|(property, value)| json!({ "p": property, "v": value }))
        .collect();
    Value::from(listed).to_string()
}

fn by_key(rows: Vec<Row>) -> HashMap<Key, Known> {
    rows.into_iter()
        .map(|(id, property, value, description)| ((property, value), Known { id, description }))
        .collect()
}

impl Around {
    /// Looks up the values a computer is to have. Its domains are those of `seen`, and with `domains_see_all` of all the
    /// values that are there.
    pub async fn look_up(
        db: &Db,
        computer: ComputerId,
        wanted: &[Key],
        seen: &Attributes,
        domains_see_all: bool,
    ) -> Result<Self> {
        let seen = json_ids(seen.iter().copied());
        let args = args![listed(wanted), seen, domains_see_all, computer];
        let (text,): (String,) = db.one(AROUND, args).await?;
        gathered::read(&text)
    }

    /// The values that are there.
    pub fn known(&mut self) -> HashMap<Key, Known> {
        by_key(std::mem::take(&mut self.known))
    }

    /// The sets as far as they concern a computer with `attributes`.
    pub fn sets(self, attributes: &Attributes) -> Sets {
        let domains: Vec<DomainId> = self.domains.iter().map(|(id, _)| *id).collect();
        Sets::of(self.mirrors, self.links, attributes, &domains)
    }
}
