//! What is demanded and asked for, and what the server learns of it.

use migasfree_client::job::{Job, JobId, ResultCode};
use migasfree_client::observer::Stage;
use migasfree_client::pms::Action;
use migasfree_client::policy::Asker;
use migasfree_client::sync::{Engine, Scope, SyncRequest};
use serde_json::json;

use crate::support::bench::{Bench, FULL};
use crate::support::observer::Recorder;
use crate::support::pms::FakePackages;

#[tokio::test]
async fn a_package_that_fails_marks_the_synchronisation_and_the_server_learns_why() {
    let bench = Bench::with(FakePackages {
        broken: true,
        ..FakePackages::with(&["bash"])
    })
    .await;
    bench.answer(
        "computers/packages/mandatory/",
        json!({ "install": ["tool"], "remove": [] }),
    );
    let (recorder, result) = bench.sync(FULL).await;
    assert_eq!(result.unwrap().code, ResultCode::PackagesFailed);
    assert_eq!(recorder.failed()[0].0, Stage::Install);
    assert_eq!(
        bench.server.claims("synchronizations/")["pms_status_ok"],
        false
    );
    let errors = bench.server.claims("computers/errors/");
    let description = errors["description"].as_str().unwrap();
    assert!(
        description.starts_with("--------------------\n2026-11-21 12:00:00\n"),
        "{description}"
    );
    assert!(description.contains("dpkg is angry"), "{description}");
    let calls = bench.server.calls();
    let position = |name: &str| calls.iter().position(|call| call == name).unwrap();
    assert!(position("computers/errors/") < position("synchronizations/"));
}

#[tokio::test]
async fn a_package_that_does_not_exist_keeps_no_other_away() {
    let bench = Bench::with(FakePackages {
        unknown: vec!["ghost".into()],
        ..FakePackages::default()
    })
    .await;
    bench.answer(
        "computers/packages/mandatory/",
        json!({ "install": ["tool  ghost", "--evil", "other\n"], "remove": [] }),
    );
    let (_, result) = bench.sync(FULL).await;
    assert_eq!(result.unwrap().code, ResultCode::PackagesFailed);
    let installed: Vec<_> = bench
        .packages
        .installed
        .lock()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(installed, ["other", "tool"]);
    assert_eq!(bench.engine.last_mandatory().install.len(), 3);
}

#[tokio::test]
async fn a_package_that_cannot_be_keeps_no_other_away_and_is_named() {
    let bench = Bench::with(FakePackages {
        impossible: vec!["knot".into()],
        ..FakePackages::default()
    })
    .await;
    bench.answer(
        "computers/packages/mandatory/",
        json!({ "install": ["first", "knot", "last"], "remove": [] }),
    );
    let (recorder, result) = bench.sync(FULL).await;
    assert_eq!(result.unwrap().code, ResultCode::PackagesFailed);
    let installed = bench.packages.installed.lock().unwrap().clone();
    assert!(installed.contains_key("first") && installed.contains_key("last"));
    let failed = recorder.failed();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(failed[0].1.contains("knot"), "{failed:?}");
}

#[tokio::test]
async fn changes_by_others_are_told_with_the_next_list() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    bench
        .packages
        .installed
        .lock()
        .unwrap()
        .insert("byhand".into(), "2".into());
    let request = SyncRequest {
        scope: Scope::Software,
        ..FULL
    };
    bench.sync(request).await.1.unwrap();
    let software = bench.server.claims("computers/software/");
    assert_eq!(
        software["history"],
        json!({ "installed": ["+byhand_2_all.deb"] })
    );
    let record = bench
        .server
        .calls()
        .iter()
        .filter(|call| *call == "synchronizations/")
        .count();
    assert_eq!(record, 1, "a partial synchronisation leaves no record");
}

#[tokio::test]
async fn a_package_job_that_fails_shows_among_the_errors() {
    let bench = Bench::with(FakePackages {
        broken: true,
        ..FakePackages::default()
    })
    .await;
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let action = Action::Install(vec![bench.engine.package_name("tool").unwrap()]);
    let error = bench
        .engine
        .packages(&action, Asker::ROOT, &job)
        .await
        .unwrap_err();
    assert_eq!(error.code(), ResultCode::Backend);
    bench.sync(FULL).await.1.unwrap();
    let errors = bench.server.claims("computers/errors/");
    let description = errors["description"].as_str().unwrap();
    assert!(description.contains("dpkg is angry"), "{description}");
}

#[tokio::test]
async fn installing_tells_the_server_what_changed() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    bench.server.mind().calls.clear();
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let action = Action::Install(vec![bench.engine.package_name("tool").unwrap()]);
    assert_eq!(
        bench
            .engine
            .packages(&action, Asker::ROOT, &job)
            .await
            .unwrap()
            .code,
        ResultCode::Ok
    );
    assert_eq!(bench.server.calls(), ["computers/software/", "eot/"]);
    let history = bench.server.claims("computers/software/")["history"].clone();
    assert_eq!(history, json!({ "installed": ["+tool_1_all.deb"] }));
    assert_eq!(
        bench
            .engine
            .packages(&action, Asker::ROOT, &job)
            .await
            .unwrap()
            .code,
        ResultCode::NothingToDo
    );
    assert!(bench.engine.package_name("a b").is_err());
}

#[tokio::test]
async fn a_change_that_the_server_could_not_be_told_of_is_no_success_without_a_word() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    let failures = "computers/software/".into();
    bench.server.mind().failures.insert(failures, 500);
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let action = Action::Install(vec![bench.engine.package_name("tool").unwrap()]);
    let done = bench
        .engine
        .packages(&action, Asker::ROOT, &job)
        .await
        .unwrap();
    assert_eq!(done.code, ResultCode::Ok, "the package is installed");
    assert!(done.problems[0].is("LearnsLater"), "{:?}", done.problems);
    let steps = recorder.steps.lock().unwrap().clone();
    let told: Vec<bool> = steps
        .iter()
        .filter(|step| step.stage == Stage::Software)
        .map(|step| step.ok)
        .collect();
    assert_eq!(told, [false], "it is not said to have been told, too");

    bench.server.mind().failures.clear();
    bench.sync(FULL).await.1.unwrap();
    let history = bench.server.claims("computers/software/")["history"].clone();
    assert_eq!(history, json!({ "installed": ["+tool_1_all.deb"] }));
}
