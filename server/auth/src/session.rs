//! Sessions of the admin UI: a cookie that scripts cannot read.

use std::time::Duration;

use axum::http::{HeaderMap, header};
use migasfree_server_audit::UserId;
use migasfree_server_db::{Db, Result, Ts, Tx, args, random::Random};

use super::secret;

const A_DAY: Duration = Duration::from_secs(86_400);
const REFRESH_AFTER: Duration = Duration::from_secs(300);

/// Where a session comes from, for the list of a user's sessions.
#[derive(Debug)]
pub struct Place<'a> {
    /// The client's address.
    pub address: String,
    /// What the browser calls itself.
    pub user_agent: &'a str,
}

/// Opens a session; answers the secret for the cookie.
pub async fn open(
    tx: &mut Tx,
    random: &dyn Random,
    user: UserId,
    place: &Place<'_>,
    now: Ts,
    idle: Duration,
) -> Result<String> {
    let token = secret::new_token(random);
    tx.execute(
        "INSERT INTO auth_session (user_id, token_hash, created_at, last_seen_at, proved_at, expires_at, \
         address, user_agent) VALUES ($1, $2, $3, $3, $3, $4, $5, $6)",
        args![
            user,
            secret::digest(&token),
            now,
            now + idle,
            &place.address,
            place.user_agent
        ],
    )
    .await?;
    Ok(token)
}

/// Moves the end of a session on, every few minutes.
pub(super) async fn touch(db: &Db, id: i64, last_seen: Ts, now: Ts, idle: Duration) -> Result<()> {
    if now.since(last_seen) > REFRESH_AFTER {
        db.execute(
            "UPDATE auth_session SET last_seen_at = $2, expires_at = $3 WHERE id = $1",
            args![id, now, now + idle],
        )
        .await?;
    }
    Ok(())
}

/// Forgets sessions, sign-ins, their steps, tokens, codes of programs, tickets, visits of providers and links to choose a
/// password whose time is over.
pub async fn cleanup(db: &Db, now: Ts) -> Result<()> {
    db.execute(
        "DELETE FROM auth_session WHERE expires_at <= $1",
        args![now],
    )
    .await?;
    db.execute("DELETE FROM auth_jwt WHERE expires_at <= $1", args![now])
        .await?;
    db.execute("DELETE FROM auth_step WHERE expires_at <= $1", args![now])
        .await?;
    db.execute(
        "DELETE FROM auth_challenge WHERE expires_at <= $1",
        args![now],
    )
    .await?;
    // Whoever comes with one that is over is told why for a day.
    db.execute(
        "DELETE FROM auth_password_reset WHERE expires_at <= $1",
        args![now - A_DAY],
    )
    .await?;
    db.execute("DELETE FROM auth_ticket WHERE expires_at <= $1", args![now])
        .await?;
    db.execute("DELETE FROM auth_token WHERE expires_at <= $1", args![now])
        .await?;
    db.execute(
        "DELETE FROM auth_device_code WHERE expires_at <= $1",
        args![now],
    )
    .await?;
    db.execute(
        "DELETE FROM auth_provider_visit WHERE expires_at <= $1",
        args![now],
    )
    .await?;
    Ok(())
}

/// Under TLS the browser itself guarantees that no other host set the cookie.
const fn cookie_name(secure: bool) -> &'static str {
    if secure {
        "__Host-migasfree_session"
    } else {
        "migasfree_session"
    }
}

/// The `Set-Cookie` line of a session; an empty token ends it.
pub fn set_cookie(token: &str, secure: bool) -> String {
    let name = cookie_name(secure);
    let secure = if secure { "; Secure" } else { "" };
    let end = if token.is_empty() { "; Max-Age=0" } else { "" };
    format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{end}")
}

/// The session of a request, if it has one.
pub fn of_request(headers: &HeaderMap, secure: bool) -> Option<&str> {
    cookie(headers, cookie_name(secure))
}

/// The cookie of a name, unless it is empty.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name && !value.is_empty()).then_some(value))
}
