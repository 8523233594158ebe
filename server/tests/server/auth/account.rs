//! One's own account: its password, and what it may.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::{ACCOUNT, change_password, cookie, page};
use crate::harness::{Answer, Server};
use crate::on_both_engines;

on_both_engines! {
    async fn changing_the_password_needs_the_old_one_and_ends_other_sessions(server: Server) {
        let old = server.admin_password().to_owned();
        let file = server.folder.path().join("admin-password");
        assert!(file.exists());
        let (mine, other) = (server.admin().await, server.admin().await);
        let session = cookie(&server, "admin", &old).await;
        server.clock.advance(Duration::from_secs(2));
        let change = "/rest-auth/password/change/";
        for (given, field) in [
            (json!({"new_password1": "something new", "new_password2": "something new"}), "old_password"),
            (json!({"old_password": "wrong", "new_password1": "something new", "new_password2": "something new"}), "old_password"),
            (json!({"old_password": old, "new_password1": "short", "new_password2": "short"}), "new_password1"),
            (json!({"old_password": old, "new_password1": "admin-2026", "new_password2": "admin-2026"}), "new_password1"),
            (json!({"old_password": old, "new_password1": "something new", "new_password2": "else"}), "new_password2"),
        ] {
            let answer = mine.post(change, given).await;
            assert_eq!((answer.status, answer.json[field].is_array()), (400, true), "{}", answer.text);
        }
        change_password(&server, &mine, &old, "something quite new").await;
        assert!(!file.exists(), "the first password is not left lying about");
        assert_eq!(mine.get(ACCOUNT).await.status, 200);
        assert_eq!(other.get(ACCOUNT).await.status, 401);
        assert_eq!(Answer::of(page(&server, Method::GET, ACCOUNT, &session)).await.status, 401);
        let given = json!({"username": "admin", "password": "something quite new"});
        assert_eq!(server.anonymous().post("/token-auth/", given).await.status, 200);
        let given = json!({"username": "admin", "password": old});
        assert_eq!(server.anonymous().post("/token-auth/", given).await.status, 400);
        let recorded: (i64,) = server.state().db
            .one("SELECT COUNT(*) FROM audit_record WHERE action = 'change_password' AND after IS NULL",
                migasfree_server_db::args![])
            .await.unwrap();
        assert_eq!(recorded.0, 1);
    }

    async fn nobody_makes_themselves_a_superuser(server: Server) {
        let ana = server.operator("ana", &[]).await;
        let given = json!({"is_superuser": true, "is_staff": false, "username": "root", "email": "ana@x.example"});
        let answer = ana.patch(ACCOUNT, given).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json["is_superuser"], false);
        assert_eq!(answer.json["is_staff"], true);
        assert_eq!(answer.json["username"], "ana");
        assert_eq!(answer.json["email"], "ana@x.example");
        let long = ana.patch(ACCOUNT, json!({"first_name": "x".repeat(151)})).await;
        assert_eq!((long.status, long.json["first_name"].is_array()), (400, true));
    }

    async fn an_operator_who_is_made_inactive_is_out_at_once(server: Server) {
        let ana = server.operator("ana", &[]).await;
        assert_eq!(ana.get(ACCOUNT).await.status, 200);
        server.state().db
            .execute("UPDATE core_userprofile SET is_active = FALSE WHERE username = 'ana'", migasfree_server_db::args![])
            .await.unwrap();
        assert_eq!(ana.get(ACCOUNT).await.status, 401);
    }

    async fn permissions_come_from_groups_and_from_the_user(server: Server) {
        let ana = server.operator("ana", &["core.add_platform"]).await;
        server.state().db
            .execute(
                "INSERT INTO auth_user_groups (user_id, group_id) \
                 SELECT u.id, g.id FROM core_userprofile u, auth_group g \
                 WHERE u.username = 'ana' AND g.name = 'Domain Admin'",
                migasfree_server_db::args![],
            )
            .await.unwrap();
        let account = ana.get(ACCOUNT).await.json;
        let permissions: Vec<&str> =
            account["permissions"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(permissions.len(), 10);
        for name in ["core.add_platform", "core.delete_scope", "client.view_computer"] {
            assert!(permissions.contains(&name), "{name} is not in {permissions:?}");
        }
        assert_eq!(account["groups"][0]["name"], "Domain Admin");
    }

    async fn ones_account_is_shown_as_in_the_list_of_operators(server: Server) {
        let admin = server.admin().await;
        let mut account = admin.get(ACCOUNT).await.json;
        assert_eq!(account.as_object_mut().unwrap().remove("permissions"), Some(json!([])));
        assert_eq!(account, admin.get("/api/v1/token/user-profiles/1/").await.json);
    }
}
