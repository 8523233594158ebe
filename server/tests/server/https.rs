//! Over https and over http: versions, certificates that change, what is led elsewhere or refused, and who has to show a
//! certificate.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use migasfree_server::config::{
    PlainHttp, Settings, Source, TlsClients, TlsMode, TlsVersion, load,
};
use migasfree_server_db::args;
use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

use crate::harness::tls::{Authority, Identity, curious, program, shown};
use crate::harness::{Answer, Server};

/// The server's clock stands at noon of the day before.
const TOMORROW: (i32, u8, u8) = (2026, 6, 18);
const FAR_AWAY: (i32, u8, u8) = (2096, 1, 1);
const PUBLIC: &str = "https://migasfree.example";

/// A certificate in files.
struct Files {
    authority: Authority,
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        let files = Self {
            authority: Authority::new("an authority"),
            folder: tempfile::tempdir().unwrap(),
        };
        let known = files.path("clients.pem");
        std::fs::write(known, files.authority.pem()).unwrap();
        files.put(&files.authority.server());
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, identity: &Identity) {
        let (certificate, key) = identity.pem();
        std::fs::write(self.path("certificate.pem"), certificate).unwrap();
        std::fs::write(self.path("key.pem"), key).unwrap();
    }

    fn settings(&self) -> Settings {
        Settings {
            tls_mode: TlsMode::Files,
            tls_certificate: Some(self.path("certificate.pem")),
            tls_key: Some(self.path("key.pem")),
            ..Server::sqlite_settings()
        }
    }

    /// A request of a program that shows a certificate, or none.
    fn request(
        &self,
        server: &Server,
        shown: Option<&Identity>,
        method: Method,
        path: &str,
    ) -> reqwest::RequestBuilder {
        let http = reqwest::Client::builder();
        let http = http.tls_backend_preconfigured(program(&self.authority, shown));
        let url = format!("https://{}{path}", server.app.address);
        http.build().unwrap().request(method, url)
    }

    /// What a program gets that asks for a path.
    async fn get(&self, server: &Server, shown: Option<&Identity>, path: &str) -> Answer {
        Answer::of(self.request(server, shown, Method::GET, path)).await
    }
}

