//! What a session leaves behind: its row, its events, and the chain of the audit.

use std::time::Duration;

use migasfree_grant::Mode;
use migasfree_server_audit as audit;
use migasfree_server_domain::remote::{self, End, Why};
use migasfree_server_domain::services::OfDomain as _;
use serde_json::json;

use super::{Desk, SESSIONS, as_asked};
use crate::on_both_engines;

on_both_engines! {
    async fn everything_that_happens_is_kept_and_chained(desk: Desk) {
        let (user, helper) = desk.helper("hugo", &["open_terminal"]).await;
        let (session, id, accepted) = desk.begun(&helper).await;
        let state = desk.server().state();
        remote::event(state, &session, "file", &json!({"name": "a.txt", "size": 3})).await.unwrap();
        remote::detach(state, &session).await.unwrap();
        let back = remote::resume(state, &session, &accepted.secret).await.unwrap();
        assert_eq!((back.computer, back.mode, back.recorded), (desk.computer(), Mode::User, true));
        let over = End { code: "ended_by_person".to_owned(), author: None, bytes: (10, 20) };
        remote::end(state, &session, &over).await.unwrap();
        remote::end(state, &session, &over).await.unwrap();
        let expected = ["requested", "asked", "started", "file", "detached", "resumed", "ended"];
        assert_eq!(desk.events(id).await, expected);
        let row = desk.org.admin.get(&format!("{SESSIONS}{id}/")).await.json;
        assert_eq!((&row["state"], &row["end_code"]), (&json!("ended"), &json!("ended_by_person")));
        assert_eq!((&row["bytes_in"], &row["bytes_out"], &row["recorded"]), (&json!(10), &json!(20), &json!(true)));
        assert_eq!((&row["operator"]["id"], &row["reason"]), (&json!(user.0), &json!("The printer is stuck")));
        assert!(row.get("secret_hash").is_none());
        let records = format!("/api/v1/token/audit/?entity=remote.remotesession&object_id={id}");
        let records = desk.org.admin.get(&records).await.json;
        let mut records = records["results"].as_array().unwrap().clone();
        records.sort_by_key(|record| record["id"].as_i64());
        let actions: Vec<&str> = records.iter().map(|record| record["action"].as_str().unwrap()).collect();
        assert_eq!(actions, expected);
        let chain = audit::verify(&state.db, &state.domain().audit, &state.domain().audit_anchors).await.unwrap();
        assert_eq!(chain.broken, None);
    }

    async fn sessions_are_found_by_computer_operator_and_state(desk: Desk) {
        let (user, helper) = desk.helper("hugo", &["open_terminal"]).await;
        let (_, id, _) = desk.begun(&helper).await;
        for (query, found) in [
            (format!("computer__id={}", desk.computer()), true), (format!("operator__id={user}"), true),
            ("state=active".to_owned(), true), ("state__in=ended,asking".to_owned(), false), ("ticket=none".to_owned(), false),
        ] {
            let page = desk.org.admin.get(&format!("{SESSIONS}?page=1&{query}")).await.json;
            let ids: Vec<i64> = page["results"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
            assert_eq!(ids.contains(&id), found, "{query}");
        }
    }

    async fn a_computer_may_give_less_than_was_granted_and_never_more(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["control_screen", "open_terminal"]).await;
        let state = desk.server().state();
        let start = async |more| {
            let answer = desk.ask(&helper, more).await;
            let grant = answer.json["grant"].as_str().unwrap_or_else(|| panic!("{}", answer.text));
            remote::start(state, grant).await.unwrap().grant.session
        };
        let screen = start(json!({"service": "screen", "mode": "control"})).await;
        let less = remote::Acceptance { mode: Mode::View, ..as_asked(true) };
        assert!(remote::accept(state, &screen, less).await.is_ok());
        let terminal = start(json!({})).await;
        let more = remote::Acceptance { mode: Mode::Administrator, ..as_asked(true) };
        assert_eq!(remote::accept(state, &terminal, more).await.unwrap_err().why, Why::Policy);
        desk.set(json!({"recording": "strict"})).await;
        let strict = start(json!({})).await;
        assert_eq!(remote::accept(state, &strict, as_asked(false)).await.unwrap_err().why, Why::Policy);
        assert!(remote::accept(state, &strict, as_asked(true)).await.is_ok());
    }

    async fn what_the_person_refuses_is_over(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["open_terminal"]).await;
        let answer = desk.ask(&helper, json!({})).await;
        let state = desk.server().state();
        let grant = answer.json["grant"].as_str().unwrap();
        let session = remote::start(state, grant).await.unwrap().grant.session;
        let over = End { code: "refused".to_owned(), author: None, bytes: (0, 0) };
        remote::end(state, &session, &over).await.unwrap();
        assert_eq!(remote::accept(state, &session, as_asked(true)).await.unwrap_err().why, Why::Ended);
        let row = desk.org.admin.get(&format!("{SESSIONS}{}/", answer.json["id"])).await.json;
        assert_eq!((&row["state"], &row["end_code"], &row["started_at"]), (&json!("ended"), &json!("refused"), &json!(null)));
    }

    async fn only_the_secret_of_a_session_goes_on_with_it(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["open_terminal"]).await;
        let (session, _, accepted) = desk.begun(&helper).await;
        let (other, _, _) = desk.begun(&helper).await;
        let state = desk.server().state();
        for (session, secret) in [(session.as_str(), ""), (&session, "guess"), (&other, &accepted.secret), ("none", &accepted.secret)] {
            assert!(remote::resume(state, session, secret).await.is_err(), "{session}");
        }
        desk.server().clock.advance(Duration::from_secs(240 * 60));
        assert!(remote::resume(state, &session, &accepted.secret).await.is_err(), "its time is over");
    }

    async fn one_ends_ones_own_sessions_and_those_of_others_with_the_right_to(desk: Desk) {
        let (_, helper) = desk.helper("hugo", &["open_terminal"]).await;
        let (_, other) = desk.helper("otto", &["open_terminal"]).await;
        let (_, officer) = desk.helper("olga", &["end_sessions"]).await;
        let (first, id, _) = desk.begun(&helper).await;
        let path = format!("{SESSIONS}{id}/end/");
        let refused = other.post(&path, json!({})).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
        assert_eq!(desk.objection(&first).await, None);
        let ended = helper.post(&path, json!({})).await;
        assert_eq!((ended.status, &ended.json["state"]), (200, &json!("ended")), "{}", ended.text);
        assert_eq!(desk.objection(&first).await, Some("ended_by_operator"));
        let (second, id, _) = desk.begun(&helper).await;
        assert_eq!(officer.post(&format!("{SESSIONS}{id}/end/"), json!({})).await.status, 200);
        assert_eq!(desk.objection(&second).await, Some("ended_by_operator"));
        let events = desk.org.admin.get(&format!("{SESSIONS}{id}/events/")).await.json;
        assert_eq!(events.as_array().unwrap().last().unwrap()["actor"], "olga");
        assert_eq!(officer.post(&format!("{SESSIONS}999999999/end/"), json!({})).await.status, 404);
    }
}
