//! Remote support on this computer: what the unprivileged agent may have done, and for whom.
//!
//! The agent brings grants of the server. Nothing it says is believed: every grant is verified here, with the key that was
//! pinned, before a session and again before everything done in it; it is good once; and the person at the computer is asked
//! as grant and settings want it. The agent gets descriptors of what runs (terminals, helpers for files, connections), and
//! all of it ends with its session.
//!
//! | Module | What |
//! |---|---|
//! | `consent`, `people` | what has to be asked, and whom |
//! | `grants` | those that were used |
//! | `sessions` | those that go on, and what runs in them |
//! | `parts`, `screens` | terminals, files and ports; the screen of whoever is there |
//! | `account`, `files`, `ports` | users, the helper for files, services of the computer |
//! | `offer`, `rdp` | what the agent may offer, and the certificate of the RDP service |
//! | `tidings` | what is said without being asked |

mod account;
mod consent;
mod files;
mod grants;
mod offer;
mod parts;
mod people;
mod ports;
mod rdp;
mod screens;
mod sessions;
mod tidings;
mod words;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use migasfree_dbus::{Error, SupportRecord};
use migasfree_grant::{Grant, GrantError, Mode, Service, Switches, hello, verify};
use migasfree_tunnel::message::Code;
use tokio::sync::Notify;
use zbus::fdo::DBusProxy;
use zbus::names::BusName;

pub use files::{FILES_HELPER, Reply, files_child};
pub use tidings::Tiding;
pub(super) use words::word;

use self::consent::{Answer, Wanted, lowered, switches, time, wanted};
use self::grants::Used;
use self::people::People;
use self::rdp::RdpCertificate;
use self::screens::Screens;
use self::sessions::{Part, Session, Sessions, record, unknown};
use self::words::reason;
use super::access::Caller;
use super::computer::Computer;
use super::news::{Happened, News};
use super::signals::Signals;
use super::tasks::Tasks;
use crate::config::RemoteSupport;
use crate::process::guest::{Host, Stopper};
use crate::process::{CommandRunner as _, Invocation, SystemRunner};
use crate::sync::RemoteTrust;
use crate::texts::Text;

/// The user of the agent.
pub const AGENT_USER: &str = "migasfree-agent";
/// Its presence starts the agent, by a unit of systemd that watches for it.
const MARKER: &str = "remote-support";

/// Between two looks at sessions that go on.
const TICK: Duration = Duration::from_secs(1);
/// Looks until the next one at what is offered.
const TICKS: u32 = 10;

/// Who the agent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agent {
    /// Whoever runs as [`AGENT_USER`].
    OwnUser,
    /// Whoever has this number: in the session mode the daemon's own user.
    User(u32),
}

/// What remote support is made from.
#[derive(Debug)]
pub struct Setup {
    /// Who the agent is.
    pub agent: Agent,
    /// Starts programs for those who help.
    pub host: Host,
    /// Where the used grants are kept.
    pub state: PathBuf,
    /// The folder that the agent's unit watches.
    pub runtime: PathBuf,
}

/// Remote support.
#[derive(Debug, Clone)]
pub struct Remote {
    pub(super) computer: Arc<Computer>,
    pub(super) signals: Arc<Signals>,
    pub(super) news: News,
    pub(super) tasks: Tasks,
    pub(super) state: Arc<State>,
}

/// What it keeps in mind.
#[derive(Debug)]
pub struct State {
    agent: Agent,
    agent_number: OnceLock<u32>,
    host: Host,
    used: Used,
    people: People,
    screens: Screens,
    sessions: Sessions,
    marker: PathBuf,
    /// The agent's connection and what it was told last.
    offered: Mutex<Option<(String, Vec<String>)>>,
    rdp: RdpCertificate,
    wake: Notify,
}

/// The beginning of a session, as the agent is told.
#[derive(Debug)]
pub struct Started {
    /// Its id.
    pub session: String,
    /// What was allowed.
    pub mode: Mode,
    /// What else is allowed.
    pub switches: Switches,
    /// Whether the person was told that it is recorded.
    pub recorded: bool,
    /// When it ends at the latest.
    pub ends: i64,
}

