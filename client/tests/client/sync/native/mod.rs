//! Computers with a key of their own, against a played server and somebody between.

mod again;
mod answers;
mod certificates;
mod moving;
mod orders;
mod server;
mod turns;

use std::fs;

use migasfree_client::job::{Job, JobId, ResultCode};
use migasfree_client::sync::{Credentials, Engine, EngineError, Scope, Standing, SyncRequest};
use migasfree_client::transport::Unreached;
use migasfree_native::requests::{ENROL, PLAN, RESULT};
use migasfree_native::synchronization::SoftwareReport;

use crate::support::observer::Recorder;
use server::{Native, Way, key};

const KEYS: &str = "/api/v1/public/keys/repositories/";
const INFO: &str = "/api/v1/public/server/info/";

#[tokio::test]
async fn a_token_lets_a_computer_in_and_names_the_server_that_may_do_so() {
    let native = Native::new();
    let mut wrong = native.server.token();
    wrong.server = key(2).public().thumbprint();
    let error = native.engine.enrol(&wrong).await.unwrap_err();
    assert!(matches!(error, EngineError::OthersToken(_)), "{error}");
    assert_eq!(native.server.asked(), [INFO]);

    let token = native.server.token();
    assert_eq!(native.engine.enrol(&token).await.unwrap().0, 7);
    assert_eq!(native.server.asked(), [INFO, ENROL.path]);
    let enrolment = native.server.mind().enrolments.pop().unwrap();
    assert_eq!(enrolment.token, Some(token.secret));
    let fingerprint = enrolment.public_key.thumbprint().to_string();
    assert_eq!(native.engine.standing(), Standing::OwnKey { fingerprint });
    assert_eq!(native.engine.identity().computer_id.unwrap().0, 7);
    assert_eq!(native.engine.label().await.unwrap().search, "CID-7");
}

#[tokio::test]
async fn root_may_say_which_server_it_is_and_who_registers_vouches_then() {
    let native = Native::new();
    let wrong = key(2).public().thumbprint();
    let error = native.engine.believe(wrong).await.unwrap_err();
    assert!(matches!(error, EngineError::OthersToken(_)), "{error}");
    let right = native.server.key.public().thumbprint();
    native.engine.believe(right).await.unwrap();
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let ana = Credentials {
        username: "ana".into(),
        password: "secret".into(),
    };
    assert_eq!(native.engine.register(&ana, &job).await.unwrap().0, 7);
    let enrolment = native.server.mind().enrolments.pop().unwrap();
    assert_eq!(enrolment.operator.unwrap().username, "ana");
    assert!(native.engine.standing().is_native());
}

async fn register(native: &Native) -> Result<i64, EngineError> {
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let nobody = Credentials::default();
    let id = native.engine.register(&nobody, &job).await?;
    Ok(id.0)
}

#[tokio::test]
async fn who_registers_again_gets_another_key_that_the_one_before_vouches_for() {
    let native = Native::settled().await;
    assert_eq!(register(&native).await.unwrap(), 7);
    let (old, new) = {
        let mind = native.server.mind();
        (mind.enrolments[0].clone(), mind.enrolments[1].clone())
    };
    assert_ne!(old.public_key, new.public_key);
    let server = native.server.key.public().thumbprint();
    let previous = new.previous.unwrap();
    assert!(previous.is_by(&old.public_key, &new.public_key, server));
    let fingerprint = new.public_key.thumbprint().to_string();
    assert_eq!(native.engine.standing(), Standing::OwnKey { fingerprint });
    assert!(!native.file("computer.key.next").exists());
    native.sync().await.unwrap();
}

