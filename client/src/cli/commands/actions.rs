//! `actions`.

use migasfree_dbus::{ActionRecord, ManagerProxy};
use migasfree_types::shown::shown_line;
use serde_json::json;
use time::OffsetDateTime;

use super::Ended;
use crate::cli::arguments::Json;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::report::{self, print_line};
use crate::texts::{Language, Text};

/// What the helpdesk ordered lately, who did, and what became of it.
pub async fn actions(context: &Context, arguments: &Json) -> Ended {
    let bus = context.needed_daemon().await?;
    let actions = ManagerProxy::new(&bus).await?.list_actions().await?;
    if arguments.json {
        print_line(&json!(actions).to_string());
        return Ok(Exit::OK);
    }
    if actions.is_empty() {
        context.nothing(Text::NoActions);
    }
    for action in actions {
        for line in lines(&action, context.language) {
            print_line(&shown_line(&line));
        }
    }
    Ok(Exit::OK)
}

/// What is said of one: a line, and others for why and for its last word.
fn lines(action: &ActionRecord, language: Language) -> Vec<String> {
    let begun = OffsetDateTime::from_unix_timestamp(action.begun).ok();
    let begun = begun.map(report::moment).unwrap_or_default();
    let what = language.fill(Text::ActionWhat, &[&action.verb]);
    let state = language.fill(Text::ActionState, &[&action.state]);
    let told = language.fill(Text::ActionLine, &[&what, &action.operator, &state]);
    let mut lines = vec![format!("{begun}  {told}")];
    if !action.reason.is_empty() {
        let reason = language.fill(Text::ActionReason, &[&action.reason]);
        lines.push(format!("    {reason}"));
    }
    lines.extend(action.said.lines().map(|line| format!("    {line}")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_ordered_what_and_why_is_told_with_what_became_of_it() {
        let action = ActionRecord {
            verb: "reboot".into(),
            operator: "Eva".into(),
            reason: "updates".into(),
            state: "failed".into(),
            said: "It could not.\nReally.".into(),
            ..ActionRecord::default()
        };
        let lines = lines(&action, Language::ENGLISH);
        let first = "restart, ordered by Eva: failed";
        assert!(lines[0].ends_with(first), "{lines:?}");
        let rest = ["    Reason: updates", "    It could not.", "    Really."];
        assert_eq!(lines[1..], rest);
    }
}
