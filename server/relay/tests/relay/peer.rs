//! An end of a connection to the relay, frame by frame.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt as _, StreamExt as _};
use migasfree_native::key::KeyPair;
use migasfree_tunnel::frame::{Credit, Frame, Kind, StreamId};
use migasfree_tunnel::message::{
    self, AgentHello, Code, Control, GoAway, Hello, LiveSession, Open, OperatorHello, Position,
    Resume, SUBPROTOCOL, SessionState, Who,
};
use serde::Serialize;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::house::{House, NOW};

/// Whatever is to come comes within this.
const SOON: Duration = Duration::from_secs(20);

pub struct Peer {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    read: Bytes,
    pub nonce: String,
}

impl Peer {
    /// Connects, and hears the relay's hello.
    pub async fn connect(house: &House, who: &str, origin: Option<&str>) -> Result<Self, u16> {
        let url = format!("ws://{}/api/native/1/relay/{who}/", house.address);
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert("origin", origin.parse().unwrap());
        }
        let socket = match connect_async(request).await {
            Ok((socket, _)) => socket,
            Err(Error::Http(response)) => return Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        };
        let mut peer = Self {
            socket,
            read: Bytes::new(),
            nonce: String::new(),
        };
        let Hello {
            who: Who::Relay(welcome),
            ..
        } = peer.said(Kind::Hello).await
        else {
            panic!("the relay speaks first");
        };
        peer.nonce = welcome.nonce.unwrap();
        Ok(peer)
    }

    /// Connects as the agent of a computer and says hello.
    pub async fn agent(house: &House, computer: i64, key: &KeyPair) -> Self {
        Self::agent_with(house, computer, key, Vec::new()).await
    }

    /// The same with sessions of before.
    pub async fn agent_with(
        house: &House,
        computer: i64,
        key: &KeyPair,
        live: Vec<LiveSession>,
    ) -> Self {
        let mut peer = Self::connect(house, "agent", None).await.unwrap();
        let hello = peer.hello_of(house, computer, key, NOW, live);
        peer.hello(Who::Agent(hello)).await;
        peer
    }

    pub fn hello_of(
        &self,
        house: &House,
        computer: i64,
        key: &KeyPair,
        made: i64,
        live: Vec<LiveSession>,
    ) -> AgentHello {
        let server = house.key.public().thumbprint();
        AgentHello {
            computer,
            key: key.public().thumbprint().to_string(),
            nonce: self.nonce.clone(),
            made,
            signature: migasfree_grant::hello::sign(key, computer, &self.nonce, server, made),
            services: vec!["terminal".to_owned()],
            live,
        }
    }

    /// Connects as an operator with a grant.
    pub async fn operator(house: &House, grant: &str) -> Self {
        let mut peer = Self::connect(house, "session", None).await.unwrap();
        let hello = OperatorHello {
            grant: Some(grant.to_owned()),
            resume: None,
        };
        peer.hello(Who::Operator(hello)).await;
        peer
    }

    /// Connects as an operator who comes back.
    pub async fn back(house: &House, state: &SessionState, streams: Vec<Position>) -> Self {
        let mut peer = Self::connect(house, "session", None).await.unwrap();
        let hello = OperatorHello {
            grant: None,
            resume: Some(Resume {
                session: state.session.clone(),
                secret: state.secret.clone(),
                streams,
            }),
        };
        peer.hello(Who::Operator(hello)).await;
        peer
    }

    pub async fn hello(&mut self, who: Who) {
        let hello = Hello::new(who, "0", "test");
        self.say(Kind::Hello, 0, &hello).await;
    }

    pub async fn say(&mut self, kind: Kind, stream: u32, what: &impl Serialize) {
        self.send(kind, stream, message::write(what)).await;
    }

    pub async fn control(&mut self, control: &Control) {
        self.say(Kind::Control, 0, control).await;
    }

    pub async fn send(&mut self, kind: Kind, stream: u32, payload: Bytes) {
        let mut bytes = BytesMut::new();
        Frame::new(kind, StreamId(stream), payload).encode(&mut bytes);
        // Who is sent away meanwhile does not care.
        let _ = self.socket.send(Message::Binary(bytes.freeze())).await;
    }

    /// Asks for a terminal.
    pub async fn open(&mut self, stream: u32) {
        let open = Open::Terminal {
            columns: 80,
            rows: 24,
            term: "xterm".to_owned(),
        };
        self.say(Kind::Open, stream, &open).await;
    }

    pub async fn credit(&mut self, stream: u32, consumed: u64, limit: u64) {
        let credit = Credit { consumed, limit };
        self.send(Kind::Credit, stream, credit.encode()).await;
    }

    /// The next frame; `None` when the relay is gone.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = Frame::decode(&mut self.read).unwrap() {
                return Some(frame);
            }
            assert!(self.read.is_empty(), "messages are of whole frames");
            let next = tokio::time::timeout(SOON, self.socket.next()).await;
            match next.expect("something comes") {
                Some(Ok(Message::Binary(message))) => self.read = message,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The next frame of a kind; those before it are passed over.
    pub async fn frame(&mut self, kind: Kind) -> Frame {
        loop {
            let frame = self.next().await;
            let frame = frame.unwrap_or_else(|| panic!("the relay went without {kind:?}"));
            if frame.kind == kind {
                return frame;
            }
        }
    }

    pub async fn said<T: serde::de::DeserializeOwned>(&mut self, kind: Kind) -> T {
        let frame = self.frame(kind).await;
        message::read(&frame.payload).unwrap()
    }

    pub async fn heard(&mut self) -> Control {
        self.said(Kind::Control).await
    }

    /// Why the relay sends it away.
    pub async fn sent_away(&mut self) -> Code {
        self.said::<GoAway>(Kind::GoAway).await.failure.code
    }

    /// What session an operator has.
    pub async fn session(&mut self) -> SessionState {
        match self.said::<Hello>(Kind::Hello).await.who {
            Who::Relay(welcome) => welcome.session.unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// Lets the session in that the relay asks about.
    pub async fn accept(&mut self) -> String {
        self.accept_in(migasfree_grant::Mode::User).await
    }

    /// The same in this mode.
    pub async fn accept_in(&mut self, mode: migasfree_grant::Mode) -> String {
        let Control::Start { session, grant } = self.heard().await else {
            panic!("no session begins");
        };
        assert!(grant.contains('.'));
        self.control(&Control::Accepted {
            session: session.clone(),
            mode,
            switches: migasfree_grant::Switches::default(),
            recorded: false,
        })
        .await;
        session
    }

    /// Opens the stream that is asked for, and says what it is here.
    pub async fn opened(&mut self) -> u32 {
        let stream = self.frame(Kind::Open).await.stream.0;
        self.send(Kind::OpenOk, stream, Bytes::from_static(b"{}"))
            .await;
        stream
    }

    pub async fn data(&mut self) -> (u32, Bytes) {
        let frame = self.frame(Kind::Data).await;
        (frame.stream.0, frame.payload)
    }
}
