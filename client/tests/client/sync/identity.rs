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
    bench.engine.goodbye().await;
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
    assert!(matches!(result.unwrap_err(), EngineError::NotRegistered));
    bench.server.mind().closed = false;
    bench
        .server
        .mind()
        .failures
        .insert("computers/".into(), 401);
    let error = bench.sync(FULL).await.1.unwrap_err();
    assert!(matches!(error, EngineError::NotRegistered), "{error}");
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
    assert!(matches!(error, EngineError::Refused(_)), "{error}");
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
}
