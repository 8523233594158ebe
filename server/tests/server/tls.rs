//! Connections under TLS: who is let in, what is known of them, and that nobody's handshake holds up others.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use migasfree_server::acceptor::{Accepted, Acceptor, ClientCertificates, Tls, TlsError};
use migasfree_server::app::Equipment;
use migasfree_server::config::Settings;
use migasfree_server_audit::Author;
use migasfree_server_auth::{Handshake, Peer};
use migasfree_server_authority::{Reason, serial_of};
use migasfree_server_db::{args, clock::ManualClock};
use migasfree_server_domain::certificates;
use reqwest::{Method, Version};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::rustls::pki_types::CertificateDer;

use crate::harness::tls::{Authority, Identity, Line, acceptor, program};
use crate::harness::{Answer, Server, clock};

const SOON: Duration = Duration::from_secs(5);
/// The server's clock stands at noon of the 17th.
const THIS_DAY: (i32, u8, u8) = (2026, 6, 18);

/// Lets in whom another one lets in, and remembers them.
#[derive(Debug)]
struct Watched {
    inner: Tls,
    seen: Arc<Mutex<Vec<Peer>>>,
}

#[async_trait]
impl Acceptor for Watched {
    fn scheme(&self) -> &'static str {
        self.inner.scheme()
    }

    async fn accept(&self, stream: TcpStream, address: SocketAddr) -> io::Result<Accepted> {
        let accepted = self.inner.accept(stream, address).await?;
        self.seen.lock().unwrap().push(accepted.peer.clone());
        Ok(accepted)
    }
}

/// A server under TLS, and whom it let in.
struct Site {
    server: Server,
    authority: Authority,
    clock: Arc<ManualClock>,
    seen: Arc<Mutex<Vec<Peer>>>,
}

