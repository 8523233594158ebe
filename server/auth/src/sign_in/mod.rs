//! Signing in, step by step.
//!
//! ```text
//! name and password ──► Verified ──► StepNeeded ──► SignedIn
//!                           └──────────────────────────┘
//!                          no factor is asked of the account
//! ```
//!
//! Whom a provider vouches for joins after `Verified`.
//! Where a group of the account demands a factor and it has none, the step is to set one up.
//! Nothing is given out before the end but the secret of the next step, which is short-lived and good once.

mod factor;
mod passkey;
mod provider;
mod step;

use migasfree_server_audit::UserId;
use migasfree_server_db::{Ts, Tx, args};

use super::factors::{Begun, TOTP};
use super::jwt::{self, Kind};
use super::login::{Verified, note, verify};
use super::session::Place;
use super::{
    Auth, AuthError, Connection, Credential, Operator, Refused, factors, note_refused, token,
};
use super::{places, post, session};

pub use factor::{Factor, Factors};
pub use passkey::{ask_anybody, ask_passkey, by_passkey};
pub use provider::{Brought, Returned, Sent, receive, send};
pub use step::LIFE as STEP_LIFE;
use step::Pending;

/// A request that signs somebody in.
#[derive(Debug)]
pub struct Visit<'a> {
    /// How it came.
    pub connection: Connection,
    /// Where from.
    pub place: Place<'a>,
    /// Whether one of our own pages sent it: nobody else may get the cookie.
    pub is_page: bool,
}

/// What somebody signs in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A session of the admin UI.
    Session,
    /// A token, where the admin UI gets a session.
    Key,
    /// A token.
    Token,
    /// A pair of JSON web tokens.
    Jwt,
}

impl Way {
    const ALL: [Self; 4] = [Self::Session, Self::Key, Self::Token, Self::Jwt];

    /// As it is stored.
    const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Key => "key",
            Self::Token => "token",
            Self::Jwt => "jwt",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }

    /// As version 5 has it: a program that fetches a token is nobody who comes in.
    fn last_login(self, now: Ts) -> Option<Ts> {
        matches!(self, Self::Session | Self::Key).then_some(now)
    }
}

/// How far somebody has come.
#[derive(Debug)]
pub enum Progress {
    /// The password was right, or a provider's word is not enough. One of these factors has to be passed too.
    StepNeeded {
        /// What to go on with, for [`STEP_LIFE`].
        secret: String,
        /// Their names.
        factors: Vec<&'static str>,
    },
    /// The same, where the account needs a factor and has none: it has to set one up with [`enrol`].
    FactorNeeded {
        /// What to go on with, for [`STEP_LIFE`].
        secret: String,
    },
    /// They are in.
    SignedIn(Opened),
}

/// What somebody has who is in: secrets that are told this once.
#[derive(Debug)]
pub enum Opened {
    /// Of [`Way::Session`].
    Session(String),
    /// Of [`Way::Key`].
    Key(String),
    /// Of [`Way::Token`].
    Token(String),
    /// Of [`Way::Jwt`].
    Jwt {
        /// Gets more of the other.
        refresh: String,
        /// Good for minutes.
        access: String,
    },
}

/// What the last step led to.
#[derive(Debug)]
pub struct Passed {
    /// They are in.
    pub opened: Opened,
    /// Of a factor that was set up with it, where the account had none.
    pub recovery_codes: Vec<String>,
}

