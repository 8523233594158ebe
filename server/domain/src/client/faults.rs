//! Fault definitions for a computer, and faults it reports.

use migasfree_server_db::{Db, Result, Sql, Ts, Tx, args, sql};
use migasfree_types::computer;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    caller::{Caller, Refused},
    computers::{HEAD, TAIL},
    gathered::{BesideComputer, gathered},
    newest::{self, Reports},
    used_messages,
    validate::{few, without_middle},
};
use crate::core::rules::languages;
use crate::ids::{ComputerId, FaultDefinitionId, ProjectId};
use crate::messages;

/// A check a computer is to run.
#[derive(Debug, Deserialize, sqlx::FromRow)]
pub struct Definition {
    pub id: FaultDefinitionId,
    pub language: i64,
    pub name: String,
    pub code: String,
}

/// The enabled definitions meant for a computer (8.6).
#[derive(Debug, Deserialize)]
pub struct Definitions {
    pub(super) definitions: Vec<Definition>,
}

impl Definitions {
    /// By name.
    pub fn ordered(mut self) -> Vec<Definition> {
        self.definitions.sort_by(|a, b| a.name.cmp(&b.name));
        self.definitions
    }

    /// The same as computers are told.
    pub fn told(self) -> Vec<computer::FaultDefinition> {
        let definitions = self.ordered().into_iter();
        definitions
            .map(|definition| computer::FaultDefinition {
                name: definition.name,
                language: languages::name(definition.language).to_owned(),
                code: definition.code,
            })
            .collect()
    }
}

impl BesideComputer for Definitions {
    const STATEMENT: Sql = gathered!(HEAD, [DEFINITIONS => "id, language, name, code"], TAIL);
}

pub(super) const DEFINITIONS: Sql = sql!(
    "WITH a AS (SELECT attribute_id AS id FROM client_computer_sync_attributes \
     WHERE computer_id = $1 UNION SELECT serverattribute_id FROM client_computer_tags \
     WHERE computer_id = $1) \
     SELECT f.id, f.language, f.name, f.code FROM client_faultdefinition f WHERE f.enabled \
     AND (f.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
     WHERE m.computer_id = $1 AND m.domain_id = f.domain_id)) \
     AND EXISTS (SELECT 1 FROM client_faultdefinition_included_attributes i \
     JOIN a ON a.id = i.attribute_id WHERE i.faultdefinition_id = f.id) \
     AND NOT EXISTS (SELECT 1 FROM client_faultdefinition_excluded_attributes e \
     JOIN a ON a.id = e.attribute_id WHERE e.faultdefinition_id = f.id)"
);

/// The enabled definitions meant for a computer, by name.
pub async fn definitions(db: &Db, computer: ComputerId) -> Result<Vec<Definition>> {
    let definitions = db.all(DEFINITIONS, args![computer]).await?;
    Ok(Definitions { definitions }.ordered())
}

/// A definition some computer reported about.
#[derive(Debug, sqlx::FromRow)]
pub struct Named {
    pub id: FaultDefinitionId,
    pub name: String,
}

/// The definitions called one of `names`.
pub async fn named(db: &Db, names: &[&str]) -> Result<Vec<Named>> {
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

/// Stores faults and returns their numbers in the same order; of the computer's faults the newest `kept` stay.
pub async fn record(
    tx: &mut Tx,
    computer: ComputerId,
    project: ProjectId,
    faults: &[(FaultDefinitionId, &str)],
    kept: u32,
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
    newest::keep(tx, Reports::Faults, computer, kept).await?;
    let mut ids: Vec<i64> = rows.into_iter().map(|(id,)| id).collect();
    ids.sort_unstable();
    Ok(ids)
}

/// A fault that was taken.
#[derive(Debug)]
pub struct Taken {
    pub id: i64,
    pub definition: Named,
    pub result: String,
}

/// Takes what a computer found, by the names of definitions: those that are none, and empty results, say nothing. A message
/// that is to be taken once is used up by its digest.
///
/// # Errors
/// Why it is not taken.
pub async fn take(
    caller: &Caller<'_>,
    found: &[(&str, &str)],
    once: Option<&[u8]>,
) -> Result<Vec<Taken>, Refused> {
    let settings = caller.settings();
    few(
        found.len(),
        settings.reports.names,
        messages::message_names_faults,
    )?;
    let found: Vec<_> = found
        .iter()
        .filter(|(_, result)| !result.is_empty())
        .collect();
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let db = &caller.state.db;
    let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
    let limit = settings.reports.text;
    let results: Vec<(Named, String)> = named(db, &names)
        .await?
        .into_iter()
        .filter_map(|definition| {
            let (_, result) = found.iter().find(|(name, _)| *name == definition.name)?;
            Some((definition, without_middle(result, limit).into_owned()))
        })
        .collect();
    let rows: Vec<_> = results
        .iter()
        .map(|(definition, result)| (definition.id, result.as_str()))
        .collect();
    let mut tx = db.begin().await?;
    if let Some(digest) = once
        && !used_messages::use_up_in(&mut tx, digest, caller.now).await?
    {
        return Err(Refused::Again);
    }
    let (computer, project) = (caller.computer.id, caller.project.id);
    let kept = settings.keep.reports_per_computer;
    let ids = record(&mut tx, computer, project, &rows, kept, caller.now).await?;
    tx.commit().await?;
    let taken = results.into_iter().zip(ids);
    Ok(taken
        .map(|((definition, result), id)| Taken {
            id,
            definition,
            result,
        })
        .collect())
}
