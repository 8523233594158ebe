//! The catalogue and the tags.

use std::time::Duration;

use migasfree_client::job::{Job, JobId, ResultCode};
use migasfree_client::sync::{Engine, EngineError};
use serde_json::json;

use crate::support::bench::{Bench, FULL};
use crate::support::observer::Recorder;

#[tokio::test]
async fn an_application_nobody_understands_keeps_no_other_away() {
    let bench = Bench::new().await;
    let good = bench.server.mind().answers["catalog/apps/available/"][0].clone();
    let apps = json!([{ "id": "x" }, good, { "id": 9, "name": null }]);
    bench.answer("catalog/apps/available/", apps);
    assert_eq!(bench.engine.catalog().await.unwrap().apps.len(), 1);
    bench.answer("computers/label/", json!({ "uuid": "U", "helpdesk": null }));
    assert_eq!(bench.engine.label().await.unwrap().helpdesk, "");
    bench.answer("computers/label/", json!("nonsense"));
    let error = bench.engine.label().await.unwrap_err();
    assert!(matches!(error, EngineError::Unintelligible(_)), "{error}");
    assert_eq!(error.code(), ResultCode::Server);
}

#[tokio::test]
async fn tags_are_set_and_what_they_ask_for_follows() {
    let bench = Bench::new().await;
    let rules = json!({ "preinstall": ["first"], "install": ["second"], "remove": ["bash"] });
    bench.answer("computers/tags/", rules);
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let tags = ["LOC-south".to_owned()];
    bench.engine.set_tags(&tags, false, &job).await.unwrap();
    assert!(bench.packages.actions.lock().unwrap().is_empty());
    bench.engine.set_tags(&tags, true, &job).await.unwrap();
    assert_eq!(
        bench.server.claims("computers/tags/")["tags"],
        json!(["LOC-south"])
    );
    let installed: Vec<_> = bench
        .packages
        .installed
        .lock()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(installed, ["first", "second"]);
    assert!(
        bench
            .engine
            .set_tags(&["no".to_owned()], false, &job)
            .await
            .is_err()
    );
    assert_eq!(bench.engine.tags().await.unwrap().assigned, ["LOC-north"]);
}

#[tokio::test]
async fn tags_that_the_server_does_not_have_are_named() {
    let bench = Bench::new().await;
    bench.answer("computers/tags/assigned/", json!(["LOC-South"]));
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let set = async |tags: &[&str]| {
        let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
        bench.engine.set_tags(&tags, false, &job).await
    };
    let all = set(&["LOC-south"]).await.unwrap();
    assert!(all.problems.is_empty(), "{all:?}");
    let some = set(&["LOC-south", "NOPE-1"]).await.unwrap();
    assert_eq!(some.code, ResultCode::Ok);
    assert!(some.problems[0].is("ErrorUnknownTags"), "{some:?}");
    assert_eq!(some.problems[0].args["tags"], "NOPE-1".into());
    let words = (400, json!("Invalid tags"));
    bench
        .server
        .mind()
        .said
        .insert("computers/tags/".to_owned(), words);
    let none = set(&["NOPE-1"]).await.unwrap_err();
    assert!(matches!(&none, EngineError::UnknownTags(tags) if tags == "NOPE-1"));
}

#[tokio::test]
async fn a_server_that_does_not_answer_does_not_hold_up_who_gives_up_setting_tags() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    bench
        .server
        .mind()
        .deaf
        .insert("computers/tags/".to_owned());
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let cancel = job.cancel.clone();
    let stop = async {
        while !bench.server.calls().contains(&"computers/tags/".to_owned()) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        cancel.cancel();
    };
    let tags = ["LOC-south".to_owned()];
    let both = async { tokio::join!(bench.engine.set_tags(&tags, false, &job), stop) };
    let ended = tokio::time::timeout(Duration::from_secs(20), both).await;
    let (result, ()) = ended.unwrap();
    assert!(matches!(result.unwrap_err(), EngineError::Cancelled));
}

#[tokio::test]
async fn the_catalogue_and_its_pictures_come_from_our_server() {
    let bench = Bench::new().await;
    let catalog = bench.engine.catalog().await.unwrap();
    assert_eq!(catalog.categories[0].name, "Graphics");
    let app = &catalog.apps[0];
    assert_eq!(app.packages_in("tests").unwrap(), ["painter"]);
    assert!(!app.needs_administrator());
    bench
        .server
        .mind()
        .files
        .insert("catalog_icons/app_3.png".into(), b"png".to_vec());
    let address = format!("https://other.example{}", app.icon.as_deref().unwrap());
    assert_eq!(
        bench.engine.public_file(&address).await.unwrap().content,
        b"png"
    );
    assert!(bench.engine.public_file("/public/none").await.is_err());
    assert_eq!(
        bench.engine.info().await.unwrap().helpdesk,
        "5555",
        "from the label, for want of more"
    );
}
