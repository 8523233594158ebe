//! Acceptors: from a connection that the listener took to a stream, and to what is known of who is at its other end.

mod plain;
mod tls;

use std::fmt;
use std::io;
use std::net::SocketAddr;

use async_trait::async_trait;
use migasfree_server_auth::Peer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

pub use plain::Plain;
pub(crate) use tls::{CHALLENGE, unix_time};
pub use tls::{ClientCertificates, Spoken, Tls, TlsError, verifier};

/// Begins a connection. Whoever calls it limits how long that may take.
#[async_trait]
pub trait Acceptor: fmt::Debug + Send + Sync {
    /// How addresses begin that lead to it: `http` or `https`.
    fn scheme(&self) -> &'static str;

    /// The stream that requests come on, and who sends them.
    ///
    /// # Errors
    /// When the other end is not let in.
    async fn accept(&self, stream: TcpStream, address: SocketAddr) -> io::Result<Accepted>;
}

/// A connection that has begun.
pub struct Accepted {
    /// What requests come on.
    pub stream: Box<dyn Stream>,
    /// Who sends them.
    pub peer: Peer,
}

impl fmt::Debug for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accepted")
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}

/// Bytes in both directions.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}
