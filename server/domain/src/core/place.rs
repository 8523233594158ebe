//! Where on the earth something is: a latitude and a longitude, or neither.

use migasfree_server_entity::{error::RestError, hooks::Change};

use crate::messages;

const LATITUDE: &str = "latitude";
const LONGITUDE: &str = "longitude";

/// Refuses half a place; one that was stored before may stay.
pub(super) fn check(change: &Change<'_>) -> Result<(), RestError> {
    if !change.changes(LATITUDE) && !change.changes(LONGITUDE) {
        return Ok(());
    }
    let missing = match (has(change, LATITUDE), has(change, LONGITUDE)) {
        (true, false) => LONGITUDE,
        (false, true) => LATITUDE,
        _ => return Ok(()),
    };
    Err(RestError::field(missing, messages::half_a_place()))
}

fn has(change: &Change<'_>, column: &str) -> bool {
    let value = change.values.get(column);
    let value = value.or_else(|| change.before?.get(column));
    value.is_some_and(|value| !value.is_null())
}
