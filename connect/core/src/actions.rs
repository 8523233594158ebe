//! Actions: what a computer is ordered to do once, and what came of it.

use std::time::Duration;

use migasfree_types::actions::ExecutionState;
use migasfree_types::rest::page::Page;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::time::sleep;

use crate::http::Api;
use crate::sessions::Named;
use crate::texts::Text;
use crate::trouble::{Kind, Trouble};

const ACTIONS: &str = "/api/v1/token/actions/";
const EXECUTIONS: &str = "/api/v1/token/executions/";

/// Between two looks at an execution: the first ones are near.
const FIRST_LOOK: Duration = Duration::from_millis(250);
const MOST_LOOK: Duration = Duration::from_secs(3);
/// How often the server may not answer while somebody waits.
const TRIES: u32 = 20;

/// What a computer is to do.
#[derive(Debug, Clone, Serialize)]
pub struct Asked {
    /// The name of the verb.
    pub verb: &'static str,
    /// What the verb takes.
    pub parameters: Map<String, Value>,
    /// Why.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Until when it may be begun, as the server reads moments; without it a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

impl Asked {
    /// What takes nothing.
    #[must_use]
    pub fn plain(verb: &'static str) -> Self {
        Self {
            verb,
            parameters: Map::new(),
            reason: String::new(),
            expires_at: None,
        }
    }

    /// A message to whoever is at the computer.
    #[must_use]
    pub fn message(title: &str, text: &str) -> Self {
        Self::plain("message")
            .with("title", title)
            .with("text", text)
    }

    /// A restart or a shutdown; without `minutes` as the server likes.
    #[must_use]
    pub fn down(verb: &'static str, minutes: Option<u32>, text: &str) -> Self {
        let asked = Self::plain(verb).with("text", text);
        match minutes {
            Some(minutes) => asked.with("delay_minutes", minutes),
            None => asked,
        }
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.parameters.insert(name.to_owned(), value.into());
        self
    }
}

/// An execution in a list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Row {
    /// Its id.
    pub id: i64,
    /// What is done.
    pub verb: String,
    /// Where.
    pub computer: Named,
    /// Who asked for it.
    pub action: Whose,
    /// How far it is.
    pub state: String,
    /// Since when.
    pub created_at: String,
}

/// Whose an action is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Whose {
    /// Its id.
    pub id: i64,
    /// Who asked for it.
    pub operator_name: String,
}

/// How an execution ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct End {
    /// The action.
    pub action: i64,
    /// The execution.
    pub execution: i64,
    /// How far it came.
    pub state: ExecutionState,
    /// With which status.
    pub exit_code: Option<i32>,
    /// What came out.
    pub output: String,
}

/// Hears what happens while somebody waits.
pub trait Watching: Send {
    /// It is that far now.
    fn state(&mut self, state: ExecutionState);
    /// This came out since the last time.
    fn output(&mut self, text: &str);
}

/// What came out, from a place on.
#[derive(Debug, Deserialize)]
struct Output {
    state: ExecutionState,
    exit_code: Option<i32>,
    output: String,
    next: i64,
}

/// Orders something of a computer: the action, as the server has it.
///
/// # Errors
/// What the server says against it.
pub async fn order(api: &Api, computer: i64, asked: &Asked) -> Result<Value, Trouble> {
    let path = format!("/api/v1/token/computers/{computer}/actions/");
    api.post(&path, asked).await
}

/// The newest executions, of all computers or of one.
///
/// # Errors
/// As of [`Api::get`].
pub async fn list(api: &Api, computer: Option<i64>, limit: u32) -> Result<Page<Value>, Trouble> {
    let (limit, computer) = (limit.to_string(), computer.map(|id| id.to_string()));
    let mut query = vec![("page_size", limit.as_str()), ("ordering", "-created_at")];
    if let Some(computer) = &computer {
        query.push(("computer__id", computer.as_str()));
    }
    api.get(EXECUTIONS, &query).await
}

