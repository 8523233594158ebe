//! What computers are ordered to do, and what came of it.

use std::io::IsTerminal as _;

use migasfree_connect_core::actions::{self, Asked, Row, Watching};
use migasfree_connect_core::texts::{Language, Text};
use migasfree_connect_core::trouble::{Kind, Trouble};
use migasfree_connect_core::{fleet, table};
use migasfree_types::actions::ExecutionState;
use migasfree_types::shown::shown;

use super::computer;
use crate::arguments::{Action, Actions, Verb};
use crate::context::Context;
use crate::signals::{Keys, or_interrupted};
use crate::{Exit, output, tty};

/// Orders something of a computer, and waits for its end where that is wanted.
pub async fn order(context: &Context, asked: &Action) -> Result<Exit, Trouble> {
    let (api, found) = computer(context, &asked.computer).await?;
    let action = actions::order(&api, found.id, &meant(asked, context.language)).await?;
    let waits = asked.wait || (tty::is_there() && !asked.no_wait);
    if !waits {
        if asked.json {
            output::json(&action);
        } else {
            context.tell(Text::ActionOrdered, &[&found.name]);
        }
        return Ok(Exit::OK);
    }
    let mut watching = Shown {
        language: context.language,
        computer: found.name.clone(),
        json: asked.json,
        is_within_line: false,
    };
    let waited = actions::wait(&api, &action, &mut watching);
    let waited = or_interrupted(Keys::Ours, waited).await;
    watching.end_line();
    let end = match waited {
        Err(trouble) if trouble.kind == Kind::Interrupted => {
            context.tell(Text::ActionStands, &[&found.name]);
            return Err(trouble);
        }
        ended => ended?,
    };
    if asked.json {
        output::json(&end.json());
    }
    Ok(Exit::of_end(end.state))
}

/// What is asked of the server.
fn meant(asked: &Action, language: Language) -> Asked {
    let order = match &asked.verb {
        Verb::Sync => Asked::plain("sync"),
        Verb::Inventory => Asked::plain("inventory"),
        Verb::Message(message) => {
            let usual = language.text(Text::ActionTitle);
            Asked::message(message.title.as_deref().unwrap_or(usual), &message.text)
        }
        Verb::Lock => Asked::plain("lock"),
        Verb::Reboot(down) => Asked::down("reboot", down.delay, &down.text),
        Verb::Shutdown(down) => Asked::down("shutdown", down.delay, &down.text),
        Verb::Wake => Asked::plain("wake"),
    };
    Asked {
        reason: asked.reason.clone(),
        expires_at: asked.expires.clone(),
        ..order
    }
}

/// Shows how far it is on the error stream, and what comes out on the standard output.
struct Shown {
    language: Language,
    computer: String,
    json: bool,
    /// What came out last goes on in the same line: it comes in pieces that end anywhere.
    is_within_line: bool,
}

impl Shown {
    fn end_line(&mut self) {
        if std::mem::take(&mut self.is_within_line) {
            output::write(b"\n");
        }
    }
}

impl Watching for Shown {
    fn state(&mut self, state: ExecutionState) {
        if std::io::stdout().is_terminal() {
            self.end_line();
        }
        let text = actions::told(state);
        let values = text.declared().args.iter();
        let values: Vec<&str> = values.map(|_| self.computer.as_str()).collect();
        output::complain(&shown(&self.language.fill(text, &values)));
    }

    fn output(&mut self, text: &str) {
        if !self.json {
            output::write(shown(text).as_bytes());
            self.is_within_line = !text.ends_with('\n');
        }
    }
}

impl Exit {
    /// Of the end of an order.
    fn of_end(state: ExecutionState) -> Self {
        actions::kind(state).map_or(Self::OK, Self::of_kind)
    }
}

/// Lists what was ordered lately.
pub async fn list(context: &Context, asked: &Actions) -> Result<Exit, Trouble> {
    let api = context.signed_in().await?;
    let computer = match &asked.computer {
        Some(typed) => Some(fleet::find(&api, typed).await?.id),
        None => None,
    };
    let found = actions::list(&api, computer, asked.limit).await?.results;
    if asked.json {
        output::json(&found);
        return Ok(Exit::OK);
    }
    if found.is_empty() {
        context.tell(Text::Nothing, &[]);
        return Ok(Exit::OK);
    }
    let headings = [
        Text::ColumnAction,
        Text::ColumnBegun,
        Text::ColumnOperator,
        Text::ColumnName,
        Text::ColumnVerb,
        Text::ColumnState,
    ];
    let headings = headings.map(|text| context.language.text(text));
    let rows = found.into_iter().map(|one| {
        let one: Row = serde_json::from_value(one).unwrap_or_default();
        vec![
            one.action.id.to_string(),
            one.created_at,
            one.action.operator_name,
            one.computer.name,
            one.verb,
            one.state,
        ]
    });
    for line in table::lines(&headings, &rows.collect::<Vec<_>>()) {
        output::say(&line);
    }
    Ok(Exit::OK)
}
