//! Who this computer is to the server, and whom it believes.

use migasfree_client::job::{Job, JobId};
use migasfree_client::sync::{Credentials, Engine, EngineError};

use crate::support::bench::{Bench, FULL};
use crate::support::observer::Recorder;

#[tokio::test]
async fn a_number_the_server_does_not_know_is_asked_for_again() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    bench.engine.label().await.unwrap();
    bench.engine.end_transmission().await;
    assert_eq!(bench.server.calls().last().unwrap(), "eot/");
    bench
        .server
        .mind()
        .failures
        .insert("computers/label/".into(), 404);
    bench.server.mind().computer = Some(8);
    bench.engine.label().await.unwrap_err();
    assert_eq!(bench.engine.identity().computer_id.unwrap().0, 8);
    bench.server.mind().computer = None;
    bench.engine.label().await.unwrap_err();
    assert_eq!(bench.engine.identity().computer_id, None);
}

#[tokio::test]
async fn a_forged_answer_is_not_believed() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    bench.server.mind().forged = true;
    let (_, result) = bench.sync(FULL).await;
    let error = result.unwrap_err();
    assert!(matches!(error, EngineError::Untrusted(_)), "{error}");
}

#[tokio::test]
async fn a_closed_project_asks_for_credentials() {
    let bench = Bench::new().await;
    bench.server.mind().closed = true;
    let (_, result) = bench.sync(FULL).await;
    let error = result.unwrap_err();
    assert!(matches!(error, EngineError::WhoRegisters(_)), "{error}");
    for words in ["not allowed", "migasfree register --user"] {
        assert!(error.to_string().contains(words), "{error}");
    }
    bench.server.mind().closed = false;
    bench
        .server
        .mind()
        .failures
        .insert("computers/".into(), 401);
    let error = bench.sync(FULL).await.1.unwrap_err();
    assert!(matches!(error, EngineError::WhoRegisters(_)), "{error}");
    bench.server.mind().failures.clear();
    bench.engine.unregister(false).unwrap();
    bench.server.mind().closed = true;
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let wrong = Credentials {
        username: "ana".into(),
        password: "guess".into(),
    };
    let error = bench.engine.register(&wrong, &job).await.unwrap_err();
    assert!(matches!(error, EngineError::BadCredentials(_)), "{error}");
    assert!(error.to_string().contains("not allowed"), "{error}");
    assert!(!bench.engine.identity().registered);
    let right = Credentials {
        username: "ana".into(),
        password: "secret".into(),
    };
    assert_eq!(bench.engine.register(&right, &job).await.unwrap().0, 7);
    assert!(bench.engine.identity().registered);
    bench.engine.unregister(false).unwrap();
    assert!(!bench.engine.identity().registered);
}

#[tokio::test]
async fn an_unsubscribed_computer_is_told_so() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    bench
        .server
        .mind()
        .failures
        .insert("computers/id/".into(), 403);
    let error = bench.sync(FULL).await.1.unwrap_err();
    assert!(matches!(error, EngineError::Refused(_)), "{error}");
    // Who registers it changes nothing about that, and is not what is asked for.
    bench.server.mind().failures = [("computers/".into(), 403)].into();
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let nobody = Credentials::default();
    let error = bench.engine.register(&nobody, &job).await.unwrap_err();
    assert!(matches!(error, EngineError::Refused(_)), "{error}");
    for words in ["told to fail", "ask whoever runs the server"] {
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn a_server_with_other_keys_is_told_as_such_and_taken_only_by_the_word_of_root() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    bench.server.mind().forged = true;
    let id = "computers/id/".to_owned();
    bench.server.mind().failures.insert(id, 400);
    let error = bench.sync(FULL).await.1.unwrap_err();
    assert!(matches!(error, EngineError::Untrusted(_)), "{error}");
    let told = error.to_string();
    assert!(told.contains("register --accept-new-keys"), "{told}");
    assert!(told.len() < 500, "{told}");

    bench.server.mind().failures.clear();
    bench.server.mind().forged = false;
    bench.server.mind().other_keys = true;
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let nobody = Credentials::default();
    let error = bench.engine.register(&nobody, &job).await.unwrap_err();
    assert!(matches!(error, EngineError::NewKeys(_)), "{error}");
    assert_eq!(bench.engine.identity().computer_id.unwrap().0, 7);
    assert_eq!(bench.engine.register_anew(&nobody).await.unwrap().0, 7);
    bench.sync(FULL).await.1.unwrap();
}
