//! What came out of an execution, for whoever sees it.

use migasfree_server_db::args;
use migasfree_server_entity::{access::Need, context::Context, error::RestError, read};

use super::executions::EXECUTIONS;

/// Output, as far as it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// How far the execution is.
    pub state: String,
    /// With which status a program ended.
    pub exit: Option<i64>,
    /// What came out after what was asked for.
    pub text: String,
    /// What to ask for what comes after this.
    pub next: i64,
    /// Whether the rest was not kept.
    pub truncated: bool,
}

/// The output of an execution: what came out from that place on, which is 0 at first.
///
/// # Errors
/// Without the right to see executions, and for one that is not seen.
pub async fn output(context: &Context, id: i64, from: i64) -> Result<Output, RestError> {
    context.allow(&EXECUTIONS, Need::View)?;
    let resource = context.registry().by_route(EXECUTIONS.route);
    read::visible(context, resource.ok_or(RestError::NoRoute)?, id).await?;
    let db = &context.state.db;
    // The state first: what came out before it is there then.
    let (state, exit, truncated): (String, Option<i64>, bool) = db
        .one(
            "SELECT state, exit_code, truncated FROM core_execution WHERE id = $1",
            args![id],
        )
        .await?;
    let chunks: Vec<(i64, String)> = db
        .all(
            "SELECT sequence, content FROM core_execution_chunk WHERE execution_id = $1 AND sequence >= $2 ORDER BY sequence",
            args![id, from],
        )
        .await?;
    let next = chunks.last().map_or(from, |(sequence, _)| sequence + 1);
    Ok(Output {
        state,
        exit,
        text: chunks.into_iter().map(|(_, text)| text).collect(),
        next,
        truncated,
    })
}
