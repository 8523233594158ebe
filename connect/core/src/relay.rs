//! The relay: how a session begins there, and goes on after its connection broke.

use std::sync::Arc;
use std::time::Duration;

use migasfree_carrier::websocket::{self, ConnectError, WebSocket};
use migasfree_carrier::{Greeting, Word};
use migasfree_tunnel::message::{
    Code, Control, Failure, Hello, OperatorHello, Position, Resume, SessionState, Welcome, Who,
};
use tokio::net::TcpStream;
use tokio_rustls::rustls::ClientConfig;
use tokio_tungstenite::MaybeTlsStream;

/// How long the relay has to say something.
const WORD_WITHIN: Duration = Duration::from_secs(10);

/// How long the person at the computer may think, and the computer need to begin. The rules of the server end it before.
const ANSWER_WITHIN: Duration = Duration::from_secs(180);

/// Where the relay is.
#[derive(Debug, Clone)]
pub(crate) struct Relay {
    url: String,
    tls: Arc<ClientConfig>,
}

/// What carries a session.
pub(crate) type Carried = Greeting<WebSocket<MaybeTlsStream<TcpStream>>>;

/// A session that the relay knows, and how it is kept alive.
#[derive(Debug)]
pub(crate) struct Begun {
    pub transport: Carried,
    pub state: SessionState,
    pub keep_alive: Duration,
}

impl Relay {
    /// The relay at a path of a server.
    pub fn new(server: &str, path: &str, tls: Arc<ClientConfig>) -> Self {
        // `https` becomes `wss`.
        let url = format!("{}{path}", server.replacen("http", "ws", 1));
        Self { url, tls }
    }

    /// Begins a session with its grant.
    pub async fn begin(
        greeting: Carried,
        grant: &str,
        asking: impl Fn(),
    ) -> Result<Begun, Failure> {
        let hello = OperatorHello {
            grant: Some(grant.to_owned()),
            resume: None,
        };
        greet(greeting, hello, asking).await
    }

    /// Goes on with a session.
    pub async fn resume(
        &self,
        state: &SessionState,
        streams: Vec<Position>,
    ) -> Result<Begun, Failure> {
        let resume = Resume {
            session: state.session.clone(),
            secret: state.secret.clone(),
            streams,
        };
        let hello = OperatorHello {
            grant: None,
            resume: Some(resume),
        };
        let greeting = self.connect().await.map_err(|error| unreached(&error))?;
        greet(greeting, hello, || ()).await
    }

    /// Connects.
    pub async fn connect(&self) -> Result<Carried, ConnectError> {
        let tls = Arc::clone(&self.tls);
        let socket = websocket::connect(&self.url, tls, Default::default()).await?;
        Ok(Greeting::new(socket))
    }
}

async fn greet(
    mut greeting: Carried,
    hello: OperatorHello,
    asking: impl Fn(),
) -> Result<Begun, Failure> {
    let first = welcome(greeting.hear(WORD_WITHIN).await?)?;
    let (build, platform) = (env!("CARGO_PKG_VERSION"), std::env::consts::OS);
    greeting
        .hello(&Hello::new(Who::Operator(hello), build, platform))
        .await?;
    let state = loop {
        match greeting.hear(ANSWER_WITHIN).await? {
            Word::Control(Control::Asking { .. }) => asking(),
            Word::Control(Control::Refused { failure, .. } | Control::End { failure, .. }) => {
                return Err(failure);
            }
            Word::Control(_) => {}
            other => match welcome(other)?.session {
                Some(state) => break state,
                None => return Err(Failure::new(Code::Protocol, "there is no session")),
            },
        }
    };
    Ok(Begun {
        transport: greeting,
        state,
        keep_alive: Duration::from_secs(first.keep_alive.into()),
    })
}

fn welcome(word: Word) -> Result<Welcome, Failure> {
    match word {
        Word::Hello(hello) if !hello.is_understood() => Err(Failure::new(
            Code::Protocol,
            "the relay speaks another version",
        )),
        Word::Hello(hello) => match hello.who {
            Who::Relay(welcome) => Ok(welcome),
            _ => Err(Failure::new(Code::Protocol, "this is no relay")),
        },
        Word::GoAway(go_away) => Err(go_away.failure),
        Word::Control(_) => Err(Failure::new(Code::Protocol, "the relay says no hello")),
    }
}

/// What is wrong between here and the relay is no fault of the computer.
fn unreached(error: &ConnectError) -> Failure {
    Failure::new(Code::Lost, error.to_string())
}
