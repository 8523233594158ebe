//! Sessions, as the server keeps them.

use migasfree_types::rest::page::Page;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::Api;
use crate::trouble::Trouble;

const SESSIONS: &str = "/api/v1/token/remote-sessions/";

/// What is asked of the server before a session.
#[derive(Debug, Clone, Serialize)]
pub struct Request {
    /// The computer's id.
    pub computer: i64,
    /// `terminal`, `screen`, `files` or `port`.
    pub service: &'static str,
    /// What may be done: `user`, `administrator`, `view`, `control`, `read`, `write` …; without it the least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<&'static str>,
    /// The account on the computer; empty for that of its user.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub account: String,
    /// The name of the port.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub port: String,
    /// Why.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The ticket it is about.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ticket: String,
}

/// What the server grants.
#[derive(Debug, Clone, Deserialize)]
pub struct Granted {
    /// The session.
    pub session: String,
    /// What the relay, the agent and the daemon are shown.
    pub grant: String,
    /// Where the relay is, below the address of the server.
    pub relay: String,
}

/// A session in the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Row {
    /// Its id.
    pub id: i64,
    /// The computer.
    pub computer: Named,
    /// Whose it is.
    pub operator_name: String,
    /// What it is for.
    pub service: String,
    /// Whether it is going on.
    pub state: String,
    /// When it was asked for.
    pub created_at: String,
}

/// Something with a name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Named {
    /// What it is called.
    #[serde(rename = "__str__")]
    pub name: String,
}

/// Asks for a session.
///
/// # Errors
/// What the server says against it.
pub async fn ask(api: &Api, request: &Request) -> Result<Granted, Trouble> {
    api.post(SESSIONS, request).await
}

/// The newest sessions; with `live` those that are not over.
///
/// # Errors
/// As of [`Api::get`].
pub async fn list(api: &Api, live: bool, limit: u32) -> Result<Page<Value>, Trouble> {
    let limit = limit.to_string();
    let mut query = vec![("page_size", limit.as_str())];
    if live {
        query.push(("state__in", "requested,asking,active,detached"));
    }
    api.get(SESSIONS, &query).await
}

/// Ends a session.
///
/// # Errors
/// What the server says against it.
pub async fn end(api: &Api, session: &str) -> Result<(), Trouble> {
    let path = format!("{}end/", of(session));
    let _: Value = api.post(&path, &serde_json::json!({})).await?;
    Ok(())
}

/// The recording of a session (asciicast v2).
///
/// # Errors
/// What the server says against it.
pub async fn recording(api: &Api, session: &str) -> Result<String, Trouble> {
    api.text(&format!("{}recording/", of(session))).await
}

/// An id is part of an address: what does not belong into one stays out.
fn of(session: &str) -> String {
    let is_id = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '-';
    let id: String = session.chars().filter(is_id).collect();
    format!("{SESSIONS}{id}/")
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn an_id_leads_nowhere_else() {
        assert_eq!(
            of("0197-a/../../x?y"),
            "/api/v1/token/remote-sessions/0197-axy/"
        );
    }
}
