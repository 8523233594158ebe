//! What a session began with has to hold as long as it lasts.

use std::time::Duration;

use migasfree_server_audit::UserId;
use migasfree_server_db::args;
use migasfree_server_domain::remote;
use serde_json::json;

use super::{Desk, SESSIONS};
use crate::harness::{Client, Page};
use crate::on_both_engines;

const RIGHT: &[&str] = &["open_terminal"];

/// Somebody with a session that may go on.
async fn busy(desk: &Desk, name: &str) -> (UserId, Client, String) {
    let (user, helper) = desk.helper(name, RIGHT).await;
    let (session, ..) = desk.begun(&helper).await;
    assert_eq!(desk.objection(&session).await, None, "{name}");
    (user, helper, session)
}

on_both_engines! {
    async fn a_right_that_is_taken_ends_what_needs_it(desk: Desk) {
        let (user, _, session) = busy(&desk, "hugo").await;
        desk.org.execute("DELETE FROM auth_user_user_permissions WHERE user_id = $1", args![user]).await;
        assert_eq!(desk.objection(&session).await, Some("no_right"));
    }

    async fn a_group_that_is_left_ends_what_it_allowed(desk: Desk) {
        let user = desk.server().add_operator("gina", "", &[]).await;
        let join = "INSERT INTO auth_user_groups (user_id, group_id) SELECT $1, id FROM auth_group WHERE name = 'Remote Helper'";
        desk.org.execute(join, args![user]).await;
        let helper = desk.server().program_of(user).await;
        let (session, ..) = desk.begun(&helper).await;
        assert_eq!(desk.objection(&session).await, None);
        desk.org.execute("DELETE FROM auth_user_groups WHERE user_id = $1", args![user]).await;
        assert_eq!(desk.objection(&session).await, Some("no_right"));
    }

    async fn a_scope_or_a_domain_that_leaves_the_computer_out_ends_it(desk: Desk) {
        let (UserId(user), _, session) = busy(&desk, "hugo").await;
        let nowhere = json!({"name": "Nowhere", "domain_admins": [user]});
        assert_eq!(desk.org.admin.post("/api/v1/token/domains/", nowhere).await.status, 201);
        assert_eq!(desk.objection(&session).await, Some("no_right"));
    }

    async fn an_account_or_a_sign_in_that_is_over_ends_it(desk: Desk) {
        let (user, _, session) = busy(&desk, "hugo").await;
        desk.org.execute("UPDATE core_userprofile SET is_active = FALSE WHERE id = $1", args![user]).await;
        assert_eq!(desk.objection(&session).await, Some("revoked"));
        let (user, _, session) = busy(&desk, "tina").await;
        desk.org.execute("DELETE FROM auth_token WHERE user_id = $1", args![user]).await;
        assert_eq!(desk.objection(&session).await, Some("revoked"));
        let (user, _) = desk.helper("paula", RIGHT).await;
        let mut page = Page::of_operator(desk.server(), user).await;
        let answer = page.post(SESSIONS, desk.terminal(&json!({}))).await;
        let session = answer.json["session"].as_str().unwrap().to_owned();
        assert_eq!(desk.objection(&session).await, None);
        assert_eq!(page.post("/rest-auth/logout/", json!({})).await.status, 200);
        assert_eq!(desk.objection(&session).await, Some("revoked"));
    }

    async fn a_key_of_a_program_that_is_taken_back_ends_what_it_began(desk: Desk) {
        let keys = "/api/v1/token/account/api-keys/";
        let made = desk.org.admin.post(keys, json!({"name": "Bot", "permissions": ["remote.open_terminal"]})).await;
        let program = Client::bearing(desk.server().url(), made.json["key"].as_str().unwrap());
        let (session, ..) = desk.begun(&program).await;
        assert_eq!(desk.objection(&session).await, None);
        assert_eq!(desk.org.admin.delete(&format!("{keys}{}/", made.json["id"])).await.status, 200);
        assert_eq!(desk.objection(&session).await, Some("revoked"));
    }

    async fn a_policy_that_changes_ends_what_it_does_not_allow_any_more(desk: Desk) {
        let (_, _, session) = busy(&desk, "hugo").await;
        for (change, back) in [
            (json!({"terminal": false}), json!({"terminal": true})),
            (json!({"consent": "deny"}), json!({"consent": "ask"})),
            (json!({"days": ["sun"]}), json!({"days": []})),
            (json!({"enabled": false}), json!({"enabled": true})),
        ] {
            desk.set(change.clone()).await;
            desk.org.execute("UPDATE remote_policy SET enabled = FALSE WHERE name = 'Desks'", args![]).await;
            assert_eq!(desk.objection(&session).await, Some("policy"), "{change}");
            desk.set(back).await;
            assert_eq!(desk.objection(&session).await, None, "{change}");
        }
        desk.policy(json!({"name": "Now", "priority": 1, "included_attributes": [1], "terminal": false})).await;
        assert_eq!(desk.objection(&session).await, Some("policy"), "another one decides");
    }

    async fn a_policy_that_becomes_shorter_or_stricter_counts_too(desk: Desk) {
        let (_, helper) = desk.helper("hugo", RIGHT).await;
        let answer = desk.ask(&helper, json!({})).await;
        let state = desk.server().state();
        let session = remote::start(state, answer.json["grant"].as_str().unwrap()).await.unwrap().grant.session;
        remote::accept(state, &session, crate::remote::as_asked(false)).await.unwrap();
        desk.set(json!({"recording": "strict"})).await;
        assert_eq!(desk.objection(&session).await, Some("policy"), "it is not recorded");
        desk.set(json!({"recording": "none", "max_minutes": 10})).await;
        desk.server().clock.advance(Duration::from_secs(9 * 60));
        assert_eq!(desk.objection(&session).await, None);
        desk.server().clock.advance(Duration::from_secs(60));
        assert_eq!(desk.objection(&session).await, Some("policy"));
    }

    async fn another_key_of_the_computer_ends_it(desk: Desk) {
        let (_, _, session) = busy(&desk, "hugo").await;
        desk.org.execute("UPDATE client_computerkey SET thumbprint = 'another'", args![]).await;
        assert_eq!(desk.objection(&session).await, Some("replaced"));
        desk.org.execute("UPDATE client_computerkey SET state = 'revoked'", args![]).await;
        assert_eq!(desk.objection(&session).await, Some("replaced"));
    }

    async fn its_time_and_a_computer_out_of_use_end_it(desk: Desk) {
        let (_, _, session) = busy(&desk, "hugo").await;
        desk.org.execute("UPDATE client_computer SET status = 'unsubscribed'", args![]).await;
        assert_eq!(desk.objection(&session).await, Some("policy"));
        desk.org.execute("UPDATE client_computer SET status = 'assigned'", args![]).await;
        desk.server().clock.advance(Duration::from_secs(240 * 60));
        assert_eq!(desk.objection(&session).await, Some("expired"));
        assert_eq!(desk.objection("nobody's").await, Some("unknown"));
    }

    async fn many_sessions_are_judged_with_as_many_statements_as_one(desk: Desk) {
        let (_, helper) = desk.helper("hugo", RIGHT).await;
        let mut sessions = Vec::new();
        let db = &desk.server().state().db;
        let mut sent = Vec::new();
        for _ in 0..3 {
            let (session, ..) = desk.begun(&helper).await;
            sessions.push(session);
            let before = db.statements();
            let stopped = remote::may_go_on(desk.server().state(), &sessions).await.unwrap();
            assert!(stopped.is_empty(), "{stopped:?}");
            sent.push(db.statements() - before);
        }
        assert!(sent.iter().all(|count| *count == sent[0]), "{sent:?}");
    }

    async fn what_was_allowed_is_asked_again_when_a_grant_is_used(desk: Desk) {
        let (user, helper) = desk.helper("hugo", RIGHT).await;
        let answer = desk.ask(&helper, json!({})).await;
        desk.org.execute("DELETE FROM auth_user_user_permissions WHERE user_id = $1", args![user]).await;
        let grant = answer.json["grant"].as_str().unwrap();
        let refused = remote::start(desk.server().state(), grant).await.unwrap_err();
        assert_eq!(refused.why.name(), "no_right");
    }
}
