//! Whom a computer believes: about keys of repositories, and about there being nothing.

use std::fs;

use migasfree_client::job::{Job, JobId, ResultCode};
use migasfree_client::sync::{Engine, EngineError};
use migasfree_client::trust::RepositoryKey;
use serde_json::json;

use crate::support::bench::{Bench, FULL};
use crate::support::observer::Recorder;
use crate::support::repository::Signer;

fn fingerprint(key: &str) -> String {
    RepositoryKey::read(key).unwrap().fingerprint.to_string()
}

impl Bench {
    /// The server signs with another key from now on.
    fn change_key(&self) -> String {
        let key = Signer::generate().public_key();
        self.server.mind().repository_key.clone_from(&key);
        fingerprint(&key)
    }

    /// The server vouches for the key it signs with, and for nothing else.
    fn vouch(&self) {
        let mut mind = self.server.mind();
        mind.word = Some(vec![fingerprint(&mind.repository_key)]);
    }

    fn key_in_use(&self) -> String {
        fingerprint(&self.packages.key.lock().unwrap().clone().unwrap())
    }

    async fn synchronise(&self) -> (ResultCode, Recorder) {
        let (recorder, result) = self.sync(FULL).await;
        (result.unwrap().code, recorder)
    }
}

#[tokio::test]
async fn a_changed_key_that_nobody_vouches_for_is_refused_until_root_accepts_it() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    let first = bench.key_in_use();
    let second = bench.change_key();
    bench.packages.actions.lock().unwrap().clear();
    let ready = Recorder {
        answer: Some("accept".into()),
        ..Recorder::default()
    };
    let job = Job::new(JobId::unique(), &ready);
    let outcome = bench.engine.sync(FULL, &job).await.unwrap();
    assert_eq!(outcome.code, ResultCode::PackagesFailed);
    assert!(
        ready.questions.lock().unwrap().is_empty(),
        "nobody is asked"
    );
    assert_eq!(bench.key_in_use(), first);
    assert!(bench.packages.actions.lock().unwrap().is_empty());
    let told = bench.server.claims("computers/errors/")["description"].to_string();
    let command = format!("migasfree keys accept {second}");
    assert!(told.contains(&command), "{told}");

    bench.engine.accept_key(second.parse().unwrap()).unwrap();
    assert_eq!(bench.synchronise().await.0, ResultCode::Ok);
    assert_eq!(bench.key_in_use(), second);
    bench.change_key();
    assert_eq!(bench.synchronise().await.0, ResultCode::PackagesFailed);
}

