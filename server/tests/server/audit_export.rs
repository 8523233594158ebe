//! The audit, sent elsewhere: in order, again where it was not taken, and to nobody but whom the settings name.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Router, serve};
use migasfree_server::app::{App, StartError};
use migasfree_server::config::{Secret, Settings, SyslogUrl};
use migasfree_server_audit::export::{SIGNATURE, TIMESTAMP};
use migasfree_server_audit::{self as audit, Author, Change};
use migasfree_server_db::{args, clock::Clock as _, random::SystemRandom};
use migasfree_server_domain::audit::exporting::ExportAudit;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;

use crate::harness::{Server, clock, tls::Authority};
use crate::on_both_engines;

const SECRET: &str = "known to both";
const LINES: &str = "/api/v1/token/audit/lines/";

/// What a receiver got, and how it answers.
#[derive(Debug, Default)]
struct Got {
    lines: Vec<Value>,
    /// Answers to give before it takes anything.
    refusals: Vec<StatusCode>,
    is_forged: bool,
}

type Shared = Arc<Mutex<Got>>;

async fn take(State(got): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let mut got = got.lock().unwrap();
    if let Some(status) = got.refusals.pop() {
        return (status, [(header::LOCATION, "/elsewhere")]).into_response();
    }
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let mut signed = format!("{}.", header(TIMESTAMP)).into_bytes();
    signed.extend_from_slice(&body);
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
    let code = hex::encode(aws_lc_rs::hmac::sign(&key, &signed).as_ref());
    got.is_forged |= header(SIGNATURE) != format!("v1={code}");
    let text = String::from_utf8(body.to_vec()).unwrap();
    got.lines.extend(
        text.lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()),
    );
    StatusCode::NO_CONTENT.into_response()
}

async fn elsewhere(State(got): State<Shared>) {
    got.lock().unwrap().is_forged = true;
}

/// A receiver of webhooks; nothing is to come to its other address.
async fn webhook(got: &Shared) -> String {
    let routes = Router::new()
        .route("/here", post(take))
        .route("/elsewhere", post(elsewhere).get(elsewhere))
        .with_state(got.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/here", listener.local_addr().unwrap());
    tokio::spawn(async move { serve(listener, routes).await });
    url
}

/// The messages of a stream of counted frames.
async fn frames(mut stream: impl AsyncRead + Unpin) -> Vec<String> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let mut rest = bytes.as_slice();
    let mut found = Vec::new();
    while let Some(blank) = rest.iter().position(|byte| *byte == b' ') {
        let (length, behind) = rest.split_at(blank);
        let length: usize = std::str::from_utf8(length).unwrap().parse().unwrap();
        let (message, next) = behind[1..].split_at(length);
        found.push(String::from_utf8(message.to_vec()).unwrap());
        rest = next;
    }
    found
}

/// A receiver of syslog, under TLS where it has a certificate.
async fn syslog(got: &Shared, acceptor: Option<TlsAcceptor>) -> SyslogUrl {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let scheme = if acceptor.is_some() { "tls" } else { "tcp" };
    let url = format!("{scheme}://{}", listener.local_addr().unwrap());
    let got = got.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let messages = match &acceptor {
                None => frames(stream).await,
                Some(acceptor) => match acceptor.accept(stream).await {
                    Ok(stream) => frames(stream).await,
                    Err(_) => continue,
                },
            };
            for message in messages {
                let head: Vec<&str> = message.splitn(8, ' ').collect();
                let known =
                    ["<109>1", "<108>1"].contains(&head[0]) && head[3] == "migasfree-server";
                let mut got = got.lock().unwrap();
                got.is_forged |= !known || head[6] != "-";
                got.lines.push(serde_json::from_str(head[7]).unwrap());
            }
        }
    });
    SyslogUrl(url.parse().unwrap())
}

async fn write(server: &Server, count: usize) {
    let fields = json!({"name": "á\nname"});
    let change = Change {
        action: "change",
        entity: "core.store",
        object_id: None,
        object_text: "á store",
        before: None,
        after: Some(&fields),
    };
    let db = &server.state().db;
    let mut tx = db.begin().await.unwrap();
    let changes = vec![change; count];
    audit::record_all(&mut tx, server.clock.now(), &Author::server(), &changes)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn last_id(server: &Server) -> i64 {
    let sql = "SELECT last_id FROM audit_head";
    server
        .state()
        .db
        .one::<(i64,)>(sql, args![])
        .await
        .unwrap()
        .0
}

/// Has the audit sent, and waits until all of it has come.
async fn all_comes(server: &Server, got: &Shared) {
    let began = Instant::now();
    loop {
        let db = &server.state().db;
        let mut tx = db.begin().await.unwrap();
        server
            .state()
            .jobs
            .enqueue(&mut tx, &ExportAudit)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        // What failed is tried again later.
        server.clock.advance(Duration::from_secs(60));
        let last = last_id(server).await;
        let ids: Vec<i64> = got
            .lock()
            .unwrap()
            .lines
            .iter()
            .map(|line| line["id"].as_i64().unwrap())
            .collect();
        if ids.last() == Some(&last) {
            let mut distinct = ids;
            distinct.dedup();
            assert_eq!(
                distinct,
                (1..=last).collect::<Vec<_>>(),
                "all of them, in order"
            );
            return;
        }
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{} of {last}",
            ids.len()
        );
    }
}

fn is_whole(got: &Shared) {
    let got = got.lock().unwrap();
    assert!(!got.is_forged);
    let line = got.lines.last().unwrap();
    assert_eq!(
        (&line["object_text"], &line["after"]["name"]),
        (&json!("á store"), &json!("á\nname"))
    );
    assert_eq!(line["hash"].as_str().unwrap().len(), 64);
}