#[tokio::test]
async fn what_became_of_the_next_key_is_asked_again_when_the_answer_was_lost() {
    let native = Native::settled().await;
    let before = native.engine.standing();
    native.server.mind().way = Way::Drops;
    let error = register(&native).await.unwrap_err();
    assert!(matches!(error, EngineError::Offline(_)), "{error}");
    assert_eq!(native.engine.standing(), before);
    native.server.mind().way = Way::Straight;
    native.sync().await.unwrap();
    let mind = native.server.mind();
    assert_eq!(mind.enrolments.len(), 3);
    assert_eq!(mind.enrolments[1].public_key, mind.enrolments[2].public_key);
    assert_ne!(native.engine.standing(), before);
}

#[tokio::test]
async fn a_server_without_the_protocol_takes_no_token() {
    let native = Native::new();
    native.server.mind().offers = false;
    let token = native.server.token();
    let error = native.engine.enrol(&token).await.unwrap_err();
    assert!(matches!(error, EngineError::NoTokens(_)), "{error}");
    assert_eq!(native.engine.standing(), Standing::Unknown);
}

#[tokio::test]
async fn a_computer_that_waits_for_approval_says_so_and_asks_again_by_itself() {
    let native = Native::new();
    native.server.mind().waits_for_approval = true;
    let token = native.server.token();
    let error = native.engine.enrol(&token).await.unwrap_err();
    let EngineError::Pending {
        fingerprint,
        retry_after: 60,
    } = error
    else {
        panic!("{error}");
    };
    let standing = native.engine.standing();
    assert_eq!(standing, Standing::Pending { fingerprint });
    assert!(!native.engine.identity().registered);
    let error = native.sync().await.unwrap_err();
    assert!(matches!(error, EngineError::Pending { .. }), "{error}");

    native.server.mind().waits_for_approval = false;
    native.sync().await.unwrap();
    assert!(native.engine.standing().is_native());
    let mind = native.server.mind();
    let keys: Vec<_> = mind.enrolments.iter().map(|one| one.public_key).collect();
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
}

#[tokio::test]
async fn a_rejected_key_is_called_so_and_asks_no_more_until_somebody_registers() {
    let native = Native::new();
    native.server.mind().waits_for_approval = true;
    native
        .engine
        .enrol(&native.server.token())
        .await
        .unwrap_err();
    let rejected = native.server.mind().enrolments.pop().unwrap().public_key;
    native.server.mind().ended = Some(rejected);
    let error = native.sync().await.unwrap_err();
    assert!(matches!(error, EngineError::KeyEnded(_)), "{error}");
    let fingerprint = rejected.thumbprint().to_string();
    assert_eq!(native.engine.standing(), Standing::Rejected { fingerprint });
    assert!(!native.engine.identity().registered);
    native.server.asked();
    native.sync().await.unwrap_err();
    assert!(!native.server.asked().contains(&ENROL.path.to_owned()));

    native.server.mind().waits_for_approval = false;
    native.engine.enrol(&native.server.token()).await.unwrap();
    let another = native.server.mind().enrolments.pop().unwrap().public_key;
    assert_ne!(another, rejected);
    assert!(native.engine.standing().is_native());
}

#[tokio::test]
async fn a_damaged_key_is_replaced_when_somebody_vouches_for_another_one() {
    let native = Native::settled().await;
    let file = native.file("computer.key");
    fs::write(&file, "damaged").unwrap();
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let nobody = Credentials::default();
    let error = native.engine.register(&nobody, &job).await.unwrap_err();
    assert!(
        matches!(error, EngineError::OwnKeyDamaged { .. }),
        "{error}"
    );
    assert_eq!(fs::read(&file).unwrap(), b"damaged");

    native.engine.enrol(&native.server.token()).await.unwrap();
    assert_ne!(fs::read(&file).unwrap(), b"damaged");
    assert!(native.engine.standing().is_native());
}

