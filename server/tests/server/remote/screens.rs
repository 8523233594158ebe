//! Sessions of a screen: what they take, what the person may leave of them, and what is kept.

use migasfree_grant::{Grant, Mode, Recording, Service};
use migasfree_server_db::args;
use migasfree_server_domain::remote::{self, Acceptance, Accepted, Recorded, Refused};
use serde_json::{Value, json};

use super::{Desk, SESSIONS};
use crate::harness::{Answer, Client};
use crate::on_both_engines;

/// The beginning of a stream, and a message of it.
const FILM: &[u8] = b"\0\0\0\0\0\0\0\0\0\0\0\x07\0\0\0\x06\0\0\0\x02\x02\x01";

async fn asked(desk: &Desk, client: &Client, mode: &str) -> Answer {
    let screen = json!({"service": "screen", "mode": mode, "account": ""});
    desk.ask(client, screen).await
}

async fn granted(desk: &Desk, client: &Client, mode: &str) -> (Grant, String, i64) {
    let answer = asked(desk, client, mode).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let text = answer.json["grant"].as_str().unwrap().to_owned();
    (
        desk.read(&answer),
        text,
        answer.json["id"].as_i64().unwrap(),
    )
}

/// The computer lets it begin in this mode.
async fn accepted(
    desk: &Desk,
    (grant, text): (&Grant, &str),
    mode: Mode,
) -> Result<Accepted, Refused> {
    let state = desk.server().state();
    remote::start(state, text).await.unwrap();
    let taken = Acceptance {
        mode,
        switches: grant.switches,
        recorded: true,
    };
    remote::accept(state, &grant.session, taken).await
}

async fn row(desk: &Desk, id: i64) -> Value {
    desk.org.admin.get(&format!("{SESSIONS}{id}/")).await.json
}

on_both_engines! {
    async fn a_grant_of_a_screen_has_mode_and_clipboard_as_the_policy_says(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["view_screen", "control_screen"]).await;
        desk.set(json!({"clipboard_in": false, "clipboard_out": true, "recording": "strict"})).await;
        for (word, mode) in [("view", Mode::View), ("control", Mode::Control)] {
            let (grant, ..) = granted(&desk, &helper, word).await;
            assert_eq!((grant.service, grant.mode), (Service::Screen, mode));
            assert_eq!((grant.switches.clipboard_in, grant.switches.clipboard_out), (false, true));
            assert_eq!((grant.user, grant.port, grant.recording), (None, None, Recording::Strict));
        }
        assert_eq!(asked(&desk, &helper, "user").await.status, 400);
        desk.set(json!({"screen": false})).await;
        let refused = asked(&desk, &helper, "view").await;
        assert_eq!((refused.status, refused.code()), (403, "policy"), "{}", refused.text);
    }

    async fn where_nobody_is_at_a_desktop_there_is_no_screen(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["view_screen", "open_terminal"]).await;
        desk.doorman.deserted.lock().unwrap().insert(desk.computer());
        let refused = asked(&desk, &helper, "view").await;
        assert_eq!((refused.status, refused.code()), (409, "no_screen"), "{}", refused.text);
        assert_eq!(desk.ask(&helper, json!({})).await.status, 200, "a terminal there is");
        desk.doorman.deserted.lock().unwrap().clear();
        assert_eq!(asked(&desk, &helper, "view").await.status, 200);
    }

    async fn a_person_may_let_somebody_only_look_and_never_more_than_was_granted(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["view_screen", "control_screen"]).await;
        let (grant, text, id) = granted(&desk, &helper, "control").await;
        accepted(&desk, (&grant, &text), Mode::View).await.unwrap();
        assert_eq!(row(&desk, id).await["mode"], "view");
        assert_eq!(desk.objection(&grant.session).await, None);
        let (grant, text, _) = granted(&desk, &helper, "view").await;
        assert!(accepted(&desk, (&grant, &text), Mode::Control).await.is_err());
    }

    async fn a_screen_ends_with_its_right_and_its_policy(desk: Desk) {
        let (user, helper) = desk.helper("hugo", &["control_screen"]).await;
        let (grant, text, _) = granted(&desk, &helper, "control").await;
        accepted(&desk, (&grant, &text), Mode::Control).await.unwrap();
        assert_eq!(desk.objection(&grant.session).await, None);
        desk.set(json!({"screen": false})).await;
        assert_eq!(desk.objection(&grant.session).await, Some("policy"));
        desk.set(json!({"screen": true})).await;
        assert_eq!(desk.objection(&grant.session).await, None);
        desk.org.execute("DELETE FROM auth_user_user_permissions WHERE user_id = $1", args![user]).await;
        assert_eq!(desk.objection(&grant.session).await, Some("no_right"));
    }

    async fn what_a_screen_sent_is_played_as_what_it_is_by_who_may(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["view_screen"]).await;
        let (grant, text, id) = granted(&desk, &helper, "view").await;
        accepted(&desk, (&grant, &text), Mode::View).await.unwrap();
        desk.shelf.kept.lock().unwrap().insert("film".to_owned(), FILM.to_vec());
        let recording = Recorded {
            blob: "film".to_owned(),
            format: "screen".to_owned(),
            size: FILM.len() as u64,
            key_id: "1".to_owned(),
        };
        remote::recorded(desk.server().state(), &grant.session, &recording).await.unwrap();
        let path = format!("{SESSIONS}{id}/recording/");
        assert_eq!(helper.get(&path).await.status, 403, "whose session it was may not play it for that");
        let (_, auditor) = desk.helper("ines", &["play_recordings"]).await;
        let answer = auditor.get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.header("content-type"), "application/vnd.migasfree.screen");
        assert_eq!(answer.text.as_bytes(), FILM);
        assert!(desk.events(id).await.contains(&"played".to_owned()));
    }
}
