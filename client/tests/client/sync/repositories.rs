//! The server's repositories, their key and their lists.

use migasfree_client::job::ResultCode;
use migasfree_client::observer::Stage;

use crate::support::bench::{Bench, FULL};
use crate::support::pms::FakePackages;

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
async fn lists_that_cannot_be_refreshed_make_it_partial() {
    let bench = Bench::with(FakePackages {
        refresh_fails: true,
        ..FakePackages::default()
    })
    .await;
    let (recorder, result) = bench.sync(FULL).await;
    assert_eq!(result.unwrap().code, ResultCode::MetadataFailed);
    assert_eq!(recorder.failed()[0].0, Stage::Metadata);
    assert_eq!(
        bench.server.claims("synchronizations/")["pms_status_ok"],
        true
    );
}
