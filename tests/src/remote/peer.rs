//! An end of a connection to the relay, frame by frame: whoever wants more than they may.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt as _, StreamExt as _};
use migasfree_native::key::{KeyPair, Thumbprint};
use migasfree_tunnel::frame::{Frame, Kind, StreamId};
use migasfree_tunnel::message::{
    self, AgentHello, Code, Control, GoAway, Hello, Open, OperatorHello, Resume, SUBPROTOCOL,
    SessionState, Who,
};
use serde::Serialize;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Whatever is to come comes within this.
const SOON: Duration = Duration::from_secs(20);
/// Nothing that is not to come comes within this.
const A_WHILE: Duration = Duration::from_millis(500);

/// Who is at the other end of the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Agents of computers.
    Agent,
    /// Operators.
    Session,
}

impl Side {
    const fn word(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Session => "session",
        }
    }
}

/// What becomes of who wants a session: it, or why there is none.
pub type Begun = std::result::Result<SessionState, Code>;

/// A connection.
#[derive(Debug)]
pub struct Peer {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    read: Bytes,
    /// The relay's challenge.
    pub nonce: String,
}

/// What an agent says of itself.
#[derive(Debug)]
pub struct Claim<'a> {
    /// Which computer it says it is of.
    pub computer: i64,
    /// The key that it signs with.
    pub key: &'a KeyPair,
    /// The thumbprint that it names.
    pub named: Thumbprint,
    /// The server that it means.
    pub server: Thumbprint,
    /// When it says that it signed.
    pub made: i64,
}

impl Peer {
    /// Connects, and hears the relay's challenge.
    ///
    /// # Errors
    /// When the relay is not there or says something else.
    pub async fn connect(url: &str, side: Side) -> Result<Self> {
        let connected = Self::connect_with(url, side, "", &[]).await?;
        connected.map_err(|status| anyhow::anyhow!("the server answered {status}"))
    }

    /// The same with something behind the address and with headers: the status where the server does not want it.
    ///
    /// # Errors
    /// When the relay is not there or says something else.
    pub async fn connect_with(
        url: &str,
        side: Side,
        query: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<std::result::Result<Self, u16>> {
        let url = url.replacen("http", "ws", 1);
        let url = format!("{url}/api/native/1/relay/{}{query}", side.word());
        let mut request = url.into_client_request()?;
        let into = request.headers_mut();
        into.insert("sec-websocket-protocol", SUBPROTOCOL.parse()?);
        for (name, value) in headers {
            into.insert(*name, value.parse()?);
        }
        let socket = match connect_async(request).await {
            Ok((socket, _)) => socket,
            Err(Error::Http(response)) => return Ok(Err(response.status().as_u16())),
            Err(error) => return Err(error.into()),
        };
        let mut peer = Self {
            socket,
            read: Bytes::new(),
            nonce: String::new(),
        };
        let hello: Hello = peer.said(Kind::Hello).await?;
        let Who::Relay(welcome) = hello.who else {
            bail!("the relay speaks first, not {hello:?}");
        };
        peer.nonce = welcome.nonce.context("a challenge")?;
        Ok(Ok(peer))
    }

    /// Says hello as the agent of a computer.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn claims(&mut self, claim: &Claim<'_>) -> Result<()> {
        let Claim {
            computer,
            key,
            named,
            server,
            made,
        } = claim;
        let hello = AgentHello {
            computer: *computer,
            key: named.to_string(),
            nonce: self.nonce.clone(),
            made: *made,
            signature: migasfree_grant::hello::sign(key, *computer, &self.nonce, *server, *made),
            services: vec!["terminal".to_owned()],
            live: Vec::new(),
        };
        self.hello(Who::Agent(hello)).await
    }

