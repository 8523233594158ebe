//! Whether anything in a project offers the packages that are to be installed.
//!
//! Computers may have sources of their own, so a name that nobody knows is no mistake by itself. Whoever asks for it has such names refused.

use serde_json::{Value, json};

use crate::{
    args,
    db::Sql,
    rest::{body::Body, context::Context, error::RestError, read},
    sql,
};

/// Member of a write that asks for the check; it is not kept.
const ASKED: &str = "only_offered";
const NAMES: &str = "packages_to_install";

const UNKNOWN: Sql = sql!(
    "SELECT w.text FROM ",
    texts(1),
    " AS w WHERE NOT EXISTS (SELECT 1 FROM core_package AS p WHERE p.project_id = $2 AND p.name = w.text) \
     ORDER BY w.text LIMIT 10"
);

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
    let names = names(body.get(NAMES));
    if names.is_empty() || body.get(ASKED).and_then(Value::as_bool) != Some(true) {
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
    let unknown: Vec<(String,)> = db
        .all(UNKNOWN, args![json!(names).to_string(), project])
        .await?;
    if unknown.is_empty() {
        return Ok(());
    }
    let unknown: Vec<String> = unknown.into_iter().map(|(name,)| name).collect();
    Err(RestError::field(
        NAMES,
        format!(
            "Nothing in this project offers {}: check the spelling, or save it all the same if the computers have a source of their own for it.",
            unknown.join(", ")
        ),
    ))
}

/// The names on the lines of a list or a text, without the versions, releases and architectures that may follow them.
fn names(lines: Option<&Value>) -> Vec<&str> {
    let lines: Vec<&str> = match lines {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(lines)) => lines.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    lines
        .into_iter()
        .flat_map(str::split_whitespace)
        .map(|word| word.split(['=', '/', ':']).next().unwrap_or(word))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::names;
    use serde_json::json;

    #[test]
    fn a_line_may_have_several_names_with_versions() {
        let lines = json!(["vim gimp=2.10", "libc6:amd64", "vlc/stable"]);
        assert_eq!(names(Some(&lines)), ["vim", "gimp", "libc6", "vlc"]);
        assert_eq!(names(Some(&json!("vim\nless"))), ["vim", "less"]);
        assert!(names(None).is_empty());
    }
}
