//! What `migasfree-session` does: it asks the person at this computer about remote support, and shows who helps as long as
//! somebody does, has their screen shown where it is wanted, and shows what the helpdesk has them told. The daemon alone
//! decides; this says what the person said.

mod desk;
mod screens;
mod words;

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt as _;
use migasfree_dbus::names::BUS_NAME;
use migasfree_dbus::{MessageRecord, SupportProxy, SupportRecord};
use tokio::time::MissedTickBehavior;
use zbus::Connection;
use zbus::fdo::DBusProxy;

use crate::texts::Language;
use desk::{Desk, Heard};
use screens::Screens;

/// Until the next look whether there is a desktop, and the next attempt where the daemon is not there or somebody else has the
/// active login.
const AGAIN: Duration = Duration::from_secs(30);

/// Serves the person until a bus goes away.
///
/// # Errors
/// When a bus cannot be reached.
pub async fn serve(
    system: Connection,
    session: Connection,
    language: Language,
) -> zbus::Result<()> {
    let daemon = SupportProxy::new(&system).await?;
    let bus = DBusProxy::new(&system).await?;
    let mut owners = bus
        .receive_name_owner_changed_with_args(&[(0, BUS_NAME)])
        .await?;
    let mut questions = daemon.receive_question().await?;
    let mut closed = daemon.receive_question_closed().await?;
    let mut messages = daemon.receive_message().await?;
    let mut started = daemon.receive_started().await?;
    let mut ended = daemon.receive_ended().await?;
    let mut screens = daemon.receive_screen_wanted().await?;
    let (desk, mut said) = Desk::new(session.clone(), language).await?;
    let mut person = Person {
        daemon: daemon.clone(),
        known: false,
        desk,
        screens: Screens::new(daemon.clone(), session),
        questions: BTreeMap::new(),
        banners: BTreeMap::new(),
    };
    let mut again = tokio::time::interval(AGAIN);
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = again.tick() => person.look().await,
            owner = owners.next() => match owner {
                Some(_) => person.register().await,
                None => return Ok(()),
            },
            Some(question) = questions.next() => {
                let question = question.args()?;
                person.ask(*question.id(), question.session(), (*question.seconds(), *question.allows())).await;
            }
            Some(wanted) = screens.next() => {
                let wanted = wanted.args()?;
                person.screens.show(wanted.session(), *wanted.id()).await;
            }
            Some(closed) = closed.next() => person.close(*closed.args()?.id()).await,
            Some(message) = messages.next() => {
                let message = message.args()?;
                person.tell(*message.id(), message.message()).await;
            }
            Some(started) = started.next() => person.show(started.args()?.session().clone()).await,
            Some(ended) = ended.next() => person.over(ended.args()?.session()).await,
            heard = said.next() => match heard {
                Some(heard) => person.hear(heard).await,
                None => return Ok(()),
            },
        }
    }
}

struct Person {
    daemon: SupportProxy<'static>,
    /// Whether the daemon tells us.
    known: bool,
    desk: Desk,
    screens: Screens,
    /// Questions by the number of their notification.
    questions: BTreeMap<u32, u32>,
    /// Sessions by the number of theirs.
    banners: BTreeMap<u32, SupportRecord>,
}

impl Person {
    /// Makes good what could not be done before.
    async fn look(&mut self) {
        if self.known {
            self.screens.offer().await;
        } else {
            self.register().await;
        }
    }

    /// Has the daemon tell us from now on, if it does.
    async fn register(&mut self) {
        let sessions = self.daemon.register().await;
        self.known = sessions.is_ok();
        self.screens.forget_offer();
        let Ok(sessions) = sessions else {
            return;
        };
        let live: Vec<&str> = sessions.iter().map(|one| one.session.as_str()).collect();
        self.screens.end_others(&live);
        let is_over = |shown: &SupportRecord| {
            let id = &shown.session;
            !sessions.iter().any(|session| session.session == *id)
        };
        let over: Vec<String> = self
            .banners
            .values()
            .filter(|shown| is_over(shown))
            .map(|shown| shown.session.clone())
            .collect();
        for session in over {
            self.over(&session).await;
        }
        for session in sessions {
            if !self
                .banners
                .values()
                .any(|shown| shown.session == session.session)
            {
                self.show(session).await;
            }
        }
        self.screens.offer().await;
    }

    async fn ask(&mut self, id: u32, session: &SupportRecord, limit: (u32, bool)) {
        match self.desk.ask(session, limit).await {
            Ok(note) => {
                self.questions.insert(note, id);
            }
            Err(error) => tracing::warn!(%error, "the desktop shows no question"),
        }
    }

    async fn close(&mut self, id: u32) {
        let notes = self
            .questions
            .iter()
            .filter(|(_, question)| **question == id);
        let notes: Vec<u32> = notes.map(|(note, _)| *note).collect();
        for note in notes {
            self.questions.remove(&note);
            self.desk.close(note).await;
        }
    }

    /// Shows a notice, and says so.
    async fn tell(&self, id: u32, message: &MessageRecord) {
        if let Err(error) = self.desk.tell(message).await {
            tracing::warn!(%error, "the desktop shows no message");
        } else if let Err(error) = self.daemon.shown(id).await {
            tracing::debug!(%error, "nobody waits for a message to be shown");
        }
    }

    async fn show(&mut self, session: SupportRecord) {
        match self.desk.show(&session).await {
            Ok(note) => {
                self.banners.insert(note, session);
            }
            Err(error) => {
                // Nobody helps unseen: without a banner there is no session.
                tracing::warn!(%error, "the desktop shows no banner");
                self.end(&session.session).await;
            }
        }
    }

    async fn over(&mut self, session: &str) {
        self.screens.end(session);
        let shown = self
            .banners
            .iter()
            .find(|(_, shown)| shown.session == session);
        if let Some(note) = shown.map(|(note, _)| *note) {
            self.banners.remove(&note);
            self.desk.close(note).await;
            self.desk.say_over().await;
        }
    }

    async fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Action(note, action) => {
                if let Some(id) = self.questions.remove(&note) {
                    self.answer(id, &action).await;
                    self.desk.close(note).await;
                } else if let Some(session) = self.banners.get(&note) {
                    let id = session.session.clone();
                    self.end(&id).await;
                }
            }
            Heard::Closed { note, by_person } => {
                if let Some(id) = self.questions.remove(&note) {
                    if by_person {
                        self.answer(id, desk::DENY).await;
                    }
                } else if let Some(session) = self.banners.remove(&note) {
                    // It stays as long as somebody helps.
                    self.show(session).await;
                }
            }
        }
    }

    async fn answer(&self, id: u32, answer: &str) {
        if let Err(error) = self.daemon.answer(id, answer).await {
            tracing::warn!(%error, "the answer was not taken");
        }
    }

    async fn end(&self, session: &str) {
        if let Err(error) = self.daemon.end_now(session).await {
            tracing::warn!(%error, "the session was not ended");
        }
    }
}
