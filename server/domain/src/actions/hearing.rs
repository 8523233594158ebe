//! What computers say of executions.

use migasfree_grant::order::Verb;
use migasfree_server_db::{Result, Tx, args};
use migasfree_types::actions::ExecutionState;
use serde_json::{Value, json};

use super::{
    notes::{self, Named},
    verbs,
};
use crate::ids::ComputerId;
use crate::remote::words;
use crate::services::Services;

/// Bytes of output that are kept of an execution.
pub const KEPT: usize = 1024 * 1024;
/// What stands where the rest of the output was.
const MARK: &str = "\n[…]\n";

/// What a computer says of an execution.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Its UUID.
    pub execution: &'a str,
    /// How far it is.
    pub state: ExecutionState,
    /// With which status a program ended.
    pub exit: Option<i32>,
    /// What came out since it was heard of last.
    pub output: Option<&'a str>,
    /// How many times it was told of before.
    pub sequence: u32,
}

#[derive(Debug, sqlx::FromRow)]
struct Known {
    state: String,
    heard: i64,
    output_size: i64,
    truncated: bool,
    parameters: Option<String>,
}

const NAMED: &str = "SELECT e.id, e.uuid, e.computer_id, a.verb, a.operator_name FROM core_execution AS e \
     JOIN core_action AS a ON a.id = e.action_id WHERE e.uuid = $1 AND e.carrier_id = $2";

const KNOWN: &str = "SELECT e.state, e.heard, e.output_size, e.truncated, a.parameters FROM core_execution AS e \
     JOIN core_action AS a ON a.id = e.action_id WHERE e.id = $1";

/// Takes what a computer says; whether it has an execution of this name of which something was expected. What was heard before
/// is passed over. One that was thought lost is not lost.
///
/// # Errors
/// When the database fails.
pub async fn told(state: &Services, computer: ComputerId, told: &Told<'_>) -> Result<bool> {
    if !told.state.is_told() {
        return Ok(false);
    }
    let now = state.clock.now();
    // Looked for by a reader: whoever makes executions up keeps nobody from writing.
    let named = args![told.execution, computer];
    let named: Option<Named> = state.db.optional(NAMED, named).await?;
    let Some(named) = named else {
        return Ok(false);
    };
    let mut tx = state.db.begin().await?;
    tx.lock("core_execution", &[named.id]).await?;
    let known: Option<Known> = tx.optional(KNOWN, args![named.id]).await?;
    let Some(known) = known else {
        return Ok(false);
    };
    if !matches!(known.state.as_str(), "leased" | "running" | "lost") {
        return Ok(false);
    }
    if i64::from(told.sequence) < known.heard {
        return Ok(true);
    }
    let (size, truncated) = keep(&mut tx, named.id, &known, told).await?;
    let word = words::word(told.state);
    let is_final = told.state.is_final();
    let patience = verb(&named, &known).map(|verb| verbs::patience(&verb));
    let until = now + patience.unwrap_or_default();
    tx.execute(
        "UPDATE core_execution SET state = $2, heard = $3, exit_code = COALESCE($4, exit_code), output_size = $5, \
         truncated = $6, started_at = COALESCE(started_at, $7), finished_at = $8, lease_until = $9 WHERE id = $1",
        args![
            named.id,
            &word,
            i64::from(told.sequence) + 1,
            told.exit,
            size,
            truncated,
            now,
            is_final.then_some(now),
            (!is_final).then_some(until)
        ],
    )
    .await?;
    if word == known.state {
        notes::announce(state, &mut tx, Some(named.id), now);
    } else {
        let details = details(told);
        let author = notes::computer(computer.0);
        notes::note(
            state,
            &mut tx,
            &named,
            (word.as_str(), &details),
            &author,
            now,
        )
        .await?;
    }
    tx.commit().await?;
    Ok(true)
}

fn details(told: &Told<'_>) -> Value {
    match told.exit {
        Some(exit) => json!({"exit": exit}),
        None => json!({}),
    }
}

fn verb(named: &Named, known: &Known) -> Option<Verb> {
    let parameters: Value = serde_json::from_str(known.parameters.as_deref()?).ok()?;
    match named.verb.as_str() {
        "wake" => Some(Verb::Wake {
            mac: String::new(),
            broadcast: String::new(),
        }),
        verb => verbs::meant(verb, &parameters),
    }
}

/// Keeps what came out, as much as is kept of one; answers how much there is, and whether something is missing.
async fn keep(tx: &mut Tx, execution: i64, known: &Known, told: &Told<'_>) -> Result<(i64, bool)> {
    let output = told.output.unwrap_or_default().replace('\0', "");
    if output.is_empty() || known.truncated {
        return Ok((known.output_size, known.truncated));
    }
    let left = KEPT.saturating_sub(usize::try_from(known.output_size).unwrap_or(KEPT));
    let truncated = output.len() > left;
    let mut kept = output;
    if truncated {
        let end = kept.floor_char_boundary(left);
        kept.truncate(end);
    }
    let size = known.output_size + i64::try_from(kept.len()).unwrap_or_default();
    if truncated {
        kept.push_str(MARK);
    }
    tx.execute(
        "INSERT INTO core_execution_chunk (execution_id, sequence, content) VALUES ($1, $2, $3)",
        args![execution, i64::from(told.sequence), kept],
    )
    .await?;
    Ok((size, truncated))
}
