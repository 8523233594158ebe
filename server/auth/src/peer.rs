//! Who is at the other end of a connection.

use std::net::SocketAddr;
use std::sync::Arc;

/// What is known of whoever connected. Every request of the connection carries it.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Where it connects from; that may be a proxy.
    pub address: SocketAddr,
    /// What the handshake told, where the connection is encrypted.
    pub tls: Option<Handshake>,
}

/// What a TLS handshake told.
#[derive(Debug, Clone)]
pub struct Handshake {
    /// The certificate (DER) the peer showed: it holds the key, and an authority we asked for issued it.
    pub certificate: Option<Arc<[u8]>>,
}
