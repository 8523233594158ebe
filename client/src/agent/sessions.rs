//! The sessions that go on, and their streams.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use migasfree_carrier::IncomingOpen;
use migasfree_dbus::RemoteProxy;
use migasfree_grant::{Switches, verify};
use migasfree_native::key::PublicKey;
use migasfree_tunnel::connection::Priority;
use migasfree_tunnel::message::{Code, Control, Failure, LiveSession, Open, Opened, SessionEvent};
use migasfree_tunnel::screen::ScreenRequest;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;

use super::actions::Actions;
use super::clipboard::Clipboard;
use super::refused::{failure, reason, word};
use super::{files, pump};
use crate::clock::{Clock as _, SystemClock};

/// What is carried, and for whom.
#[derive(Debug, Clone)]
pub(super) struct Sessions {
    pub daemon: RemoteProxy<'static>,
    pub actions: Actions,
    say: UnboundedSender<Control>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// The key that signs grants.
    server: Option<PublicKey>,
    /// Sessions that ended before they began.
    cancelled: BTreeSet<String>,
    /// Sessions that somebody decides about.
    asked: BTreeSet<String>,
    live: BTreeMap<String, Live>,
}

#[derive(Debug, Default)]
struct Live {
    /// What is allowed besides.
    switches: Switches,
    /// Streams that are carried.
    streams: BTreeMap<u32, AbortHandle>,
    /// Streams of terminals, by their number at the daemon.
    terminals: BTreeMap<u32, u32>,
}

impl Sessions {
    pub(super) fn new(daemon: RemoteProxy<'static>, say: UnboundedSender<Control>) -> Self {
        Self {
            actions: Actions::new(daemon.clone(), say.clone()),
            daemon,
            say,
            state: Arc::default(),
        }
    }

    /// Grants are believed that this key signed.
    pub(super) fn trust(&self, server: &str) {
        self.lock().server = server.parse().ok();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().live.is_empty()
    }

    /// All that go on, also those without streams.
    pub(super) fn live(&self, streams: Vec<LiveSession>) -> Vec<LiveSession> {
        let state = self.lock();
        let mut live: Vec<LiveSession> = streams
            .into_iter()
            .filter(|session| state.live.contains_key(&session.session))
            .collect();
        for session in state.live.keys() {
            if !live.iter().any(|known| known.session == *session) {
                live.push(LiveSession {
                    session: session.clone(),
                    streams: Vec::new(),
                });
            }
        }
        live
    }

    /// Says something to the relay, now or when there is one again.
    pub(super) fn say(&self, control: Control) {
        // The other end lives as long as the agent.
        let _ = self.say.send(control);
    }

    pub(super) fn event(&self, session: &str, event: SessionEvent) {
        self.say(Control::Event {
            session: session.to_owned(),
            event,
        });
    }

    /// Does what the relay says.
    pub(super) async fn control(&self, control: Control) {
        match control {
            Control::Start { session, grant } => {
                let sessions = self.clone();
                tokio::spawn(async move { sessions.start(session, &grant).await });
            }
            Control::Act { execution, order } => {
                let (actions, server) = (self.actions.clone(), self.lock().server);
                tokio::spawn(async move { actions.act(server, execution, &order).await });
            }
            Control::End { session, failure } => {
                self.cancel(&session);
                self.end(&session, failure.code).await;
            }
            Control::Resize {
                session,
                stream,
                columns,
                rows,
            } => {
                if let Some(terminal) = self.terminal_of(&session, stream) {
                    let resized = self.daemon.resize(&session, terminal, columns, rows);
                    if let Err(error) = resized.await {
                        tracing::debug!(%error, "a terminal keeps its size");
                    }
                }
            }
            _ => {}
        }
    }

    async fn start(&self, session: String, grant: &str) {
        if let Err(failure) = self.check(&session, grant) {
            return self.say(Control::Refused { session, failure });
        }
        self.lock().asked.insert(session.clone());
        let begun = self.daemon.start_session(grant).await;
        self.lock().asked.remove(&session);
        match begun {
            Ok((session, mode, switches, recorded, _)) => {
                let words = (
                    serde_json::from_value(mode.into()),
                    serde_json::from_str(&switches),
                );
                let (Ok(mode), Ok(switches)) = words else {
                    return self.end(&session, Code::Failed).await;
                };
                let is_cancelled = {
                    let mut state = self.lock();
                    let is_cancelled = state.cancelled.remove(&session);
                    if !is_cancelled {
                        let live = Live {
                            switches,
                            ..Live::default()
                        };
                        state.live.insert(session.clone(), live);
                    }
                    is_cancelled
                };
                if is_cancelled {
                    return self.end(&session, Code::EndedByOperator).await;
                }
                self.say(Control::Accepted {
                    session,
                    mode,
                    switches,
                    recorded,
                });
            }
            Err(error) => {
                let failure = failure(&error);
                self.lock().cancelled.remove(&session);
                self.say(Control::Refused { session, failure });
            }
        }
    }

    /// What is no grant of the server never reaches the daemon.
    fn check(&self, session: &str, grant: &str) -> Result<(), Failure> {
        let no = |text: String| Failure::new(Code::NoRight, text);
        let server = self.lock().server;
        let server = server.ok_or_else(|| no("the key of the server is not known".to_owned()))?;
        let now = SystemClock.now().unix_timestamp();
        let grant = verify(grant, &server, now).map_err(|error| no(error.to_string()))?;
        if grant.session == session {
            return Ok(());
        }
        Err(no("the grant is for another session".to_owned()))
    }

