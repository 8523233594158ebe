//! Certificates from an authority that speaks ACME.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use migasfree_server::app::{App, Equipment};
use migasfree_server::config::{Settings, TlsMode};
use migasfree_server_db::args;
use migasfree_server_db::clock::ManualClock;
use migasfree_server_db::random::SystemRandom;
use migasfree_server_domain::settings::Names;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

use crate::harness::acme::Acme;
use crate::harness::tls::{curious, shown};
use crate::harness::{Server, clock};

const NAMES: [&str; 2] = ["server.example", "www.server.example"];
const DAY: Duration = Duration::from_secs(86_400);

/// A server that gets its certificate from an authority.
struct Site {
    acme: Acme,
    app: App,
    clock: Arc<ManualClock>,
    folder: tempfile::TempDir,
}

impl Site {
    async fn new(plain: bool) -> Self {
        let clock = clock::standing();
        let acme = Acme::start(clock.clone()).await;
        Self::of(acme, clock, plain).await
    }

    async fn of(acme: Acme, clock: Arc<ManualClock>, plain: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let known_by = folder.path().join("authority.pem");
        std::fs::write(&known_by, &acme.known_by).unwrap();
        let settings = Settings {
            data: folder.path().to_owned(),
            tls_mode: TlsMode::Acme,
            tls_names: Names(NAMES.map(str::to_owned).to_vec()),
            tls_plain_listen: plain.then(|| "127.0.0.1:0".parse().unwrap()),
            acme_directory: acme.directory.parse().unwrap(),
            acme_authority: Some(known_by),
            acme_contact: "computers@server.example".to_owned(),
            ..Server::sqlite_settings()
        };
        let random = Arc::new(SystemRandom);
        let app = App::start_with(Equipment::default(), settings, clock.clone(), random);
        let app = app.await.unwrap();
        acme.finds((app.plain, app.address));
        Self {
            acme,
            app,
            clock,
            folder,
        }
    }

    /// Waits until the server shows what was issued as the number so many, from 1 on.
    async fn shows(&self, number: usize) {
        until("the server shows what was issued", async || {
            let issued = self.acme.issued();
            let Some(wanted) = issued.get(number - 1) else {
                return false;
            };
            let wanted = CertificateDer::from_pem_slice(wanted.as_bytes()).unwrap();
            shown(curious(), self.app.address, NAMES[0]).await == Some(wanted)
        })
        .await;
        assert_eq!(self.acme.issued().len(), number);
    }

    async fn notifications(&self) -> Vec<String> {
        let all = self
            .app
            .state
            .db
            .all("SELECT message FROM client_notification", args![]);
        let all: Vec<(String,)> = all.await.unwrap();
        all.into_iter().map(|(message,)| message).collect()
    }
}

async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < Duration::from_secs(30), "{what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_port_for_http_the_authority_finds_its_answers_there() {
    let site = Site::new(true).await;
    site.shows(1).await;
    assert_eq!(site.acme.looked(), ["http-01"; 2]);
    for file in ["tls/acme.pem", "tls/acme-account.json"] {
        let about = std::fs::metadata(site.folder.path().join(file)).unwrap();
        assert_eq!(about.permissions().mode() & 0o777, 0o600, "{file}");
    }
    let url = format!(
        "http://{}/.well-known/acme-challenge/token-0-0",
        site.app.plain.unwrap()
    );
    let after = reqwest::get(url).await.unwrap();
    assert_eq!(after.status(), 404, "answers go when they have been found");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_one_it_finds_them_in_handshakes() {
    let site = Site::new(false).await;
    site.shows(1).await;
    assert_eq!(site.acme.looked(), ["tls-alpn-01"; 2]);
    let mut asking = curious();
    asking.alpn_protocols = vec![b"acme-tls/1".to_vec()];
    let after = shown(asking, site.app.address, NAMES[0]).await;
    assert_eq!(after, None, "answers go when they have been found");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_renewed_at_two_thirds_of_its_life_by_the_same_account() {
    let site = Site::new(true).await;
    site.shows(1).await;
    site.clock.advance(DAY * 59);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(site.acme.issued().len(), 1);
    site.clock.advance(DAY * 2);
    site.shows(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_refused_is_tried_again_later_and_told_once() {
    let clock = clock::standing();
    let acme = Acme::start(clock.clone()).await;
    acme.refuse(2);
    let site = Site::of(acme, clock, true).await;
    until("it is refused", async || site.acme.refused() == 1).await;
    site.clock.advance(Duration::from_secs(50));
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(site.acme.refused(), 1, "not again within a minute");
    site.clock.advance(Duration::from_secs(20));
    until("it is refused again", async || site.acme.refused() == 2).await;
    site.clock.advance(Duration::from_secs(70));
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(site.acme.issued().is_empty(), "not within two minutes then");
    site.clock.advance(Duration::from_secs(60));
    site.shows(1).await;
    let told = site.notifications().await;
    let told: Vec<_> = told
        .iter()
        .filter(|told| told.contains("certificate"))
        .collect();
    assert!(
        matches!(told[..], [told] if told.contains("no certificate") && told.contains("rateLimited")),
        "{told:?}"
    );
}
