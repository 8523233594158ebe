//! The words of actions as columns have them: those of their JSON.

use migasfree_server_entity::schema::Choice;

/// What there is to be done.
pub(super) const VERBS: &[Choice<&str>] = &[
    ("sync", "Synchronize"),
    ("inventory", "Take inventory"),
    ("message", "Show a message"),
    ("lock", "Lock the sessions"),
    ("reboot", "Restart"),
    ("shutdown", "Switch off"),
    ("wake", "Wake"),
];

/// How far an execution is.
pub(super) const STATES: &[Choice<&str>] = &[
    ("ready", "Waiting"),
    ("leased", "Delivered"),
    ("running", "Running"),
    ("succeeded", "Succeeded"),
    ("failed", "Failed"),
    ("timed_out", "Timed out"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled"),
    ("expired", "Expired"),
    ("lost", "Lost"),
];

#[cfg(test)]
mod tests {
    use migasfree_types::actions::ExecutionState;

    use super::STATES;
    use crate::remote::words::{meant, word};

    #[test]
    fn columns_have_the_words_of_the_protocol() {
        for (stored, _) in STATES {
            let state: ExecutionState = meant(stored).unwrap_or_else(|| panic!("{stored}"));
            assert_eq!(word(state), *stored);
        }
    }
}
