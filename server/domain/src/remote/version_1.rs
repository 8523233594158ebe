//! Computers whose agents speak version 1: each is known by its certificate, as long as it never had a key of its own.

use std::collections::HashSet;

use migasfree_grant::Service;
use migasfree_server_authority::{serial_of, subject_of};
use migasfree_server_db::{Result, Sql, args, json_ids, sql};
use migasfree_server_entity::error::RestError;
use sha2::{Digest as _, Sha256};

use super::computers::Facts;
use crate::ids::ComputerId;
use crate::messages;
use crate::services::{OfDomain as _, Services};

/// The unit of certificates of computers.
const UNIT: &str = "COMPUTERS";
/// Before what stands for the key of such a computer. Thumbprints of keys have no colon.
const CERTIFICATE: &str = "certificate";

/// A computer that a certificate is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certified {
    /// The computer.
    pub computer: ComputerId,
    /// What stands for its key.
    pub key: String,
}

const NAMED: &str = "SELECT c.id FROM client_computer AS c \
     WHERE upper(replace(c.uuid, '-', '')) = upper(replace($1, '-', '')) AND c.status <> 'unsubscribed' \
     AND NOT EXISTS (SELECT 1 FROM client_computerkey AS k WHERE k.computer_id = c.id \
     AND k.state IN ('active', 'replaced', 'revoked'))";

const STILL: Sql = sql!(
    "SELECT c.id FROM client_computer AS c WHERE c.status <> 'unsubscribed' AND NOT EXISTS \
     (SELECT 1 FROM client_computerkey AS k WHERE k.computer_id = c.id \
     AND k.state IN ('active', 'replaced', 'revoked')) AND c.id IN ",
    ids(1)
);

/// The computer that a certificate is of, which somebody has verified. Nothing for one that was taken back, and for computers
/// that are not known, are unsubscribed or have a key of their own: those speak the present version. One whose key was taken
/// back does not come in by an older way.
///
/// # Errors
/// When the database fails.
pub async fn certified(state: &Services, certificate: &[u8]) -> Result<Option<Certified>> {
    let Some((uuid, serial)) = holder(certificate) else {
        return Ok(None);
    };
    if state.domain().certificates.revoked(&serial) {
        return Ok(None);
    }
    let found: Vec<(ComputerId,)> = state.db.all(NAMED, args![&uuid]).await?;
    // One that several computers say they are is none of them.
    let [(computer,)] = found[..] else {
        return Ok(None);
    };
    let print = hex::encode(Sha256::digest(certificate));
    Ok(Some(Certified {
        computer,
        key: format!("{CERTIFICATE}:{computer}:{serial}:{print}"),
    }))
}

/// The UUID in a certificate of a computer, and the number of the certificate.
fn holder(certificate: &[u8]) -> Option<(String, String)> {
    let subject = subject_of(certificate).filter(|subject| subject.unit == UNIT)?;
    let (uuid, _project) = subject.common_name.rsplit_once('_')?;
    let uuid = Some(uuid).filter(|uuid| !uuid.is_empty())?;
    Some((uuid.to_owned(), serial_of(certificate)?))
}

/// The computer and the number of the certificate in what stands for a key.
fn parts(key: &str) -> Option<(ComputerId, &str)> {
    let mut parts = key.split(':');
    let (kind, computer, serial) = (parts.next()?, parts.next()?, parts.next()?);
    let computer = computer.parse().ok().map(ComputerId)?;
    (kind == CERTIFICATE).then_some((computer, serial))
}

/// Whether this stands for a key.
#[must_use]
pub fn is_certificate(key: &str) -> bool {
    parts(key).is_some()
}

/// Those of some that stand for keys by which no computer is known any more.
///
/// # Errors
/// When the database fails.
pub async fn no_longer_certified(state: &Services, keys: &[String]) -> Result<Vec<String>> {
    let computers: Vec<ComputerId> = keys
        .iter()
        .filter_map(|key| parts(key).map(|(computer, _)| computer))
        .collect();
    if computers.is_empty() {
        return Ok(Vec::new());
    }
    let still: Vec<(ComputerId,)> = state.db.all(STILL, args![json_ids(computers)]).await?;
    let still: HashSet<ComputerId> = still.into_iter().map(|(computer,)| computer).collect();
    let holds = |key: &str| {
        parts(key).is_some_and(|(computer, serial)| {
            still.contains(&computer) && !state.domain().certificates.revoked(serial)
        })
    };
    Ok(keys.iter().filter(|key| !holds(key)).cloned().collect())
}

/// Whether a computer is still known by what its session began with: its key, or else a certificate.
pub(super) fn is_known_by(
    state: &Services,
    computer: ComputerId,
    facts: &Facts,
    began_with: &str,
) -> bool {
    match &facts.key {
        Some(key) => key == began_with,
        None => parts(began_with).is_some_and(|(of, serial)| {
            of == computer && !state.domain().certificates.revoked(serial)
        }),
    }
}

/// Whether an agent of version 1 can be asked for this: it has nothing but services, and asks nobody.
pub(super) fn permits(service: Service, is_unasked: bool) -> std::result::Result<(), RestError> {
    if service != Service::Port {
        let message = messages::remote_version_1_service();
        return Err(RestError::Denied("version_1", message));
    }
    if !is_unasked {
        let message = messages::remote_version_1_unasked();
        return Err(RestError::Denied("version_1", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_stands_for_a_key_is_no_thumbprint() {
        let (computer, serial) = parts("certificate:7:0a1b:ff").unwrap();
        assert_eq!((computer, serial), (ComputerId(7), "0a1b"));
        for other in ["", "certificate", "certificate:x:1", "AbC-_9", "other:7:1"] {
            assert!(!is_certificate(other), "{other}");
        }
    }
}
