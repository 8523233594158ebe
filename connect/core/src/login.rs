//! Signing in by the browser: the server shows a code, a person lets the program in (RFC 8628).

use std::time::Duration;

use serde::Deserialize;
use tokio::time::sleep;

use crate::http::Api;
use crate::secrets::Secrets;
use crate::texts::Text;
use crate::trouble::{Kind, Trouble};

const BEGIN: &str = "/api/v1/token/device-code/";
const TOKEN: &str = "/api/v1/token/device-code/token/";
const OF_A_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// As many seconds more each time the server asks to slow down (RFC 8628, 3.5).
const SLOWER: u64 = 5;

/// What a person needs in order to let the program in.
#[derive(Debug, Clone, Deserialize)]
pub struct Codes {
    device_code: String,
    /// The code to compare or to type.
    pub user_code: String,
    /// Where it is typed.
    pub verification_uri: String,
    /// The same place with the code filled in.
    #[serde(default)]
    pub verification_uri_complete: Option<String>,
    expires_in: u64,
    #[serde(default)]
    interval: Option<u64>,
}

/// What a program has that is in.
#[derive(Debug, Clone, Deserialize)]
pub struct Tokens {
    /// Good for a few minutes.
    pub access_token: String,
    /// Gets more of both.
    pub refresh_token: String,
}

#[derive(Debug, Deserialize)]
struct Refused {
    error: String,
}

enum Told {
    In(Tokens),
    Wait,
    SlowDown,
}

/// Begins to wait for a person.
///
/// # Errors
/// When the server does not answer as it should.
pub async fn begin(api: &Api, program: &str) -> Result<Codes, Trouble> {
    let answer = api.form(BEGIN, &[("client_id", program)]).await?;
    if !answer.status().is_success() {
        return Err(api.unexpected(answer.status()));
    }
    api.read(answer).await
}

/// Waits until somebody let the program in.
///
/// # Errors
/// When they refused it, or nobody came in time.
pub async fn wait(api: &Api, codes: &Codes) -> Result<Tokens, Trouble> {
    let mut pause = codes.interval.unwrap_or(SLOWER);
    let mut waited = 0;
    while waited < codes.expires_in {
        sleep(Duration::from_secs(pause)).await;
        waited += pause.max(1);
        let fields = [
            ("grant_type", OF_A_CODE),
            ("device_code", codes.device_code.as_str()),
        ];
        match told(api, &fields).await? {
            Told::In(tokens) => return Ok(tokens),
            Told::Wait => {}
            Told::SlowDown => pause += SLOWER,
        }
    }
    Err(Trouble::of(Kind::Denied, Text::ErrorLoginExpired, &[]))
}

async fn told(api: &Api, fields: &[(&str, &str)]) -> Result<Told, Trouble> {
    let answer = api.form(TOKEN, fields).await?;
    if answer.status().is_success() {
        return api.read(answer).await.map(Told::In);
    }
    if answer.status().as_u16() != 400 {
        // A server that cannot answer just now may later.
        return Ok(Told::SlowDown);
    }
    let refused: Refused = api.read(answer).await?;
    match refused.error.as_str() {
        "authorization_pending" => Ok(Told::Wait),
        "slow_down" => Ok(Told::SlowDown),
        "access_denied" => Err(Trouble::of(Kind::Denied, Text::ErrorLoginDenied, &[])),
        "expired_token" => Err(Trouble::of(Kind::Denied, Text::ErrorLoginExpired, &[])),
        _ => Err(Trouble::of(Kind::SignIn, Text::ErrorSignIn, &[])),
    }
}

/// The server, as whoever signed in there before.
///
/// # Errors
/// When nobody did, or has to again.
pub async fn enter(api: Api, secrets: &dyn Secrets) -> Result<Api, Trouble> {
    let sign_in = || Trouble::of(Kind::SignIn, Text::ErrorSignIn, &[]);
    let address = api.address().to_owned();
    let kept = secrets.load(&address).await?.ok_or_else(sign_in)?;
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", kept.as_str()),
    ];
    let answer = api.form(TOKEN, &fields).await?;
    match answer.status().as_u16() {
        200 => {}
        400 | 401 => return Err(sign_in()),
        _ => return Err(api.unexpected(answer.status())),
    }
    let tokens: Tokens = api.read(answer).await?;
    secrets.save(&address, &tokens.refresh_token).await?;
    Ok(api.with_access(tokens.access_token))
}
