//! What is asked of computers before anybody gets in: whether they are in use, their key, and what they are meant by.

use std::collections::HashMap;

use migasfree_server_db::{Db, Result, Sql, args, json_ids, sql};

use crate::client::attributes;
use crate::core::rules::targeting::Attributes;
use crate::ids::ComputerId;
use crate::sight::PRODUCTIVE;

/// A computer as policies look at it.
#[derive(Debug, Default)]
pub(super) struct Facts {
    status: String,
    /// The thumbprint of the key it is known by.
    pub(super) key: Option<String>,
    /// Whoever was last seen at it.
    pub(super) person: String,
    pub(super) attributes: Attributes,
    pub(super) domains: Vec<i64>,
}

impl Facts {
    /// Whether it counts as being in use.
    pub(super) fn is_in_use(&self) -> bool {
        PRODUCTIVE.contains(&self.status.as_str())
    }
}

const ROWS: Sql = sql!(
    "SELECT c.id, c.status, (SELECT k.thumbprint FROM client_computerkey k WHERE k.computer_id = c.id \
     AND k.state = 'active') AS thumbprint, COALESCE(u.name, '') AS person FROM client_computer c \
     LEFT JOIN client_user u ON u.id = c.sync_user_id WHERE c.id IN ",
    ids(1)
);

const DOMAINS: Sql = sql!(
    "SELECT DISTINCT d.computer_id, d.domain_id FROM client_computer_domain d WHERE d.computer_id IN ",
    ids(1)
);

/// Of these computers, those that there are.
///
/// # Errors
/// When the database fails.
pub(super) async fn facts(db: &Db, computers: &[ComputerId]) -> Result<HashMap<ComputerId, Facts>> {
    let listed = json_ids(computers.iter().copied());
    let rows: Vec<(ComputerId, String, Option<String>, String)> =
        db.all(ROWS, args![&listed]).await?;
    let mut found: HashMap<ComputerId, Facts> = rows
        .into_iter()
        .map(|(id, status, key, person)| {
            let facts = Facts {
                status,
                key,
                person,
                ..Facts::default()
            };
            (id, facts)
        })
        .collect();
    for (computer, attribute) in attributes::held_by(db, computers).await? {
        if let Some(facts) = found.get_mut(&computer) {
            facts.attributes.insert(attribute);
        }
    }
    let domains: Vec<(ComputerId, i64)> = db.all(DOMAINS, args![&listed]).await?;
    for (computer, domain) in domains {
        if let Some(facts) = found.get_mut(&computer) {
            facts.domains.push(domain);
        }
    }
    Ok(found)
}