fn speaking(authority: &Authority, version: &'static SupportedProtocolVersion) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate()).unwrap();
    ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// The server shows this certificate to whoever comes, soon.
async fn soon_shows(address: SocketAddr, certificate: &CertificateDer<'static>) {
    let begun = Instant::now();
    while shown(curious(), address, "localhost").await.as_ref() != Some(certificate) {
        assert!(begun.elapsed() < Duration::from_secs(20), "it is not shown");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Notifications about the certificate.
async fn told(server: &Server) -> Vec<String> {
    let all = "SELECT message FROM client_notification WHERE message LIKE '%certificate%'";
    let all: Vec<(String,)> = server.state().db.all(all, args![]).await.unwrap();
    all.into_iter().map(|(message,)| message).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_1_2_and_1_3_are_spoken_unless_the_older_one_is_left_out() {
    let files = Files::new();
    for (minimum, old) in [(TlsVersion::V12, true), (TlsVersion::V13, false)] {
        let settings = Settings {
            tls_minimum_version: minimum,
            ..files.settings()
        };
        let server = Server::with(settings).await;
        for (version, good) in [(&TLS12, old), (&TLS13, true)] {
            let config = speaking(&files.authority, version);
            let shown = shown(config, server.app.address, "127.0.0.1").await;
            assert_eq!(
                shown.is_some(),
                good,
                "{version:?} where {minimum:?} is the oldest"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_1_1_is_refused() {
    let server = Server::with(Files::new().settings()).await;
    let mut hello = vec![0x03, 0x02];
    hello.extend_from_slice(&[7; 32]);
    hello.extend_from_slice(&[0, 0, 2, 0xc0, 0x13, 1, 0]);
    let length = u8::try_from(hello.len()).unwrap();
    let mut record = vec![0x16, 0x03, 0x01, 0, length + 4, 0x01, 0, 0, length];
    record.extend_from_slice(&hello);
    let mut stream = TcpStream::connect(server.app.address).await.unwrap();
    stream.write_all(&record).await.unwrap();
    let mut answer = [0; 1];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, [0x15], "an alert, and no handshake");
}

/// Asks on a connection that stays open.
async fn ask<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(stream: &mut S) -> bool {
    let request = b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).await.unwrap();
    answer[..read].starts_with(b"HTTP/1.1 200")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_changes_is_shown_and_open_connections_go_on() {
    let files = Files::new();
    let server = Server::with(files.settings()).await;
    let config = Arc::new(program(&files.authority, None));
    let stream = TcpStream::connect(server.app.address).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let mut open = TlsConnector::from(config)
        .connect(name, stream)
        .await
        .unwrap();
    assert!(ask(&mut open).await);
    let new = files.authority.server();
    files.put(&new);
    soon_shows(server.app.address, &new.certificate).await;
    assert!(ask(&mut open).await);
    assert_eq!(told(&server).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_cannot_be_used_leaves_the_one_before_and_is_told() {
    let files = Files::new();
    let before = files.authority.server();
    files.put(&before);
    let server = Server::with(files.settings()).await;
    let (_, foreign) = files.authority.server().pem();
    std::fs::write(files.path("key.pem"), foreign).unwrap();
    let begun = Instant::now();
    while told(&server).await.is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(20), "nobody is told");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(told(&server).await[0].contains("no new certificate"));
    soon_shows(server.app.address, &before.certificate).await;
    let new = files.authority.server();
    files.put(&new);
    soon_shows(server.app.address, &new.certificate).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_certificate_is_made_kept_and_renewed() {
    let settings = Settings {
        tls_mode: TlsMode::Internal,
        ..Server::sqlite_settings()
    };
    let server = Server::with(settings).await;
    let first = shown(curious(), server.app.address, "localhost")
        .await
        .unwrap();
    let server = server.restarted().await;
    soon_shows(server.app.address, &first).await;
    server.clock.advance(Duration::from_secs(61 * 86_400));
    let begun = Instant::now();
    while shown(curious(), server.app.address, "localhost")
        .await
        .as_ref()
        == Some(&first)
    {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "it is not renewed"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A server under TLS with http beside it.
async fn beside(files: &Files, plain_http: PlainHttp) -> Server {
    let settings = Settings {
        tls_plain_listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
        public_url: public_url(),
        plain_http,
        hsts_seconds: 600,
        ..files.settings()
    };
    Server::with(settings).await
}

fn public_url() -> Option<migasfree_server::config::PublicUrl> {
    Some(migasfree_server::config::PublicUrl(PUBLIC.parse().unwrap()))
}

/// What is answered over http; nobody follows.
async fn plainly(server: &Server, method: Method, path: &str) -> Answer {
    let http = reqwest::Client::builder().redirect(Policy::none());
    let url = format!("http://{}{path}", server.app.plain.unwrap());
    let request = http.build().unwrap().request(method.clone(), url);
    Answer::of(match method {
        Method::POST => request.json(&json!({})),
        _ => request,
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_opens_the_console_is_led_to_https() {
    for plain_http in [PlainHttp::Answer, PlainHttp::Refuse] {
        let server = beside(&Files::new(), plain_http).await;
        for (method, path) in [
            (Method::GET, "/"),
            (Method::HEAD, "/computers/7?tab=software"),
            (Method::GET, "//elsewhere.example/x"),
        ] {
            let led = plainly(&server, method, path).await;
            assert_eq!(led.status, 308, "{path}");
            assert_eq!(led.header("location"), format!("{PUBLIC}{path}"));
        }
        for (method, path) in [
            (Method::POST, "/"),
            (Method::POST, "/api/v1/safe/computers/id/"),
            (Method::POST, "/get_key_repositories"),
            (Method::GET, "/api/v1/public/pms/"),
            (Method::GET, "/public/none/x.deb"),
            (Method::GET, "/api/v1/token/projects/"),
            (Method::POST, "/rest-auth/login/"),
        ] {
            let answer = plainly(&server, method, path).await;
            assert!(!(300..400).contains(&answer.status), "{path}: {answer:?}");
            let refused = answer.code() == "https_needed";
            assert_eq!(
                refused,
                plain_http == PlainHttp::Refuse,
                "{path}: {answer:?}"
            );
            assert_eq!(
                answer.status == 403 && answer.text.contains(PUBLIC),
                refused
            );
        }
        assert_eq!(plainly(&server, Method::GET, "/health").await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_are_told_to_stay_only_where_they_came_over_https() {
    let files = Files::new();
    let server = beside(&files, PlainHttp::Answer).await;
    let over = files.get(&server, None, "/api/v1/public/pms/").await;
    assert_eq!(over.header("strict-transport-security"), "max-age=600");
    let plain = plainly(&server, Method::GET, "/api/v1/public/pms/").await;
    assert_eq!(
        (plain.status, plain.header("strict-transport-security")),
        (200, "")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_a_cookie_is_not_called_secure_though_the_public_address_is() {
    let server = beside(&Files::new(), PlainHttp::Answer).await;
    let url = format!("http://{}", server.app.plain.unwrap());
    let login = reqwest::Client::new()
        .post(format!("{url}/rest-auth/login/"))
        .header("Origin", &url)
        .header("X-CSRF", "1")
        .json(&json!({"username": "admin", "password": server.admin_password()}));
    let answer = Answer::of(login).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("migasfree_session="), "{answer:?}");
}

const CONSOLE: &str = "/api/v1/token/projects/";
const SEALED: &str = "/api/v1/safe/computers/id/";
const OPEN: &str = "/api/v1/public/pms/";

#[tokio::test(flavor = "multi_thread")]
async fn who_has_to_show_a_certificate_is_refused_without_one() {
    let files = Files::new();
    for (clients, computers, console) in [
        (TlsClients::Nobody, false, false),
        (TlsClients::Computers, true, false),
        (TlsClients::Console, false, true),
        (TlsClients::Both, true, true),
    ] {
        let settings = Settings {
            tls_clients: clients,
            clients_authority: Some(files.path("clients.pem")),
            ..files.settings()
        };
        let server = Server::with(settings).await;
        for (path, demanded) in [(SEALED, computers), (CONSOLE, console), ("/", console)] {
            let without = files.get(&server, None, path).await;
            let refused = without.code() == "certificate_needed";
            assert_eq!(refused, demanded, "{clients:?} {path}: {without:?}");
            assert_eq!(without.status == 403, demanded, "{without:?}");
        }
        for path in [OPEN, "/health"] {
            assert_eq!(files.get(&server, None, path).await.status, 200, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_certificate_opens_what_it_is_for() {
    let files = Files::new();
    let settings = Settings {
        tls_clients: TlsClients::Both,
        clients_authority: Some(files.path("clients.pem")),
        ..files.settings()
    };
    let server = Server::with(settings).await;
    let person = files.authority.client_of("ADMINS", FAR_AWAY);
    let computer = files.authority.client_of("COMPUTERS", FAR_AWAY);
    let neither = files.authority.client(FAR_AWAY);
    for (shown, opens) in [(&person, true), (&computer, false), (&neither, true)] {
        let console = files.get(&server, Some(shown), CONSOLE).await;
        let wanted = if opens { 401 } else { 403 };
        assert_eq!(console.status, wanted, "{console:?}");
        assert_eq!(console.code() == "certificate_of_computer", !opens);
        let sealed = files.get(&server, Some(shown), SEALED).await;
        assert_ne!(sealed.status, 403, "{sealed:?}");
    }
    let foreign = Authority::new("another authority").client(FAR_AWAY);
    let refused = files.request(&server, Some(&foreign), Method::GET, CONSOLE);
    assert!(
        refused.send().await.is_err(),
        "there is no connection at all"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_of_version_1_are_asked_for_their_certificate_where_they_may_come() {
    const REGISTER: &str = "/manager/v1/private/tunnel/register";
    let files = Files::new();
    let settings = |version_1| Settings {
        tls_clients: TlsClients::Computers,
        clients_authority: Some(files.path("clients.pem")),
        remote_version_1: version_1,
        ..files.settings()
    };
    let nobody = files.authority.client_named("NOBODY_1", "COMPUTERS");
    let register = async |server: &Server, shown: Option<&Identity>| {
        let request = files.request(server, shown, Method::POST, REGISTER);
        Answer::of(request.body(r#"{"id": 1, "name": "pc", "services": []}"#)).await
    };
    let server = Server::with(settings(true)).await;
    let without = register(&server, None).await;
    assert_eq!(
        (without.status, without.code()),
        (403, "certificate_needed")
    );
    let unknown = register(&server, Some(&nobody)).await;
    assert_eq!(unknown.status, 403, "{unknown:?}");
    let detail = unknown.json["detail"].as_str().unwrap();
    assert!(
        detail.contains("no computer that speaks version 1"),
        "{detail}"
    );
    let socket = files.get(&server, None, "/tunnel").await;
    assert_eq!((socket.status, socket.code()), (403, "certificate_needed"));
    let server = Server::with(settings(false)).await;
    let off = register(&server, Some(&nobody)).await;
    assert_eq!(off.status, 404, "{off:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_expires_is_refused_on_the_connection_it_was_good_on() {
    let files = Files::new();
    let settings = Settings {
        tls_clients: TlsClients::Both,
        clients_authority: Some(files.path("clients.pem")),
        idle_timeout_seconds: 600,
        ..files.settings()
    };
    let server = Server::with(settings).await;
    let own = files.authority.client(TOMORROW);
    let http = reqwest::Client::builder();
    let http = http.tls_backend_preconfigured(program(&files.authority, Some(&own)));
    let http = http.build().unwrap();
    let url = format!("https://{}{CONSOLE}", server.app.address);
    assert_eq!(Answer::of(http.get(&url)).await.status, 401);
    server.clock.advance(Duration::from_secs(86_400));
    let after = Answer::of(http.get(&url)).await;
    assert_eq!((after.status, after.code()), (403, "certificate_expired"));
}

/// A server behind a proxy that passes certificates on, and who may be one.
async fn behind(files: &Files, proxies: &str) -> Server {
    let source = Source {
        environment: [("MIGASFREE_TRUSTED_PROXIES".to_owned(), proxies.to_owned())].into(),
        ..Source::default()
    };
    let loaded = load(&source).settings().unwrap();
    let settings = Settings {
        trusted_proxies: loaded.trusted_proxies,
        tls_clients: TlsClients::Both,
        clients_authority: Some(files.path("clients.pem")),
        clients_header: Some("x-client-certificate".parse().unwrap()),
        ..Server::sqlite_settings()
    };
    Server::with(settings).await
}

/// What a program gets for which the proxy passes these lines on.
async fn passed(server: &Server, lines: &[&str]) -> Answer {
    let request = server.anonymous().request(Method::GET, CONSOLE);
    let request = lines.iter().fold(request, |request, line| {
        request.header("X-Client-Certificate", *line)
    });
    Answer::of(request).await
}

/// As nginx writes it.
fn escaped(identity: &Identity) -> String {
    let (pem, _) = identity.pem();
    pem.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// As `HAProxy` and Caddy write it.
fn bare(identity: &Identity) -> String {
    let (pem, _) = identity.pem();
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_named_proxy_is_believed_about_a_certificate_that_holds() {
    let files = Files::new();
    let server = behind(&files, "127.0.0.1").await;
    let person = files.authority.client_of("ADMINS", TOMORROW);
    for line in [
        escaped(&person),
        bare(&person),
        format!(":{}:", bare(&person)),
    ] {
        assert_eq!(passed(&server, &[&line]).await.status, 401, "{line}");
    }
    let computer = bare(&files.authority.client_of("COMPUTERS", TOMORROW));
    let foreign = bare(&Authority::new("another authority").client(TOMORROW));
    let good = bare(&person);
    for (lines, code) in [
        (&[""; 0][..], "certificate_needed"),
        (&[""], "certificate_needed"),
        (&[good.as_str(), good.as_str()], "certificate_needed"),
        (&["nonsense!"], "certificate_unreadable"),
        (&[foreign.as_str()], "certificate_refused"),
        (&[computer.as_str()], "certificate_of_computer"),
    ] {
        let refused = passed(&server, lines).await;
        assert_eq!((refused.status, refused.code()), (403, code), "{lines:?}");
    }
    server.clock.advance(Duration::from_secs(86_400));
    let late = passed(&server, &[&good]).await;
    assert_eq!((late.status, late.code()), (403, "certificate_refused"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_is_believed_about_a_certificate() {
    let files = Files::new();
    let server = behind(&files, "edge=192.0.2.7").await;
    let forged = bare(&files.authority.client(TOMORROW));
    let refused = passed(&server, &[&forged]).await;
    assert_eq!(
        (refused.status, refused.code()),
        (403, "certificate_needed")
    );
}

#[test]
fn files_that_cannot_be_used_keep_the_server_from_starting() {
    let folder = tempfile::tempdir().unwrap();
    let start = |certificate: &Path| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_migasfree-server"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path())
            .args([
                "--set",
                "tls.mode=files",
                "--set",
                "tls.key=/nowhere.pem",
                "--set",
            ])
            .arg(format!("tls.certificate={}", certificate.display()))
            .env_remove("DATABASE_URL")
            .output()
            .unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let said = start(&folder.path().join("none.pem"));
    assert!(
        said.contains("the server's certificate") && said.contains("none.pem"),
        "{said}"
    );
}
