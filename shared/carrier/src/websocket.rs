//! The tunnel over a WebSocket: over TLS on port 443 it passes wherever the web does.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use migasfree_tunnel::message::SUBPROTOCOL;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::rustls::ClientConfig;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::{Request, Response};
use tokio_tungstenite::tungstenite::http::header::{RETRY_AFTER, SEC_WEBSOCKET_PROTOCOL};
use tokio_tungstenite::tungstenite::http::{HeaderMap, HeaderValue, Uri};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config,
    connect_async_tls_with_config,
};

use crate::proxy;
use crate::transport::{MAX_MESSAGE, Read, Socket};

/// How long connecting may take, TLS included.
const CONNECT_WITHIN: Duration = Duration::from_secs(20);

/// Idle connections are many, and each has such a buffer.
const READ_BUFFER: usize = 8 * 1024;

/// A WebSocket as transport.
pub type WebSocket<S> = Socket<WebSocketStream<S>, Message>;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Not the address of a WebSocket.
    #[error("{0} is no address of a WebSocket")]
    Address(String),
    /// The server does not want it.
    #[error("the server answered {status}")]
    Refused {
        /// The status of HTTP.
        status: u16,
        /// In how many seconds to come again, where it says so.
        again_after: Option<u32>,
    },
    /// The proxy before it does not let this through.
    #[error("the proxy answered {status}")]
    Proxy {
        /// The status of HTTP.
        status: u16,
    },
    /// The server speaks something else.
    #[error("the server does not speak the tunnel's protocol: {0}")]
    Protocol(String),
    /// The server is not reached, or not confirmed.
    #[error("the server is not reached: {0}")]
    Unreachable(#[from] io::Error),
    /// It took too long.
    #[error("the server is not reached in time")]
    TimedOut,
}

/// Connects to a relay at an address that begins with `wss://` or `ws://`.
///
/// # Errors
/// [`ConnectError`] when there is no connection.
pub async fn connect(
    url: &str,
    tls: Arc<ClientConfig>,
    headers: HeaderMap,
) -> Result<WebSocket<MaybeTlsStream<TcpStream>>, ConnectError> {
    connect_by(url, tls, headers, None).await
}

/// The same through a proxy of HTTP (`host:port`, perhaps with `name:password@` before it), where there is one.
///
/// # Errors
/// [`ConnectError`] when there is no connection.
pub async fn connect_by(
    url: &str,
    tls: Arc<ClientConfig>,
    headers: HeaderMap,
    proxy: Option<&str>,
) -> Result<WebSocket<MaybeTlsStream<TcpStream>>, ConnectError> {
    let request = request(url, headers)?;
    let tls = Some(Connector::Rustls(tls));
    let connecting = async {
        let Some(proxy) = proxy else {
            let connected = connect_async_tls_with_config(request, Some(config()), true, tls);
            return connected.await.map_err(explained);
        };
        let target = target(request.uri()).ok_or_else(|| ConnectError::Address(url.to_owned()))?;
        let stream = proxy::through(proxy, &target).await?;
        let connected = client_async_tls_with_config(request, stream, Some(config()), tls);
        connected.await.map_err(explained)
    };
    let connected = timeout(CONNECT_WITHIN, Box::pin(connecting)).await;
    let (socket, _) = connected.map_err(|_| ConnectError::TimedOut)??;
    Ok(over(socket))
}

/// Host and port of an address.
fn target(uri: &Uri) -> Option<String> {
    let usual = if uri.scheme_str() == Some("wss") {
        443
    } else {
        80
    };
    let port = uri.port_u16().unwrap_or(usual);
    Some(format!("{}:{port}", uri.host()?))
}

/// The transport of a WebSocket that is open.
pub fn over<S>(socket: WebSocketStream<S>) -> WebSocket<S> {
    Socket::new(socket, Message::Binary, read)
}

/// How WebSockets of the tunnel are to be set up, at both ends.
#[must_use]
pub fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(2 * MAX_MESSAGE)
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE))
}

fn request(url: &str, headers: HeaderMap) -> Result<Request, ConnectError> {
    let request = url.into_client_request();
    let mut request = request.map_err(|_| ConnectError::Address(url.to_owned()))?;
    request.headers_mut().extend(headers);
    let protocol = HeaderValue::from_static(SUBPROTOCOL);
    request
        .headers_mut()
        .insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    Ok(request)
}

fn read(message: Message) -> Read {
    match message {
        Message::Binary(bytes) => Read::Message(bytes),
        Message::Ping(_) | Message::Pong(_) => Read::Nothing,
        Message::Close(_) => Read::End,
        Message::Text(_) | Message::Frame(_) => Read::Wrong,
    }
}

fn explained(error: Error) -> ConnectError {
    match error {
        Error::Io(error) => ConnectError::Unreachable(error),
        Error::Tls(error) => ConnectError::Unreachable(io::Error::other(error)),
        Error::Http(response) => ConnectError::Refused {
            status: response.status().as_u16(),
            again_after: again_after(&response),
        },
        Error::Url(error) => ConnectError::Address(error.to_string()),
        other => ConnectError::Protocol(other.to_string()),
    }
}

fn again_after(response: &Response) -> Option<u32> {
    response
        .headers()
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}