    /// Says hello as an operator with a grant.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn begins(&mut self, grant: &str) -> Result<Begun> {
        let hello = OperatorHello {
            grant: Some(grant.to_owned()),
            resume: None,
        };
        self.hello(Who::Operator(hello)).await?;
        self.begun().await
    }

    /// Says hello as an operator who comes back.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn comes_back(&mut self, session: &str, secret: &str) -> Result<Begun> {
        let hello = OperatorHello {
            grant: None,
            resume: Some(Resume {
                session: session.to_owned(),
                secret: secret.to_owned(),
                streams: Vec::new(),
            }),
        };
        self.hello(Who::Operator(hello)).await?;
        self.begun().await
    }

    async fn begun(&mut self) -> Result<Begun> {
        loop {
            let frame = self.next().await?.context("the relay went")?;
            match frame.kind {
                Kind::Hello => {
                    let hello: Hello = message::read(&frame.payload)?;
                    let Who::Relay(welcome) = hello.who else {
                        bail!("no relay: {hello:?}");
                    };
                    return Ok(Ok(welcome.session.context("a session")?));
                }
                Kind::GoAway => {
                    let away: GoAway = message::read(&frame.payload)?;
                    return Ok(Err(away.failure.code));
                }
                Kind::Control => match message::read(&frame.payload)? {
                    Control::Refused { failure, .. } | Control::End { failure, .. } => {
                        return Ok(Err(failure.code));
                    }
                    _ => {}
                },
                _ => {}
            }
        }
    }

    /// Says hello.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn hello(&mut self, who: Who) -> Result<()> {
        let hello = Hello::new(who, "0", "test");
        self.say(Kind::Hello, 0, &hello).await
    }

    /// Sends a frame with JSON.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn say(&mut self, kind: Kind, stream: u32, what: &impl Serialize) -> Result<()> {
        self.send(kind, stream, message::write(what)).await
    }

    /// Sends a frame.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn send(&mut self, kind: Kind, stream: u32, payload: Bytes) -> Result<()> {
        let mut bytes = BytesMut::new();
        Frame::new(kind, StreamId(stream), payload).encode(&mut bytes);
        Ok(self.socket.send(Message::Binary(bytes.freeze())).await?)
    }

    /// Opens a stream: `None`, or why it is not opened.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn opens(&mut self, stream: u32, open: &Open) -> Result<Option<Code>> {
        self.say(Kind::Open, stream, open).await?;
        loop {
            let frame = self.next().await?.context("the relay went")?;
            match (frame.kind, frame.stream.0 == stream) {
                (Kind::OpenOk, true) => return Ok(None),
                (Kind::OpenFail | Kind::Reset, true) | (Kind::GoAway, _) => {
                    return code(&frame).map(Some);
                }
                (Kind::Control, _) => {
                    if let Control::End { failure, .. } = message::read(&frame.payload)? {
                        return Ok(Some(failure.code));
                    }
                }
                _ => {}
            }
        }
    }

    /// Waits until a stream brought this.
    ///
    /// # Errors
    /// When it does not.
    pub async fn reads(&mut self, stream: u32, text: &str) -> Result<()> {
        let mut seen = Vec::new();
        while !String::from_utf8_lossy(&seen).contains(text) {
            let frame = self.next().await?;
            let frame = frame.with_context(|| String::from_utf8_lossy(&seen).into_owned())?;
            if frame.kind == Kind::Data && frame.stream.0 == stream {
                seen.extend_from_slice(&frame.payload);
            }
        }
        Ok(())
    }

    /// The next frame; `None` when the relay is gone.
    ///
    /// # Errors
    /// When nothing comes, or something else than frames.
    pub async fn next(&mut self) -> Result<Option<Frame>> {
        loop {
            if let Some(frame) = Frame::decode(&mut self.read)? {
                return Ok(Some(frame));
            }
            ensure!(self.read.is_empty(), "a message is of whole frames");
            let next = tokio::time::timeout(SOON, self.socket.next()).await;
            match next.context("nothing comes")? {
                Some(Ok(Message::Binary(message))) => self.read = message,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(None),
                Some(Ok(_)) => {}
            }
        }
    }

    /// What the next frame of a kind says.
    ///
    /// # Errors
    /// When none comes.
    pub async fn said<T: serde::de::DeserializeOwned>(&mut self, kind: Kind) -> Result<T> {
        loop {
            let frame = self.next().await?;
            let frame = frame.with_context(|| format!("the relay went without {kind:?}"))?;
            if frame.kind == kind {
                return Ok(message::read(&frame.payload)?);
            }
        }
    }

    /// Why the relay sends it away.
    ///
    /// # Errors
    /// When it does not.
    pub async fn sent_away(&mut self) -> Result<Code> {
        let away: GoAway = self.said(Kind::GoAway).await?;
        Ok(away.failure.code)
    }

    /// All that comes within a while, but signs of life; nothing more once the relay is gone.
    ///
    /// # Errors
    /// When something else than frames comes.
    pub async fn hears(&mut self) -> Result<Vec<Frame>> {
        let mut heard = Vec::new();
        while let Ok(next) = tokio::time::timeout(A_WHILE, self.next()).await {
            match next? {
                Some(frame) if frame.kind != Kind::Ping => heard.push(frame),
                Some(_) => {}
                None => break,
            }
        }
        Ok(heard)
    }
}

/// The code of a frame that says no.
fn code(frame: &Frame) -> Result<Code> {
    if frame.kind == Kind::GoAway {
        let away: GoAway = message::read(&frame.payload)?;
        return Ok(away.failure.code);
    }
    let failure: message::Failure = message::read(&frame.payload)?;
    Ok(failure.code)
}

/// A terminal.
#[must_use]
pub fn terminal() -> Open {
    Open::Terminal {
        columns: 80,
        rows: 24,
        term: "xterm".to_owned(),
    }
}
