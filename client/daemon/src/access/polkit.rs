//! polkit as the authority.

use std::collections::HashMap;

use async_trait::async_trait;
use migasfree_dbus::{Action, Error};
use zbus::{Connection, Type, Variant};
use zbus_polkit::policykit1::{AuthorizationResult, CheckAuthorizationFlags};

use super::authority::{Authority, Decision, Details};
use super::caller::Caller;
use super::standin::start_of;
use crate::texts::Text;

/// Asks polkit on the system bus. The subject is the connection of the caller, so that polkit itself finds user, process
/// and session, and nothing the caller says counts; for who has none, a process of theirs.
#[derive(Debug)]
pub struct Polkit {
    bus: Connection,
}

/// `(sa{sv})` of polkit.
#[derive(Debug, serde::Serialize, Type)]
struct Subject<'a>(&'a str, HashMap<&'a str, Variant<'a>>);

impl Polkit {
    /// Asks over this connection, which must be one to the system bus.
    #[must_use]
    pub fn new(bus: Connection) -> Self {
        Self { bus }
    }

    async fn check(
        &self,
        caller: &Caller,
        action: Action,
        details: &Details,
        flags: CheckAuthorizationFlags,
        cancellation: &str,
    ) -> zbus::Result<AuthorizationResult> {
        let subject = match &caller.name {
            Some(name) => Subject(
                "system-bus-name",
                HashMap::from([("name", Variant::from(name.as_str()))]),
            ),
            None => Subject(
                "unix-process",
                HashMap::from([
                    ("pid", Variant::from(caller.pid)),
                    ("start-time", Variant::from(start_of(caller.pid))),
                    ("uid", Variant::from(caller.uid.cast_signed())),
                ]),
            ),
        };
        self.bus
            .call_method(
                Some("org.freedesktop.PolicyKit1"),
                "/org/freedesktop/PolicyKit1/Authority",
                Some("org.freedesktop.PolicyKit1.Authority"),
                "CheckAuthorization",
                &(subject, action.id(), details.entries(), flags, cancellation),
            )
            .await?
            .body()
            .deserialize()
    }
}

/// A question to a person. Dropped without an answer, its prompt is closed.
struct Question {
    bus: Connection,
    id: String,
    open: bool,
}

impl Question {
    fn new(bus: &Connection) -> Self {
        Self {
            bus: bus.clone(),
            id: crate::random::uuid().to_string(),
            open: true,
        }
    }

    fn answered(mut self) {
        self.open = false;
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        if !self.open {
            return;
        }
        let (bus, id) = (self.bus.clone(), std::mem::take(&mut self.id));
        runtime.spawn(async move {
            let cancelled = bus
                .call_method(
                    Some("org.freedesktop.PolicyKit1"),
                    "/org/freedesktop/PolicyKit1/Authority",
                    Some("org.freedesktop.PolicyKit1.Authority"),
                    "CancelCheckAuthorization",
                    &id,
                )
                .await;
            if let Err(error) = cancelled {
                tracing::debug!(%error, "a prompt could not be closed");
            }
        });
    }
}

#[async_trait]
impl Authority for Polkit {
    async fn decide(
        &self,
        caller: &Caller,
        action: Action,
        details: &Details,
        interactive: bool,
    ) -> Result<Decision, Error> {
        let flags = if interactive {
            CheckAuthorizationFlags::ALLOW_USER_INTERACTION
        } else {
            CheckAuthorizationFlags::empty()
        };
        let question = interactive.then(|| Question::new(&self.bus));
        let cancellation = question.as_ref().map_or("", |question| &question.id);
        let answer = self
            .check(caller, action, details, flags, cancellation)
            .await;
        if let Some(question) = question {
            question.answered();
        }
        let answer = answer.map_err(|error| {
            let reason = error.to_string();
            Error::NotAuthorized(Text::PolkitMissing.told(&[action.id(), &reason]))
        })?;
        Ok(if answer.is_authorized {
            Decision::Granted
        } else if answer.details.contains_key("polkit.dismissed") {
            Decision::Dismissed
        } else if answer.is_challenge {
            Decision::Challenge
        } else {
            Decision::Refused
        })
    }
}
