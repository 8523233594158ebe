//! Codes of an app, which change with the time (RFC 6238).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use migasfree_server_audit::UserId;
use migasfree_server_db::{Result, Ts, Tx, args, clock::Clock, random::Random};
use totp_rs::{Builder, Totp};

use super::seal::Seal;
use crate::JwtKey;
use crate::sign_in::Factor;

/// How programs and views know it.
pub const NAME: &str = "totp";

/// What apps show beside the codes.
const ISSUER: &str = "Migasfree";
/// How long a secret waits for the first code.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// The factor.
#[derive(Debug, Clone)]
pub struct TimeCodes {
    seal: Seal,
    clock: Arc<dyn Clock>,
}

/// A secret that an app is to have: told this once.
#[derive(Debug)]
pub struct Begun {
    /// In base 32, to be typed.
    pub secret: String,
    /// `otpauth://…`, to be shown as a QR code.
    pub url: String,
}

impl TimeCodes {
    /// Sealed with the server's key.
    pub fn new(key: &JwtKey, clock: Arc<dyn Clock>) -> Self {
        let seal = Seal::new(key, NAME);
        Self { seal, clock }
    }

    /// Makes a secret for an account, in place of one that was never confirmed; nothing where one is in use.
    pub(crate) async fn begin(
        &self,
        tx: &mut Tx,
        random: &dyn Random,
        user: UserId,
    ) -> Result<Option<Begun>> {
        let (username,): (String,) = tx
            .one(
                "SELECT username FROM core_userprofile WHERE id = $1",
                args![user],
            )
            .await?;
        let secret = random.bytes::<20>();
        let sealed = self.seal.close(random, user, &secret);
        let stored = tx
            .execute(
                "INSERT INTO auth_totp (user_id, sealed_secret, created_at) VALUES ($1, $2, $3) \
                 ON CONFLICT (user_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, \
                 created_at = excluded.created_at WHERE auth_totp.confirmed_at IS NULL",
                args![user, sealed, self.clock.now()],
            )
            .await?;
        Ok((stored == 1).then(|| begun(secret, &username)))
    }

    /// Takes the secret into use that an account began with, if this is a code of it.
    pub(crate) async fn confirm(&self, tx: &mut Tx, user: UserId, code: &str) -> Result<bool> {
        let now = self.clock.now();
        let began: Option<(String,)> = tx
            .optional(
                "SELECT sealed_secret FROM auth_totp \
                 WHERE user_id = $1 AND confirmed_at IS NULL AND created_at > $2",
                args![user, now - PATIENCE],
            )
            .await?;
        let Some((sealed,)) = began else {
            return Ok(false);
        };
        let Some(step) = self.step_of(user, &sealed, code, now) else {
            return Ok(false);
        };
        let confirmed = tx
            .execute(
                "UPDATE auth_totp SET confirmed_at = $3, last_step = $4 \
                 WHERE user_id = $1 AND sealed_secret = $2 AND confirmed_at IS NULL",
                args![user, sealed, now, step],
            )
            .await?;
        Ok(confirmed == 1)
    }

    /// The step of time that a code is of.
    fn step_of(&self, user: UserId, sealed: &str, code: &str, now: Ts) -> Option<i64> {
        let Some(secret) = self.seal.open(user, sealed) else {
            tracing::warn!(%user, "the secret of an app was sealed with another key than keys/secret_key.txt");
            return None;
        };
        let time = u64::try_from(now.seconds()).ok()?;
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let step = codes(secret).check(&digits, time)?;
        i64::try_from(step).ok()
    }
}

#[async_trait]
impl Factor for TimeCodes {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn is_asked_of(&self, tx: &mut Tx, user: UserId) -> Result<bool> {
        Ok(stored(tx, user).await?.is_some())
    }

    async fn passes(&self, tx: &mut Tx, user: UserId, answer: &str) -> Result<bool> {
        let Some(sealed) = stored(tx, user).await? else {
            return Ok(false);
        };
        let Some(step) = self.step_of(user, &sealed, answer, self.clock.now()) else {
            return Ok(false);
        };
        // Whoever comes second with the same code finds the step taken.
        let taken = tx
            .execute(
                "UPDATE auth_totp SET last_step = $3 \
                 WHERE user_id = $1 AND sealed_secret = $2 AND last_step < $3",
                args![user, sealed, step],
            )
            .await?;
        Ok(taken == 1)
    }
}

async fn stored(tx: &mut Tx, user: UserId) -> Result<Option<String>> {
    let row: Option<(String,)> = tx
        .optional(
            "SELECT sealed_secret FROM auth_totp WHERE user_id = $1 AND confirmed_at IS NOT NULL",
            args![user],
        )
        .await?;
    Ok(row.map(|(sealed,)| sealed))
}

/// Six digits that change every 30 seconds, by SHA-1: what every app knows. The code before and the next one are good, too.
fn codes(secret: Vec<u8>) -> Totp {
    Builder::new()
        .with_secret(secret)
        .with_skew(1)
        .build_noncompliant()
}

fn begun(secret: [u8; 20], username: &str) -> Begun {
    let codes = Builder::new()
        .with_secret(secret.to_vec())
        .with_account_name(username.replace(':', "_"))
        .with_issuer(Some(ISSUER))
        .build_noncompliant();
    Begun {
        secret: codes.secret().to_base32(),
        url: codes.to_url().unwrap_or_default(),
    }
}