impl Site {
    async fn new(clients: fn(Vec<CertificateDer<'static>>) -> ClientCertificates) -> Self {
        let authority = Authority::new("an authority");
        let clock = clock::standing();
        let clients = clients(vec![authority.certificate()]);
        let seen = Arc::<Mutex<Vec<Peer>>>::default();
        let watched = Watched {
            inner: acceptor(&authority, clients, clock.clone()),
            seen: Arc::clone(&seen),
        };
        let equipment = Equipment {
            acceptor: Arc::new(watched),
            ..Equipment::default()
        };
        let server = Server::equipped(equipment, Server::sqlite_settings()).await;
        Self {
            server,
            authority,
            clock,
            seen,
        }
    }

    /// The status a program gets that shows a certificate, or none; nothing if it is not let in.
    async fn health(&self, shown: Option<&Identity>) -> Option<u16> {
        let request = self.request(shown, Method::GET, "/health");
        request
            .send()
            .await
            .ok()
            .map(|answer| answer.status().as_u16())
    }

    fn request(
        &self,
        shown: Option<&Identity>,
        method: Method,
        path: &str,
    ) -> reqwest::RequestBuilder {
        let mut config = program(&self.authority, shown);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let http = reqwest::Client::builder().tls_backend_preconfigured(config);
        let url = format!("{}{path}", self.server.url());
        http.build().unwrap().request(method, url)
    }

    /// The certificate of who was let in last.
    fn certificate(&self) -> Option<Arc<[u8]>> {
        let seen = self.seen.lock().unwrap();
        let peer = seen.last().unwrap();
        assert!(peer.address.ip().is_loopback());
        let Handshake { certificate } = peer.tls.clone().unwrap();
        certificate
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn under_tls_the_cookie_is_secure_unless_a_proxy_says_that_the_browser_is_not() {
    let site = Site::new(|_| ClientCertificates::Unasked).await;
    let url = site.server.url();
    let login = || {
        site.request(None, Method::POST, "/rest-auth/login/")
            .header("Origin", &url)
            .header("X-CSRF", "1")
            .json(&json!({"username": "admin", "password": site.server.admin_password()}))
    };
    let secure = login().send().await.unwrap();
    assert_eq!(secure.version(), Version::HTTP_2, "both ends speak it");
    let cookie = secure.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(
        cookie.starts_with("__Host-") && cookie.contains("; Secure"),
        "{cookie}"
    );
    let behind = Answer::of(login().header("X-Forwarded-Proto", "http")).await;
    assert!(
        behind
            .header("set-cookie")
            .starts_with("migasfree_session="),
        "{behind:?}"
    );
    assert_eq!(site.certificate(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_the_server_gives_out_lead_to_it_under_tls() {
    let site = Site::new(|_| ClientCertificates::Unasked).await;
    let path = "/api/v1/public/repository-url-template/";
    let template = Answer::of(site.request(None, Method::POST, path).json(&json!({}))).await;
    let template = template.json.as_str().unwrap().to_owned();
    let port = site.server.app.address.port();
    let given = format!("https://{{server}}:{port}/");
    assert!(template.starts_with(&given), "{template}");
    assert!(site.server.url().starts_with("https://"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_good_certificate_is_refused_where_one_is_demanded() {
    let site = Site::new(ClientCertificates::Demanded).await;
    let own = site.authority.client(THIS_DAY);
    assert_eq!(site.health(Some(&own)).await, Some(200));
    assert_eq!(site.certificate().as_deref(), Some(&own.certificate[..]));
    let foreign = Authority::new("another authority").client(THIS_DAY);
    let servers = site.authority.server();
    for refused in [None, Some(&foreign), Some(&servers)] {
        assert_eq!(site.health(refused).await, None);
    }
    assert_eq!(site.seen.lock().unwrap().len(), 1, "nobody else came in");
    site.clock.advance(Duration::from_secs(86_400));
    assert_eq!(site.health(Some(&own)).await, None, "it has expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_certificate_is_let_in_where_one_is_only_asked_for() {
    let site = Site::new(ClientCertificates::Asked).await;
    assert_eq!(site.health(None).await, Some(200));
    assert_eq!(site.certificate(), None);
    let own = site.authority.client(THIS_DAY);
    assert_eq!(site.health(Some(&own)).await, Some(200));
    assert_eq!(site.certificate().as_deref(), Some(&own.certificate[..]));
    let foreign = Authority::new("another authority").client(THIS_DAY);
    assert_eq!(site.health(Some(&foreign)).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_taken_back_is_refused_with_the_next_request() {
    let site = Site::new(ClientCertificates::Asked).await;
    let own = site.authority.client(THIS_DAY);
    assert_eq!(site.health(Some(&own)).await, Some(200));
    let state = site.server.state();
    let serial = serial_of(&own.certificate).unwrap();
    let now = site.server.clock_now();
    let (id,): (i64,) = state
        .db
        .one(
            "INSERT INTO certificate (serial, kind, subject, fingerprint, not_before, not_after) \
             VALUES ($1, 'server', 'CN=computer-7', 'f1', $2, $3) RETURNING id",
            args![serial, now, now + Duration::from_secs(86_400)],
        )
        .await
        .unwrap();
    let reason = Reason::KeyCompromise;
    certificates::revoke(&state.services, &Author::server(), id, reason)
        .await
        .unwrap();
    assert_eq!(site.health(Some(&own)).await, Some(403));
    assert_eq!(site.health(None).await, Some(200));
}

#[test]
fn certificates_that_cannot_be_used_are_refused_with_a_reason() {
    let authority = Authority::new("an authority");
    let (one, other) = (authority.server(), authority.server());
    let chain = || vec![one.certificate.clone()];
    let unasked = ClientCertificates::Unasked;
    let wrong = Tls::new(chain(), other.key, unasked, clock::standing()).unwrap_err();
    assert!(matches!(wrong, TlsError::Own(_)), "{wrong}");
    for authorities in [vec![], vec![CertificateDer::from(vec![0_u8])]] {
        let demanded = ClientCertificates::Demanded(authorities);
        let wrong = Tls::new(chain(), one.key.clone_key(), demanded, clock::standing());
        let wrong = wrong.unwrap_err();
        assert!(matches!(wrong, TlsError::Authorities(_)), "{wrong}");
    }
}

/// What comes until the connection ends, which it has to do soon.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(SOON, stream.read_to_end(&mut bytes)).await;
    let _ = read.expect("the connection ends");
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_does_not_end_keeps_nobody_waiting_and_ends_soon() {
    let line = Line::under_tls();
    let settings = Settings {
        idle_timeout_seconds: 3,
        ..Server::sqlite_settings()
    };
    let server = line.server(settings).await;
    let address = server.app.address;
    // Nothing, half of a record's head, and half of a record.
    let mut stalled = Vec::new();
    for said in [&b""[..], b"\x16\x03", b"\x16\x03\x01\x02\x00\x01"].repeat(10) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(said).await.unwrap();
        stalled.push(stream);
    }
    let mut other = line.connect(address).await;
    other
        .write_all(b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n")
        .await
        .unwrap();
    let mut start = [0; 12];
    other.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");
    let open = tokio::time::timeout(Duration::from_millis(10), stalled[0].read(&mut [0])).await;
    assert!(open.is_err(), "answered while others say nothing");
    let (mut ends, mut drips) = TcpStream::connect(address).await.unwrap().into_split();
    let dripping = tokio::spawn(async move {
        drips.write_all(b"\x16\x03\x01\x02\x00").await.unwrap();
        while drips.write_all(b"\x00").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    for stream in &mut stalled {
        assert_eq!(rest(stream).await, b"");
    }
    let end = tokio::time::timeout(SOON, ends.read(&mut [0])).await;
    assert!(
        end.is_ok(),
        "neither does a handshake go on for ever by dripping"
    );
    dripping.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_server_waits_for_no_handshake() {
    let server = Line::under_tls().server(Server::sqlite_settings()).await;
    let mut stalled = TcpStream::connect(server.app.address).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begun = Instant::now();
    server.app.stop().await;
    assert!(begun.elapsed() < SOON);
    assert_eq!(rest(&mut stalled).await, b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_speak_tls_is_not_answered() {
    let server = Line::under_tls().server(Server::sqlite_settings()).await;
    let mut plain = TcpStream::connect(server.app.address).await.unwrap();
    plain
        .write_all(b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n")
        .await
        .unwrap();
    assert!(!rest(&mut plain).await.starts_with(b"HTTP"));
}