/// The answer to the challenge of a relay.
#[derive(Debug)]
pub struct Hello {
    /// The number of this computer.
    pub computer: i64,
    /// The thumbprint of its key.
    pub key: String,
    /// The signature.
    pub signature: String,
    /// The key of the server.
    pub server: String,
    /// Where the server is.
    pub base: String,
    /// What is offered.
    pub services: Vec<String>,
}

impl Started {
    /// As it crosses the bus: words, and the switches as JSON.
    pub fn on_the_bus(self) -> (String, String, String, bool, i64) {
        let switches = serde_json::to_string(&self.switches).unwrap_or_default();
        let mode = word(self.mode);
        (self.session, mode, switches, self.recorded, self.ends)
    }
}

impl State {
    /// Reads what has to survive.
    pub(super) fn open(setup: Setup) -> io::Result<Self> {
        let alone = match setup.agent {
            Agent::User(uid) => Some(uid),
            Agent::OwnUser => None,
        };
        Ok(Self {
            agent: setup.agent,
            agent_number: OnceLock::new(),
            host: setup.host,
            used: Used::open(setup.state.join("grants.json"))?,
            people: People::new(alone),
            screens: Screens::default(),
            sessions: Sessions::default(),
            marker: setup.runtime.join(MARKER),
            offered: Mutex::default(),
            rdp: RdpCertificate::default(),
            wake: Notify::new(),
        })
    }
}

impl Remote {
    /// Lets nobody but the agent through.
    pub async fn admit_agent(&self, caller: &Caller) -> Result<(), Error> {
        let uid = match self.state.agent {
            Agent::User(uid) => Some(uid),
            Agent::OwnUser => self.agent_number().await,
        };
        if uid == Some(caller.uid) {
            return Ok(());
        }
        Err(Error::NotAuthorized(Text::RemoteOnlyAgent.told(&[])))
    }

    async fn agent_number(&self) -> Option<u32> {
        if let Some(known) = self.state.agent_number.get() {
            return Some(*known);
        }
        let number = user_number(AGENT_USER).await?;
        Some(*self.state.agent_number.get_or_init(|| number))
    }

    /// Lets nobody through but whoever is at this computer.
    pub async fn admit_person(&self, caller: &Caller) -> Result<(), Error> {
        if self.state.people.is_there(self.bus(), caller.uid).await {
            return Ok(());
        }
        Err(Error::NotAuthorized(Text::RemoteOnlyPerson.told(&[])))
    }

    /// Answers the challenge of a relay. The key stays here; what it signs begins as nothing else does.
    pub async fn hello(&self, agent: &str, nonce: &str, made: i64) -> Result<Hello, Error> {
        let trust = self.trust()?;
        let services = self.services().await;
        *self.offered() = Some((agent.to_owned(), services.clone()));
        let computer = trust.computer.0;
        let server = trust.server.thumbprint();
        Ok(Hello {
            computer,
            key: trust.key.public().thumbprint().to_string(),
            signature: hello::sign(&trust.key, computer, nonce, server, made),
            server: trust.server.to_string(),
            base: self.computer.identity().server,
            services,
        })
    }

    /// Where the server is, and what its certificate is checked by besides.
    pub fn server(&self) -> Result<(String, String), Error> {
        let trust = self.trust()?;
        Ok((self.computer.identity().server, trust.authorities))
    }

    /// The proxy on the way to the server, and the certificate that is shown there.
    pub fn way(&self) -> Result<(String, String), Error> {
        let trust = self.trust()?;
        let certificate = trust.certificate.map(|own| own.shown());
        Ok((
            trust.proxy.unwrap_or_default(),
            certificate.unwrap_or_default(),
        ))
    }

    /// Proves to the server that the certificate is this computer's. Its key stays here, too.
    pub fn prove(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let trust = self.trust()?;
        let own = trust.certificate.as_ref();
        own.and_then(|own| own.prove(message))
            .ok_or_else(not_granted)
    }