async fn settings(engine: Settings, got: &Shared) -> Settings {
    Settings {
        audit_webhook: Some(Secret(webhook(got).await)),
        audit_webhook_secret: Some(Secret(SECRET.to_owned())),
        ..engine
    }
}

/// A server whose audit goes to a webhook.
struct Exporting {
    server: Server,
    got: Shared,
}

impl Exporting {
    async fn on_sqlite() -> Self {
        Self::with(Server::sqlite_settings()).await
    }

    async fn on_postgres() -> Self {
        Self::with(Server::postgres_settings().await).await
    }

    async fn with(engine: Settings) -> Self {
        let got = Shared::default();
        let server = Server::with(settings(engine, &got).await).await;
        Self { server, got }
    }
}

on_both_engines! {
    async fn a_webhook_gets_every_record_in_order_and_goes_on_where_it_was(site: Exporting) {
        let Exporting { server, got } = site;
        write(&server, 450).await;
        all_comes(&server, &got).await;
        is_whole(&got);
        let server = server.restarted().await;
        write(&server, 3).await;
        all_comes(&server, &got).await;
        is_whole(&got);
    }

    async fn what_is_refused_comes_again_and_goes_nowhere_else(site: Exporting) {
        let Exporting { server, got } = site;
        got.lock().unwrap().refusals = vec![
            StatusCode::INTERNAL_SERVER_ERROR,
            StatusCode::TEMPORARY_REDIRECT,
            StatusCode::SEE_OTHER,
        ];
        write(&server, 3).await;
        all_comes(&server, &got).await;
        is_whole(&got);
        assert!(got.lock().unwrap().refusals.is_empty());
    }

    async fn the_audit_is_had_as_lines_by_who_sees_all_of_it(server: Server) {
        write(&server, 450).await;
        let auditor = server.operator("aud", &["audit.view_record"]).await;
        let reader = server.operator("rea", &["audit.view_verification"]).await;
        assert_eq!(server.anonymous().get(LINES).await.status, 401);
        assert_eq!(reader.get(LINES).await.status, 403);
        assert_eq!(auditor.get(&format!("{LINES}?after=x")).await.status, 400);
        let last = last_id(&server).await;
        for after in [0, last - 1, last] {
            let answer = auditor.get(&format!("{LINES}?after={after}")).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            let lines: Vec<Value> = answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            let ids: Vec<i64> = lines.iter().map(|line| line["id"].as_i64().unwrap()).collect();
            assert_eq!(ids, (after + 1..=last).collect::<Vec<_>>());
        }
        let db = &server.state().db;
        db.execute("INSERT INTO core_domain (id, name) VALUES (7, 'one')", args![]).await.unwrap();
        let limit = "INSERT INTO core_userprofile_domains (userprofile_id, domain_id) SELECT id, 7 FROM core_userprofile WHERE username = 'aud'";
        db.execute(limit, args![]).await.unwrap();
        db.execute("UPDATE core_userprofile SET domain_preference_id = 7 WHERE username = 'aud'", args![]).await.unwrap();
        assert_eq!(auditor.get(LINES).await.status, 403);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn syslog_gets_every_record_over_tcp() {
    let got = Shared::default();
    let settings = Settings {
        audit_syslog: Some(syslog(&got, None).await),
        ..Server::sqlite_settings()
    };
    let server = Server::with(settings).await;
    write(&server, 250).await;
    all_comes(&server, &got).await;
    is_whole(&got);
}

fn acceptor(authority: &Authority) -> TlsAcceptor {
    let own = authority.server();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.certificate], own.key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

fn written(folder: &Path, authority: &Authority) -> std::path::PathBuf {
    let path = folder.join("authorities.pem");
    std::fs::write(&path, authority.pem()).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn syslog_under_tls_goes_to_who_has_a_certificate_that_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let (known, unknown) = (Authority::new("known"), Authority::new("unknown"));
    for (authority, comes) in [(&known, true), (&unknown, false)] {
        let got = Shared::default();
        let settings = Settings {
            audit_syslog: Some(syslog(&got, Some(acceptor(authority))).await),
            audit_authorities: Some(written(folder.path(), &known)),
            ..Server::sqlite_settings()
        };
        let server = Server::with(settings).await;
        write(&server, 3).await;
        if comes {
            all_comes(&server, &got).await;
            is_whole(&got);
        } else {
            let state = server.state();
            let receivers = audit::export::receivers(&state.settings.audit_targets()).unwrap();
            let now = server.clock.now();
            let failed = audit::export::follow(&state.db, &receivers[0], now).await;
            assert!(failed.unwrap_err().to_string().contains("syslog"));
            assert!(got.lock().unwrap().lines.is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_audit_cannot_be_sent_as_set_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let here = || Some(Secret("http://127.0.0.1:9/".to_owned()));
    for (settings, part) in [
        (
            Settings {
                audit_webhook: here(),
                ..Server::sqlite_settings()
            },
            "audit.webhook_secret",
        ),
        (
            Settings {
                audit_authorities: Some(folder.path().join("nowhere.pem")),
                ..Server::sqlite_settings()
            },
            "nowhere.pem",
        ),
    ] {
        let settings = Settings {
            data: folder.path().join(part),
            ..settings
        };
        let started = App::start(settings, clock::standing(), Arc::new(SystemRandom)).await;
        let error = started.unwrap_err();
        assert!(matches!(error, StartError::Audit(_)));
        assert!(error.to_string().contains(part), "{error}");
    }
}