#[tokio::test]
async fn a_changed_key_that_the_server_vouches_for_is_taken_and_noted() {
    let bench = Bench::new().await;
    bench.vouch();
    bench.sync(FULL).await.1.unwrap();
    let second = bench.change_key();
    assert_eq!(
        bench.synchronise().await.0,
        ResultCode::PackagesFailed,
        "the word is about the first key"
    );
    bench.vouch();
    let (code, recorder) = bench.synchronise().await;
    assert_eq!(code, ResultCode::Ok);
    assert_eq!(bench.key_in_use(), second);
    assert!(recorder.text().contains(&second), "{}", recorder.text());
    assert!(recorder.questions.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_server_that_learns_to_vouch_for_its_keys_is_believed() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    let second = bench.change_key();
    bench.vouch();
    assert_eq!(bench.synchronise().await.0, ResultCode::Ok);
    assert_eq!(bench.key_in_use(), second);
}

#[tokio::test]
async fn a_server_that_once_vouched_for_its_keys_is_not_believed_without_its_word() {
    let bench = Bench::new().await;
    bench.vouch();
    bench.sync(FULL).await.1.unwrap();
    // It neither announces the call nor answers it: an older server, or somebody who takes its place.
    bench.server.mind().word = None;
    let before = bench.key_in_use();
    for changes in [false, true] {
        if changes {
            bench.change_key();
        }
        bench.packages.actions.lock().unwrap().clear();
        let error = bench.sync(FULL).await.1.unwrap_err();
        assert!(matches!(error, EngineError::Unsealed { .. }), "{error}");
        assert!(bench.packages.actions.lock().unwrap().is_empty());
        assert_eq!(bench.key_in_use(), before);
    }
    let offered = fingerprint(&bench.server.mind().repository_key.clone());
    bench.engine.accept_key(offered.parse().unwrap()).unwrap();
    assert_eq!(bench.synchronise().await.0, ResultCode::Ok);
    assert_eq!(bench.key_in_use(), offered);
    // Unregistering makes nobody trust again.
    bench.vouch();
    bench.sync(FULL).await.1.unwrap();
    bench.engine.unregister(true).unwrap();
    bench.server.mind().word = None;
    bench.sync(FULL).await.1.unwrap_err();
}

#[tokio::test]
async fn an_answer_to_another_question_is_no_word_about_keys() {
    let bench = Bench::new().await;
    bench.vouch();
    let mut replayed = json!({ "nonce": "an older one" });
    replayed["fingerprints"] = json!([bench.change_key()]);
    bench.server.mind().word = Some(vec![]);
    bench.answer("keys/repositories/", replayed);
    bench.server.mind().replays = true;
    let error = bench.sync(FULL).await.1.unwrap_err();
    assert!(matches!(error, EngineError::Unintelligible(_)), "{error}");
    assert!(bench.packages.key.lock().unwrap().is_none());
}

#[tokio::test]
async fn answers_in_the_clear_change_nothing_and_the_synchronisation_fails() {
    let bench = Bench::new().await;
    let repository = json!([{ "name": "base", "source_template": "deb http://x base PKGS" }]);
    bench.answer("computers/repositories/", repository);
    let mandatory = json!({ "install": ["tool"], "remove": [] });
    bench.answer("computers/packages/mandatory/", mandatory);
    bench.sync(FULL).await.1.unwrap();
    bench.server.mind().calls.clear();
    let known = bench.engine.last_mandatory();
    for call in [
        "computers/id/",
        "computers/properties/",
        "computers/attributes/",
        "computers/faults/definitions/",
        "computers/repositories/",
        "computers/packages/mandatory/",
        "computers/software/",
        "computers/hardware/required/",
        "computers/traits/",
        "synchronizations/",
    ] {
        // Some answer as if all were well: with the page that wants somebody to sign in.
        for status in [200, 400, 403, 404, 429, 500] {
            bench.server.mind().clear.insert(call.into(), status);
            let result = bench.sync(FULL).await.1;
            let error = result.expect_err(&format!("{call} {status}"));
            let code = match status {
                429 => ResultCode::Offline,
                _ => ResultCode::Server,
            };
            assert_eq!(error.code(), code, "{call} {status}: {error}");
            assert!(!bench.server.calls().contains(&"computers/".to_owned()));
            let kept = bench.packages.repositories.lock().unwrap().clone().unwrap();
            assert_eq!(kept.len(), 1, "{call} {status}");
            assert_eq!(bench.engine.last_mandatory(), known, "{call} {status}");
            assert_eq!(bench.engine.identity().computer_id.unwrap().0, 7);
            bench.server.mind().clear.clear();
            bench.server.mind().calls.clear();
        }
    }
    assert_eq!(bench.synchronise().await.0, ResultCode::Ok);
}

#[tokio::test]
async fn no_call_takes_an_answer_in_the_clear_for_the_servers() {
    let bench = Bench::new().await;
    bench.vouch();
    bench.answer("computers/hardware/required/", json!({ "capture": true }));
    bench.answer(
        "computers/faults/definitions/",
        json!([{ "name": "disk", "language": "bash", "code": "echo full" }]),
    );
    let statuses = [200, 201, 302, 400, 403, 404, 410, 429, 500];
    // Whatever somebody between answers, a computer that is not registered does not believe it is.
    for call in ["computers/id/", "computers/"] {
        for status in statuses {
            bench.server.mind().clear.insert(call.into(), status);
            bench.sync(FULL).await.1.unwrap_err();
            assert_eq!(bench.engine.identity().computer_id, None, "{call} {status}");
            bench.server.mind().clear.clear();
        }
    }
    bench.sync(FULL).await.1.unwrap();
    let before = (bench.key_in_use(), bench.engine.last_traits().len());
    for call in [
        "keys/repositories/",
        "computers/faults/",
        "computers/hardware/",
    ] {
        for status in statuses {
            bench.server.mind().clear.insert(call.into(), status);
            let result = bench.sync(FULL).await.1;
            result.expect_err(&format!("{call} {status}"));
            bench.server.mind().clear.clear();
            assert_eq!(
                (bench.key_in_use(), bench.engine.last_traits().len()),
                before
            );
        }
    }
    let engine = &bench.engine;
    for status in statuses {
        for call in [
            "computers/label/",
            "computers/traits/",
            "computers/tags/assigned/",
            "catalog/apps/available/",
        ] {
            bench.server.mind().clear.insert(call.to_owned(), status);
            let is_taken = match call {
                "computers/label/" => engine.label().await.is_ok(),
                "computers/traits/" => engine.traits().await.is_ok(),
                "computers/tags/assigned/" => engine.tags().await.is_ok(),
                _ => engine.catalog().await.is_ok(),
            };
            assert!(!is_taken, "{call} {status}");
            assert_eq!(
                engine.identity().computer_id.unwrap().0,
                7,
                "{call} {status}"
            );
            bench.server.mind().clear.clear();
        }
    }
    assert_eq!(bench.synchronise().await.0, ResultCode::Ok);
}

#[tokio::test]
async fn what_waits_for_the_server_is_not_dropped_by_an_answer_in_the_clear() {
    let bench = Bench::new().await;
    bench.script("etc/migasfree/hooks/post-sync.d/bad-hook");
    for status in [400, 404, 413] {
        bench
            .server
            .mind()
            .clear
            .insert("computers/errors/".into(), status);
        bench.sync(FULL).await.1.unwrap_err();
    }
    bench.server.mind().clear.clear();
    bench.engine.flush_outbox().await.unwrap();
    let told = bench.server.claims("computers/errors/")["description"].to_string();
    assert!(told.contains("bad-hook"), "{told}");
}

#[tokio::test]
async fn only_a_sealed_answer_means_that_there_are_none() {
    let bench = Bench::new().await;
    let repository = json!([{ "name": "base", "source_template": "deb http://x base PKGS" }]);
    bench.answer("computers/repositories/", repository);
    bench.sync(FULL).await.1.unwrap();
    for call in ["computers/repositories/", "computers/packages/mandatory/"] {
        bench.server.mind().failures.insert(call.into(), 404);
    }
    assert_eq!(bench.synchronise().await.0, ResultCode::Ok);
    let kept = bench.packages.repositories.lock().unwrap().clone().unwrap();
    assert!(kept.is_empty());
}

#[tokio::test]
async fn nothing_is_sent_on_to_another_server() {
    let bench = Bench::new().await;
    let elsewhere = crate::support::server::FakeServer::start().await;
    bench.server.mind().redirection = Some(elsewhere.base());
    let error = bench.sync(FULL).await.1.unwrap_err();
    assert!(matches!(error, EngineError::Offline(_)), "{error}");
    assert!(error.to_string().contains(&elsewhere.base()), "{error}");
    assert!(elsewhere.mind().public_calls.is_empty());
    assert!(elsewhere.calls().is_empty());
}

#[tokio::test]
async fn hardware_the_server_refuses_is_sent_once() {
    let bench = Bench::new().await;
    bench.answer("computers/hardware/required/", json!({ "capture": true }));
    bench
        .server
        .mind()
        .failures
        .insert("computers/hardware/".into(), 400);
    bench.sync(FULL).await.1.unwrap();
    bench.server.mind().calls.clear();
    bench.sync(FULL).await.1.unwrap();
    bench.sync(FULL).await.1.unwrap();
    let calls = bench.server.calls();
    assert!(
        !calls.contains(&"computers/hardware/".to_owned()),
        "{calls:?}"
    );
    assert!(
        !calls.contains(&"computers/errors/".to_owned()),
        "{calls:?}"
    );
}

#[tokio::test]
async fn traits_are_for_root_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    let events = bench
        .folder
        .path()
        .join("usr/share/migasfree-client/events.d");
    for name in [".json", ".env"] {
        let file = fs::metadata(events.join(name)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
    }
}
