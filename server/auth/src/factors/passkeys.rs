//! Passkeys: a key that never leaves a device, which asks for a finger or a PIN before it signs.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use migasfree_server_audit::UserId;
use migasfree_server_db::{Db, Result, Ts, Tx, args, clock::Clock, random::Random};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::Url;
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, Passkey, PasskeyAuthentication,
    PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Uuid, Webauthn,
    WebauthnBuilder,
};

use super::challenge::{self, Purpose};
use crate::sign_in::Factor;

/// How programs and views know it.
pub const NAME: &str = "passkey";

/// How long a challenge waits for its answer.
pub(super) const LIFE: Duration = Duration::from_secs(300);

/// The factor. Passkeys belong to a host name: without one in `listen.public_url` there are none.
#[derive(Debug, Clone)]
pub struct Passkeys {
    site: Option<Arc<Webauthn>>,
    clock: Arc<dyn Clock>,
}

/// What a browser is to answer.
#[derive(Debug)]
pub struct Challenge {
    /// Comes back with the answer.
    pub secret: String,
    /// What the browser is asked with: `navigator.credentials.create` or `.get`.
    pub options: Value,
}

/// An answer where a factor takes a text: as JSON.
#[derive(Debug, Deserialize)]
struct Answered {
    secret: String,
    credential: PublicKeyCredential,
}

/// A passkey as its account sees it.
#[derive(Debug, Clone, Serialize)]
pub struct HeldPasskey {
    /// `auth_passkey.id`
    pub id: i64,
    /// What the account calls it.
    pub name: String,
    /// When it was made.
    pub created_at: Ts,
    /// When it was last used.
    pub last_used_at: Option<Ts>,
}

impl Passkeys {
    /// Of the site that people reach under an address.
    pub fn new(public_url: Option<&Url>, clock: Arc<dyn Clock>) -> Self {
        let site = public_url.and_then(|url| {
            let builder = WebauthnBuilder::new(url.domain()?, url).ok()?;
            builder.rp_name("Migasfree").build().ok().map(Arc::new)
        });
        Self { site, clock }
    }

    /// Whether this server has passkeys.
    pub(super) const fn are_offered(&self) -> bool {
        self.site.is_some()
    }

    /// Begins with a new passkey of an account; nothing where there are none.
    pub(super) async fn register(
        &self,
        tx: &mut Tx,
        random: &dyn Random,
        user: UserId,
        username: &str,
    ) -> Result<Option<Challenge>> {
        let Some(site) = &self.site else {
            return Ok(None);
        };
        let known = stored(tx, user).await?;
        let taken = known.iter().map(|(_, key)| key.cred_id().clone()).collect();
        let handle = handle(tx, random, user).await?;
        let begun = site.start_passkey_registration(handle, username, username, Some(taken));
        let Ok((options, state)) = begun else {
            return Ok(None);
        };
        let mut options = json!(options);
        // One that the device keeps signs in without a user name.
        options["publicKey"]["authenticatorSelection"]["residentKey"] = json!("preferred");
        let purpose = Purpose::Register(user, handle);
        let secret = challenge::begin(tx, random, purpose, &json!(state), self.clock.now()).await?;
        Ok(Some(Challenge { secret, options }))
    }

    /// Stores the passkey that a browser made; false when it is not what was asked for.
    pub(super) async fn store(
        &self,
        tx: &mut Tx,
        user: UserId,
        secret: &str,
        name: &str,
        credential: &RegisterPublicKeyCredential,
    ) -> Result<bool> {
        let now = self.clock.now();
        let Some(site) = &self.site else {
            return Ok(false);
        };
        let Some(asked) = challenge::take(tx, "register", secret, now).await? else {
            return Ok(false);
        };
        let state: Option<PasskeyRegistration> = read(&asked.state);
        let Some(state) = state.filter(|_| asked.user == Some(user)) else {
            return Ok(false);
        };
        let Ok(key) = site.finish_passkey_registration(credential, &state) else {
            return Ok(false);
        };
        let stored = tx
            .execute(
                "INSERT INTO auth_passkey (user_id, user_handle, credential_id, passkey, name, created_at) \
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (credential_id) DO NOTHING",
                args![
                    user,
                    asked.handle,
                    URL_SAFE_NO_PAD.encode(key.cred_id()),
                    json!(key).to_string(),
                    name,
                    now
                ],
            )
            .await?;
        Ok(stored == 1)
    }

    /// Asks for a passkey of an account; nothing where it has none.
    pub(crate) async fn ask(
        &self,
        tx: &mut Tx,
        random: &dyn Random,
        user: UserId,
    ) -> Result<Option<Challenge>> {
        let Some(site) = &self.site else {
            return Ok(None);
        };
        let keys = stored(tx, user).await?.into_iter();
        let keys: Vec<Passkey> = keys.map(|(_, key)| key).collect();
        if keys.is_empty() {
            return Ok(None);
        }
        let Ok((options, state)) = site.start_passkey_authentication(&keys) else {
            return Ok(None);
        };
        let (options, state) = (json!(options), json!(state));
        let purpose = Purpose::Prove(user);
        let secret = challenge::begin(tx, random, purpose, &state, self.clock.now()).await?;
        Ok(Some(Challenge { secret, options }))
    }

