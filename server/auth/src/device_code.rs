//! Programs without a browser that a person lets in from their own (RFC 8628).
//!
//! ```text
//! program ── begin ──► device code (kept) and user code (shown)
//! person  ── decide ─► approved or denied, in the console, as whom they are signed in there
//! program ── poll ───► a sign-in with JSON web tokens, once
//! ```

use std::time::Duration;

use migasfree_server_audit::UserId;
use migasfree_server_db::{Result, Ts, Tx, args, random::Random};
use serde::Serialize;

use super::jwt::{self, Kind};
use super::login::note;
use super::secret::{self, Shown};
use super::session::Place;
use super::{Auth, AuthError, Connection, Credential, Operator, credential, credentials_changed};

/// How long a program waits.
pub const LIFE: Duration = Duration::from_secs(600);

/// Seconds between two questions of a program; as many more each time it does not keep to them.
pub const PAUSE_SECONDS: i64 = 5;

/// A program that was let in has to be let in again after this long, however often it comes.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);

/// Characters of a program's name that are kept.
const LONGEST_NAME: usize = 100;

/// Letters and digits that are not taken for each other.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const USER_CODE: usize = 8;

const WAITING: &str = "waiting";
const APPROVED: &str = "approved";
const DENIED: &str = "denied";

/// The codes of a program that begins to wait.
#[derive(Debug)]
pub struct Codes {
    /// The program keeps it.
    pub device: String,
    /// A person types it: `XXXX-XXXX`.
    pub user: String,
}

/// Begins to wait for a person; `program` is what it calls itself.
///
/// # Errors
/// [`AuthError::TooMany`] when too many come from one address.
pub async fn begin(auth: &Auth, connection: Connection, program: &str) -> Result<Codes, AuthError> {
    auth.anonymous.hit(&connection.nobody())?;
    let now = auth.clock.now();
    let device = hex::encode(auth.random.bytes::<32>());
    let user = new_user_code(&*auth.random);
    auth.db
        .execute(
            "INSERT INTO auth_device_code (device_hash, user_code, program, address, state, \
             pause_seconds, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![
                secret::digest(&device),
                &user,
                seen(program),
                connection.client.to_string(),
                WAITING,
                PAUSE_SECONDS,
                now,
                now + LIFE
            ],
        )
        .await?;
    let (first, second) = user.split_at(USER_CODE / 2);
    Ok(Codes {
        device,
        user: format!("{first}-{second}"),
    })
}

fn new_user_code(random: &dyn Random) -> String {
    let bytes = random.bytes::<USER_CODE>().into_iter();
    bytes
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect()
}

/// A name as people may be shown it.
fn seen(program: &str) -> String {
    let letters = program.chars().filter(|letter| !letter.is_control());
    letters.take(LONGEST_NAME).collect()
}

/// A code as it was shown, from what somebody typed.
fn typed(code: &str) -> Option<String> {
    let letters = code
        .chars()
        .filter(|letter| *letter != '-' && !letter.is_whitespace());
    let code: String = letters
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    let known = |letter: u8| ALPHABET.contains(&letter);
    (code.len() == USER_CODE && code.bytes().all(known)).then_some(code)
}

/// A program that waits for a person.
#[derive(Debug, Serialize)]
pub struct Waiting {
    #[serde(skip)]
    id: i64,
    /// What it calls itself.
    pub program: String,
    /// Where it is.
    pub address: String,
    /// When it began.
    pub created_at: Ts,
    /// When it ends to wait.
    pub expires_at: Ts,
}

