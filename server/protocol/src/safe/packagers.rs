//! Who signed an upload (2.1): an account by a key of its own, or whoever has the key that all packagers of an imported
//! installation shared.

use std::sync::Arc;

use migasfree_envelope::{KeyError, Letter, PrivateKey, PublicKey};
use migasfree_server_audit::{self as audit, Author, Change};
use migasfree_server_auth::{AuthError, Connection, Operator, Verified};
use migasfree_server_domain::client::upload_keys;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::call::unreadable;
use super::keys::KeyRingError;
use super::protocol::Protocol;
use crate::ProtocolState;

/// How the audit record calls whoever uploads with the common key.
const COMMON: &str = "packager (common key)";

/// Somebody who may upload.
#[derive(Debug)]
pub(super) struct Packager {
    /// Opens nothing but what is sealed for it.
    pub(super) key: Arc<PublicKey>,
    pub(super) author: Author,
}

/// Makes a key pair for an account whose password was right; none when that changed meanwhile. Its private half is given
/// out this once and not kept.
///
/// # Errors
/// When the key cannot be made or the database fails.
pub(crate) async fn new_key(
    state: &ProtocolState,
    operator: &Operator,
    verified: Verified,
) -> Result<Option<PrivateKey>, Refusal> {
    let key = tokio::task::spawn_blocking(PrivateKey::generate)
        .await
        .map_err(|_| KeyRingError::Stopping)?
        .map_err(|error: KeyError| Refusal::Internal(error.to_string()))?;
    let now = state.clock.now();
    let kid = key.public().thumbprint();
    let mut tx = state.db.begin().await?;
    // From here on the keys of the account are counted, and its password changed, by one call at a time.
    match verified.still(&mut tx, None).await {
        Ok(_) => {}
        Err(AuthError::Database(error)) => return Err(error.into()),
        Err(_) => return Ok(None),
    }
    upload_keys::add(&mut tx, operator.id, kid, &key.public().to_pem(), now).await?;
    let after = json!({ "kid": kid });
    let change = Change {
        action: "add_upload_key",
        entity: migasfree_server_auth::ACCOUNT,
        object_id: Some(operator.id.0),
        object_text: &operator.username,
        before: None,
        after: Some(&after),
    };
    audit::record(&mut tx, now, &operator.author(), &change).await?;
    tx.commit().await?;
    Ok(Some(key))
}

/// The claims of a letter and who signed it.
pub(super) async fn identify(
    state: &ProtocolState,
    protocol: &Protocol,
    connection: Connection,
    letter: Letter,
) -> Result<(Value, Packager), Refusal> {
    let address = connection.client.to_string();
    let kid = letter.key_id();
    let candidates = candidates(state, kid.as_deref(), &address).await?;
    let keys: Vec<_> = candidates.iter().map(|one| Arc::clone(&one.key)).collect();
    let confirmed = protocol
        .run(move || letter.confirmed_by(keys.iter().map(AsRef::as_ref)))
        .await?;
    let (claims, index) = confirmed.map_err(|error| unreadable(&error))?;
    let packager = candidates
        .into_iter()
        .nth(index)
        .ok_or_else(Refusal::invalid_data)?;
    Ok((claims, packager))
}

/// Everybody who may have signed.
async fn candidates(
    state: &ProtocolState,
    kid: Option<&str>,
    address: &str,
) -> Result<Vec<Packager>, Refusal> {
    let mut candidates = Vec::new();
    for known in upload_keys::live(&state.db, kid).await? {
        let key = PublicKey::from_pem(&known.public_key)
            .map_err(|error| Refusal::Internal(error.to_string()))?;
        candidates.push(Packager {
            key: Arc::new(key),
            author: Author {
                user: Some(known.user),
                name: known.username,
                address: address.to_owned(),
            },
        });
    }
    if state.settings.common_packager_key
        && let Some(key) = state.keys.common_packager().await?
        && kid.is_none_or(|kid| kid == key.thumbprint())
    {
        candidates.push(Packager {
            key,
            author: Author {
                user: None,
                name: COMMON.to_owned(),
                address: address.to_owned(),
            },
        });
    }
    Ok(candidates)
}
