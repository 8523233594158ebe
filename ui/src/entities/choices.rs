//! Values that are few and known.
use crate::{entity::value, text::t};
use migasfree_ui_kit::{Choice, Tone};
use serde_json::Value;

/// Package managers of projects.
pub fn package_managers() -> Vec<Choice> {
    ["apt", "dnf", "pacman", "wpt", "yum", "zypper"]
        .map(|name| Choice::new(name, name))
        .to_vec()
}

/// Who may install an application.
pub fn levels() -> Vec<Choice> {
    vec![
        Choice::new("U", t!(application.level_user)),
        Choice::new("A", t!(application.level_admin)),
    ]
}

/// How the output of a property becomes attributes.
pub fn property_kinds() -> Vec<Choice> {
    vec![
        Choice::new("N", t!(formula.kind_normal)),
        Choice::new("-", t!(formula.kind_list)),
        Choice::new("L", t!(formula.kind_left)),
        Choice::new("R", t!(formula.kind_right)),
        Choice::new("J", "JSON"),
    ]
}

/// Languages of scripts.
pub fn languages() -> Vec<Choice> {
    ["bash", "python", "perl", "php", "ruby", "cmd", "powershell"]
        .into_iter()
        .enumerate()
        .map(|(number, name)| Choice::new(number.to_string(), name))
        .collect()
}

/// States of a computer.
pub fn computer_statuses() -> Vec<Choice> {
    vec![
        Choice::new("assigned", t!(computer.status_assigned)),
        Choice::new("reserved", t!(computer.status_reserved)),
        Choice::new("unknown", t!(computer.status_unknown)),
        Choice::new("in repair", t!(computer.status_in_repair)),
        Choice::new("available", t!(computer.status_available)),
        Choice::new("unsubscribed", t!(computer.status_unsubscribed)),
    ]
}

/// Kinds of machines.
pub fn machines() -> Vec<Choice> {
    vec![
        Choice::new("P", t!(computer.machine_physical)),
        Choice::new("V", t!(computer.machine_virtual)),
    ]
}

/// Values of a member that no form and no list has.
pub fn of_member(member: &str) -> fn() -> Vec<Choice> {
    match member {
        "source" => sources,
        "sort" => origins,
        "machine" => machines,
        "status" => computer_statuses,
        "kind" => property_kinds,
        "language" => languages,
        "credential" => credentials,
        _ => Vec::new,
    }
}

/// Where the packages of a deployment are.
fn sources() -> Vec<Choice> {
    vec![
        Choice::new("I", t!(member.source_internal)),
        Choice::new("E", t!(member.source_external)),
    ]
}

/// Where the values of a property come from.
fn origins() -> Vec<Choice> {
    vec![
        Choice::new("basic", t!(member.sort_basic)),
        Choice::new("client", t!(member.sort_client)),
        Choice::new("server", t!(member.sort_server)),
    ]
}

/// What somebody signed in with.
fn credentials() -> Vec<Choice> {
    vec![
        Choice::new("session", t!(member.credential_session)),
        Choice::new("token", t!(user.token)),
        Choice::new("jwt", t!(member.credential_jwt)),
    ]
}

/// Word and meaning of a computer's state.
pub fn status_state(computer: &Value) -> (Tone, &'static str) {
    match value::text(computer, "status").as_str() {
        "assigned" | "intended" => (Tone::Success, t!(computer.status_assigned)),
        "reserved" => (Tone::Info, t!(computer.status_reserved)),
        "in repair" => (Tone::Warning, t!(computer.status_in_repair)),
        "available" => (Tone::Neutral, t!(computer.status_available)),
        "unsubscribed" => (Tone::Error, t!(computer.status_unsubscribed)),
        _ => (Tone::Neutral, t!(computer.status_unknown)),
    }
}
