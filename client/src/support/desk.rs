//! Notifications of the desktop, with buttons.

use std::collections::HashMap;

use futures_util::stream::{Stream, StreamExt as _, select};
use migasfree_dbus::{MessageRecord, SupportRecord};
use zbus::{Connection, MatchRule, MessageStream, Variant, message};

use super::words;
use crate::texts::{Language, Text};

const SERVICE: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
const ICON: &str = "preferences-desktop-remote-desktop";

pub(super) const ALLOW: &str = "allow";
pub(super) const VIEW: &str = "view";
pub(super) const DENY: &str = "deny";
const END: &str = "end";

/// Critical: above everything else, until somebody does something about it.
const URGENT: u8 = 2;
/// The person closed it.
const BY_PERSON: u32 = 2;

/// What the desktop says.
#[derive(Debug)]
pub(super) enum Heard {
    /// A button of a notification was pressed.
    Action(u32, String),
    /// A notification is gone.
    Closed { note: u32, by_person: bool },
}

/// Where notifications are shown.
#[derive(Debug)]
pub(super) struct Desk {
    bus: Connection,
    language: Language,
}

impl Desk {
    /// The desktop of this bus, and what it says.
    pub(super) async fn new(
        bus: Connection,
        language: Language,
    ) -> zbus::Result<(Self, impl Stream<Item = Heard> + Unpin)> {
        let actions = heard(&bus, "ActionInvoked")
            .await?
            .filter_map(|signal| async move {
                let (note, action) = signal.ok()?.body().deserialize::<(u32, String)>().ok()?;
                Some(Heard::Action(note, action))
            });
        let closed = heard(&bus, "NotificationClosed")
            .await?
            .filter_map(|signal| async move {
                let (note, reason) = signal.ok()?.body().deserialize::<(u32, u32)>().ok()?;
                let by_person = reason == BY_PERSON;
                Some(Heard::Closed { note, by_person })
            });
        let said = select(Box::pin(actions), Box::pin(closed));
        Ok((Self { bus, language }, said))
    }

    /// Asks about a session. The answers of the buttons are the daemon's words.
    pub(super) async fn ask(
        &self,
        session: &SupportRecord,
        (seconds, allows): (u32, bool),
    ) -> zbus::Result<u32> {
        let say = |text| self.language.text(text);
        let mut actions = vec![ALLOW, say(Text::SupportAllow)];
        if session.can_be_lowered {
            actions.extend([VIEW, say(Text::SupportView)]);
        }
        actions.extend([DENY, say(Text::SupportDeny)]);
        let title = words::asks(self.language, session);
        let body = words::question(self.language, session, seconds, allows);
        self.notify(&title, &body, &actions, 0).await
    }

    /// Shows that somebody helps.
    pub(super) async fn show(&self, session: &SupportRecord) -> zbus::Result<u32> {
        let title = words::helps(self.language, session);
        let body = words::banner(self.language, session);
        let actions = [END, self.language.text(Text::SupportEnd)];
        self.notify(&title, &body, &actions, 0).await
    }

    /// Shows what somebody has the person told, until they close it.
    pub(super) async fn tell(&self, message: &MessageRecord) -> zbus::Result<u32> {
        let title = words::title(self.language, message);
        let body = words::message(self.language, message);
        self.notify(&title, &body, &[], 0).await
    }

    /// Says that nobody helps any more.
    pub(super) async fn say_over(&self) {
        let title = self.language.text(Text::SupportOver);
        if let Err(error) = self.notify(title, "", &[], -1).await {
            tracing::debug!(%error, "the end is not shown");
        }
    }

    pub(super) async fn close(&self, note: u32) {
        let closed = self
            .bus
            .call_method(
                Some(SERVICE),
                PATH,
                Some(SERVICE),
                "CloseNotification",
                &note,
            )
            .await;
        if let Err(error) = closed {
            tracing::debug!(%error, "a notification is gone already");
        }
    }

    /// A limit of 0 means for ever, one of -1 as the desktop likes.
    async fn notify(
        &self,
        title: &str,
        body: &str,
        actions: &[&str],
        limit: i32,
    ) -> zbus::Result<u32> {
        let stays = limit == 0;
        let urgency = if stays { URGENT } else { 1 };
        let hints = HashMap::from([
            ("urgency", Variant::from(urgency)),
            ("resident", Variant::from(stays)),
            ("category", Variant::from("im.received")),
        ]);
        let replaces = 0_u32;
        let note = (
            "migasfree",
            replaces,
            ICON,
            title,
            body,
            actions,
            hints,
            limit,
        );
        self.bus
            .call_method(Some(SERVICE), PATH, Some(SERVICE), "Notify", &note)
            .await?
            .body()
            .deserialize()
    }
}

async fn heard(bus: &Connection, signal: &'static str) -> zbus::Result<MessageStream> {
    let rule = MatchRule::builder()
        .msg_type(message::Type::Signal)
        .sender(SERVICE)
        .interface(SERVICE)
        .member(signal)
        .build()?;
    MessageStream::for_match_rule(rule, bus, None).await
}
