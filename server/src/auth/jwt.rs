//! JSON web tokens for programs: HS256, access for 5 minutes, refresh for a day.

use std::fmt;
use std::path::Path;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::secret;
use crate::db::{Ts, UserId};

const ACCESS_SECONDS: i64 = 5 * 60;
const REFRESH_SECONDS: i64 = 24 * 60 * 60;

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

    /// When it was made, in seconds since 1970.
    pub const fn issued_at(&self) -> i64 {
        self.iat
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
    /// Reads the key from `secret_key.txt` in the keys folder, creating it.
    ///
    /// # Errors
    /// When the file can be neither read nor made.
    pub fn open(keys: &Path) -> std::io::Result<Self> {
        let secret = secret::read_or_create(&keys.join("secret_key.txt"))?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &secret)))
    }

    /// A new token.
    pub fn sign(&self, kind: Kind, user: UserId, now: Ts) -> String {
        let iat = now.seconds();
        let exp = iat
            + if kind == Kind::Access {
                ACCESS_SECONDS
            } else {
                REFRESH_SECONDS
            };
        let jti = secret::new_token();
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

    const NOW: Ts = Ts::from_seconds(1_800_000_000);

    fn key(secret: &[u8]) -> JwtKey {
        JwtKey(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    #[test]
    fn a_good_token_names_its_operator() {
        let token = key(b"a").sign(Kind::Access, UserId(7), NOW);
        let claims = key(b"a").verify(&token, Some(Kind::Access), NOW).unwrap();
        assert_eq!(claims.user(), Some(UserId(7)));
    }

    #[test]
    fn expired_foreign_changed_and_misused_tokens_are_refused() {
        let token = key(b"a").sign(Kind::Refresh, UserId(7), NOW);
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
