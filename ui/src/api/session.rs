//! Who is signed in.
use super::{error::ApiError, query, request};
use crate::{address, preferences, text::tf};
use leptos::prelude::*;
use migasfree_types::rest::session::SessionUser;
use migasfree_ui_kit::Toasts;
use serde::Deserialize;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};

/// The state of the session.
#[derive(Debug, Clone, PartialEq)]
pub enum Session {
    /// Asking the server.
    Unknown,
    Nobody,
    /// The server could not be asked.
    Failed(ApiError),
    /// Somebody.
    User(SessionUser),
    /// Somebody whom the server no longer knows: what they have open stays until they sign in again.
    Expired(SessionUser),
}

thread_local! {
    static SESSION: RefCell<Option<RwSignal<Session>>> = const { RefCell::new(None) };
    static TOASTS: Cell<Option<Toasts>> = const { Cell::new(None) };
}

/// Starts the session and asks the server who is signed in. What cannot be said in the page is said in the toasts.
pub fn start(toasts: Toasts) {
    TOASTS.set(Some(toasts));
    SESSION.set(Some(RwSignal::new(Session::Unknown)));
    preferences::on_signed_out(close);
    refresh();
}

/// The session, tracked.
pub fn session() -> Signal<Session> {
    SESSION
        .with_borrow(|session| *session)
        .map_or_else(|| Signal::stored(Session::Unknown), Into::into)
}

/// The signed-in user; a default one before the session is known. Not tracked: everything is drawn anew for another user.
pub fn user() -> SessionUser {
    match session().get_untracked() {
        Session::User(user) | Session::Expired(user) => user,
        _ => SessionUser::default(),
    }
}

/// Whether the user may do `action` on an entity. Not tracked, as [`user`]: a session that ends leaves the page as it is.
pub fn may(action: &str, entity: &str) -> bool {
    session().with_untracked(|session| {
        let (Session::User(user) | Session::Expired(user)) = session else {
            return false;
        };
        user.may(action, entity)
    })
}

/// The domains that nothing the user does goes beyond; `None` for who is not limited. Not tracked, as [`user`].
pub fn boundary() -> Option<Vec<i64>> {
    session().with_untracked(|session| {
        let (Session::User(user) | Session::Expired(user)) = session else {
            return None;
        };
        let own = user.domains.iter().map(|domain| domain.id).collect();
        (!user.is_superuser && !user.domains.is_empty()).then_some(own)
    })
}

/// Asks the server who is signed in.
pub fn refresh() {
    leptos::task::spawn_local(async {
        let state = match signed_in().await {
            Ok(user) => Session::User(user),
            Err(ApiError::SignedOut) => Session::Nobody,
            Err(error) => Session::Failed(error),
        };
        set(state);
    });
}

async fn signed_in() -> Result<SessionUser, ApiError> {
    request::get_as("/rest-auth/user/").await
}

/// How far somebody has come who signs in.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// They are in; [`enter`] goes on as them.
    SignedIn(SessionUser),
    /// The password was right, and is not enough.
    Needs(Step),
}

/// What is needed besides a password.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Step {
    /// The secret to go on with.
    #[serde(rename = "step")]
    pub secret: String,
    /// One of these has to be shown.
    #[serde(default)]
    pub factors: Vec<String>,
    /// One of these has to be set up first: a group demands it, and the account has none.
    #[serde(default)]
    pub enrol: Vec<String>,
}

/// Begins to sign in.
pub async fn sign_in(username: &str, password: &str) -> Result<Progress, ApiError> {
    let path = "/rest-auth/login/";
    let credentials = json!({"username": username, "password": password});
    let (status, body) = request::ask(path, &credentials).await?;
    if let (401, Ok(step)) = (status, serde_json::from_str(&body)) {
        return Ok(Progress::Needs(step));
    }
    request::answer(status, path.to_owned(), &body)?;
    signed_in().await.map(Progress::SignedIn)
}

/// What the last step is answered with.
#[derive(Debug, Default, Deserialize)]
struct Passed {
    #[serde(default)]
    recovery_codes: Vec<String>,
}

/// Goes on with what a factor asked for; answers the recovery codes of one that was set up with it, too, this once.
pub async fn take_step(
    secret: &str,
    factor: &str,
    answer: &str,
) -> Result<(SessionUser, Vec<String>), ApiError> {
    let body = json!({"step": secret, "factor": factor, "answer": answer});
    let answer = request::post("/rest-auth/login/step/", &body).await?;
    let passed: Passed = serde_json::from_value(answer).unwrap_or_default();
    Ok((signed_in().await?, passed.recovery_codes))
}

/// Signs in with a passkey and nothing else: what the browser answered to a challenge.
pub async fn sign_in_by_passkey(secret: &str, credential: &Value) -> Result<SessionUser, ApiError> {
    let body = json!({"secret": secret, "credential": credential});
    request::post("/rest-auth/login/passkey/confirm/", &body).await?;
    signed_in().await
}

/// Whether the page that is open is somebody else's: going on as this user ends it.
pub fn is_another(user: &SessionUser) -> bool {
    session()
        .with_untracked(|session| matches!(session, Session::Expired(owner) if owner.id != user.id))
}

/// Goes on as somebody who is signed in.
pub fn enter(user: SessionUser) {
    if is_another(&user) {
        forget_person();
        address::release();
    }
    let before = session().get_untracked();
    set(Session::User(user));
    if matches!(before, Session::Expired(_)) {
        query::ask_again();
    }
}

/// Ends the session at the server, if it has not ended already.
pub async fn end() -> Result<(), ApiError> {
    match request::post("/rest-auth/logout/", &json!({})).await {
        Ok(_) | Err(ApiError::SignedOut) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Signs out; whoever comes next begins at the start. Who could not be signed out stays, and is told: the session still works for whoever comes next.
pub fn sign_out() {
    leptos::task::spawn_local(async {
        match end().await {
            Ok(()) => {
                close();
                preferences::tell_signed_out();
            }
            Err(error) => {
                if let Some(toasts) = TOASTS.get() {
                    toasts.error(tf!(shell.still_signed_in, reason = error.line()));
                }
            }
        }
    });
}

/// Takes everything off the page of whoever signed out, here or in another window of this browser.
fn close() {
    forget_person();
    set(Session::Nobody);
    address::replace("/");
}

/// The server no longer knows the session.
pub fn expired() {
    if let Session::User(user) = session().get_untracked() {
        query::forget_everything();
        set(Session::Expired(user));
    }
}

/// Leaves nothing of what somebody saw and was told to whoever comes next.
fn forget_person() {
    query::forget_everything();
    if let Some(toasts) = TOASTS.get() {
        toasts.clear();
    }
}

fn set(state: Session) {
    if let Some(session) = SESSION.with_borrow(|session| *session) {
        session.set(state);
    }
}
