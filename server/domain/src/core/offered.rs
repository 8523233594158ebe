//! Whether anything in a project offers the packages that are to be installed.
//!
//! Computers may have sources of their own, so a name that nobody knows is no mistake by itself. Whoever asks for it has such names refused.

use migasfree_server_db::args;
use migasfree_server_entity::{body::Body, context::Context, error::RestError, path::ROW, read};
use sea_query::{Expr, ExprTrait as _, Query};
use serde_json::Value;

use super::packages::{PACKAGES, TABLE};
use super::rules::{package_names, tags::bare_name};
use crate::messages;
use crate::services::OfDomain as _;

/// Member of a write that asks for the check; it is not kept.
const ASKED: &str = "only_offered";
const NAMES: &str = "packages_to_install";

/// As many are named.
const NAMED: usize = 10;

/// Refuses names that no package of the project has, uploaded or seen on a computer, when the write asks for that.
/// `project_of` reads the project of the row that is changed.
///
/// # Errors
/// Naming the names.
pub async fn check(
    context: &Context,
    id: Option<i64>,
    body: &Body,
    project_of: &'static str,
) -> Result<(), RestError> {
    let text = written(body.get(NAMES));
    if text.is_empty() || body.get(ASKED).and_then(Value::as_bool) != Some(true) {
        return Ok(());
    }
    let db = &context.state.db;
    let project = match (body.id("project"), id) {
        (Ok(project), _) => project,
        (Err(_), Some(id)) => {
            let row: Option<(i64,)> = db.optional(project_of, args![id]).await?;
            let Some((project,)) = row else {
                return Ok(());
            };
            project
        }
        // What is missing is told by the check of the fields.
        (Err(_), None) => return Ok(()),
    };
    // So is one that is out of reach: nothing is told of what is in it.
    if read::only_reachable(context, "core_project", vec![project])
        .await?
        .is_empty()
    {
        return Ok(());
    }
    let found: Option<(String,)> = db
        .optional("SELECT pms FROM core_project WHERE id = $1", args![project])
        .await?;
    let systems = &context.state.domain().systems;
    let Some(system) = found.and_then(|(pms,)| systems.named(&pms).ok()) else {
        return Ok(());
    };
    let text = system.as_known(&text);
    // What is no name at all is refused by the rules of the row, whether or not anybody asks for this check.
    if package_names::flaw(&**system, &text).is_some() {
        return Ok(());
    }
    let names: Vec<&str> = text.split_whitespace().map(bare_name).collect();
    let unknown = unknown(context, project, &names).await?;
    if unknown.is_empty() {
        return Ok(());
    }
    Err(RestError::field(
        NAMES,
        messages::not_offered(unknown.join(", ")),
    ))
}

/// Those of `names` that no package of the project has, as far as the operator sees them.
async fn unknown(
    context: &Context,
    project: i64,
    names: &[&str],
) -> Result<Vec<String>, RestError> {
    let resource = context
        .registry()
        .by_route(PACKAGES.route)
        .ok_or(RestError::NoRoute)?;
    let db = &context.state.db;
    let mut select = Query::select()
        .distinct()
        .column((ROW, "name"))
        .from_as(TABLE.name, ROW)
        .and_where(Expr::col((ROW, "project_id")).eq(project))
        .and_where(db.dialect().in_texts(Expr::col((ROW, "name")), names))
        .take();
    for condition in read::limits(context, resource, true)? {
        select.and_where(condition);
    }
    let known: Vec<(String,)> = db.all_query(&select).await?;
    let is_unknown = |name: &&str| !known.iter().any(|(known,)| known == name);
    let unknown = names.iter().copied().filter(is_unknown);
    let mut unknown: Vec<String> = unknown.map(str::to_owned).collect();
    unknown.sort_unstable();
    unknown.dedup();
    unknown.truncate(NAMED);
    Ok(unknown)
}

/// The lines of a list or a text.
fn written(lines: Option<&Value>) -> String {
    match lines {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Array(lines)) => {
            let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
            lines.join("\n").trim().to_owned()
        }
        _ => String::new(),
    }
}