    /// Begins what a grant is for.
    pub async fn start(&self, agent: &str, text: &str) -> Result<Started, Error> {
        let grant = self.verified(text, self.computer.now())?;
        self.state.sessions.has_room()?;
        self.use_up(&grant)?;
        if let Some(user) = parts::user_of(&grant) {
            account::named(user).await?;
        }
        let mode = self.consent(agent, &grant).await?;
        // Much may have happened while the person thought about it.
        self.verified(text, grant.issued)?;
        let mut session = Session::new(text, &grant, mode, agent);
        if grant.service == Service::Screen {
            let screen = self.state.people.screen(self.bus()).await;
            session.screen_of = screen.map(|screen| screen.uid);
        }
        let record = session.record.clone();
        self.state.sessions.add(&grant.session, session)?;
        // The agent may have gone while the person thought about it: nobody but us would end it.
        if !self.is_connected(agent).await {
            self.over(&grant.session, &word(Code::Lost)).await;
            return Err(unknown());
        }
        self.state.wake.notify_one();
        tracing::info!(
            session = grant.session,
            operator = grant.operator.name,
            service = record.service,
            "remote support begins"
        );
        let recorded = record.recorded;
        self.tell_people(&Tiding::Started(record)).await;
        Ok(Started {
            switches: switches(&grant, mode),
            session: grant.session,
            mode,
            recorded,
            ends: grant.ends,
        })
    }

    /// Whether somebody is on the bus still. Where there is none, nobody can leave it.
    async fn is_connected(&self, address: &str) -> bool {
        let (Some(bus), Ok(name)) = (self.bus(), BusName::try_from(address)) else {
            return true;
        };
        match DBusProxy::new(bus).await {
            Ok(proxy) => proxy.name_has_owner(name).await.unwrap_or(true),
            Err(_) => true,
        }
    }

    /// Ends a session for the reason that the agent names.
    pub async fn end(&self, session: &str, code: &str) -> Result<(), Error> {
        if self.over(session, &reason(code)).await {
            return Ok(());
        }
        Err(unknown())
    }

    /// The person's programs hear what is told from now on.
    pub fn register(&self, caller: &Caller) -> Vec<SupportRecord> {
        self.state.people.register(caller.address(), caller.uid);
        self.state.sessions.records()
    }

    /// The person answers.
    pub fn answer(&self, id: u32, word: &str) -> Result<(), Error> {
        let answer = Answer::parse(word)
            .ok_or_else(|| Error::InvalidArgument(Text::RemoteAnswer.told(&[])))?;
        if self.state.people.answer(id, answer) {
            return Ok(());
        }
        Err(Error::NotFound(Text::QuestionClosed.told(&[])))
    }

    /// The person ends a session.
    pub async fn end_now(&self, session: &str) -> Result<(), Error> {
        if self.over(session, &word(Code::EndedByPerson)).await {
            return Ok(());
        }
        Err(unknown())
    }

    /// A connection is gone: with the agent's its sessions are.
    pub async fn forget(&self, address: &str) {
        let was_there = self.state.people.forget(address);
        let agents = self.state.sessions.which(|one| one.agent == address);
        for session in agents {
            self.over(&session, &word(Code::Lost)).await;
        }
        self.offered().take_if(|(agent, _)| agent == address);
        if was_there {
            self.offer().await;
        }
    }

    /// Ends what has to end, and sees what is offered, for ever.
    pub async fn keep(self) {
        self.state.host.sweep().await;
        let mut ticks = 0;
        loop {
            if ticks == 0 {
                if self.local() != RemoteSupport::Off && self.trust().is_ok() {
                    self.state.rdp.look().await;
                }
                self.offer().await;
                self.end_unseen().await;
            }
            let busy = self.end_overdue().await;
            let (nap, next) = if busy {
                (TICK, (ticks + 1) % TICKS)
            } else {
                (TICK * TICKS, 0)
            };
            tokio::select! {
                () = tokio::time::sleep(nap) => ticks = next,
                () = self.state.wake.notified() => ticks = 1,
            }
        }
    }

    /// Whether any session goes on.
    async fn end_overdue(&self) -> bool {
        let now = self.computer.now();
        let sessions = &self.state.sessions;
        if self.local() == RemoteSupport::Off {
            for session in sessions.which(|_| true) {
                self.over(&session, &word(Code::Policy)).await;
            }
        }
        for session in sessions.which(|one| one.ends <= now) {
            self.over(&session, &word(Code::Expired)).await;
        }
        !sessions.which(|_| true).is_empty()
    }