/// The program that waits for a code. Guessing is slowed down, by account and by address.
///
/// # Errors
/// [`AuthError::UserCode`] when none does.
pub async fn waiting(
    auth: &Auth,
    operator: &Operator,
    connection: Connection,
    code: &str,
) -> Result<Waiting, AuthError> {
    operator.in_person()?;
    let by_address = format!("codes of programs from {}", connection.bucket());
    let at_address = auth.anonymous.take(&by_address)?;
    let by_account = format!("codes of programs by {}", operator.id);
    let attempt = match auth.logins.attempt(&by_account).await {
        Ok(attempt) => attempt,
        Err(exceeded) => {
            auth.anonymous.give_back(&by_address, at_address);
            return Err(AuthError::answers(exceeded));
        }
    };
    if let Some(found) = find(auth, code).await? {
        // What was guessed before still counts: whoever guesses may have a code of their own.
        auth.anonymous.give_back(&by_address, at_address);
        return Ok(found);
    }
    attempt.failed();
    Err(AuthError::UserCode)
}

async fn find(auth: &Auth, code: &str) -> Result<Option<Waiting>> {
    let Some(code) = typed(code) else {
        return Ok(None);
    };
    let row: Option<(i64, String, String, Ts, Ts)> = auth
        .db
        .optional(
            "SELECT id, program, address, created_at, expires_at FROM auth_device_code \
             WHERE user_code = $1 AND state = $2 AND expires_at > $3",
            args![code, WAITING, auth.clock.now()],
        )
        .await?;
    Ok(
        row.map(|(id, program, address, created_at, expires_at)| Waiting {
            id,
            program,
            address,
            created_at,
            expires_at,
        }),
    )
}

/// What a person says to a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It may work as they do.
    Approve,
    /// It may not.
    Deny,
}

/// Lets the program that waits for a code in, or refuses it.
///
/// # Errors
/// [`AuthError::UserCode`] when none waits; what [`waiting`] fails with.
pub async fn decide(
    auth: &Auth,
    operator: &Operator,
    connection: Connection,
    code: &str,
    decision: Decision,
) -> Result<Waiting, AuthError> {
    let found = waiting(auth, operator, connection, code).await?;
    let (state, action) = match decision {
        Decision::Approve => (APPROVED, "approve_program"),
        Decision::Deny => (DENIED, "deny_program"),
    };
    let now = auth.clock.now();
    // A program that lets another one in has shown nothing.
    let proved = matches!(operator.credential, Credential::Session(_)).then_some(now);
    let mut tx = auth.db.begin().await?;
    let decided = tx
        .execute(
            "UPDATE auth_device_code SET state = $2, user_id = $3, proved_at = $6 \
             WHERE id = $1 AND state = $4 AND expires_at > $5",
            args![found.id, state, operator.id, WAITING, now, proved],
        )
        .await?;
    if decided == 0 {
        return Err(AuthError::UserCode);
    }
    let place = Place {
        address: connection.client.to_string(),
        user_agent: &found.program,
    };
    note(&mut tx, action, operator.id, &place, "device_code", now).await?;
    tx.commit().await?;
    Ok(found)
}

/// What a program is told that asks whether somebody let it in.
#[derive(Debug)]
pub enum Told {
    /// Nobody decided yet.
    Pending,
    /// The same, and it asks too often.
    SlowDown,
    /// Somebody refused it.
    Denied,
    /// It waited for too long.
    Expired,
    /// Nothing waits with this code.
    Unknown,
    /// It is in.
    SignedIn(Tokens),
}

/// What a program has that is in.
#[derive(Debug)]
pub struct Tokens {
    /// Good for [`Tokens::ACCESS_SECONDS`].
    pub access: String,
    /// Gets more of both.
    pub refresh: String,
}

impl Tokens {
    /// How long an access token is good.
    pub const ACCESS_SECONDS: i64 = jwt::ACCESS_SECONDS;

    fn of(auth: &Auth, user: UserId, sign_in: i64, now: Ts) -> Self {
        let sign = |kind| auth.jwt.sign(kind, user, sign_in, now, &*auth.random);
        Self {
            access: sign(Kind::Access),
            refresh: sign(Kind::Refresh),
        }
    }
}

/// A row of a program that asks.
#[derive(Debug)]
struct Asking {
    id: i64,
    state: String,
    program: String,
    pause_seconds: i64,
    polled_at: Option<Ts>,
    expires_at: Ts,
}

