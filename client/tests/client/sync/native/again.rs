//! A server that does not know a computer any more: it was restored from a backup, or the computer was deleted there.

use migasfree_client::config::Secret;
use migasfree_client::sync::{Engine as _, EngineError, Standing};
use migasfree_native::requests::{ENROL, PLAN};

use super::server::Native;

#[tokio::test]
async fn where_computers_join_by_themselves_the_next_synchronisation_enrols_again() {
    let native = Native::settled().await;
    let before = native.engine.standing();
    native.server.mind().knows_nobody = true;
    let error = native.engine.label().await.unwrap_err();
    assert!(matches!(error, EngineError::KeyUnknown(_)), "{error}");
    native.server.asked();
    native.sync().await.unwrap();
    let asked = native.server.asked();
    assert_eq!(asked[..3], [PLAN.path, ENROL.path, PLAN.path]);
    assert_eq!(native.engine.standing(), before, "it is the same key");
    let enrolment = native.server.mind().enrolments.pop().unwrap();
    assert!(enrolment.token.is_none() && enrolment.previous.is_none());
}

#[tokio::test]
async fn a_token_of_the_configuration_vouches_again() {
    let native = Native::with(|server, settings| {
        settings.enrolment_token = Some(Secret(server.token().to_string()));
    });
    native.sync().await.unwrap();
    native.server.mind().knows_nobody = true;
    native.sync().await.unwrap();
    let enrolment = native.server.mind().enrolments.pop().unwrap();
    assert_eq!(enrolment.token, Some(native.server.token().secret));
}

#[tokio::test]
async fn where_nothing_vouches_it_waits_and_says_so() {
    let native = Native::settled().await;
    {
        let mut mind = native.server.mind();
        mind.knows_nobody = true;
        mind.waits_for_approval = true;
    }
    for _ in 0..2 {
        let error = native.sync().await.unwrap_err();
        assert!(matches!(error, EngineError::Pending { .. }), "{error}");
    }
    let standing = native.engine.standing();
    assert!(matches!(standing, Standing::Pending { .. }), "{standing:?}");
}

#[tokio::test]
async fn a_key_that_was_revoked_does_not_enrol_again() {
    let native = Native::settled().await;
    native.server.mind().refuses = Some("key_revoked");
    let error = native.sync().await.unwrap_err();
    assert!(matches!(error, EngineError::KeyEnded(_)), "{error}");
    assert!(!native.server.asked().contains(&ENROL.path.to_owned()));
}

#[tokio::test]
async fn what_somebody_between_sends_twice_is_asked_once_more() {
    let native = Native::settled().await;
    native.server.mind().is_repeated = true;
    native.sync().await.unwrap();
    assert_eq!(native.server.asked(), [PLAN.path, PLAN.path]);
}

#[tokio::test]
async fn a_request_that_was_changed_is_no_matter_of_who_makes_it() {
    let native = Native::settled().await;
    native.server.mind().refuses = Some("request_forged");
    let error = native.sync().await.unwrap_err();
    assert!(matches!(error, EngineError::RequestRefused(_)), "{error}");
}