/// Waits until the computer is done with an action that is for it alone.
///
/// # Errors
/// What the server says against it, or that it does not answer for long.
pub async fn wait(api: &Api, action: &Value, watching: &mut dyn Watching) -> Result<End, Trouble> {
    let action = action["id"].as_i64().unwrap_or_default();
    let path = format!("{ACTIONS}{action}/executions/");
    let executions: Page<Row> = api.get(&path, &[]).await?;
    let execution = executions.results.first().map_or(0, |one| one.id);
    let path = format!("{EXECUTIONS}{execution}/output/");
    let (mut pause, mut tries) = (FIRST_LOOK, 0);
    let (mut from, mut known, mut whole) = (0, None, String::new());
    loop {
        let place = from.to_string();
        let seen: Output = match api.get(&path, &[("from", place.as_str())]).await {
            Ok(seen) => seen,
            Err(trouble) if trouble.kind == Kind::Offline && tries < TRIES => {
                tries += 1;
                sleep(MOST_LOOK).await;
                continue;
            }
            Err(trouble) => return Err(trouble),
        };
        tries = 0;
        if known.replace(seen.state) != Some(seen.state) {
            watching.state(seen.state);
            pause = FIRST_LOOK;
        }
        let is_all = seen.next <= from || seen.output.is_empty();
        if !seen.output.is_empty() {
            watching.output(&seen.output);
            whole.push_str(&seen.output);
        }
        from = seen.next.max(from);
        if seen.state.is_final() && is_all {
            return Ok(End {
                action,
                execution,
                state: seen.state,
                exit_code: seen.exit_code,
                output: whole,
            });
        }
        if is_all {
            sleep(pause).await;
            pause = (pause * 2).min(MOST_LOOK);
        }
    }
}

/// What is said of a state.
#[must_use]
pub const fn told(state: ExecutionState) -> Text {
    match state {
        ExecutionState::Ready => Text::ActionReady,
        ExecutionState::Leased => Text::ActionLeased,
        ExecutionState::Running => Text::ActionRunning,
        ExecutionState::Succeeded => Text::ActionSucceeded,
        ExecutionState::Failed => Text::ActionFailed,
        ExecutionState::TimedOut => Text::ActionTimedOut,
        ExecutionState::Refused => Text::ActionRefused,
        ExecutionState::Cancelled => Text::ActionCancelled,
        ExecutionState::Expired => Text::ActionExpired,
        ExecutionState::Lost => Text::ActionLost,
    }
}

/// What kind of trouble an end is; none where all is well.
#[must_use]
pub const fn kind(state: ExecutionState) -> Option<Kind> {
    match state {
        ExecutionState::Ready
        | ExecutionState::Leased
        | ExecutionState::Running
        | ExecutionState::Succeeded => None,
        ExecutionState::Failed => Some(Kind::Failed),
        ExecutionState::Refused | ExecutionState::Cancelled => Some(Kind::Denied),
        ExecutionState::TimedOut | ExecutionState::Expired | ExecutionState::Lost => {
            Some(Kind::Offline)
        }
    }
}

impl End {
    /// The same for programs.
    #[must_use]
    pub fn json(&self) -> Value {
        json!(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_left_to_the_server() {
        let asked = Asked::down("reboot", None, "New lamps");
        let wanted = json!({"verb": "reboot", "parameters": {"text": "New lamps"}});
        assert_eq!(json!(asked), wanted);
        let mut asked = Asked::down("shutdown", Some(0), "");
        asked.reason = "4711".to_owned();
        let wanted = json!({
            "verb": "shutdown", "parameters": {"text": "", "delay_minutes": 0}, "reason": "4711",
        });
        assert_eq!(json!(asked), wanted);
    }

    #[test]
    fn a_lost_order_is_worth_another_try_and_a_refused_one_is_not() {
        assert_eq!(kind(ExecutionState::Lost), Some(Kind::Offline));
        assert_eq!(kind(ExecutionState::Refused), Some(Kind::Denied));
        assert_eq!(kind(ExecutionState::Succeeded), None);
    }
}
