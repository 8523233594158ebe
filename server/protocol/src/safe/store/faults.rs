//! Fault definitions for a computer, and faults it reports.

use migasfree_server_db::{Db, Result, Sql, Ts, Tx, args, sql};
use migasfree_server_domain::ids::{ComputerId, FaultDefinitionId, ProjectId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    computers::{HEAD, TAIL},
    gathered::{BesideComputer, gathered},
};

/// A check a computer is to run.
#[derive(Debug, Deserialize)]
pub(crate) struct Definition {
    pub(crate) language: i64,
    pub(crate) name: String,
    pub(crate) code: String,
}

/// The enabled definitions meant for a computer (8.6).
#[derive(Debug, Deserialize)]
pub(crate) struct Definitions {
    definitions: Vec<Definition>,
}

impl Definitions {
    /// By name.
    pub(crate) fn ordered(mut self) -> Vec<Definition> {
        self.definitions.sort_by(|a, b| a.name.cmp(&b.name));
        self.definitions
    }
}

impl BesideComputer for Definitions {
    const STATEMENT: Sql = gathered!(HEAD, [DEFINITIONS => "language, name, code"], TAIL);
}

const DEFINITIONS: Sql = sql!(
    "WITH a AS (SELECT attribute_id AS id FROM client_computer_sync_attributes \
     WHERE computer_id = $1 UNION SELECT serverattribute_id FROM client_computer_tags \
     WHERE computer_id = $1) \
     SELECT f.language, f.name, f.code FROM client_faultdefinition f WHERE f.enabled \
     AND (f.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
     WHERE m.computer_id = $1 AND m.domain_id = f.domain_id)) \
     AND EXISTS (SELECT 1 FROM client_faultdefinition_included_attributes i \
     JOIN a ON a.id = i.attribute_id WHERE i.faultdefinition_id = f.id) \
     AND NOT EXISTS (SELECT 1 FROM client_faultdefinition_excluded_attributes e \
     JOIN a ON a.id = e.attribute_id WHERE e.faultdefinition_id = f.id)"
);

/// A definition some computer reported about.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Named {
    pub(crate) id: FaultDefinitionId,
    pub(crate) name: String,
}

/// The definitions called one of `names`.
pub(crate) async fn named(db: &Db, names: &[&str]) -> Result<Vec<Named>> {
    let mut found: Vec<Named> = db
        .all(
            sql!(
                "SELECT id, name FROM client_faultdefinition WHERE name IN ",
                texts(1)
            ),
            args![json!(names).to_string()],
        )
        .await?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Stores faults and returns their numbers in the same order.
pub(crate) async fn record(
    tx: &mut Tx,
    computer: ComputerId,
    project: ProjectId,
    faults: &[(FaultDefinitionId, &str)],
    now: Ts,
) -> Result<Vec<i64>> {
    let listed: Vec<Value> = faults
        .iter()
        .enumerate()
        .map(|(at, (definition, result))| json!({ "n": at, "d": definition, "r": result }))
        .collect();
    let rows: Vec<(i64,)> = tx
        .all(
            sql!(
                "INSERT INTO client_fault \
                 (created_at, computer_id, project_id, fault_definition_id, result) \
                 SELECT $2, $3, $4, CAST(w.value ->> 'd' AS bigint), w.value ->> 'r' FROM ",
                objects(1),
                " AS w ORDER BY CAST(w.value ->> 'n' AS bigint) RETURNING id"
            ),
            args![Value::from(listed).to_string(), now, computer, project],
        )
        .await?;
    let mut ids: Vec<i64> = rows.into_iter().map(|(id,)| id).collect();
    ids.sort_unstable();
    Ok(ids)
}