    /// Has the agent run, or not, and tells it when there is something else to offer.
    async fn offer(&self) {
        let offered = self.local() != RemoteSupport::Off && self.trust().is_ok();
        if let Err(error) = mark(&self.state.marker, offered) {
            tracing::warn!(%error, "the agent of remote support is not told to start or to end");
        }
        let services = self.services().await;
        let agent = {
            let mut last = self.offered();
            last.as_mut().and_then(|(agent, told)| {
                let other = *told != services;
                told.clone_from(&services);
                other.then(|| agent.clone())
            })
        };
        if let Some(agent) = agent {
            self.tell(&[agent], &Tiding::Services(services)).await;
        }
    }

    async fn services(&self) -> Vec<String> {
        if self.trust().is_err() {
            return Vec::new();
        }
        let local = self.local();
        let screen = self.state.people.screen(self.bus()).await.is_some();
        let mut services = offer::services(local, screen, &self.computer.engine().root());
        if local != RemoteSupport::Off {
            services.extend(self.state.rdp.service());
        }
        services
    }

    fn local(&self) -> RemoteSupport {
        self.computer.settings().remote_support
    }

    fn bus(&self) -> Option<&zbus::Connection> {
        self.signals.connection()
    }

    fn offered(&self) -> MutexGuard<'_, Option<(String, Vec<String>)>> {
        let offered = self.state.offered.lock();
        offered.unwrap_or_else(PoisonError::into_inner)
    }

    fn trust(&self) -> Result<RemoteTrust, Error> {
        if self.local() == RemoteSupport::Off {
            return Err(Error::Refused(Text::RemoteOff.told(&[])));
        }
        let trust = self.computer.engine().remote_trust();
        trust.ok_or_else(|| Error::Refused(Text::RemoteNotOffered.told(&[])))
    }

    /// Reads a grant as it holds at `start`, if it is the server's and for this computer, and its session is not over.
    fn verified(&self, text: &str, start: i64) -> Result<Grant, Error> {
        let trust = self.trust()?;
        let grant = verify(text, &trust.server, start).map_err(|error| no_grant(&error))?;
        let ours = trust.key.public().thumbprint().to_string();
        if grant.computer != trust.computer.0 || grant.key != ours || !is_id(&grant.session) {
            return Err(Error::Refused(Text::RemoteOtherComputer.told(&[])));
        }
        if grant.ends <= self.computer.now() {
            return Err(no_grant(&GrantError::Expired));
        }
        Ok(grant)
    }

    /// The grant of a session, verified again, and the mode that was allowed.
    fn grant_of(&self, session: &str, service: Service) -> Result<(Grant, Mode), Error> {
        let sessions = &self.state.sessions;
        let (text, issued, mode) =
            sessions.with(session, |one| (one.text.clone(), one.issued, one.mode))?;
        let grant = self.verified(&text, issued)?;
        if grant.session == session && grant.service == service {
            return Ok((grant, mode));
        }
        Err(not_granted())
    }

    fn use_up(&self, grant: &Grant) -> Result<(), Error> {
        let used = &self.state.used;
        match used.note(&grant.session, grant.expires, self.computer.now()) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::Refused(Text::RemoteUsed.told(&[]))),
            Err(error) => Err(failed(&error)),
        }
    }

    /// The mode that whoever decides about it allows.
    async fn consent(&self, agent: &str, grant: &Grant) -> Result<Mode, Error> {
        match wanted(self.local(), grant.consent) {
            Wanted::Refuse(text) => Err(Error::Refused(text.told(&[]))),
            Wanted::Nothing => Ok(grant.mode),
            Wanted::Tell => {
                self.somebody().await?;
                Ok(grant.mode)
            }
            Wanted::Ask { seconds, allows } => self.ask(agent, grant, seconds, allows).await,
        }
    }

    /// The programs of the person who is there, if anybody is.
    async fn somebody(&self) -> Result<Vec<String>, Error> {
        let helpers = self.state.people.helpers(self.bus()).await;
        if helpers.is_empty() {
            return Err(Error::Refused(Text::RemoteNobody.told(&[])));
        }
        Ok(helpers)
    }

    async fn ask(
        &self,
        agent: &str,
        grant: &Grant,
        seconds: u32,
        allows: bool,
    ) -> Result<Mode, Error> {
        let helpers = match self.somebody().await {
            Ok(helpers) => helpers,
            // Nobody is there who could say no.
            Err(_) if allows && self.state.people.is_deserted(self.bus()).await => {
                return Ok(grant.mode);
            }
            Err(error) => return Err(error),
        };
        let (id, answer) = self.state.people.ask();
        let about = record(grant, grant.mode);
        let question = Tiding::Question(id, about, seconds, allows);
        self.tell(&helpers, &question).await;
        let asking = Tiding::Asking(grant.session.clone());
        self.tell(&[agent.to_owned()], &asking).await;
        let answered = tokio::time::timeout(time(seconds), answer).await;
        self.state.people.close(id);
        self.tell(&helpers, &Tiding::Closed(id)).await;
        let answered = match answered {
            Ok(Ok(answer)) => Some(answer),
            _ => None,
        };
        match answered {
            Some(Answer::Allow) => Ok(grant.mode),
            Some(Answer::View) => lowered(grant).ok_or_else(denied),
            Some(Answer::Deny) => Err(denied()),
            // Silence is a yes only of somebody who could have spoken.
            None if allows => self.somebody().await.map(|_| grant.mode),
            None => Err(Error::Refused(Text::RemoteNobody.told(&[]))),
        }
    }

    /// Ends a session and everything in it; `false` where there is none.
    async fn over(&self, id: &str, code: &str) -> bool {
        let Some(session) = self.state.sessions.remove(id) else {
            return false;
        };
        let agent = session.agent.clone();
        let stoppers: Vec<Stopper> = session.into_parts().filter_map(cut).collect();
        join_all(stoppers.iter().map(Stopper::stop)).await;
        tracing::info!(session = id, code, "remote support ends");
        let ended = Tiding::SessionEnded(id.to_owned(), code.to_owned());
        self.tell(&[agent], &ended).await;
        self.tell_people(&Tiding::Ended(id.to_owned(), code.to_owned()))
            .await;
        true
    }

    /// Tells it to whoever is at this computer; `false` where nobody is.
    pub(super) async fn tell_people(&self, tiding: &Tiding) -> bool {
        let helpers = self.state.people.helpers(self.bus()).await;
        self.tell(&helpers, tiding).await;
        !helpers.is_empty()
    }

    /// Whether somebody is at this computer who can be told something.
    pub(super) async fn is_somebody_there(&self) -> bool {
        !self.state.people.helpers(self.bus()).await.is_empty()
    }

    /// Tells it to these connections.
    pub(super) async fn tell(&self, to: &[String], tiding: &Tiding) {
        self.news.tell(Happened::Remote(to, tiding)).await;
    }
}