/// Begins with a name and a password.
///
/// # Errors
/// [`AuthError::Credentials`] when they do not fit.
pub async fn begin(
    auth: &Auth,
    visit: &Visit<'_>,
    way: Way,
    username: &str,
    password: &str,
) -> Result<Progress, AuthError> {
    if matches!(way, Way::Key | Way::Token) {
        auth.takes_tokens()?;
    }
    let verified = verify(auth, visit.connection, username, password).await?;
    let now = auth.clock.now();
    let mut tx = auth.db.begin().await?;
    let progress = match asked_of(auth, &mut tx, verified.user()).await? {
        None => {
            let user = verified.still(&mut tx, way.last_login(now)).await?;
            Progress::SignedIn(open(auth, &mut tx, visit, way, user, now).await?)
        }
        Some(factors) => {
            let user = verified.still(&mut tx, None).await?;
            wait(auth, &mut tx, way, user, factors, now).await?
        }
    };
    tx.commit().await?;
    Ok(progress)
}

/// What an account has to show besides: one of its factors, or none where it has to set one up first. Nothing for whom a
/// password is enough.
async fn asked_of(
    auth: &Auth,
    tx: &mut Tx,
    user: UserId,
) -> Result<Option<Vec<&'static str>>, AuthError> {
    let asked = auth.factors.asked_of(tx, user).await?;
    let is_enough = asked.is_empty() && !factors::is_demanded(tx, user).await?;
    Ok((!is_enough).then_some(asked))
}

/// Waits for one of these factors, or for one to be set up.
async fn wait(
    auth: &Auth,
    tx: &mut Tx,
    way: Way,
    user: UserId,
    factors: Vec<&'static str>,
    now: Ts,
) -> Result<Progress, AuthError> {
    let secret = step::begin(tx, &*auth.random, user, way, now).await?;
    Ok(match factors.is_empty() {
        true => Progress::FactorNeeded { secret },
        false => Progress::StepNeeded { secret, factors },
    })
}

/// Sets up the codes of an app, for who gets in only with them; their first one goes on.
///
/// # Errors
/// [`AuthError::Step`] when nothing waits for this.
pub async fn enrol(auth: &Auth, visit: &Visit<'_>, secret: &str) -> Result<Begun, AuthError> {
    let now = auth.clock.now();
    let pending = pending(auth, visit, secret, now).await?;
    let user = pending.user;
    let mut tx = auth.db.begin().await?;
    if !factors::is_to_enrol(auth, &mut tx, user).await? {
        return Err(AuthError::Step);
    }
    let begun = auth.time_codes.begin(&mut tx, &*auth.random, user).await?;
    let begun = begun.ok_or(AuthError::Step)?;
    pending.prolong(&mut tx, now).await?;
    tx.commit().await?;
    Ok(begun)
}

/// The step of a secret. Secrets that are none are counted for the address.
async fn pending(
    auth: &Auth,
    visit: &Visit<'_>,
    secret: &str,
    now: Ts,
) -> Result<Pending, AuthError> {
    match step::find(&auth.db, secret, now).await? {
        Some(pending) if pending.way == Way::Session && !visit.is_page => {
            Err(AuthError::ForeignPage)
        }
        Some(pending) => Ok(pending),
        None => {
            auth.anonymous.hit(&visit.connection.bad_tokens())?;
            Err(AuthError::Step)
        }
    }
}

/// Whether an account passes; the first code of an app it was made to set up takes that into use.
async fn passes(
    auth: &Auth,
    tx: &mut Tx,
    user: UserId,
    is_new: bool,
    (factor, answer): (&str, &str),
) -> Result<bool, AuthError> {
    if is_new {
        return Ok(factor == TOTP && auth.time_codes.confirm(tx, user, answer).await?);
    }
    Ok(auth.factors.passes(tx, user, factor, answer).await?)
}

