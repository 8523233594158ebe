//! A worker with the real engine: what it writes down, and what becomes of a job that an earlier one began.

use migasfree_client::daemon::jobs::{Done, Event, EventLog, Tail, Work, perform, read_output};
use migasfree_client::job::{Cancel, JobId, ResultCode};
use migasfree_types::message::Arg;
use serde_json::json;

use crate::support::bench::{Bench, FULL};
use crate::support::pms::FakePackages;

/// Does the work of a synchronisation; answers its output and its end.
async fn synchronise(bench: &Bench, resume: bool) -> (String, Done) {
    let folder = tempfile::tempdir().unwrap();
    let log = EventLog::open(folder.path()).unwrap();
    let (work, id) = (Work::Sync(FULL), JobId::unique());
    let cancel = Cancel::default();
    perform(&bench.engine, &work, id, &log, cancel, resume).await;
    let (_, output) = read_output(folder.path(), 0, 100_000).unwrap();
    let events = Tail::of(folder.path()).read().unwrap();
    let Some(Event::Done(done)) = events.last() else {
        panic!("no end: {events:?}");
    };
    (String::from_utf8(output).unwrap(), done.clone())
}

fn records(bench: &Bench) -> usize {
    let calls = bench.server.calls();
    calls.iter().filter(|c| *c == "synchronizations/").count()
}

#[tokio::test]
async fn a_problem_is_told_once_with_the_result() {
    let bench = Bench::with(FakePackages {
        unknown: vec!["nowhere".into()],
        ..FakePackages::default()
    })
    .await;
    let mandatory = json!({ "install": ["nowhere"], "remove": [] });
    bench.answer("computers/packages/mandatory/", mandatory);
    let (output, done) = synchronise(&bench, false).await;
    assert_eq!(done.code, ResultCode::PackagesFailed);
    let said = done.said.unwrap();
    assert!(
        matches!(&said.args["first"], Arg::Message(result) if result.is("ResultPackagesFailed"))
    );
    let Arg::Message(problem) = &said.args["rest"] else {
        panic!("no problem: {said:?}");
    };
    assert!(problem.is("ErrorPackageNotFound"), "{problem:?}");
    assert_eq!(problem.args["name"], "nowhere".into());
    assert!(!output.contains(&problem.text), "{output}");
}

#[tokio::test]
async fn a_resumed_synchronisation_is_done_to_its_end_and_recorded() {
    let bench = Bench::with(FakePackages {
        at_work: true,
        ..FakePackages::with(&["bash"])
    })
    .await;
    let mandatory = json!({ "install": ["tool"], "remove": [] });
    bench.answer("computers/packages/mandatory/", mandatory);
    let (_, done) = synchronise(&bench, true).await;
    assert_eq!(done.code, ResultCode::Ok);
    assert_eq!(records(&bench), 1);
    assert_eq!(done.changes.installed, ["tool"]);
}

#[tokio::test]
async fn a_synchronisation_with_nothing_to_resume_is_interrupted() {
    let bench = Bench::new().await;
    let (_, done) = synchronise(&bench, true).await;
    assert_eq!(done.code, ResultCode::Interrupted);
    assert_eq!(records(&bench), 0);
}
