//! Names that people tell things apart by, and that folders and addresses are made of.

use migasfree_server_entity::{error::RestError, hooks::Change};
use migasfree_types::{message::Message, shown::hides_in_names};

use crate::messages;

/// Why nothing may be called so from now on: it would look like something else.
pub fn flaw(name: &str) -> Option<Message> {
    name.contains(hides_in_names)
        .then(messages::name_with_unseen)
}

/// Refuses a new name with a flaw.
pub(super) fn check(change: &Change<'_>) -> Result<(), RestError> {
    if !change.is_new() && !change.changes("name") {
        return Ok(());
    }
    match flaw(change.text("name").unwrap_or_default()) {
        Some(flaw) => Err(RestError::field("name", flaw)),
        None => Ok(()),
    }
}