/// Answers a program that asks whether somebody let it in.
///
/// # Errors
/// [`AuthError::TooMany`] after too many unknown codes from one address.
pub async fn poll(auth: &Auth, connection: Connection, device: &str) -> Result<Told, AuthError> {
    let by_address = connection.bad_tokens();
    let at_address = auth.anonymous.take(&by_address)?;
    let Some(asking) = asking(auth, device).await? else {
        return Ok(Told::Unknown);
    };
    auth.anonymous.give_back(&by_address, at_address);
    let now = auth.clock.now();
    match asking.state.as_str() {
        DENIED => Ok(Told::Denied),
        _ if asking.expires_at <= now => Ok(Told::Expired),
        APPROVED => enter(auth, connection, &asking, now).await,
        _ => wait(auth, &asking, now).await,
    }
}

async fn asking(auth: &Auth, device: &str) -> Result<Option<Asking>> {
    /// Hash, id, state, program, pause, when it asked last, when it ends.
    type Row = (String, i64, String, String, i64, Option<Ts>, Ts);
    let shown = Shown::of(device);
    let near: Vec<Row> = auth
        .db
        .all(
            "SELECT device_hash, id, state, program, pause_seconds, polled_at, expires_at \
             FROM auth_device_code WHERE device_hash >= $1 AND device_hash < $2",
            args![shown.from(), shown.below()],
        )
        .await?;
    let found = near.into_iter().find(|(stored, ..)| shown.is(stored));
    Ok(found.map(
        |(_, id, state, program, pause_seconds, polled_at, expires_at)| Asking {
            id,
            state,
            program,
            pause_seconds,
            polled_at,
            expires_at,
        },
    ))
}

async fn wait(auth: &Auth, asking: &Asking, now: Ts) -> Result<Told, AuthError> {
    let pause = Duration::from_secs(asking.pause_seconds.unsigned_abs());
    let early = asking.polled_at.is_some_and(|last| now.since(last) < pause);
    let more = if early { PAUSE_SECONDS } else { 0 };
    auth.db
        .execute(
            "UPDATE auth_device_code SET polled_at = $2, pause_seconds = pause_seconds + $3 \
             WHERE id = $1",
            args![asking.id, now, more],
        )
        .await?;
    Ok(if early { Told::SlowDown } else { Told::Pending })
}

/// A changed password or a closed account ends what was approved before.
async fn enter(
    auth: &Auth,
    connection: Connection,
    asking: &Asking,
    now: Ts,
) -> Result<Told, AuthError> {
    let mut tx = auth.db.begin().await?;
    let approved: Option<(UserId, Option<Ts>)> = tx
        .optional(
            "DELETE FROM auth_device_code WHERE id = $1 AND state = $2 RETURNING user_id, proved_at",
            args![asking.id, APPROVED],
        )
        .await?;
    let Some((user, proved)) = approved else {
        return Ok(Told::Unknown);
    };
    let active = tx
        .execute(
            "UPDATE core_userprofile SET last_login = $2 WHERE id = $1 AND is_active",
            args![user, now],
        )
        .await?;
    if active == 0 {
        return Ok(Told::Denied);
    }
    let sign_in = jwt::begin(&mut tx, user, proved, now).await?;
    let address = connection.client.to_string();
    name(&mut tx, sign_in, &asking.program, &address).await?;
    let place = Place {
        address,
        user_agent: &asking.program,
    };
    note(&mut tx, "login", user, &place, "device_code", now).await?;
    tx.commit().await?;
    Ok(Told::SignedIn(Tokens::of(auth, user, sign_in, now)))
}

async fn name(tx: &mut Tx, sign_in: i64, program: &str, address: &str) -> Result<()> {
    // Only programs have a name here: it tells them from sign-ins with a password.
    let program = if program.is_empty() { "?" } else { program };
    tx.execute(
        "UPDATE auth_jwt SET program = $2, program_address = $3 WHERE id = $1",
        args![sign_in, program, address],
    )
    .await?;
    Ok(())
}