    /// Opens a stream that is asked for.
    pub(super) fn open(&self, asked: IncomingOpen) {
        let sessions = self.clone();
        let (stream, session) = (asked.id().0, asked.opened().session.clone());
        let task = tokio::spawn(async move { sessions.carry(asked).await });
        let handle = task.abort_handle();
        match self.lock().live.get_mut(&session) {
            Some(live) => {
                live.streams.retain(|_, stream| !stream.is_finished());
                live.streams.insert(stream, handle);
            }
            None => handle.abort(),
        }
    }

    async fn carry(&self, asked: IncomingOpen) {
        let Opened { session, open, .. } = asked.opened().clone();
        let opened = match open {
            Open::Terminal {
                columns,
                rows,
                term,
            } => self.terminal(asked, &session, (columns, rows), &term).await,
            Open::Port { name } => self.port(asked, &session, &name).await,
            Open::Files(request) => files::serve(self, asked, &session, request).await,
            Open::Screen(request) => self.screen(asked, &session, &request).await,
        };
        if let Err(error) = opened {
            tracing::debug!(%error, "a stream ended early");
        }
    }

    async fn terminal(
        &self,
        asked: IncomingOpen,
        session: &str,
        (columns, rows): (u16, u16),
        term: &str,
    ) -> std::io::Result<()> {
        let opened = self.daemon.open_terminal(session, columns, rows, term);
        let (number, master) = match opened.await {
            Ok(opened) => opened,
            Err(error) => {
                asked.refuse(&failure(&error));
                return Ok(());
            }
        };
        let closing = Closing {
            daemon: self.daemon.clone(),
            session: session.to_owned(),
            number,
        };
        let id = asked.id().0;
        if let Some(live) = self.lock().live.get_mut(session) {
            live.terminals.insert(number, id);
        }
        let stream = asked.accept(Priority::Interactive, Bytes::new());
        let carried = pump::terminal(stream, master.into()).await;
        drop(closing);
        carried
    }

    async fn port(&self, asked: IncomingOpen, session: &str, name: &str) -> std::io::Result<()> {
        match self.daemon.open_port(session, name).await {
            Ok(socket) => {
                let name = name.to_owned();
                self.event(session, SessionEvent::Port { name });
                let stream = asked.accept(Priority::Interactive, Bytes::new());
                pump::port(stream, socket.into()).await
            }
            Err(error) => {
                asked.refuse(&failure(&error));
                Ok(())
            }
        }
    }

    async fn screen(
        &self,
        asked: IncomingOpen,
        session: &str,
        request: &ScreenRequest,
    ) -> std::io::Result<()> {
        let text = serde_json::to_string(request)?;
        match self.daemon.open_screen(session, &text).await {
            Ok(socket) => {
                let clipboards = self.clipboards(session);
                let stream = asked.accept(Priority::Screen, Bytes::new());
                pump::screen(stream, socket.into(), clipboards).await
            }
            Err(error) => {
                asked.refuse(&failure(&error));
                Ok(())
            }
        }
    }

    /// What is told of the clipboard to the computer, and from it: where it is not allowed nothing comes of it.
    fn clipboards(&self, session: &str) -> [Option<Clipboard>; 2] {
        let live = self.lock().live.get(session).map(|live| live.switches);
        let switches = live.unwrap_or_default();
        let told = |inwards| Clipboard::new(self, session, inwards);
        [
            switches.clipboard_in.then(|| told(true)),
            switches.clipboard_out.then(|| told(false)),
        ]
    }

    fn terminal_of(&self, session: &str, stream: u32) -> Option<u32> {
        let state = self.lock();
        let terminals = &state.live.get(session)?.terminals;
        let found = terminals.iter().find(|(_, id)| **id == stream)?;
        Some(*found.0)
    }

    /// What ran in a terminal ended.
    pub(super) fn exited(&self, session: &str, terminal: u32, status: i32) {
        let stream = self
            .lock()
            .live
            .get_mut(session)
            .and_then(|live| live.terminals.remove(&terminal));
        if let Some(stream) = stream {
            self.say(Control::Exit {
                session: session.to_owned(),
                stream,
                status: (status >= 0).then_some(status),
            });
        }
    }

    /// The daemon ended a session.
    pub(super) fn over(&self, session: &str, code: &str) {
        if self.drop_streams(session) {
            self.say(Control::End {
                session: session.to_owned(),
                failure: reason(code),
            });
        }
    }

    /// The daemon was started anew, and knows of no session.
    pub(super) fn lose_all(&self) {
        for session in self.ids() {
            self.over(&session, &word(Code::Lost));
        }
    }

    pub(super) async fn end_all(&self, code: Code) {
        for session in self.ids() {
            self.end(&session, code).await;
        }
    }

    /// What is being asked about ends as soon as it begins.
    fn cancel(&self, session: &str) {
        let mut state = self.lock();
        let asked = state.asked.contains(session);
        if asked {
            state.cancelled.insert(session.to_owned());
        }
    }

    async fn end(&self, session: &str, code: Code) {
        self.drop_streams(session);
        if let Err(error) = self.daemon.end_session(session, &word(code)).await {
            tracing::debug!(%error, "a session was over already");
        }
    }

    fn ids(&self) -> Vec<String> {
        self.lock().live.keys().cloned().collect()
    }

    fn drop_streams(&self, session: &str) -> bool {
        let Some(live) = self.lock().live.remove(session) else {
            return false;
        };
        for stream in live.streams.values() {
            stream.abort();
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes a terminal that nobody looks at any more.
struct Closing {
    daemon: RemoteProxy<'static>,
    session: String,
    number: u32,
}

impl Drop for Closing {
    fn drop(&mut self) {
        let (daemon, number) = (self.daemon.clone(), self.number);
        let session = std::mem::take(&mut self.session);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        runtime.spawn(async move {
            // Most of them are over: their programs ended.
            let _ = daemon.close_terminal(&session, number).await;
        });
    }
}
