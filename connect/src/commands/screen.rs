//! The screen of another computer, in a window.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use migasfree_connect_core::fleet::Computer;
use migasfree_connect_core::http::Api;
use migasfree_connect_core::screen::{self, Event, Heading, Headings};
use migasfree_connect_core::session::{Notices, Session};
use migasfree_connect_core::texts::{Language, Text};
use migasfree_connect_core::trouble::{Kind, Trouble};
use migasfree_types::message::Message;
use migasfree_types::shown::shown;
use serde_json::json;
use tokio::process::Child;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::{computer, request};
use crate::arguments::{Look, Screen};
use crate::context::Context;
use crate::signals::{Keys, or_interrupted};
use crate::{Exit, output, programs};

/// Pieces of the picture that may wait for the window; behind them the computer waits.
const PIECES: usize = 4;

/// How long the window may take to be gone.
const GONE_WITHIN: Duration = Duration::from_secs(5);

/// Shows the screen of the computer that is named.
pub async fn named(context: &Context, asked: &Screen) -> Result<Exit, Trouble> {
    let (api, found) = computer(context, &asked.computer).await?;
    at(context, &api, &found, &asked.look).await
}

/// Shows the screen of a computer until the window is closed.
pub async fn at(
    context: &Context,
    api: &Api,
    computer: &Computer,
    look: &Look,
) -> Result<Exit, Trouble> {
    let ended = open(context, api, computer, look).await;
    if look.json {
        let message = ended.as_ref().err().map(|trouble| &trouble.message);
        output::json_line(&json!({"event": "ended", "message": message}));
    }
    ended.map(|()| Exit::OK)
}

async fn open(
    context: &Context,
    api: &Api,
    computer: &Computer,
    look: &Look,
) -> Result<(), Trouble> {
    let mut window = programs::window(look.monitor)?;
    let (Some(to), Some(mut from)) = (window.stdin.take(), window.stdout.take()) else {
        return Err(did_not_last());
    };
    let teller = Arc::new(Teller::new(context.language, computer, look.json));
    let (pieces, told) = mpsc::channel(PIECES);
    tokio::spawn(screen::feed(to, teller.shown.subscribe(), told));
    let Some(wanted) = screen::wanted(&mut from).await else {
        return closed(window).await;
    };
    let mut session = tokio::select! {
        begun = begin(context, api, computer, look, &teller) => begun?,
        // Whoever closes the window does not wait for the answer.
        _ = window.wait() => return closed(window).await,
    };
    teller.begun(&session);
    context.tell(Text::ScreenOpen, &[&computer.name]);
    if session.state().recorded {
        context.tell(Text::TerminalRecorded, &[]);
    }
    let shown = screen::run(&mut session, wanted, from, pieces);
    let shown = or_interrupted(Keys::Ours, shown).await;
    session.end().await;
    shown?;
    closed(window).await
}

async fn begin(
    context: &Context,
    api: &Api,
    computer: &Computer,
    look: &Look,
    teller: &Arc<Teller>,
) -> Result<Session, Trouble> {
    let mode = if look.view { "view" } else { "control" };
    let request = request(computer, "screen", Some(mode), &look.why);
    let notices = Arc::clone(teller) as Arc<dyn Notices>;
    Session::begin(api, &context.server()?, computer, &request, notices).await
}

/// The window is closed: by whoever sat at it, or because it could not go on.
async fn closed(mut window: Child) -> Result<(), Trouble> {
    match timeout(GONE_WITHIN, window.wait()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        _ => Err(did_not_last()),
    }
}

fn did_not_last() -> Trouble {
    Trouble::of(Kind::Failed, Text::ErrorWindow, &[])
}

/// Tells what happens: on the error stream, above the window, and to other programs.
#[derive(Debug)]
struct Teller {
    language: Language,
    json: bool,
    headings: Mutex<Headings>,
    shown: watch::Sender<Heading>,
}

impl Teller {
    fn new(language: Language, computer: &Computer, json: bool) -> Self {
        let headings = Headings::new(language, computer);
        Self {
            language,
            json,
            shown: watch::Sender::new(headings.heading()),
            headings: Mutex::new(headings),
        }
    }

    fn change(&self, change: impl FnOnce(&mut Headings)) {
        let mut headings = self.headings.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut headings);
        self.shown.send_replace(headings.heading());
    }

    fn begun(&self, session: &Session) {
        let state = session.state();
        self.change(|headings| headings.begun(state));
        if self.json {
            output::json_line(&json!({
                "event": "opened",
                "computer": state.computer,
                "session": state.session,
                "mode": state.mode,
                "recorded": state.recorded,
            }));
        }
    }
}

impl Notices for Teller {
    fn tell(&self, message: &Message) {
        output::complain(&shown(&self.language.say(message)));
        self.change(|headings| headings.hear(message));
        if let Some(event) = Event::of(message).filter(|_| self.json) {
            output::json_line(&json!({"event": event.name()}));
        }
    }
}
