//! JSON web tokens for programs: HS256, access for 5 minutes, refresh for a day. Our own, on the HMAC there is: `jsonwebtoken`
//! takes its time from the system, and brings a second base64 and signature with it.

use std::fmt;
use std::path::Path;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use migasfree_server_audit::UserId;
use migasfree_server_db::{Result, Ts, Tx, args, random::Random};
use serde::{Deserialize, Serialize};

use super::secret;

pub(super) const ACCESS_SECONDS: i64 = 5 * 60;
const REFRESH_SECONDS: i64 = 24 * 60 * 60;
/// An account keeps this many sign-ins; one more ends the oldest.
const KEPT: i64 = 1000;
/// Hexadecimal digits of the number of a sign-in at the start of a token's own name.
const SIGN_IN_DIGITS: usize = 16;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Kind {
    Access,
    Refresh,
}

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    alg: String,
    typ: String,
}

/// The claims of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    token_type: Kind,
    exp: i64,
    iat: i64,
    jti: String,
    user_id: String,
}

impl Claims {
    /// The operator the token speaks for.
    pub fn user(&self) -> Option<UserId> {
        self.user_id.parse().ok().map(UserId)
    }

    /// The sign-in the token comes from: `auth_jwt.id`.
    pub fn sign_in(&self) -> Option<i64> {
        i64::from_str_radix(self.jti.get(..SIGN_IN_DIGITS)?, 16).ok()
    }
}

/// The key that signs the tokens.
pub struct JwtKey(hmac::Key);

impl fmt::Debug for JwtKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JwtKey(…)")
    }
}

impl JwtKey {
    /// The file of the key, in the keys folder.
    pub const FILE: &str = "secret_key.txt";

    /// Reads the key from `secret_key.txt` in the keys folder, creating it.
    ///
    /// # Errors
    /// When the file can be neither read nor made.
    pub fn open(keys: &Path, random: &dyn Random) -> std::io::Result<Self> {
        let secret = secret::read_or_create(&keys.join(Self::FILE), random)?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &secret)))
    }

    /// A code for a text, which nobody makes without the key. One purpose tells nothing of another's.
    pub fn code(&self, purpose: &str, text: &str) -> [u8; 32] {
        let own = hmac::sign(&self.0, purpose.as_bytes());
        let key = hmac::Key::new(hmac::HMAC_SHA256, own.as_ref());
        let code = hmac::sign(&key, text.as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(code.as_ref());
        bytes
    }

    /// A new token of a sign-in.
    pub fn sign(
        &self,
        kind: Kind,
        user: UserId,
        sign_in: i64,
        now: Ts,
        random: &dyn Random,
    ) -> String {
        let iat = now.seconds();
        let exp = iat
            + if kind == Kind::Access {
                ACCESS_SECONDS
            } else {
                REFRESH_SECONDS
            };
        let jti = format!("{sign_in:016x}{}", hex::encode(random.bytes::<12>()));
        let claims = Claims {
            token_type: kind,
            exp,
            iat,
            jti,
            user_id: user.to_string(),
        };
        let header = Header {
            alg: "HS256".to_owned(),
            typ: "JWT".to_owned(),
        };
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// The claims of a good token; `kind` where only one will do.
    pub fn verify(&self, token: &str, kind: Option<Kind>, now: Ts) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        hmac::verify(&self.0, signed.as_bytes(), &signature).ok()?;
        let header: Header = decode(header)?;
        let claims: Claims = decode(claims)?;
        let good = header.alg == "HS256"
            && claims.exp > now.seconds()
            && kind.is_none_or(|kind| claims.token_type == kind);
        good.then_some(claims)
    }
}

/// Begins a sign-in, which every token made from it ends with. `proved` is when a person showed who they are for it.
///
/// # Errors
/// When the database fails.
pub async fn begin(tx: &mut Tx, user: UserId, proved: Option<Ts>, now: Ts) -> Result<i64> {
    let (id,): (i64,) = tx
        .one(
            "INSERT INTO auth_jwt (user_id, created_at, expires_at, proved_at) VALUES ($1, $2, $3, $4) RETURNING id",
            args![user, now, end_of(now), proved],
        )
        .await?;
    tx.execute(
        "DELETE FROM auth_jwt WHERE user_id = $1 AND id NOT IN \
         (SELECT id FROM auth_jwt WHERE user_id = $1 ORDER BY id DESC LIMIT $2)",
        args![user, KEPT],
    )
    .await?;
    Ok(id)
}

/// When a sign-in ends whose refresh token is made now.
pub(super) const fn end_of(now: Ts) -> Ts {
    Ts::from_seconds(now.seconds() + REFRESH_SECONDS)
}

fn encode(part: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).unwrap_or_default())
}

fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use migasfree_server_db::random::SystemRandom;

    const NOW: Ts = Ts::from_seconds(1_800_000_000);

    fn key(secret: &[u8]) -> JwtKey {
        JwtKey(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    fn signed(kind: Kind) -> String {
        key(b"a").sign(kind, UserId(7), 0x2a, NOW, &SystemRandom)
    }

    #[test]
    fn a_good_token_names_its_operator_and_its_sign_in() {
        let token = signed(Kind::Access);
        let claims = key(b"a").verify(&token, Some(Kind::Access), NOW).unwrap();
        assert_eq!(claims.user(), Some(UserId(7)));
        assert_eq!((claims.sign_in(), claims.jti.len()), (Some(0x2a), 40));
    }

    #[test]
    fn expired_foreign_changed_and_misused_tokens_are_refused() {
        let token = signed(Kind::Refresh);
        let later = Ts::from_seconds(NOW.seconds() + REFRESH_SECONDS);
        assert_eq!(key(b"a").verify(&token, None, later), None);
        assert_eq!(key(b"b").verify(&token, None, NOW), None);
        assert_eq!(key(b"a").verify(&token, Some(Kind::Access), NOW), None);
        let unsigned = format!(
            "{}.{}.",
            encode(&serde_json::json!({"alg": "none", "typ": "JWT"})),
            "e30"
        );
        for bad in ["", "a.b.c", &token[1..], &unsigned] {
            assert_eq!(key(b"a").verify(bad, None, NOW), None, "{bad}");
        }
    }
}
