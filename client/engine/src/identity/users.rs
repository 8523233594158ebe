//! The person the server is told about: whoever is logged in graphically.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::process::{CommandRunner, Invocation};

/// What is asked about a login.
const PROPERTIES: [&str; 7] = [
    "Name",
    "Type",
    "Class",
    "State",
    "Active",
    "Seat",
    "TimestampMonotonic",
];

/// Login and full name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub name: String,
    pub full_name: String,
}

/// The active graphical login of seat0, else the newest graphical one, else whoever runs this program.
pub async fn current_user(runner: &dyn CommandRunner) -> User {
    let name = match graphical_user(runner).await {
        Some(name) => name,
        None => own_name(),
    };
    let full_name = full_name(runner, &name).await;
    User { name, full_name }
}

fn own_name() -> String {
    let named = ["SUDO_USER", "USER"]
        .iter()
        .find_map(|variable| std::env::var(variable).ok());
    named
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "root".to_owned())
}

/// Who is logged in graphically; `None` when nobody is.
pub async fn graphical_user(runner: &dyn CommandRunner) -> Option<String> {
    let list = ask(
        runner,
        "loginctl",
        &["list-sessions", "--no-legend", "--no-pager"],
    )
    .await?;
    let mut sessions = Vec::new();
    for id in list
        .lines()
        .filter_map(|line| line.split_whitespace().next())
    {
        let properties = PROPERTIES.map(|p| format!("--property={p}"));
        let mut arguments = vec!["show-session", id];
        arguments.extend(properties.iter().map(String::as_str));
        if let Some(session) = ask(runner, "loginctl", &arguments).await {
            sessions.extend(Session::parse(&session));
        }
    }
    sessions.sort();
    sessions.pop().map(|session| session.name)
}

async fn ask(runner: &dyn CommandRunner, program: &str, arguments: &[&str]) -> Option<String> {
    let ask = Invocation::new(program, arguments.iter().copied()).limit(Duration::from_secs(5));
    let answer = runner.output(&ask).await.ok()?;
    answer.success().then(|| answer.stdout_text())
}

/// A graphical login; the greatest is the one that counts.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Session {
    active_on_first_seat: bool,
    since: u64,
    name: String,
}

impl Session {
    fn parse(properties: &str) -> Option<Self> {
        let values: BTreeMap<&str, &str> = properties
            .lines()
            .filter_map(|line| line.split_once('='))
            .collect();
        let value = |name: &str| values.get(name).copied().unwrap_or_default();
        let graphical = matches!(value("Type"), "x11" | "wayland" | "mir");
        // The screen that asks who is there is a login too, of a user nobody knows.
        let person = matches!(value("Class"), "" | "user" | "user-early");
        let there = value("State") != "closing";
        (graphical && person && there).then(|| Self {
            active_on_first_seat: value("Active") == "yes" && value("Seat") == "seat0",
            since: value("TimestampMonotonic").parse().unwrap_or(0),
            name: value("Name").to_owned(),
        })
    }
}

/// First field of the GECOS entry, from whatever directory the system uses.
async fn full_name(runner: &dyn CommandRunner, name: &str) -> String {
    let entry = ask(runner, "getent", &["passwd", "--", name])
        .await
        .unwrap_or_default();
    let gecos = entry.trim().split(':').nth(4).unwrap_or_default();
    gecos.split(',').next().unwrap_or_default().to_owned()
}

/// Login of a user by number, from whatever directory the system uses; the number where it has none.
pub async fn account_name(runner: &dyn CommandRunner, uid: u32) -> String {
    let uid = uid.to_string();
    let entry = ask(runner, "getent", &["passwd", "--", &uid]).await;
    let entry = entry.unwrap_or_default();
    match entry.trim().split(':').next() {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => uid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(kind: &str, class: &str, active: &str, since: &str) -> Option<Session> {
        Session::parse(&format!(
            "Name=ana\nType={kind}\nClass={class}\nState=online\nActive={active}\nSeat=seat0\n\
             TimestampMonotonic={since}\n"
        ))
    }

    #[test]
    fn the_active_graphical_login_counts_else_the_newest() {
        assert_eq!(session("tty", "user", "yes", "9"), None);
        let (old, active, new) = (
            session("x11", "user", "no", "1"),
            session("wayland", "user", "yes", "2"),
            session("x11", "user", "no", "3"),
        );
        assert!(active > new && new > old);
    }

    #[test]
    fn neither_the_login_screen_nor_a_login_that_ends_is_a_person() {
        assert_eq!(session("wayland", "greeter", "yes", "1"), None);
        let closing = "Name=ana\nType=x11\nClass=user\nState=closing\n";
        assert_eq!(Session::parse(closing), None);
    }
}