/// Goes on with what a factor asked for.
///
/// # Errors
/// [`AuthError::Step`] when nothing waits for this; [`AuthError::Answer`] when it is wrong, which is counted for the
/// account, wherever it comes from.
pub async fn go_on(
    auth: &Auth,
    visit: &Visit<'_>,
    secret: &str,
    factor: &str,
    answer: &str,
) -> Result<Passed, AuthError> {
    let by_address = visit.connection.bucket();
    let now = auth.clock.now();
    let pending = pending(auth, visit, secret, now).await?;
    let at_address = auth.anonymous.take(&by_address)?;
    let (user, way) = (pending.user, pending.way);
    let attempt = factors::attempt(auth, user).await?;
    let mut tx = auth.db.begin().await?;
    let is_new = factors::is_to_enrol(auth, &mut tx, user).await?;
    if !passes(auth, &mut tx, user, is_new, (factor, answer)).await? {
        attempt.failed();
        let address = visit.place.address.clone();
        note_refused(auth, Refused::Step, Some(user), address);
        return Err(AuthError::Answer);
    }
    if !pending.take(&mut tx).await? {
        return Err(AuthError::Step);
    }
    enter(&mut tx, user, way.last_login(now)).await?;
    let recovery_codes = match is_new {
        true => factors::added(auth, &mut tx, user, &visit.place, factor).await?,
        false => Vec::new(),
    };
    let opened = open(auth, &mut tx, visit, way, user, now).await?;
    tx.commit().await?;
    attempt.succeeded();
    auth.anonymous.give_back(&by_address, at_address);
    Ok(Passed {
        opened,
        recovery_codes,
    })
}

/// The operator with this name and password, for calls that carry both; and what tells later whether that still holds.
///
/// # Errors
/// [`AuthError::Credentials`] when there is none, [`AuthError::OneStepAlone`] when a factor is asked of the account.
pub async fn by_password(
    auth: &Auth,
    connection: Connection,
    username: &str,
    password: &str,
) -> Result<(Operator, Verified), AuthError> {
    let verified = verify(auth, connection, username, password).await?;
    let mut tx = auth.db.begin().await?;
    let asked = asked_of(auth, &mut tx, verified.user()).await?;
    drop(tx);
    if asked.is_some() {
        return Err(AuthError::OneStepAlone);
    }
    let address = connection.client.to_string();
    let operator = Operator::load(auth, verified.user(), Credential::Password, address).await?;
    Ok((operator.ok_or(AuthError::Credentials)?, verified))
}

/// A changed password ends the steps that were begun with the old one, so the account alone has to be looked at.
async fn enter(tx: &mut Tx, user: UserId, last_login: Option<Ts>) -> Result<(), AuthError> {
    let active = tx
        .execute(
            "UPDATE core_userprofile SET last_login = COALESCE($2, last_login) \
             WHERE id = $1 AND is_active",
            args![user, last_login],
        )
        .await?;
    if active == 1 {
        Ok(())
    } else {
        Err(AuthError::Step)
    }
}

async fn open(
    auth: &Auth,
    tx: &mut Tx,
    visit: &Visit<'_>,
    way: Way,
    user: UserId,
    now: Ts,
) -> Result<Opened, AuthError> {
    let (random, place) = (&*auth.random, &visit.place);
    let (opened, with) = match way {
        Way::Session => {
            let idle = auth.settings.session;
            let secret = session::open(tx, random, user, place, now, idle).await?;
            let network = visit.connection.bucket();
            if let Some(new) = places::remember(tx, user, place, network, now).await? {
                post::tell_of_place(auth, tx, user, &new).await?;
            }
            (Opened::Session(secret), "session")
        }
        Way::Key => {
            let token = token::create(tx, random, user, place.user_agent, now).await?;
            (Opened::Key(token), "token")
        }
        Way::Token => {
            let token = token::create(tx, random, user, place.user_agent, now).await?;
            (Opened::Token(token), "token")
        }
        Way::Jwt => {
            let sign_in = jwt::begin(tx, user, Some(now), now).await?;
            let sign = |kind| auth.jwt.sign(kind, user, sign_in, now, random);
            let (refresh, access) = (sign(Kind::Refresh), sign(Kind::Access));
            (Opened::Jwt { refresh, access }, "jwt")
        }
    };
    note(tx, "login", user, place, with, now).await?;
    Ok(opened)
}
