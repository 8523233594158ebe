//! What is looked up about the attributes a computer reports.

use migasfree_server_auth::DomainId;
use migasfree_server_db as db;
use migasfree_server_db::{Db, Sql, args, json_ids, sql};
use migasfree_server_domain::{
    core::rules::targeting::Attributes,
    ids::{AttributeId, ComputerId, PropertyId},
};
use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::attributes::{self, Attribute, Key, Known, NUMBERS, Numbers, TAGS};
use super::computers::{HEAD, TAIL};
use super::gathered::{self, BesideComputer, gathered};
use super::properties::{self, Property};
use super::sets::{DOMAINS, LINKS, Link, MIRRORS, Mirror, Sets};
use crate::safe::answer::Refusal;

/// How values are read, and what the computer has until now.
#[derive(Debug, Deserialize)]
pub(crate) struct Before {
    pub(crate) properties: Vec<Property>,
    pub(crate) numbers: Numbers,
    pub(crate) tags: Vec<Attribute>,
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
pub(crate) struct Around {
    known: Vec<Row>,
    pub(crate) domains: Vec<(DomainId, String)>,
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
pub(crate) async fn known(db: &Db, wanted: &[Key]) -> db::Result<HashMap<Key, Known>> {
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
    pub(crate) async fn look_up(
        db: &Db,
        computer: ComputerId,
        wanted: &[Key],
        seen: &Attributes,
        domains_see_all: bool,
    ) -> Result<Self, Refusal> {
        let seen = json_ids(seen.iter().copied());
        let args = args![listed(wanted), seen, domains_see_all, computer];
        let (text,): (String,) = db.one(AROUND, args).await?;
        gathered::read(&text)
    }

    /// The values that are there.
    pub(crate) fn known(&mut self) -> HashMap<Key, Known> {
        by_key(std::mem::take(&mut self.known))
    }

    /// The sets as far as they concern a computer with `attributes`.
    pub(crate) fn sets(self, attributes: &Attributes) -> Sets {
        let domains: Vec<DomainId> = self.domains.iter().map(|(id, _)| *id).collect();
        Sets::of(self.mirrors, self.links, attributes, &domains)
    }
}
