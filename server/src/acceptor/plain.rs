//! Connections without encryption.

use std::io;
use std::net::SocketAddr;

use async_trait::async_trait;
use migasfree_server_auth::Peer;
use tokio::net::TcpStream;

use super::{Accepted, Acceptor};

/// Takes connections as they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plain;

#[async_trait]
impl Acceptor for Plain {
    fn scheme(&self) -> &'static str {
        "http"
    }

    async fn accept(&self, stream: TcpStream, address: SocketAddr) -> io::Result<Accepted> {
        Ok(Accepted {
            stream: Box::new(stream),
            peer: Peer { address, tls: None },
        })
    }
}
