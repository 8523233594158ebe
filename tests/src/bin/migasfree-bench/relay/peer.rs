//! Agents and operators as frames alone.

use anyhow::{Context, Result, bail};
use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt as _, StreamExt as _};
use migasfree_grant::{Mode, Switches};
use migasfree_tunnel::frame::{Credit, Frame, INITIAL_WINDOW, Kind, MAX_WINDOW, StreamId};
use migasfree_tunnel::message::{
    self, AgentHello, Control, Hello, Open, OperatorHello, SUBPROTOCOL, Who,
};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config};

use super::serve::{SERVER, grant, key, now};
use super::served::At;

/// Bytes of a frame.
pub const CHUNK: usize = 64 * 1024;
/// There are thousands of them.
const READ: usize = 8 * 1024;
/// After so many bytes, the operator allows more.
const EVERY: u64 = 512 * 1024;

pub struct Peer {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    read: Bytes,
    limit: u64,
}

impl Peer {
    /// The agent of a computer.
    pub async fn agent(relay: &At, computer: i64) -> Result<Self> {
        let (mut peer, nonce) = Self::connect(relay, "agent").await?;
        let key = key(computer);
        let server = super::serve::key(SERVER).public().thumbprint();
        let made = now();
        let hello = AgentHello {
            computer,
            key: key.public().thumbprint().to_string(),
            signature: migasfree_grant::hello::sign(&key, computer, &nonce, server, made),
            nonce,
            made,
            services: Vec::new(),
            live: Vec::new(),
        };
        peer.hello(Who::Agent(hello)).await?;
        Ok(peer)
    }

    /// An operator of a computer.
    pub async fn operator(relay: &At, computer: i64) -> Result<Self> {
        let (mut peer, _) = Self::connect(relay, "session").await?;
        let hello = OperatorHello {
            grant: Some(grant(computer)),
            resume: None,
        };
        peer.hello(Who::Operator(hello)).await?;
        Ok(peer)
    }

    async fn connect(relay: &At, who: &str) -> Result<(Self, String)> {
        let url = format!("{}/api/native/1/relay/{who}/", relay.url());
        let mut request = url.into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", SUBPROTOCOL.parse()?);
        let stream = TcpStream::connect(&relay.address).await?;
        stream.set_nodelay(true)?;
        let config = WebSocketConfig::default().read_buffer_size(READ);
        let connector = relay
            .tls
            .clone()
            .map_or(Connector::Plain, Connector::Rustls);
        let connected =
            client_async_tls_with_config(request, stream, Some(config), Some(connector));
        let (socket, _) = Box::pin(connected).await?;
        let mut peer = Self {
            socket,
            read: Bytes::new(),
            limit: INITIAL_WINDOW,
        };
        let hello = peer.frame(Kind::Hello).await?;
        match message::read::<Hello>(&hello.payload)?.who {
            Who::Relay(welcome) => Ok((peer, welcome.nonce.context("a challenge")?)),
            _ => bail!("this is no relay"),
        }
    }

    async fn hello(&mut self, who: Who) -> Result<()> {
        let hello = message::write(&Hello::new(who, "0", "bench"));
        self.put(Kind::Hello, 0, hello).await
    }

    /// Lets the session in that begins.
    pub async fn accept(&mut self) -> Result<()> {
        let start = self.frame(Kind::Control).await?;
        let Control::Start { session, .. } = message::read(&start.payload)? else {
            bail!("no session begins");
        };
        let accepted = Control::Accepted {
            session,
            mode: Mode::User,
            switches: Switches::default(),
            recorded: false,
        };
        self.put(Kind::Control, 0, message::write(&accepted)).await
    }

    /// Opens stream 1 once the session is there.
    pub async fn open(&mut self) -> Result<()> {
        self.frame(Kind::Hello).await?;
        let open = Open::Port {
            name: "bench".to_owned(),
        };
        self.put(Kind::Open, 1, message::write(&open)).await
    }

    pub async fn opened(&mut self) -> Result<u32> {
        let stream = self.frame(Kind::Open).await?.stream.0;
        self.put(Kind::OpenOk, stream, Bytes::from_static(b"{}"))
            .await?;
        Ok(stream)
    }

    /// Waits until the stream is open.
    pub async fn answered(&mut self) -> Result<()> {
        self.frame(Kind::OpenOk).await.map(|_| ())
    }

    /// Sends bytes as far as credit allows them.
    pub async fn send(&mut self, stream: u32, from: u64, until: u64) -> Result<()> {
        let chunk = Bytes::from(vec![0; CHUNK]);
        let mut sent = from;
        while sent < until {
            while sent + CHUNK as u64 > self.limit {
                let credit = self.frame(Kind::Credit).await?;
                self.limit = Credit::decode(&credit.payload)?.limit;
            }
            self.put(Kind::Data, stream, chunk.clone()).await?;
            sent += CHUNK as u64;
        }
        Ok(())
    }

    /// Takes bytes, and allows more: at once where many come, since a stream begins with less than that.
    pub async fn take(&mut self, from: u64, until: u64) -> Result<()> {
        let (mut taken, mut allowed) = (from, from);
        if until - from > EVERY {
            self.allow(from).await?;
        }
        while taken < until {
            taken += self.frame(Kind::Data).await?.payload.len() as u64;
            if taken - allowed >= EVERY {
                allowed = taken;
                self.allow(taken).await?;
            }
        }
        Ok(())
    }

    async fn allow(&mut self, taken: u64) -> Result<()> {
        let credit = Credit {
            consumed: taken,
            limit: taken + MAX_WINDOW,
        };
        self.put(Kind::Credit, 1, credit.encode()).await
    }

    /// Sends some bytes on a stream, for which there is credit.
    pub async fn say(&mut self, stream: u32, bytes: Bytes) -> Result<()> {
        self.put(Kind::Data, stream, bytes).await
    }

    /// The next bytes that come.
    pub async fn hear(&mut self) -> Result<Bytes> {
        Ok(self.frame(Kind::Data).await?.payload)
    }

    async fn put(&mut self, kind: Kind, stream: u32, payload: Bytes) -> Result<()> {
        let mut bytes = BytesMut::new();
        Frame::new(kind, StreamId(stream), payload).encode(&mut bytes);
        Ok(self.socket.send(Message::Binary(bytes.freeze())).await?)
    }

    async fn frame(&mut self, kind: Kind) -> Result<Frame> {
        loop {
            if let Some(frame) = Frame::decode(&mut self.read)? {
                if frame.kind == kind {
                    return Ok(frame);
                }
                continue;
            }
            match self.socket.next().await.context("the relay went")?? {
                Message::Binary(message) => self.read = message,
                Message::Close(_) => bail!("the relay goes"),
                _ => {}
            }
        }
    }
}