    /// Asks for a passkey of anybody; nothing where there are none.
    pub(crate) async fn ask_anybody(
        &self,
        tx: &mut Tx,
        random: &dyn Random,
    ) -> Result<Option<Challenge>> {
        let Some(site) = &self.site else {
            return Ok(None);
        };
        let Ok((options, state)) = site.start_discoverable_authentication() else {
            return Ok(None);
        };
        let (options, state) = (json!(options), json!(state));
        let now = self.clock.now();
        let secret = challenge::begin(tx, random, Purpose::SignIn, &state, now).await?;
        Ok(Some(Challenge { secret, options }))
    }

    /// The account whose passkey answered what anybody was asked.
    pub(crate) async fn whose(
        &self,
        tx: &mut Tx,
        secret: &str,
        credential: &PublicKeyCredential,
    ) -> Result<Option<UserId>> {
        let now = self.clock.now();
        let Some(site) = &self.site else {
            return Ok(None);
        };
        let Some(asked) = challenge::take(tx, "sign_in", secret, now).await? else {
            return Ok(None);
        };
        let Ok((handle, credential_id)) = site.identify_discoverable_authentication(credential)
        else {
            return Ok(None);
        };
        let row: Option<(i64, UserId, String)> = tx
            .optional(
                "SELECT id, user_id, passkey FROM auth_passkey \
                 WHERE credential_id = $1 AND user_handle = $2",
                args![URL_SAFE_NO_PAD.encode(credential_id), handle.to_string()],
            )
            .await?;
        let state: Option<DiscoverableAuthentication> = read(&asked.state);
        let (Some((id, user, key)), Some(state)) = (row, state) else {
            return Ok(None);
        };
        let Some(key) = read::<Passkey>(&key) else {
            return Ok(None);
        };
        let done = site.finish_discoverable_authentication_v2(credential, state, &key);
        let Ok(done) = done else {
            return Ok(None);
        };
        used(tx, id, key, &done, now).await?;
        Ok(Some(user))
    }

    async fn proves(&self, tx: &mut Tx, user: UserId, answer: &str) -> Result<bool> {
        let now = self.clock.now();
        let (Some(site), Some(answer)) = (&self.site, read::<Answered>(answer)) else {
            return Ok(false);
        };
        let Some(asked) = challenge::take(tx, "prove", &answer.secret, now).await? else {
            return Ok(false);
        };
        let state: Option<PasskeyAuthentication> = read(&asked.state);
        let Some(state) = state.filter(|_| asked.user == Some(user)) else {
            return Ok(false);
        };
        let Ok(done) = site.finish_passkey_authentication(&answer.credential, &state) else {
            return Ok(false);
        };
        // It may have been removed since it was asked for.
        let keys = stored(tx, user).await?.into_iter();
        let mut shown = keys.filter(|(_, key)| key.cred_id() == done.cred_id());
        let Some((id, key)) = shown.next() else {
            return Ok(false);
        };
        used(tx, id, key, &done, now).await?;
        Ok(true)
    }
}

#[async_trait]
impl Factor for Passkeys {
    fn name(&self) -> &'static str {
        NAME
    }

    /// Where there is no host name any more they are asked for no less: nobody gets in with the password alone.
    async fn is_asked_of(&self, tx: &mut Tx, user: UserId) -> Result<bool> {
        let (count,): (i64,) = tx
            .one(
                "SELECT COUNT(*) FROM auth_passkey WHERE user_id = $1",
                args![user],
            )
            .await?;
        Ok(count > 0)
    }

    async fn passes(&self, tx: &mut Tx, user: UserId, answer: &str) -> Result<bool> {
        self.proves(tx, user, answer).await
    }
}

/// Those of an account, the oldest first.
pub(super) async fn held(db: &Db, user: UserId) -> Result<Vec<HeldPasskey>> {
    let rows: Vec<(i64, String, Ts, Option<Ts>)> = db
        .all(
            "SELECT id, name, created_at, last_used_at FROM auth_passkey \
             WHERE user_id = $1 ORDER BY id",
            args![user],
        )
        .await?;
    let held = |(id, name, created_at, last_used_at)| HeldPasskey {
        id,
        name,
        created_at,
        last_used_at,
    };
    Ok(rows.into_iter().map(held).collect())
}

async fn stored(tx: &mut Tx, user: UserId) -> Result<Vec<(i64, Passkey)>> {
    let rows: Vec<(i64, String)> = tx
        .all(
            "SELECT id, passkey FROM auth_passkey WHERE user_id = $1 ORDER BY id",
            args![user],
        )
        .await?;
    let keys = rows.into_iter();
    Ok(keys
        .filter_map(|(id, key)| Some((id, read(&key)?)))
        .collect())
}

/// What a device knows an account by; tells nothing of it.
async fn handle(tx: &mut Tx, random: &dyn Random, user: UserId) -> Result<Uuid> {
    let known: Option<(String,)> = tx
        .optional(
            "SELECT user_handle FROM auth_passkey WHERE user_id = $1 ORDER BY id LIMIT 1",
            args![user],
        )
        .await?;
    let known: Option<Uuid> = known.and_then(|(handle,)| handle.parse().ok());
    Ok(known.unwrap_or_else(|| random.uuid()))
}

async fn used(
    tx: &mut Tx,
    id: i64,
    mut key: Passkey,
    done: &AuthenticationResult,
    now: Ts,
) -> Result<()> {
    key.update_credential(done);
    tx.execute(
        "UPDATE auth_passkey SET passkey = $2, last_used_at = $3 WHERE id = $1",
        args![id, json!(key).to_string(), now],
    )
    .await?;
    Ok(())
}

fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}
