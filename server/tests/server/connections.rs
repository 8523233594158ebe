//! Connections: silent ones end, slow ones do not, and a stopping server waits for work alone, under TLS too.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use migasfree_server::{
    acceptor::Stream,
    config::{Settings, Source, load},
};
use migasfree_types::events::{ChangeAction, Event};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::harness::{Server, tls::Line};

/// Defines a test once and runs it over plain connections, and under TLS.
macro_rules! plain_and_under_tls {
    ($(async fn $name:ident($line:ident: Line) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn check($line: Line) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn plain() {
                check(Line::plain()).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn under_tls() {
                check(Line::under_tls()).await;
            }
        }
    )+};
}

const HALF_A_HEAD: &[u8] = b"GET /health HTTP/1.1\r\nHost: he";
const HEALTH: &[u8] = b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n";
/// Far below the time limit of a request.
const SOON: Duration = Duration::from_secs(5);

/// Of a server that lets a connection be silent for a second.
fn impatient() -> Settings {
    Settings {
        idle_timeout_seconds: 1,
        ..Server::sqlite_settings()
    }
}

async fn connect(address: SocketAddr, say: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(say).await.unwrap();
    stream
}

async fn say(line: &Line, address: SocketAddr, said: &[u8]) -> Box<dyn Stream> {
    let mut stream = line.connect(address).await;
    stream.write_all(said).await.unwrap();
    stream
}

/// All that comes until the connection ends, which it has to do soon.
async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(SOON, stream.read_to_end(&mut bytes)).await;
    // A connection that is cut off with something unread ends with an error.
    let _ = read.expect("the connection ends");
    String::from_utf8_lossy(&bytes).into_owned()
}

fn login(length: usize) -> Vec<u8> {
    format!(
        "POST /token-auth/ HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n"
    )
    .into_bytes()
}

const LARGE: &[u8] =
    b"GET /api/schema/swagger-ui/swagger-ui-bundle.js HTTP/1.1\r\nHost: here\r\n\r\n";

/// A connection that takes little before it is read.
async fn with_little_room(address: SocketAddr) -> TcpStream {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 * 1024).unwrap();
    socket.connect(address).await.unwrap()
}

/// How long a body is, by the head before it.
fn announced(begin: &[u8]) -> usize {
    let head = String::from_utf8_lossy(begin).to_ascii_lowercase();
    let length = head.split("content-length: ").nth(1).unwrap();
    length.split("\r\n").next().unwrap().parse().unwrap()
}

plain_and_under_tls! {
    async fn a_connection_that_never_finishes_its_request_ends(line: Line) {
        let server = line.server(impatient()).await;
        // Nothing, the start of HTTP/2, half a head, and nothing more after an answer.
        for said in [&b""[..], b"PRI * HTTP/2.0\r\n", HALF_A_HEAD, HEALTH] {
            let mut stream = say(&line, server.app.address, said).await;
            let answer = rest(&mut stream).await;
            assert_eq!(answer.starts_with("HTTP/1.1 200"), said == HEALTH, "{answer}");
        }
    }

    async fn a_head_that_trickles_in_does_not_hold_a_connection(line: Line) {
        let server = line.server(impatient()).await;
        let mut stream = say(&line, server.app.address, HALF_A_HEAD).await;
        let begun = Instant::now();
        while stream.write_all(b"x").await.is_ok() && stream.flush().await.is_ok() {
            assert!(begun.elapsed() < SOON);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn a_stopping_server_waits_for_requests_and_not_for_halves_of_them(line: Line) {
        let server = line.server(Server::sqlite_settings()).await;
        let address = server.app.address;
        let mut waiting = Vec::new();
        for said in [&b""[..], HALF_A_HEAD, HEALTH] {
            waiting.push(say(&line, address, said).await);
        }
        let body = br#"{"username": "a", "password": "b"}"#;
        let mut at_work = say(&line, address, &login(body.len())).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let begun = Instant::now();
        let stopping = tokio::spawn(server.app.stop());
        for stream in &mut waiting {
            rest(stream).await;
        }
        assert!(begun.elapsed() < Duration::from_secs(2));
        assert!(!stopping.is_finished());
        at_work.write_all(body).await.unwrap();
        assert!(rest(&mut at_work).await.starts_with("HTTP/1.1 4"));
        stopping.await.unwrap();
        assert!(begun.elapsed() < SOON);
        assert!(TcpStream::connect(address).await.is_err());
    }

    async fn an_answer_that_nobody_reads_ends(line: Line) {
        let server = line.server(hasty()).await;
        let mut lazy = line.over(with_little_room(server.app.address).await).await;
        lazy.write_all(LARGE).await.unwrap();
        let mut bytes = vec![0; 1024];
        lazy.read_exact(&mut bytes).await.unwrap();
        let length = announced(&bytes);
        tokio::time::sleep(Duration::from_secs(4)).await;
        let _ = lazy.read_to_end(&mut bytes).await;
        assert!(bytes.len() < length, "{} of {length}", bytes.len());
    }

    async fn an_answer_that_takes_longer_than_the_silence_is_whole(line: Line) {
        let server = line.server(impatient()).await;
        let mut slow = line.over(with_little_room(server.app.address).await).await;
        slow.write_all(LARGE).await.unwrap();
        let mut bytes = vec![0; 1024];
        slow.read_exact(&mut bytes).await.unwrap();
        let length = announced(&bytes);
        let stopping = tokio::spawn(server.app.stop());
        while bytes.len() < length {
            tokio::time::sleep(Duration::from_millis(30)).await;
            let mut some = vec![0; 64 * 1024];
            let read = slow.read(&mut some).await.unwrap();
            assert!(read > 0, "{} of {length}", bytes.len());
            bytes.extend(&some[..read]);
        }
        drop(slow);
        stopping.await.unwrap();
    }
}

const HEALTH_ALONE: &[u8] = b"GET /health HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";

/// Of a server that knows another proxy than this machine, and bears two connections of an address.
fn unfriendly() -> Settings {
    let mut source = Source::default();
    let proxies = "MIGASFREE_TRUSTED_PROXIES".to_owned();
    source
        .environment
        .insert(proxies, "edge=127.0.0.4".to_owned());
    let loaded = load(&source).settings().unwrap();
    Settings {
        trusted_proxies: loaded.trusted_proxies,
        connections_per_address: 2,
        ..Server::sqlite_settings()
    }
}

async fn connect_from(last: u8, address: SocketAddr) -> TcpStream {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, last], 0).into()).unwrap();
    socket.connect(address).await.unwrap()
}

