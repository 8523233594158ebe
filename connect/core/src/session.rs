//! A session with a computer. Its streams outlive the connection to the relay: when that breaks it is made again, and they go
//! on where they were.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use migasfree_carrier::{Link, Stream};
use migasfree_tunnel::connection::{Config, Connection, Priority, Side};
use migasfree_tunnel::message::{Code, Control, Failure, Open, SessionState};
use migasfree_types::message::Message;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::failures;
use crate::fleet::Computer;
use crate::http::Api;
use crate::keeper::Keeper;
use crate::relay::Relay;
use crate::servers::Server;
use crate::sessions::{self, Request};
use crate::texts::Text;
use crate::trouble::{Kind, Trouble};
use crate::trust;

/// How long last words may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long after a stream it may take to hear that the whole session is over, and why.
const REASON_WITHIN: Duration = Duration::from_secs(2);

/// What happened may wait to be heard.
const UNHEARD: usize = 16;

/// Who tells the person what happens meanwhile.
pub trait Notices: Send + Sync + std::fmt::Debug {
    /// Tells it.
    fn tell(&self, message: &Message);
}

/// What happens in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// The shell of the terminal ended; without a status a signal ended it.
    Exit(Option<i32>),
    /// The session is over.
    Over(Trouble),
}

/// The way to the computer, until the session is over.
pub(crate) type Links = watch::Receiver<Option<Link>>;

/// Opens streams of a session.
#[derive(Debug, Clone)]
pub struct Opener {
    computer: String,
    links: Links,
    notices: Arc<dyn Notices>,
}

/// A session.
#[derive(Debug)]
pub struct Session {
    state: SessionState,
    opener: Opener,
    happened: mpsc::Receiver<Happening>,
    keeper: JoinHandle<()>,
}

impl Session {
    /// Asks the server for a session, and begins it. The person at the computer may be asked meanwhile.
    ///
    /// # Errors
    /// What server, computer or person say against it.
    pub async fn begin(
        api: &Api,
        server: &Server,
        computer: &Computer,
        request: &Request,
        notices: Arc<dyn Notices>,
    ) -> Result<Self, Trouble> {
        let granted = sessions::ask(api, request).await?;
        let tls = trust::config(server.authority.as_deref())?;
        let relay = Relay::new(&server.address, &granted.relay, tls);
        let name = computer.name.clone();
        let asking = || notices.tell(&Text::Asking.told(&[&name]));
        let connected = relay.connect().await.map_err(|error| {
            let values = [server.address.as_str(), &error.to_string()];
            Trouble::of(Kind::Offline, Text::ErrorUnreachable, &values)
        })?;
        let begun = Relay::begin(connected, &granted.grant, asking).await;
        let begun = begun.map_err(|failure| failures::trouble(&failure, &name))?;
        let connection = Connection::new(Side::Operator, Config::default());
        let (link, incoming) = Link::start(begun.transport, connection, begun.keep_alive);
        let (publish, links) = watch::channel(Some(link.clone()));
        let (tell, happened) = mpsc::channel(UNHEARD);
        let keeper = Keeper {
            relay,
            state: begun.state.clone(),
            computer: name.clone(),
            notices: Arc::clone(&notices),
            links: publish,
            happened: tell,
        };
        Ok(Self {
            state: begun.state,
            opener: Opener {
                computer: name,
                links,
                notices,
            },
            happened,
            keeper: tokio::spawn(keeper.keep(link, incoming)),
        })
    }

    /// What was agreed upon.
    #[must_use]
    pub fn state(&self) -> &SessionState {
        &self.state
    }

    /// What opens streams, for who does so beside.
    #[must_use]
    pub fn opener(&self) -> Opener {
        self.opener.clone()
    }

    /// Opens a stream.
    ///
    /// # Errors
    /// Why it is not opened.
    pub async fn open(&mut self, open: Open) -> Result<Stream, Trouble> {
        match self.opener.open(open).await {
            Err(Refused::Over) => Err(self.why().await),
            Err(Refused::Failure(failure)) => Err(self.failed(&failure)),
            Ok(stream) => Ok(stream),
        }
    }

    /// Tells the computer the size of a terminal.
    pub async fn resize(&self, stream: u32, columns: u16, rows: u16) {
        let session = self.state.session.clone();
        self.control(Control::Resize {
            session,
            stream,
            columns,
            rows,
        })
        .await;
    }

    async fn control(&self, control: Control) {
        let link = self.opener.links.borrow().clone();
        if let Some(link) = link {
            link.control(control).await;
        }
    }

    /// What happens next.
    pub async fn next(&mut self) -> Happening {
        let next = self.happened.recv().await;
        next.unwrap_or_else(|| Happening::Over(self.failed(&lost())))
    }

    /// Tells the person something.
    pub fn tell(&self, text: Text) {
        self.opener.say(&text.told(&[]));
    }

    /// What is said of a failure here.
    #[must_use]
    pub fn failed(&self, failure: &Failure) -> Trouble {
        failures::trouble(failure, &self.opener.computer)
    }

    /// Why a stream broke: for a reason of its own, or because the session is over.
    pub async fn why_broken(&mut self, error: &io::Error) -> Trouble {
        match Stream::failure(error) {
            Some(failure) if failure.code != Code::Lost => self.failed(failure),
            _ => self.why().await,
        }
    }

    async fn why(&mut self) -> Trouble {
        let over = self.over().await;
        over.unwrap_or_else(|| self.failed(&lost()))
    }

    /// Why the session is over, where that is heard in a moment.
    pub async fn over(&mut self) -> Option<Trouble> {
        let over = async {
            loop {
                if let Happening::Over(trouble) = self.next().await {
                    return trouble;
                }
            }
        };
        timeout(REASON_WITHIN, over).await.ok()
    }

    /// What the computer is called.
    #[must_use]
    pub fn computer(&self) -> &str {
        &self.opener.computer
    }

    /// Ends the session.
    pub async fn end(self) {
        let failure = Failure::new(Code::EndedByOperator, "the operator left");
        let session = self.state.session.clone();
        self.control(Control::End { session, failure }).await;
        self.keeper.abort();
        let link = self.opener.links.borrow().clone();
        if let Some(link) = link {
            // It leaves when what was said is sent.
            let _ = timeout(FAREWELL, link.detach()).await;
        }
    }
}

/// Why a stream is not opened.
#[derive(Debug)]
pub(crate) enum Refused {
    /// For a reason of its own.
    Failure(Failure),
    /// The session is over.
    Over,
}

impl Opener {
    pub(crate) async fn open(&self, open: Open) -> Result<Stream, Refused> {
        let mut links = self.links.clone();
        let link = links.borrow().clone();
        let link = link.ok_or(Refused::Over)?;
        let priority = Priority::of(&open);
        tokio::select! {
            opened = link.open(priority, open) => opened.map_err(Refused::Failure),
            () = over(&mut links) => Err(Refused::Over),
        }
    }

    /// Tells the person why a stream was not opened; of the end of the session somebody else does.
    pub(crate) fn say_refused(&self, refused: &Refused) {
        if let Refused::Failure(failure) = refused {
            self.say(&failures::trouble(failure, &self.computer).message);
        }
    }

    fn say(&self, message: &Message) {
        self.notices.tell(message);
    }
}

async fn over(links: &mut Links) {
    let _ = links.wait_for(Option::is_none).await.map(drop);
}

fn lost() -> Failure {
    Failure::new(Code::Lost, "the connection is over")
}
