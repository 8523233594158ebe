//! What cannot be told waits for the server.

use migasfree_client::job::ResultCode;
use migasfree_client::sync::{Engine, EngineError};
use serde_json::json;

use crate::support::bench::{Bench, FULL};
use crate::support::pms::FakePackages;

#[tokio::test]
async fn steps_the_server_depends_on_end_the_run_and_errors_wait_for_the_next() {
    let bench = Bench::new().await;
    let properties = json!([{ "prefix": "BAD", "language": "bash", "code": "fail no such thing" }]);
    bench.answer("computers/properties/", properties);
    bench
        .server
        .mind()
        .failures
        .insert("computers/attributes/".into(), 500);
    let (_, result) = bench.sync(FULL).await;
    assert!(matches!(
        result.unwrap_err(),
        EngineError::Server { status: 500, .. }
    ));
    let calls = bench.server.calls();
    assert!(!calls.contains(&"computers/errors/".to_owned()));
    assert_eq!(calls.last().unwrap(), "eot/", "it is not busy any more");

    bench.server.mind().failures.clear();
    bench.server.mind().calls.clear();
    bench.sync(FULL).await.1.unwrap();
    assert_eq!(
        bench.server.calls()[..2],
        ["computers/id/", "computers/errors/"]
    );
    let attributes = bench.server.claims("computers/attributes/");
    assert_eq!(attributes["sync_attributes"]["BAD"], "partly\n");
}

#[tokio::test]
async fn what_the_server_was_not_told_waits_for_it() {
    let mut bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    bench
        .server
        .mind()
        .failures
        .insert("synchronizations/".into(), 503);
    let error = bench.sync(FULL).await.1.unwrap_err();
    assert_eq!(error.code(), ResultCode::Offline, "{error}");
    bench.server.mind().failures.clear();
    bench.server.mind().calls.clear();
    assert_eq!(bench.engine.flush_outbox().await.unwrap(), 0);
    assert_eq!(bench.server.calls(), ["synchronizations/"]);

    bench.server.stop();
    let (_, result) = bench.sync(FULL).await;
    let error = result.unwrap_err();
    assert!(matches!(error, EngineError::Offline(_)), "{error}");
    assert_eq!(error.code(), ResultCode::Offline);
}

#[tokio::test]
async fn no_synchronisation_succeeds_while_a_call_went_without_its_sealed_answer() {
    let bench = Bench::new().await;
    for call in [
        "computers/hardware/required/",
        "computers/traits/",
        "synchronizations/",
        "eot/",
    ] {
        bench.server.mind().failures.insert(call.into(), 503);
        bench.server.mind().calls.clear();
        let error = bench.sync(FULL).await.1.unwrap_err();
        assert!(matches!(error, EngineError::Offline(_)), "{call}: {error}");
        let calls = bench.server.calls();
        // The rest was done, and the server knows that this computer is.
        assert!(calls.contains(&"synchronizations/".to_owned()), "{calls:?}");
        assert_eq!(calls.last().unwrap(), "eot/");
        bench.server.mind().failures.clear();
    }
    bench.server.mind().clear.insert("eot/".into(), 404);
    let error = bench.sync(FULL).await.1.unwrap_err();
    assert!(
        matches!(error, EngineError::Unsealed { status: 404, .. }),
        "{error}"
    );
    bench.server.mind().clear.clear();
    bench.sync(FULL).await.1.unwrap();
}

#[tokio::test]
async fn a_synchronisation_tells_what_earlier_work_left_unfinished() {
    for (set_aside, code) in [
        (vec![], ResultCode::PackagesFailed),
        (vec!["half".to_owned()], ResultCode::Ok),
    ] {
        // No policy demands anything any more.
        let bench = Bench::with(FakePackages {
            half_done: vec!["half".to_owned()],
            set_aside,
            ..FakePackages::with(&["bash"])
        })
        .await;
        let (recorder, result) = bench.sync(FULL).await;
        let outcome = result.unwrap();
        assert_eq!(outcome.code, code);
        let told = format!("{}{:?}", recorder.text(), outcome.problems);
        assert!(told.contains("half"), "{told}");
    }
}
