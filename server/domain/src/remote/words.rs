//! The words of grants as columns and requests have them: those of their JSON.

use migasfree_grant::{Consent, Mode, Recording, Service};
use migasfree_server_entity::schema::Choice;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// What is done on the computer.
pub const SERVICES: &[Choice<&str>] = &[
    ("terminal", "Terminal"),
    ("screen", "Screen"),
    ("files", "Files"),
    ("port", "Port"),
    ("action", "Action"),
];

/// How it is done.
pub const MODES: &[Choice<&str>] = &[
    ("view", "View only"),
    ("control", "Control"),
    ("user", "As a user"),
    ("administrator", "As administrator"),
    ("read", "Download"),
    ("write", "Upload"),
    ("read_write", "Download and upload"),
];

/// What the person at the computer is asked.
pub const CONSENT: &[Choice<&str>] = &[
    ("ask", "Ask"),
    ("ask_then_allow", "Ask, and go on without an answer"),
    ("notify", "Tell"),
    ("unattended", "Neither ask nor tell beforehand"),
    ("deny", "Never let anybody in"),
];

/// What becomes of a session that cannot be recorded.
pub const RECORDING: &[Choice<&str>] = &[
    ("none", "Not recorded"),
    ("best_effort", "Recorded where possible"),
    ("strict", "Recorded, or not at all"),
];

/// How far a session is.
pub const STATES: &[Choice<&str>] = &[
    ("requested", "Requested"),
    ("asking", "Asking"),
    ("active", "Active"),
    ("detached", "Disconnected"),
    ("ended", "Ended"),
];

/// What somebody has to show to be let in.
pub const PROOFS: &[Choice<&str>] = &[
    ("sign_in", "Being signed in"),
    ("recent", "Having shown who they are a moment ago"),
    ("second_factor", "A second factor"),
];

/// What an operator signed in with.
pub const STRENGTHS: &[Choice<&str>] = &[
    ("password", "Password"),
    ("second_factor", "Second factor"),
    ("provider", "Identity provider"),
    ("passkey", "Passkey"),
    ("api_key", "API key"),
];

/// The word of a value.
pub(crate) fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The value of a word.
pub(crate) fn meant<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(Value::from(word)).ok()
}

/// How a service is used where nobody says otherwise.
pub(super) const fn usual(service: Service) -> Mode {
    match service {
        Service::Terminal => Mode::User,
        Service::Screen => Mode::View,
        Service::Port | Service::Action => Mode::Control,
        Service::Files => Mode::Read,
    }
}

/// What a policy says of consent, as grants have it.
pub(super) fn consent(word: &str, seconds: i64) -> Consent {
    match word {
        "ask_then_allow" => Consent::AskThenAllow {
            seconds: small(seconds),
        },
        "notify" => Consent::Notify,
        "unattended" => Consent::Unattended,
        "ask" => Consent::Ask {
            seconds: small(seconds),
        },
        // Whatever nobody knows lets nobody in.
        _ => Consent::Deny,
    }
}

/// What a policy says of recording, of a service that can be recorded.
pub(super) fn recording(word: &str, service: Service) -> Recording {
    match (service, word) {
        (Service::Terminal | Service::Screen, "best_effort") => Recording::BestEffort,
        (Service::Terminal | Service::Screen, "strict") => Recording::Strict,
        _ => Recording::None,
    }
}

fn small<T: TryFrom<i64> + Default>(number: i64) -> T {
    T::try_from(number).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use migasfree_grant::Strength;

    fn all_are_known<T: DeserializeOwned + Serialize + std::fmt::Debug>(choices: &[Choice<&str>]) {
        for (stored, _) in choices {
            let value: T = meant(stored).unwrap_or_else(|| panic!("{stored} is no word"));
            assert_eq!(word(value), *stored);
        }
    }

    #[test]
    fn columns_have_the_words_of_grants() {
        all_are_known::<Service>(SERVICES);
        all_are_known::<Mode>(MODES);
        all_are_known::<Recording>(RECORDING);
        all_are_known::<Strength>(STRENGTHS);
    }

    #[test]
    fn what_nobody_knows_lets_nobody_in() {
        assert!(matches!(consent("whatever", 30), Consent::Deny));
        assert!(matches!(consent("deny", 30), Consent::Deny));
        assert!(matches!(consent("ask", 30), Consent::Ask { .. }));
    }
}
