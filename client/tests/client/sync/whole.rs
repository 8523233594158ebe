//! A synchronisation from its beginning to its end, and what ends it early.

use std::fs;

use migasfree_client::job::{Job, JobId, ResultCode};
use migasfree_client::observer::Stage;
use migasfree_client::sync::{Engine, EngineError, Scope, SyncRequest};
use serde_json::json;

use crate::support::bench::{Bench, FULL};
use crate::support::observer::Recorder;

#[tokio::test]
async fn a_new_computer_registers_itself_and_synchronises_in_the_order_servers_depend_on() {
    let bench = Bench::new().await;
    bench.answer("computers/hardware/required/", json!({ "capture": true }));
    bench.answer(
        "computers/faults/definitions/",
        json!([
            { "name": "Disk", "language": "bash", "code": "echo full" },
            { "name": "Fine", "language": "bash", "code": "quiet" },
        ]),
    );
    let repository =
        json!([{ "name": "base", "source_template": "deb {protocol}://{server}/x base PKGS\n" }]);
    bench.answer("computers/repositories/", repository);
    bench.answer(
        "computers/packages/mandatory/",
        json!({ "install": ["tool"], "remove": ["bash"] }),
    );
    let (recorder, result) = bench.sync(FULL).await;
    let outcome = result.unwrap();
    assert_eq!((outcome.code, outcome.problems.len()), (ResultCode::Ok, 0));
    assert_eq!(
        bench.server.calls(),
        [
            "computers/id/",
            "computers/",
            "computers/properties/",
            "computers/attributes/",
            "computers/faults/definitions/",
            "computers/faults/",
            "computers/repositories/",
            "computers/packages/mandatory/",
            "computers/software/",
            "computers/hardware/required/",
            "computers/hardware/",
            "computers/traits/",
            "synchronizations/",
            "eot/",
        ]
    );
    let attributes = bench.server.claims("computers/attributes/");
    assert_eq!(attributes["sync_attributes"], json!({ "HST": "pc\n" }));
    assert_eq!(attributes["sync_user"], "ana");
    assert_eq!(attributes["sync_fullname"], "Ana López");
    assert_eq!(attributes["uuid"], "4C4C4544-0051-3610-8052-B4C04F4A3132");
    assert_eq!(
        bench.server.claims("computers/faults/")["faults"],
        json!({ "Disk": "full\n" })
    );
    assert_eq!(
        bench.server.claims("computers/hardware/")["hardware"]["id"],
        "pc"
    );
    let software = bench.server.claims("computers/software/");
    assert_eq!(software["inventory"], json!(["tool_1_all.deb"]));
    assert_eq!(software["history"], json!({}));
    let record = bench.server.claims("synchronizations/");
    assert_eq!(record["start_date"], "2026-11-21T12:00:00+01:00");
    assert_eq!(record["pms_status_ok"], true);
    assert!(
        record["consumer"]
            .as_str()
            .unwrap()
            .starts_with("migasfree ")
    );
    assert_eq!(
        bench.packages.actions.lock().unwrap().len(),
        4,
        "refresh, remove, install, upgrade"
    );
    assert_eq!(recorder.traits.lock().unwrap()[0].prefix, "CID");
    let events = fs::read_to_string(
        bench
            .folder
            .path()
            .join("usr/share/migasfree-client/events.d/.json"),
    )
    .unwrap();
    assert!(events.contains(r#""CID":["7"]"#), "{events}");
    assert_eq!(
        recorder.progress.lock().unwrap().last().unwrap().percent,
        100
    );
    let key = fs::metadata(bench.folder.path().join("var/lib/migasfree"));
    assert!(key.is_ok());
}

#[tokio::test]
async fn a_part_does_only_its_steps() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    for (scope, calls) in [
        (
            Scope::Attributes,
            ["computers/properties/", "computers/attributes/"].as_slice(),
        ),
        (Scope::Faults, &["computers/faults/definitions/"]),
        (Scope::Hardware, &["computers/hardware/"]),
        (Scope::Software, &["computers/software/"]),
    ] {
        bench.server.mind().calls.clear();
        bench.sync(SyncRequest { scope, ..FULL }).await.1.unwrap();
        let expected: Vec<_> = ["computers/id/"]
            .iter()
            .chain(calls)
            .chain(&["eot/"])
            .collect();
        assert_eq!(
            bench.server.calls().iter().collect::<Vec<_>>(),
            expected,
            "{scope:?}"
        );
    }
}

#[tokio::test]
async fn a_busy_server_is_left_alone_unless_somebody_waits() {
    let bench = Bench::new().await;
    bench.server.mind().saturated = true;
    let error = bench
        .sync(SyncRequest {
            background: true,
            ..FULL
        })
        .await
        .1
        .unwrap_err();
    assert!(
        matches!(error, EngineError::Saturated { seconds: 42 }),
        "{error}"
    );
    bench.sync(FULL).await.1.unwrap();
}

#[tokio::test]
async fn hooks_run_and_their_failures_are_partial_results() {
    let bench = Bench::new().await;
    bench.script("etc/migasfree/hooks/post-sync.d/bad-hook");
    let (recorder, result) = bench.sync(FULL).await;
    assert_eq!(result.unwrap().code, ResultCode::HookFailed);
    assert_eq!(recorder.failed()[0].0, Stage::HooksPost);
}

#[tokio::test]
async fn a_cancelled_synchronisation_stops_where_that_is_safe() {
    let bench = Bench::new().await;
    let cancel = migasfree_client::job::Cancel::default();
    let recorder = Recorder {
        cancel_at: Some((Stage::Faults, cancel.clone())),
        ..Recorder::default()
    };
    let job = Job {
        id: JobId::unique(),
        observer: &recorder,
        cancel,
    };
    let error = bench.engine.sync(FULL, &job).await.unwrap_err();
    assert!(matches!(error, EngineError::Cancelled));
    assert!(bench.packages.actions.lock().unwrap().is_empty());
}

#[tokio::test]
async fn code_that_takes_long_does_not_hold_up_a_cancellation() {
    let bench = Bench::new().await;
    let properties = json!([{ "prefix": "SLW", "language": "bash", "code": "wait forever" }]);
    bench.answer("computers/properties/", properties);
    let cancel = migasfree_client::job::Cancel::default();
    let recorder = Recorder::default();
    let job = Job {
        id: JobId::unique(),
        observer: &recorder,
        cancel: cancel.clone(),
    };
    let stop = async {
        while !bench
            .server
            .calls()
            .contains(&"computers/properties/".to_owned())
        {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(bench.engine.sync(FULL, &job), stop);
    assert!(matches!(result.unwrap_err(), EngineError::Cancelled));
    assert_eq!(bench.server.calls().last().unwrap(), "eot/");
}