/// More tokens of a program that was let in, which stays in for as long as it comes back.
///
/// # Errors
/// [`AuthError::Token`] when the token is not good, or the program has to be let in again.
pub async fn refresh(
    auth: &Auth,
    connection: Connection,
    token: &str,
) -> Result<Tokens, AuthError> {
    let by_address = connection.bad_tokens();
    let at_address = auth.anonymous.take(&by_address)?;
    let (user, sign_in) = credential::of_claims(token, Some(Kind::Refresh), auth).await?;
    auth.anonymous.give_back(&by_address, at_address);
    auth.operators.hit(&user.to_string())?;
    let now = auth.clock.now();
    let moved = auth
        .db
        .execute(
            "UPDATE auth_jwt SET expires_at = $2, program_address = $3 \
             WHERE id = $1 AND program <> '' AND created_at > $4",
            args![
                sign_in,
                jwt::end_of(now),
                connection.client.to_string(),
                now - LONGEST
            ],
        )
        .await?;
    if moved == 1 {
        Ok(Tokens::of(auth, user, sign_in, now))
    } else {
        Err(AuthError::Token)
    }
}

/// A program that was let in.
#[derive(Debug, Serialize)]
pub struct Program {
    /// Its sign-in.
    pub id: i64,
    /// What it calls itself.
    pub program: String,
    /// Where it was last.
    pub address: String,
    /// When it was let in.
    pub created_at: Ts,
    /// When it is out unless it comes back.
    pub expires_at: Ts,
}

/// The programs somebody let in.
///
/// # Errors
/// [`AuthError::NotInPerson`] for a program.
pub async fn programs(auth: &Auth, operator: &Operator) -> Result<Vec<Program>, AuthError> {
    operator.in_person()?;
    let rows: Vec<(i64, String, String, Ts, Ts)> = auth
        .db
        .all(
            "SELECT id, program, program_address, created_at, expires_at FROM auth_jwt \
             WHERE user_id = $1 AND program <> '' AND expires_at > $2 ORDER BY id DESC",
            args![operator.id, auth.clock.now()],
        )
        .await?;
    let programs = rows.into_iter();
    Ok(programs
        .map(|(id, program, address, created_at, expires_at)| Program {
            id,
            program,
            address,
            created_at,
            expires_at,
        })
        .collect())
}

/// Lets a program out; false when it is not in.
///
/// # Errors
/// [`AuthError::NotInPerson`] for a program.
pub async fn end(auth: &Auth, operator: &Operator, id: i64) -> Result<bool, AuthError> {
    operator.in_person()?;
    let mut tx = auth.db.begin().await?;
    let ended: Option<(String,)> = tx
        .optional(
            "DELETE FROM auth_jwt WHERE id = $1 AND user_id = $2 AND program <> '' RETURNING program",
            args![id, operator.id],
        )
        .await?;
    let Some((program,)) = ended else {
        return Ok(false);
    };
    let place = Place {
        address: operator.address.clone(),
        user_agent: &program,
    };
    let now = auth.clock.now();
    note(
        &mut tx,
        "end_program",
        operator.id,
        &place,
        "device_code",
        now,
    )
    .await?;
    credentials_changed(auth, &mut tx, operator.id);
    tx.commit().await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use migasfree_server_db::random::SystemRandom;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert_eq!(typed("abcd-ef01").as_deref(), Some("ABCDEF01"));
        assert_eq!(typed(" ABCD EFOI ").as_deref(), Some("ABCDEF01"));
        for none in ["", "ABCD", "ABCD-EF0", "ABCD-EF012", "ABCD-EFU0", "ÁBCDEF0"] {
            assert_eq!(typed(none), None, "{none}");
        }
    }

    #[test]
    fn every_new_code_is_one_that_is_read() {
        for _ in 0..100 {
            let code = new_user_code(&SystemRandom);
            assert_eq!(typed(&code).as_ref(), Some(&code));
        }
    }

    #[test]
    fn a_name_holds_nothing_that_is_not_seen() {
        assert_eq!(seen("Connect\u{7}\n"), "Connect");
        assert_eq!(seen(&"x".repeat(500)).len(), LONGEST_NAME);
    }
}
