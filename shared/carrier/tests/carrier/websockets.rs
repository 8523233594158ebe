//! Streams over real WebSockets on the loopback.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::double::{Relay, line, opened, port, start};
use bytes::Bytes;
use migasfree_carrier::websocket::{ConnectError, config, connect, connect_by, over};
use migasfree_tunnel::connection::{Priority, Side};
use migasfree_tunnel::message::SUBPROTOCOL;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_tungstenite::accept_hdr_async_with_config;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderMap, HeaderValue};

struct Tls {
    server: TlsAcceptor,
    client: Arc<ClientConfig>,
}

fn tls() -> Tls {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = CertificateDer::from(made.cert.der().to_vec());
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let server = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let client = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Tls {
        server: TlsAcceptor::from(Arc::new(server)),
        client: Arc::new(client),
    }
}

#[allow(clippy::result_large_err, reason = "tungstenite wants it so")]
fn answer(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    if request.uri().path() != "/relay" {
        let mut refused = ErrorResponse::new(None);
        *refused.status_mut() =
            tokio_tungstenite::tungstenite::http::StatusCode::SERVICE_UNAVAILABLE;
        refused
            .headers_mut()
            .insert("retry-after", HeaderValue::from_static("7"));
        return Err(refused);
    }
    assert_eq!(request.headers()["x-test"], "yes");
    let protocol = HeaderValue::from_static(SUBPROTOCOL);
    response
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    Ok(response)
}

/// A relay that echoes what its only agent gets.
async fn relay(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
    let Ok(socket) = accept_hdr_async_with_config(stream, answer, Some(config())).await else {
        return;
    };
    let (right, agent) = line();
    let relay = Relay::new(right).start(over(socket));
    let (_agent, mut asked) = start(agent, Side::Agent);
    let mut stream = opened(&mut asked)
        .await
        .accept(Priority::Bulk, Bytes::new());
    let mut got = Vec::new();
    stream.read_to_end(&mut got).await.unwrap();
    stream.write_all(&got).await.unwrap();
    stream.shutdown().await.unwrap();
    relay.await.unwrap();
}

async fn listen(tls: Option<TlsAcceptor>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        match tls {
            Some(tls) => relay(tls.accept(stream).await.unwrap()).await,
            None => relay(stream).await,
        }
    });
    address
}

fn headers() -> HeaderMap {
    HeaderMap::from_iter([("x-test".parse().unwrap(), HeaderValue::from_static("yes"))])
}

async fn echoes(url: &str, tls: Arc<ClientConfig>) {
    echoes_by(url, tls, None).await;
}

async fn echoes_by(url: &str, tls: Arc<ClientConfig>, proxy: Option<&str>) {
    let transport = connect_by(url, tls, headers(), proxy).await.unwrap();
    let (link, _told) = start(transport, Side::Operator);
    let mut stream = link.open(Priority::Bulk, port()).await.unwrap();
    let sent: Vec<u8> = (0..2_000_000_u32).map(|index| (index / 7) as u8).collect();
    stream.write_all(&sent).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut got = Vec::new();
    stream.read_to_end(&mut got).await.unwrap();
    assert!(got == sent, "{} bytes came back", got.len());
}

#[tokio::test]
async fn streams_pass_over_a_websocket() {
    let address = listen(None).await;
    echoes(&format!("ws://{address}/relay"), tls().client).await;
}

#[tokio::test]
async fn streams_pass_over_tls() {
    let Tls { server, client } = tls();
    let address = listen(Some(server)).await;
    echoes(&format!("wss://localhost:{}/relay", address.port()), client).await;
}

#[tokio::test]
async fn a_server_that_is_not_confirmed_is_not_reached() {
    let address = listen(Some(tls().server)).await;
    let url = format!("wss://localhost:{}/relay", address.port());
    let error = connect(&url, tls().client, headers()).await.unwrap_err();
    assert!(matches!(error, ConnectError::Unreachable(_)), "{error:?}");
}

#[tokio::test]
async fn a_server_says_when_to_come_again() {
    let address = listen(None).await;
    let url = format!("ws://{address}/elsewhere");
    let error = connect(&url, tls().client, headers()).await.unwrap_err();
    let ConnectError::Refused {
        status,
        again_after,
    } = error
    else {
        panic!("{error:?}");
    };
    assert_eq!((status, again_after), (503, Some(7)));
}

#[tokio::test]
async fn what_is_no_address_is_said_to_be_none() {
    let error = connect("not an address", tls().client, headers())
        .await
        .unwrap_err();
    assert!(matches!(error, ConnectError::Address(_)), "{error:?}");
}

/// A proxy that lets through whoever shows this, to a server that it alone knows where to find. It tells what it was asked.
async fn proxy(to: SocketAddr, answer: &'static str) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        let mut server = TcpStream::connect(to).await.unwrap();
        // Either end may be gone first.
        let _ = copy_bidirectional(&mut stream, &mut server).await;
        String::from_utf8(head).unwrap()
    });
    (address, asked)
}

#[tokio::test]
async fn a_proxy_is_shown_who_asks_and_leads_to_the_server_that_it_finds() {
    let Tls { server, client } = tls();
    let relay = listen(Some(server)).await;
    let (address, asked) = proxy(relay, "HTTP/1.1 200 Connection established\r\n\r\n").await;
    let by = format!("ana:secret@{address}");
    echoes_by("wss://localhost:9/relay", client, Some(&by)).await;
    let asked = asked.await.unwrap();
    assert!(
        asked.starts_with("CONNECT localhost:9 HTTP/1.1\r\n"),
        "{asked}"
    );
    assert!(
        asked.contains("Proxy-Authorization: Basic YW5hOnNlY3JldA=="),
        "{asked}"
    );
}

#[tokio::test]
async fn a_proxy_that_lets_nobody_through_is_told_apart_from_the_server() {
    let relay = listen(None).await;
    let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
    let (address, _asked) = proxy(relay, refusal).await;
    let by = address.to_string();
    let connected = connect_by("ws://localhost:9/relay", tls().client, headers(), Some(&by)).await;
    let error = connected.err().unwrap();
    assert!(
        matches!(error, ConnectError::Proxy { status: 407 }),
        "{error:?}"
    );
}