/// Cuts a part off; what runs has to be stopped.
fn cut(part: Part) -> Option<Stopper> {
    match part {
        Part::Terminal(_, stopper) | Part::Helper(stopper) => Some(stopper),
        Part::Port(socket) | Part::Screen(socket, _) => {
            // The agent has the same connection: it ends for both.
            let _ = rustix::net::shutdown(&socket, rustix::net::Shutdown::Both);
            None
        }
    }
}

/// The number of a user, from whatever directory the system uses.
async fn user_number(name: &str) -> Option<u32> {
    let ask = Invocation::new("getent", ["passwd", "--", name]);
    let answer = SystemRunner::detect().output(&ask).await.ok()?;
    answer.stdout_text().split(':').nth(2)?.parse().ok()
}

/// Whether this is the id of a session or an execution: units and files are called after it.
pub(super) fn is_id(text: &str) -> bool {
    let hexadecimal = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    text.len() == 36 && text.bytes().all(hexadecimal)
}

fn mark(file: &Path, there: bool) -> io::Result<()> {
    if there == file.exists() {
        return Ok(());
    }
    if there {
        if let Some(folder) = file.parent() {
            migasfree_client_system::files::public_folder(folder)?;
        }
        return migasfree_client_system::files::write(file, b"", 0o644);
    }
    migasfree_client_system::files::remove_optional(file).map(drop)
}

fn no_grant(error: &GrantError) -> Error {
    Error::Refused(match error {
        GrantError::Expired => Text::RemoteExpired.told(&[]),
        _ => Text::RemoteGrant.told(&[&error.to_string()]),
    })
}

fn denied() -> Error {
    Error::Refused(Text::RemoteDenied.told(&[]))
}

fn not_granted() -> Error {
    Error::Refused(Text::RemoteNotGranted.told(&[]))
}

fn failed(error: &io::Error) -> Error {
    Error::Refused(Text::RemoteFailed.told(&[&error.to_string()]))
}
