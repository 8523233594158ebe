//! The server's repositories, their key and their lists.

use migasfree_client::job::{Job, JobId, ResultCode};
use migasfree_client::observer::Stage;
use migasfree_client::sync::Engine;

use crate::support::bench::{Bench, FULL};
use crate::support::observer::Recorder;
use crate::support::pms::FakePackages;
use crate::support::repository::Signer;

#[tokio::test]
async fn both_generations_of_servers_hand_out_their_repository_key() {
    for older in [false, true] {
        let bench = Bench::new().await;
        bench.server.mind().older = older;
        bench.sync(FULL).await.1.unwrap();
        let key = bench.packages.key.lock().unwrap().clone().unwrap();
        assert!(
            key.starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----"),
            "{key}"
        );
    }
}

#[tokio::test]
async fn lists_that_cannot_be_refreshed_are_only_reported() {
    let bench = Bench::with(FakePackages {
        refresh_fails: true,
        ..FakePackages::default()
    })
    .await;
    let (recorder, result) = bench.sync(FULL).await;
    assert_eq!(result.unwrap().code, ResultCode::Ok);
    assert_eq!(recorder.failed()[0].0, Stage::Metadata);
    assert_eq!(
        bench.server.claims("synchronizations/")["pms_status_ok"],
        true
    );
}

#[tokio::test]
async fn without_repositories_no_package_is_touched() {
    let bench = Bench::new().await;
    bench
        .server
        .mind()
        .failures
        .insert("computers/repositories/".into(), 500);
    let (_, result) = bench.sync(FULL).await;
    assert_eq!(result.unwrap().code, ResultCode::PackagesFailed);
    assert!(bench.packages.actions.lock().unwrap().is_empty());
    assert!(
        bench
            .server
            .calls()
            .contains(&"computers/software/".to_owned())
    );
}

#[tokio::test]
async fn another_repository_key_is_asked_about_and_shows_among_the_errors() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    bench.server.mind().repository_key = Signer::generate().public_key();
    let refusing = Recorder {
        answer: Some("refuse".into()),
        ..Recorder::default()
    };
    let job = Job::new(JobId::unique(), &refusing);
    assert_eq!(
        bench.engine.sync(FULL, &job).await.unwrap().code,
        ResultCode::PackagesFailed
    );
    assert_eq!(refusing.questions.lock().unwrap().len(), 1);

    let (_, result) = bench.sync(FULL).await;
    assert_eq!(result.unwrap().code, ResultCode::Ok);
    let errors = bench.server.claims("computers/errors/");
    assert!(
        errors["description"]
            .as_str()
            .unwrap()
            .contains("repository key")
    );
    let trusted = bench.packages.key.lock().unwrap().clone().unwrap();
    assert_eq!(trusted, bench.server.mind().repository_key);
}
