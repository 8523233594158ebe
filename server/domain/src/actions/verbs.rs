//! What computers can be told to do: what each verb takes, which right, and how long it may be silent.

use std::time::Duration;

use migasfree_grant::order::Verb;
use migasfree_server_auth::Operator;
use migasfree_server_entity::{error::RestError, value::Refused};
use serde_json::{Map, Value, json};

use super::words::VERBS;
use crate::messages;
use crate::remote::rights;

/// Most characters of the title of a message.
const LONGEST_TITLE: usize = 100;
/// The same of what people are told.
const LONGEST_TEXT: usize = 1_000;
/// Most minutes until a computer is restarted or switched off.
const LONGEST_DELAY: u32 = 24 * 60;
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// The right that a verb takes; none where there is no such verb.
pub(super) fn right(verb: &str) -> Option<&'static str> {
    Some(match verb {
        "sync" => rights::RUN_SYNC,
        "inventory" => rights::RUN_INVENTORY,
        "message" => rights::RUN_MESSAGE,
        "lock" => rights::RUN_LOCK,
        "reboot" => rights::RUN_REBOOT,
        "shutdown" => rights::RUN_SHUTDOWN,
        "wake" => rights::RUN_WAKE,
        _ => return None,
    })
}

/// Refuses an operator who may have computers do nothing at all.
///
/// # Errors
/// [`RestError::Forbidden`] naming the least of the rights.
pub(super) fn some_right(operator: &Operator) -> Result<(), RestError> {
    let mut rights = VERBS.iter().filter_map(|(verb, _)| right(verb));
    match rights.any(|right| operator.may(right)) {
        true => Ok(()),
        false => Err(RestError::Forbidden(rights::RUN_SYNC.to_owned())),
    }
}

/// The name of a verb, as it is stored.
pub(super) fn named(verb: &str) -> Option<&'static str> {
    let found = VERBS.iter().find(|(name, _)| *name == verb);
    found.map(|(name, _)| *name)
}

/// The parameters of a verb as they were written, with what nobody said.
///
/// # Errors
/// For what the verb does not take, and where something is missing or too long.
pub(super) fn parameters(verb: &str, written: &Map<String, Value>) -> Result<Value, RestError> {
    // The neighbour and the address are found when it is time.
    if verb == "wake" {
        return match written.is_empty() {
            true => Ok(json!({})),
            false => Err(unfit(verb)),
        };
    }
    let mut said = written.clone();
    if matches!(verb, "reboot" | "shutdown") {
        said.entry("delay_minutes").or_insert_with(|| json!(5));
        said.entry("text").or_insert_with(|| json!(""));
    }
    let meant = meant(verb, &Value::Object(said.clone())).ok_or_else(|| unfit(verb))?;
    check(&meant)?;
    Ok(Value::Object(said))
}

fn check(verb: &Verb) -> Result<(), RestError> {
    match verb {
        Verb::Message { title, text } => {
            filled("title", title, LONGEST_TITLE)?;
            filled("text", text, LONGEST_TEXT)
        }
        Verb::Reboot {
            delay_minutes,
            text,
        }
        | Verb::Shutdown {
            delay_minutes,
            text,
        } => {
            if *delay_minutes > LONGEST_DELAY {
                let message = messages::action_delay_too_long(LONGEST_DELAY);
                return Err(RestError::field("parameters", message));
            }
            short("text", text, LONGEST_TEXT)
        }
        Verb::Sync {} | Verb::Inventory {} | Verb::Lock {} | Verb::Wake { .. } => Ok(()),
    }
}

fn filled(name: &str, text: &str, most: usize) -> Result<(), RestError> {
    if text.trim().is_empty() {
        return Err(RestError::refused(name, &Refused::Missing));
    }
    short(name, text, most)
}

fn short(name: &str, text: &str, most: usize) -> Result<(), RestError> {
    if text.chars().count() > most {
        return Err(RestError::refused(name, &Refused::TooLong(most)));
    }
    Ok(())
}

fn unfit(verb: &str) -> RestError {
    RestError::field("parameters", messages::action_parameters(verb))
}

/// A verb with its parameters, as they are stored.
pub(super) fn meant(verb: &str, parameters: &Value) -> Option<Verb> {
    let mut members = parameters.as_object()?.clone();
    // A parameter of this name would pass for the verb.
    if members.insert("name".to_owned(), verb.into()).is_some() {
        return None;
    }
    serde_json::from_value(Value::Object(members)).ok()
}

/// How long a computer that carries it out may say nothing.
pub(super) fn patience(verb: &Verb) -> Duration {
    let seconds = match verb {
        Verb::Sync {} => 4 * HOUR,
        Verb::Inventory {} | Verb::Message { .. } => HOUR,
        Verb::Lock {} | Verb::Wake { .. } => 10 * MINUTE,
        Verb::Reboot { delay_minutes, .. } | Verb::Shutdown { delay_minutes, .. } => {
            u64::from(*delay_minutes) * MINUTE + 30 * MINUTE
        }
    };
    Duration::from_secs(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(verb: &str, parameters: &Value) -> Result<Value, RestError> {
        let members = parameters.as_object().cloned().unwrap_or_default();
        super::parameters(verb, &members)
    }

    #[test]
    fn every_verb_has_a_right_of_its_own() {
        let rights: std::collections::BTreeSet<_> =
            VERBS.iter().filter_map(|(verb, _)| right(verb)).collect();
        assert_eq!(rights.len(), VERBS.len());
        assert!(right("erase").is_none() && named("erase").is_none());
    }

    #[test]
    fn what_a_verb_takes_is_checked() {
        let delayed = read("reboot", &json!({})).expect("a delay is not needed");
        assert_eq!(delayed, json!({"delay_minutes": 5, "text": ""}));
        assert!(read("message", &json!({"title": "a", "text": "b"})).is_ok());
        assert!(read("wake", &json!({})).is_ok());
        for (verb, wrong) in [
            ("sync", json!({"force": true})),
            ("sync", json!({"name": "reboot"})),
            ("message", json!({"title": "a"})),
            ("message", json!({"title": " ", "text": "b"})),
            ("message", json!({"title": "a", "text": "b".repeat(1_001)})),
            ("reboot", json!({"delay_minutes": 1_441})),
            ("reboot", json!({"delay_minutes": "soon"})),
            ("wake", json!({"mac": "52:54:00:00:00:01"})),
        ] {
            assert!(read(verb, &wrong).is_err(), "{verb} {wrong}");
        }
    }
}
