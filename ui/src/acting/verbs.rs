//! What there is to be done, and how far it is, in words.
use crate::{
    api::session,
    entity::value,
    text::{Label, label, t},
};
use migasfree_ui_kit::{Choice, Tone};
use serde_json::Value;

/// Something a computer can be told to do.
pub struct Verb {
    pub name: &'static str,
    pub icon: icondata::Icon,
    pub label: Label,
}

static VERBS: [Verb; 7] = [
    Verb {
        name: "sync",
        icon: icondata::LuRefreshCw,
        label: label!(action.sync),
    },
    Verb {
        name: "inventory",
        icon: icondata::LuClipboardList,
        label: label!(action.inventory),
    },
    Verb {
        name: "message",
        icon: icondata::LuMessageSquare,
        label: label!(action.message),
    },
    Verb {
        name: "lock",
        icon: icondata::LuLock,
        label: label!(action.lock),
    },
    Verb {
        name: "reboot",
        icon: icondata::LuRotateCw,
        label: label!(action.reboot),
    },
    Verb {
        name: "shutdown",
        icon: icondata::LuPower,
        label: label!(action.shutdown),
    },
    Verb {
        name: "wake",
        icon: icondata::LuSunrise,
        label: label!(action.wake),
    },
];

impl Verb {
    /// Whether people may lose what they have not saved.
    pub fn is_drastic(&self) -> bool {
        matches!(self.name, "reboot" | "shutdown")
    }

    fn is_allowed(&self) -> bool {
        session::may("run", &format!("remote.{}", self.name))
    }
}

/// What the signed-in user may have computers do.
pub fn allowed() -> Vec<&'static Verb> {
    VERBS.iter().filter(|verb| verb.is_allowed()).collect()
}

/// What a verb is called.
pub fn verb_label(name: &str) -> String {
    let known = VERBS.iter().find(|verb| verb.name == name);
    known.map_or_else(|| name.to_owned(), |verb| verb.label.text().to_owned())
}

/// Verbs to filter by.
pub fn verb_choices() -> Vec<Choice> {
    VERBS
        .iter()
        .map(|verb| Choice::new(verb.name, verb.label.text()))
        .collect()
}

/// In the order in which they are gone through.
const STATES: [&str; 10] = [
    "ready",
    "leased",
    "running",
    "succeeded",
    "failed",
    "timed_out",
    "refused",
    "cancelled",
    "expired",
    "lost",
];

/// States to filter by.
pub fn states() -> Vec<Choice> {
    STATES
        .map(|state| Choice::new(state, words(state).1))
        .to_vec()
}

/// How far an execution is.
pub fn state(row: &Value) -> (Tone, &'static str) {
    words(&value::text(row, "state"))
}

/// A state in words.
pub fn words(state: &str) -> (Tone, &'static str) {
    match state {
        "ready" => (Tone::Neutral, t!(execution.ready)),
        "leased" => (Tone::Info, t!(execution.leased)),
        "running" => (Tone::Info, t!(execution.running)),
        "succeeded" => (Tone::Success, t!(execution.succeeded)),
        "timed_out" => (Tone::Error, t!(execution.timed_out)),
        "refused" => (Tone::Warning, t!(execution.refused)),
        "cancelled" => (Tone::Neutral, t!(execution.cancelled)),
        "expired" => (Tone::Warning, t!(execution.expired)),
        "lost" => (Tone::Warning, t!(execution.lost)),
        _ => (Tone::Error, t!(execution.failed)),
    }
}