async fn is_served(last: u8, address: SocketAddr) -> bool {
    let mut stream = connect_from(last, address).await;
    // A connection that was closed already takes nothing.
    let _ = stream.write_all(HEALTH_ALONE).await;
    rest(&mut stream).await.starts_with("HTTP/1.1 200")
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_of_one_address_leave_others_served() {
    let server = Server::with(unfriendly()).await;
    let address = server.app.address;
    let mut silent = Vec::new();
    for last in [2, 2, 4, 4] {
        silent.push(connect_from(last, address).await);
    }
    assert!(!is_served(2, address).await, "it has two");
    assert!(is_served(3, address).await);
    assert!(is_served(4, address).await, "it is a proxy");
    silent.clear();
    let begun = Instant::now();
    while !is_served(2, address).await {
        assert!(begun.elapsed() < SOON);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_may_be_slow_but_not_stall() {
    let server = Server::with(impatient()).await;
    let body = br#"{"username": "a", "password": "b"}"#;
    let mut slow = connect(server.app.address, &login(body.len())).await;
    for piece in body.chunks(5) {
        tokio::time::sleep(Duration::from_millis(400)).await;
        slow.write_all(piece).await.unwrap();
    }
    let answer = rest(&mut slow).await;
    assert!(
        answer.contains("non_field_errors") || answer.contains("detail"),
        "{answer}"
    );

    let mut stalled = connect(server.app.address, &login(body.len())).await;
    stalled.write_all(&body[..5]).await.unwrap();
    let answer = rest(&mut stalled).await;
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_faster_than_the_slowest_may_take_longer_than_an_answer() {
    let server = Server::with(Settings {
        request_timeout_seconds: 1,
        ..Server::sqlite_settings()
    })
    .await;
    let body = format!(
        "{{\"username\": \"a\", \"password\": \"b\"{}}}",
        " ".repeat(8_000)
    );
    let mut slow = connect(server.app.address, &login(body.len())).await;
    for piece in body.as_bytes().chunks(1_500) {
        tokio::time::sleep(Duration::from_millis(400)).await;
        slow.write_all(piece).await.unwrap();
    }
    let mut answer = vec![0; 4096];
    let read = tokio::time::timeout(SOON, slow.read(&mut answer)).await;
    let read = read.expect("it is answered").unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]);
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_may_be_silent() {
    let server = Server::with(impatient()).await;
    let url = format!("ws://{}/api/v1/token/events/", server.app.address);
    let mut request = url.into_client_request().unwrap();
    let token = format!("Token {}", server.admin().await.token());
    request
        .headers_mut()
        .insert("authorization", token.parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let silence = tokio::time::timeout(Duration::from_secs(3), async {
        while let Some(Ok(Message::Ping(_))) = socket.next().await {}
    });
    assert!(silence.await.is_err(), "it says nothing and lives");
    server.state().events.send(Event::Changed {
        entity: "core.platform".to_owned(),
        id: Some(1),
        action: ChangeAction::Change,
        at: String::new(),
    });
    let heard = tokio::time::timeout(SOON, socket.next()).await.unwrap();
    assert!(matches!(heard, Some(Ok(Message::Text(_)))), "{heard:?}");
}

/// Of a server that bears less than a kilobyte a second for one second only.
fn hasty() -> Settings {
    Settings {
        idle_timeout_seconds: 1,
        slow_seconds: 1,
        anonymous_slow_seconds: 1,
        ..Server::sqlite_settings()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_drips_ends() {
    let server = Server::with(hasty()).await;
    let mut dripping = connect(server.app.address, &login(10_000)).await;
    let begun = Instant::now();
    while dripping.write_all(b" ").await.is_ok() {
        if begun.elapsed() > Duration::from_secs(3) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let answer = rest(&mut dripping).await;
    assert!(answer.contains("1024 bytes a second"), "{answer}");
}

/// A server that gives only those more than a second who are known.
async fn wary() -> Server {
    Server::with(Settings {
        slow_seconds: 600,
        anonymous_slow_seconds: 1,
        ..Server::sqlite_settings()
    })
    .await
}

fn post(path: &str, kind: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: here\r\nContent-Type: {kind}\r\nContent-Length: 100000\r\n\r\n"
    )
    .into_bytes()
}

/// What is answered to who goes on with a byte now and then.
async fn dripping(address: SocketAddr, beginning: &[u8]) -> String {
    let (mut answer, mut said) = connect(address, beginning).await.into_split();
    let drips = tokio::spawn(async move {
        while said.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let mut bytes = vec![0; 4096];
    // Nothing is read where the connection ends without an answer.
    let read = tokio::time::timeout(Duration::from_secs(30), answer.read(&mut bytes)).await;
    let read = read.expect("it ends").unwrap_or_default();
    drips.abort();
    String::from_utf8_lossy(&bytes[..read]).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_known_yet_cannot_drip_for_long() {
    let server = wary().await;
    let address = server.app.address;
    assert_eq!(dripping(address, HALF_A_HEAD).await, "");
    let form = b"--b\r\nContent-Disposition: form-data; name=\"msg\"\r\n\r\n";
    for path in [
        "/api/v1/public/keys/project/",
        "/api/v1/public/keys/packager/",
        "/api/v1/safe/computers/",
        "/api/v1/safe/packages/",
    ] {
        let json = [&post(path, "application/json")[..], b"{"].concat();
        let parts = post(path, "multipart/form-data; boundary=b");
        let parts = [&parts[..], form].concat();
        for beginning in [json, parts] {
            let answer = dripping(address, &beginning).await;
            assert!(answer.starts_with("HTTP/1.1 400"), "{path}: {answer}");
            assert!(answer.contains("broke off"), "{path}: {answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answered_connection_may_rest_longer_than_a_head_may_take() {
    let server = wary().await;
    let mut stream = connect(server.app.address, HEALTH).await;
    let mut bytes = [0; 4096];
    assert!(stream.read(&mut bytes).await.unwrap() > 0);
    tokio::time::sleep(Duration::from_secs(3)).await;
    stream.write_all(HEALTH).await.unwrap();
    let read = stream.read(&mut bytes).await.unwrap();
    assert!(bytes[..read].starts_with(b"HTTP/1.1 200"));
}

/// A form with the given parts, sent in pieces of unknown number.
async fn send_form(server: &Server, path: &str, parts: &[(String, &str)]) -> (u16, String) {
    let mut form = String::new();
    for (name, content) in parts {
        form +=
            &format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n");
    }
    form += "--b--\r\n";
    let pieces: Vec<Vec<u8>> = form.as_bytes().chunks(1000).map(<[u8]>::to_vec).collect();
    let pieces = pieces.into_iter().map(Ok::<_, std::io::Error>);
    let answer = server
        .anonymous()
        .request(reqwest::Method::POST, path)
        .header("content-type", "multipart/form-data; boundary=b")
        .body(reqwest::Body::wrap_stream(futures_util::stream::iter(
            pieces,
        )))
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_strangers_are_small_have_few_parts_and_short_names() {
    let server = Server::on_sqlite().await;
    let sealed = "/api/v1/safe/computers/id/";
    let many: Vec<_> = (0..21).map(|n| (format!("field{n}"), "")).collect();
    let long = vec![("x".repeat(9_000), "")];
    let large = "x".repeat(70_000);
    let large = vec![("username".to_owned(), large.as_str())];
    for path in ["/token-auth/", sealed] {
        for (parts, reason) in [
            (&many, "more than the 20 parts"),
            (&long, "longer than the 8192 bytes"),
        ] {
            let (status, text) = send_form(&server, path, parts).await;
            assert_eq!(status, 413, "{path} {text}");
            assert!(text.contains(reason), "{path} {text}");
        }
    }
    let (status, text) = send_form(&server, "/token-auth/", &large).await;
    assert_eq!(status, 413, "{text}");
    // An ordinary form is read.
    let parts = [("msg".to_owned(), "x"), ("project".to_owned(), "none")];
    let (status, text) = send_form(&server, sealed, &parts).await;
    assert_eq!(status, 404, "{text}");
}
