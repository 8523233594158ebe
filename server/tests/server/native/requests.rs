//! Requests that are not taken: too old, from a clock that is ahead, forged, for somebody else, or there before.

use std::sync::Arc;
use std::time::Duration;

use migasfree_native::key::KeyPair;
use migasfree_native::requests::{INFO, Nothing, SET_TAGS};
use migasfree_server::app::App;
use migasfree_server::config::Settings;
use migasfree_server_db::random::{Random as _, SystemRandom};
use reqwest::Method;
use serde_json::json;

use super::peer::{Answer, Computer};
use crate::harness::{self, Server};
use crate::identity::Fleet;
use crate::on_both_engines;

const UUID: &str = "4C4C4544-0036-3010-8056-B7C04F4E4B32";

async fn enrolled(fleet: &Fleet) -> Computer {
    fleet.set(json!({"auto_register_computers": true})).await;
    let computer = Computer::new(&fleet.server, UUID, "pc1");
    let answer = computer.enrol(&computer.enrolment("Desk")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    computer
}

fn refused(answer: &Answer) -> (u16, &str, bool) {
    (answer.status, answer.code(), answer.is_signed)
}

on_both_engines! {
    async fn a_request_is_taken_for_a_minute_either_way(fleet: Fleet) {
        let mut computer = enrolled(&fleet).await;
        for (ahead, code) in [(60, ""), (-60, ""), (61, "request_of_future"), (-61, "request_of_past")] {
            // Nothing that was made before the server started is taken, either.
            fleet.server.clock.advance(Duration::from_secs(120));
            computer.ahead = ahead;
            let answer = computer.ask(&INFO, &Nothing {}).await;
            assert!(answer.is_signed, "{ahead}");
            let status = if code.is_empty() { 200 } else { 401 };
            assert_eq!((answer.status, if status == 200 { "" } else { answer.code() }), (status, code), "{ahead}");
            if status == 401 {
                let detail = answer.json["detail"].as_str().unwrap();
                assert!(detail.contains("61 seconds"), "{detail}");
            }
        }
    }

    async fn a_request_is_taken_once(fleet: Fleet) {
        let computer = enrolled(&fleet).await;
        let request = computer.request(&INFO, &Nothing {});
        assert_eq!(computer.send(&request).await.status, 200);
        assert_eq!(refused(&computer.send(&request).await), (409, "request_repeated", true));
        fleet.server.clock.advance(Duration::from_secs(59));
        assert_eq!(refused(&computer.send(&request).await), (409, "request_repeated", true));
        fleet.server.clock.advance(Duration::from_secs(2));
        assert_eq!(refused(&computer.send(&request).await), (401, "request_of_past", true));
    }

    async fn a_request_that_was_changed_or_is_somebody_elses_is_refused(fleet: Fleet) {
        let mut computer = enrolled(&fleet).await;
        let mut changed = computer.request(&INFO, &Nothing {});
        changed.body = b"{\"x\": 1}".to_vec();
        assert_eq!(refused(&computer.send(&changed).await), (401, "request_forged", true));
        let mut elsewhere = computer.request(&INFO, &Nothing {});
        SET_TAGS.path.clone_into(&mut elsewhere.path);
        assert_eq!(refused(&computer.send(&elsewhere).await), (401, "request_forged", true));
        let stranger = KeyPair::generate(|seed: &mut [u8]| SystemRandom.fill(seed));
        let for_another = computer.sign_for(INFO.path, b"{}".to_vec(), stranger.public());
        assert_eq!(refused(&computer.send(&for_another).await), (401, "request_of_other_server", false));
        let mut unsigned = computer.request(&INFO, &Nothing {});
        unsigned.headers.remove("signature");
        assert_eq!(refused(&computer.send(&unsigned).await), (401, "request_not_signed", false));
        computer.key = stranger;
        assert_eq!(refused(&computer.ask(&INFO, &Nothing {}).await), (401, "key_unknown", true));
    }

    async fn nobody_else_gets_in_whatever_they_show(fleet: Fleet) {
        for client in [fleet.server.anonymous(), fleet.admin.clone()] {
            let answer = told(client.request(Method::POST, INFO.path).json(&json!({}))).await;
            assert_eq!(answer, (401, "request_not_signed".to_owned()));
            let (status, _) = told(client.request(Method::GET, INFO.path)).await;
            assert_eq!(status, 405);
        }
    }
}

/// Status and code of what somebody without a key is answered.
async fn told(request: reqwest::RequestBuilder) -> (u16, String) {
    let answer = harness::Answer::of(request).await;
    (answer.status, answer.code().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_taken_once_by_all_servers_of_a_database() {
    let fleet = Fleet::on_postgres().await;
    let computer = enrolled(&fleet).await;
    let settings = Settings {
        listen: ([127, 0, 0, 1], 0).into(),
        ..Settings::clone(&fleet.server.state().settings)
    };
    let clock = Arc::clone(&fleet.server.clock);
    let other = App::start(settings, clock, Arc::new(SystemRandom))
        .await
        .unwrap();
    let request = computer.request(&INFO, &Nothing {});
    assert_eq!(computer.send(&request).await.status, 200);
    let again = computer.send_to(&other.url(), &request).await;
    assert_eq!(
        refused(&again),
        (409, "request_repeated", true),
        "it has the same key, as it has the same folder"
    );
    let fresh = computer.request(&INFO, &Nothing {});
    assert_eq!(computer.send_to(&other.url(), &fresh).await.status, 200);
    assert_eq!(computer.send(&fresh).await.status, 409);
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_starts_again_takes_nothing_twice() {
    let fleet = Fleet::on(Server::on_sqlite().await).await;
    let mut computer = enrolled(&fleet).await;
    let past = computer.request(&INFO, &Nothing {});
    computer.ahead = 30;
    let ahead = computer.request(&INFO, &Nothing {});
    for request in [&past, &ahead] {
        assert_eq!(computer.send(request).await.status, 200);
    }
    fleet.server.clock.advance(Duration::from_secs(5));
    let server = fleet.server.restarted().await;
    server.clock.advance(Duration::from_secs(1));
    let url = server.url();
    let (past, ahead) = (
        computer.send_to(&url, &past).await,
        computer.send_to(&url, &ahead).await,
    );
    assert_eq!(refused(&past), (503, "server_just_started", true));
    assert_eq!(refused(&ahead), (409, "request_repeated", true));
}