#[tokio::test]
async fn a_synchronisation_is_one_request_when_there_is_nothing_to_do_and_two_when_there_is() {
    let native = Native::enrolled().await;
    native.sync().await.unwrap();
    assert_eq!(
        native.server.asked(),
        [PLAN.path, PLAN.path, KEYS, RESULT.path]
    );
    let outcome = native.sync().await.unwrap();
    assert_eq!(outcome.code, ResultCode::Ok);
    assert_eq!(native.server.asked(), [PLAN.path]);
    let nothing = native.server.mind().plans.pop().unwrap();
    assert!(nothing.report.is_empty() && nothing.synchronization.is_some());
    assert!(serde_json::to_vec(&nothing).unwrap().len() < 1500);

    native.server.mind().mandatory = vec!["tool".to_owned()];
    native.sync().await.unwrap();
    assert_eq!(native.server.asked(), [PLAN.path, RESULT.path]);
    let report = native.server.mind().results.pop().unwrap().report;
    assert!(report.end && report.synchronizations.len() == 1);
    let Some(SoftwareReport::Difference(difference)) = report.software else {
        panic!("{:?}", report.software);
    };
    assert_eq!(difference.added, ["tool_1_all.deb"]);
    assert!(difference.removed.is_empty());

    native.sync().await.unwrap();
    assert_eq!(native.server.asked(), [PLAN.path]);
}

#[tokio::test]
async fn another_property_is_evaluated_before_the_plan_is_believed() {
    let native = Native::settled().await;
    {
        let mut mind = native.server.mind();
        mind.property = "echo other".to_owned();
        mind.attributes = None;
        mind.plans.clear();
    }
    native.sync().await.unwrap();
    assert_eq!(native.server.asked(), [PLAN.path, PLAN.path]);
    let mind = native.server.mind();
    assert!(mind.plans[0].report.attributes.is_none());
    let told = mind.plans[1].report.attributes.as_ref().unwrap();
    assert_eq!(told.attributes["HST"], "other\n");
}

#[tokio::test]
async fn a_server_that_lost_the_attributes_is_told_them_again() {
    let native = Native::settled().await;
    native.server.mind().attributes = None;
    native.sync().await.unwrap();
    assert_eq!(native.server.asked(), [PLAN.path, PLAN.path]);
}

#[tokio::test]
async fn where_a_difference_does_not_do_the_whole_list_follows() {
    let native = Native::settled().await;
    let other = || migasfree_native::inventory::Inventory::new(["x_1_all.deb"]);
    native.server.mind().software = other();
    native.sync().await.unwrap();
    assert_eq!(native.server.asked(), [PLAN.path, RESULT.path]);
    let told = native.server.mind().results.pop().unwrap().report.software;
    assert!(matches!(told, Some(SoftwareReport::Full(_))), "{told:?}");

    native.server.mind().software = other();
    native.install("viewer");
    let software = SyncRequest {
        scope: Scope::Software,
        ..SyncRequest::default()
    };
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    native.engine.sync(software, &job).await.unwrap();
    assert_eq!(native.server.asked(), [RESULT.path, RESULT.path]);
    let lines: Vec<String> = native
        .server
        .mind()
        .software
        .lines()
        .map(str::to_owned)
        .collect();
    assert_eq!(lines, ["bash_1_all.deb", "viewer_1_all.deb"]);
}

#[tokio::test]
async fn nothing_follows_from_an_answer_that_the_server_did_not_give_to_this_request() {
    for way in [
        Way::Changes,
        Way::Replays,
        Way::Forges,
        Way::Answers(200),
        Way::Answers(401),
    ] {
        let native = Native::settled().await;
        native.server.mind().mandatory = vec!["tool".to_owned()];
        native.server.mind().way = way;
        let before = fs::read(native.file("definitions.json")).unwrap();
        let error = native.sync().await.unwrap_err();
        assert!(matches!(error, EngineError::Changed(_)), "{way:?}: {error}");
        assert!(error.to_string().contains("stays as it was"), "{error}");
        assert_eq!(fs::read(native.file("definitions.json")).unwrap(), before);
        assert!(
            !native
                .packages
                .installed
                .lock()
                .unwrap()
                .contains_key("tool")
        );

        native.server.mind().way = Way::Straight;
        native.sync().await.unwrap();
        assert!(
            native
                .packages
                .installed
                .lock()
                .unwrap()
                .contains_key("tool")
        );
    }
}

