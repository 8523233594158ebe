//! Browsers that were sent to a provider. What they come back with counts only in the browser that was sent, which has the
//! secret in a cookie, and once.

use std::time::Duration;

use axum::http::HeaderMap;
use migasfree_server_audit::UserId;
use migasfree_server_db::{Result, Ts, Tx, args, random::Random};

use crate::secret::{self, Shown};
use crate::session::cookie;

/// How long a browser may stay away.
const LIFE: Duration = Duration::from_secs(600);

/// What has to come back, and where the browser goes then.
#[derive(Debug)]
pub struct Visit {
    /// The provider.
    pub provider: String,
    /// Comes back in the address.
    pub state: String,
    /// Comes back in the token.
    pub nonce: String,
    /// Shows who sent the browser.
    pub verifier: String,
    /// A path of this server.
    pub destination: String,
    /// The account that is to be linked, where one is.
    pub user: Option<UserId>,
}

impl Visit {
    /// A new one.
    pub fn new(
        random: &dyn Random,
        provider: &str,
        destination: String,
        user: Option<UserId>,
    ) -> Self {
        let secret = || hex::encode(random.bytes::<32>());
        Self {
            provider: provider.to_owned(),
            state: secret(),
            nonce: secret(),
            verifier: secret(),
            destination,
            user,
        }
    }

    /// Remembers it; answers the secret for the browser.
    pub async fn keep(&self, tx: &mut Tx, random: &dyn Random, now: Ts) -> Result<String> {
        let secret = secret::new_token(random);
        tx.execute(
            "INSERT INTO auth_provider_visit (secret_hash, provider, state, nonce, verifier, \
             destination, user_id, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![
                secret::digest(&secret),
                self.provider.as_str(),
                self.state.as_str(),
                self.nonce.as_str(),
                self.verifier.as_str(),
                self.destination.as_str(),
                self.user,
                now + LIFE
            ],
        )
        .await?;
        Ok(secret)
    }

    /// Takes the visit of a browser out of use.
    pub async fn take(tx: &mut Tx, secret: &str, now: Ts) -> Result<Option<Self>> {
        let shown = Shown::of(secret);
        let near: Vec<(String,)> = tx
            .all(
                "SELECT secret_hash FROM auth_provider_visit \
                 WHERE secret_hash >= $1 AND secret_hash < $2",
                args![shown.from(), shown.below()],
            )
            .await?;
        let Some((stored,)) = near.into_iter().find(|(stored,)| shown.is(stored)) else {
            return Ok(None);
        };
        type Row = (String, String, String, String, String, Option<UserId>);
        let row: Option<Row> = tx
            .optional(
                "DELETE FROM auth_provider_visit WHERE secret_hash = $1 AND expires_at > $2 \
                 RETURNING provider, state, nonce, verifier, destination, user_id",
                args![stored, now],
            )
            .await?;
        Ok(row.map(
            |(provider, state, nonce, verifier, destination, user)| Self {
                provider,
                state,
                nonce,
                verifier,
                destination,
                user,
            },
        ))
    }

    /// Whether this is what was to come back in the address.
    pub fn is_of(&self, state: &str) -> bool {
        Shown::of(state).is(&secret::digest(&self.state))
    }
}

/// Under TLS the browser itself guarantees that no other host set the cookie.
const fn cookie_name(secure: bool) -> &'static str {
    if secure {
        "__Host-migasfree_visit"
    } else {
        "migasfree_visit"
    }
}

/// The `Set-Cookie` line of a visit; an empty secret ends it. `Lax`, because the browser comes back from another site.
pub fn set_cookie(secret: &str, secure: bool) -> String {
    let name = cookie_name(secure);
    let life = if secret.is_empty() { 0 } else { LIFE.as_secs() };
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={secret}; Path=/; Max-Age={life}; HttpOnly; SameSite=Lax{secure}")
}

/// The secret of the visit that a request belongs to, if any.
pub fn of_request(headers: &HeaderMap, secure: bool) -> Option<&str> {
    cookie(headers, cookie_name(secure))
}
