//! Sealed computers of a server that begins to offer the native protocol.

use std::path::Path;
use std::sync::Arc;

use migasfree_client::config::Settings;
use migasfree_client::job::{Job, JobId};
use migasfree_client::sync::{Credentials, Engine, EngineError, LocalEngine, Outcome, Standing};
use migasfree_client::transport::messages::ComputerId;
use migasfree_client::transport::{HttpTransport, Transport};
use migasfree_native::enrolment::{Enrolled, EnrolmentAnswer, MoveOver};
use migasfree_native::features::{Features, Offer};
use serde_json::{Value, json};

use super::server::{engine, key};
use crate::support::bench::FULL;
use crate::support::observer::Recorder;
use crate::support::pms::FakePackages;
use crate::support::server::FakeServer;

const CALL: &str = "computers/key/";

fn http(settings: &Settings) -> Arc<dyn Transport> {
    let nowhere = Path::new("/nonexistent");
    Arc::new(HttpTransport::new(settings, "en", nowhere).unwrap())
}

struct Sealed {
    server: FakeServer,
    engine: LocalEngine,
    _folder: tempfile::TempDir,
}

impl Sealed {
    async fn new() -> Self {
        let server = FakeServer::start().await;
        let folder = tempfile::tempdir().unwrap();
        let packages = Arc::new(FakePackages::with(&["bash"]));
        let engine = engine(folder.path(), &server.base(), http, &packages);
        Self {
            server,
            engine,
            _folder: folder,
        }
    }

    /// Announces the key of 1, and answers sealed with that of `byte`.
    fn offers(&self, byte: u8) {
        let mut mind = self.server.mind();
        let offer = Offer {
            versions: vec![1],
            server_key: *key(1).public(),
            features: Features::all(),
        };
        mind.native = Some(json!(offer));
        let enrolled = EnrolmentAnswer::Enrolled(Enrolled {
            computer: ComputerId(7),
            name: "pc".to_owned(),
            project: "tests".to_owned(),
            server_key: *key(byte).public(),
            features: Features::all(),
        });
        mind.answers.insert(CALL.to_owned(), json!(enrolled));
    }

    async fn sync(&self) -> Result<Outcome, EngineError> {
        let recorder = Recorder::default();
        let job = Job::new(JobId::unique(), &recorder);
        self.engine.sync(FULL, &job).await
    }

    fn handed_in(&self) -> Option<Value> {
        let mind = self.server.mind();
        let found = mind.calls.iter().rev().find(|(call, _)| call == CALL);
        found.map(|(_, claims)| claims.clone())
    }
}

#[tokio::test]
async fn a_sealed_computer_moves_over_without_a_visit_and_never_back() {
    let sealed = Sealed::new().await;
    sealed.sync().await.unwrap();
    assert_eq!(sealed.engine.standing(), Standing::ProjectKey);
    assert_eq!(sealed.handed_in(), None);

    sealed.offers(1);
    // It moves over, and what speaks sealed only is not believed from then on.
    let error = sealed.sync().await.unwrap_err();
    assert!(matches!(error, EngineError::NotNative(_)), "{error}");
    let claims = sealed.handed_in().unwrap();
    assert_eq!(claims["id"], 7);
    let moving: MoveOver = serde_json::from_value(claims).unwrap();
    assert!(moving.is_proven(key(1).public().thumbprint()));
    let fingerprint = moving.public_key.thumbprint().to_string();
    assert_eq!(sealed.engine.standing(), Standing::OwnKey { fingerprint });

    sealed.server.mind().native = None;
    sealed.server.mind().calls.clear();
    let error = sealed.sync().await.unwrap_err();
    assert!(matches!(error, EngineError::NotNative(_)), "{error}");
    assert!(sealed.server.calls().is_empty());
}

#[tokio::test]
async fn an_offer_with_another_key_than_the_sealed_one_moves_nobody() {
    let sealed = Sealed::new().await;
    sealed.offers(2);
    sealed.sync().await.unwrap();
    assert!(sealed.handed_in().is_some());
    assert_eq!(sealed.engine.standing(), Standing::ProjectKey);
}

#[tokio::test]
async fn who_has_to_wait_or_is_refused_goes_on_sealed() {
    let sealed = Sealed::new().await;
    sealed.offers(1);
    let pending = EnrolmentAnswer::Pending { retry_after: 60 };
    let answers = [(202, json!(pending)), (403, json!({ "detail": "no" }))];
    for answer in answers {
        sealed.server.mind().said.insert(CALL.to_owned(), answer);
        sealed.sync().await.unwrap();
        assert_eq!(sealed.engine.standing(), Standing::ProjectKey);
    }
    sealed.server.mind().said.clear();
    sealed.sync().await.unwrap_err();
    assert!(sealed.engine.standing().is_native());
}

#[tokio::test]
async fn who_lost_the_own_key_asks_natively_when_somebody_registers() {
    let sealed = Sealed::new().await;
    sealed.sync().await.unwrap();
    sealed.offers(1);
    for call in ["computers/id/", "computers/"] {
        let answer = (403, json!("This computer has a key of its own"));
        sealed.server.mind().said.insert(call.to_owned(), answer);
    }
    let error = sealed.sync().await.unwrap_err();
    assert!(matches!(error, EngineError::Refused(_)), "{error}");

    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let nobody = Credentials::default();
    let error = sealed.engine.register(&nobody, &job).await.unwrap_err();
    // What is played here speaks sealed only: that it was asked natively is all that shows.
    assert!(matches!(error, EngineError::NotNative(_)), "{error}");
    sealed.server.mind().native = None;
    let error = sealed.engine.register(&nobody, &job).await.unwrap_err();
    assert!(matches!(error, EngineError::Refused(_)), "{error}");
}