#[tokio::test]
async fn what_is_lost_on_the_way_is_told_at_the_next_occasion() {
    let native = Native::settled().await;
    native.server.mind().way = Way::Drops;
    let error = native.sync().await.unwrap_err();
    assert!(matches!(error, EngineError::Offline(_)), "{error}");
    native.server.mind().way = Way::Straight;
    native.sync().await.unwrap();
    assert_eq!(native.sync().await.unwrap().code, ResultCode::Ok);
}

#[tokio::test]
async fn a_server_that_was_spoken_to_natively_is_not_believed_without() {
    let native = Native::settled().await;
    native.server.mind().offers = false;
    native.server.mind().way = Way::Answers(404);
    let error = native.sync().await.unwrap_err();
    assert!(matches!(error, EngineError::NotNative(_)), "{error}");
    let asked = native.server.asked();
    assert!(
        asked.iter().all(|path| path.starts_with("/api/native/")),
        "{asked:?}"
    );

    // Nor when it registers again: only root may say that the server is another one.
    native.engine.unregister(false).unwrap();
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let nobody = Credentials::default();
    let error = native.engine.register(&nobody, &job).await.unwrap_err();
    assert!(matches!(error, EngineError::NotNative(_)), "{error}");
}

#[tokio::test]
async fn a_network_that_asks_to_sign_in_is_called_so() {
    let native = Native::settled().await;
    native.server.mind().way = Way::SignIn;
    let error = native.sync().await.unwrap_err();
    assert!(
        matches!(error, EngineError::Offline(Unreached::Page)),
        "{error}"
    );
}

#[tokio::test]
async fn a_wrong_clock_is_measured() {
    for (ahead, expected) in [(300, true), (-7200, false)] {
        let native = Native::settled().await;
        native.server.mind().ahead = ahead;
        let error = native.sync().await.unwrap_err();
        let EngineError::Skewed { behind, seconds } = error else {
            panic!("{error}");
        };
        assert_eq!((behind, seconds), (expected, ahead.unsigned_abs()));
    }
}

#[tokio::test]
async fn a_damaged_key_is_told_and_stays() {
    let native = Native::settled().await;
    let file = native.file("computer.key");
    fs::write(&file, "damaged").unwrap();
    let error = native.sync().await.unwrap_err();
    assert!(
        matches!(error, EngineError::OwnKeyDamaged { .. }),
        "{error}"
    );
    assert_eq!(fs::read(&file).unwrap(), b"damaged");
    fs::remove_file(&file).unwrap();
    let error = native.sync().await.unwrap_err();
    assert!(matches!(error, EngineError::OwnFileMissing(_)), "{error}");
    assert!(!file.exists() && native.server.asked().is_empty());
    assert_eq!(native.engine.standing().word(), "damaged");
}

#[tokio::test]
async fn what_is_remembered_of_the_key_is_no_key_and_got_again() {
    let native = Native::settled().await;
    let before = native.engine.standing();
    fs::write(native.file("native.json"), "{").unwrap();
    assert_eq!(native.engine.standing().word(), "damaged");
    let error = native.sync().await.unwrap_err();
    assert!(
        matches!(error, EngineError::OwnFileDamaged { .. }),
        "{error}"
    );
    register(&native).await.unwrap();
    assert_eq!(native.engine.standing(), before);
    native.sync().await.unwrap();
}

#[tokio::test]
async fn who_forgets_its_keys_makes_another_one() {
    let native = Native::settled().await;
    let before = native.engine.standing();
    native.engine.unregister(false).unwrap();
    assert_eq!(native.engine.standing(), Standing::Unknown);
    assert!(!native.file("computer.key").exists());
    native.engine.enrol(&native.server.token()).await.unwrap();
    assert!(native.engine.standing().is_native());
    assert_ne!(native.engine.standing(), before);
}
