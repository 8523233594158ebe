//! Groups that are there from the beginning, and what an account may do by them.

use migasfree_server_audit::UserId;
use migasfree_server_db::args;
use migasfree_server_domain::declared::registry;
use migasfree_server_entity::access::Need;
use reqwest::Method;
use serde_json::{Value, json};

use super::Organisation;
use super::organisation::TOKEN;
use super::rights_endpoints::{NOBODY, endpoints};
use crate::harness::{Answer, Client, Server, described};
use crate::on_both_engines;

async fn member(server: &Server, name: &str, group: &str) -> (UserId, Client) {
    let user = server.add_operator(name, "", &[]).await;
    let db = &server.state().db;
    let joined = db
        .execute(
            "INSERT INTO auth_user_groups (user_id, group_id) SELECT $1, id FROM auth_group WHERE name = $2",
            args![user, group],
        )
        .await
        .unwrap();
    assert_eq!(joined, 1, "{group}");
    (user, server.program_of(user).await)
}

async fn groups(server: &Server) -> Vec<String> {
    let db = &server.state().db;
    let rows: Vec<(String,)> = db
        .all("SELECT name FROM auth_group ORDER BY name", args![])
        .await
        .unwrap();
    rows.into_iter().map(|(name,)| name).collect()
}

fn permission<'a>(access: &'a Value, name: &str) -> Option<&'a Value> {
    let all = access["permissions"].as_array().unwrap();
    let found = all.iter().find(|permission| permission["name"] == name);
    found.map(|permission| &permission["from"])
}

on_both_engines! {
    async fn an_auditor_sees_the_audit_and_remote_support_and_nothing_else(org: Organisation) {
        let (_, auditor) = member(&org.server, "ines", "Auditor").await;
        let mut wrong = Vec::new();
        for resource in &registry().resources {
            let route = resource.entity.route;
            for endpoint in endpoints(resource.entity, NOBODY) {
                let answer = endpoint.call(&auditor).await;
                let may = ["audit", "remote-policies", "remote-sessions", "actions", "executions"].contains(&route) && endpoint.need == Need::View;
                let is_right = if may { !matches!(answer.status, 401 | 403 | 500..) } else { answer.status == 403 };
                if !is_right {
                    wrong.push(format!("{} {}: {} {}", endpoint.method, endpoint.path, answer.status, answer.text));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(auditor.get(&format!("{TOKEN}audit/")).await.status, 200);
    }

    async fn an_auditor_changes_nothing_elsewhere_and_has_no_more_of_the_rest_than_who_may_nothing(org: Organisation) {
        // Looking at the audit anew, and opening a line on which one hears of what one sees.
        let meant = [(Method::POST, format!("{TOKEN}audit/verification/")), (Method::POST, format!("{TOKEN}events/ticket/"))];
        let (_, auditor) = member(&org.server, "ines", "Auditor").await;
        let nobody = org.server.operator("nobody", &[]).await;
        let calls = described::besides_entities();
        for call in &meant {
            assert!(calls.contains(call), "{call:?}");
        }
        let mut wrong = Vec::new();
        for (method, path) in calls {
            let ask = async |client: &Client| {
                let request = client.request(method.clone(), &path);
                let request = if method == Method::GET { request } else { request.json(&json!({})) };
                Answer::of(request).await
            };
            let answer = ask(&auditor).await;
            let is_let_in = !matches!(answer.status, 401 | 403 | 500..);
            let of_support = ["remote-sessions", "actions", "executions"];
            let is_of_sessions = of_support.iter().any(|route| path.starts_with(&format!("{TOKEN}stats/{route}/")));
            let is_right = if path.contains("remote-access/") {
                answer.status == 403
            } else if path == format!("{TOKEN}remote-sessions/4711/end/") {
                answer.status == 404
            } else if is_of_sessions || path.starts_with(&format!("{TOKEN}audit/")) || meant.contains(&(method.clone(), path.clone())) {
                is_let_in
            } else if method != Method::GET {
                answer.status == 403
            } else if path.starts_with(&format!("{TOKEN}stats/")) {
                let other = ask(&nobody).await;
                (answer.status, &answer.json) == (other.status, &other.json) && answer.status < 500
            } else {
                is_let_in
            };
            if !is_right {
                wrong.push(format!("{method} {path}: {} {}", answer.status, answer.text));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    async fn a_security_officer_decides_who_is_let_in_and_a_checker_looks_on(org: Organisation) {
        let (_, officer) = member(&org.server, "olga", "Security Officer").await;
        let (_, checker) = member(&org.server, "carl", "Computer Checker").await;
        let approve = format!("{TOKEN}computer-keys/999999/approve/");
        assert_eq!(officer.post(&approve, json!({})).await.status, 404, "there is no such key");
        assert_eq!(checker.post(&approve, json!({})).await.status, 403);
        for route in ["computer-keys", "enrolment-tokens", "certificates", "api-keys", "audit"] {
            let path = format!("{TOKEN}{route}/");
            assert_eq!(officer.get(&path).await.status, 200, "{route}");
            assert_eq!(checker.get(&path).await.status == 200, route == "computer-keys", "{route}");
        }
    }

    async fn a_group_that_was_removed_or_changed_stays_as_it_was_left(server: Server) {
        let before = groups(&server).await;
        for name in ["Operator", "Remote Helper", "Security Officer", "Auditor"] {
            assert!(before.contains(&name.to_owned()), "{name}");
        }
        let db = &server.state().db;
        for sql in [
            "DELETE FROM auth_group_permissions",
            "DELETE FROM auth_group WHERE name = 'Operator'",
            "UPDATE auth_group SET name = 'Examiner' WHERE name = 'Auditor'",
        ] {
            db.execute(sql, args![]).await.unwrap();
        }
        let left = groups(&server).await;
        let server = server.restarted().await;
        assert_eq!(groups(&server).await, left);
        let (held,): (i64,) = server.state().db.one("SELECT COUNT(*) FROM auth_group_permissions", args![]).await.unwrap();
        assert_eq!(held, 0);
    }

    async fn a_database_from_before_gets_the_groups_it_lacks(server: Server) {
        let db = &server.state().db;
        for sql in [
            "DELETE FROM auth_group_permissions",
            "DELETE FROM auth_group WHERE name IN ('Auditor', 'Operator', 'Reader')",
            "INSERT INTO auth_group (name) VALUES ('Operator')",
            "DELETE FROM setting WHERE key = 'offered_groups'",
        ] {
            db.execute(sql, args![]).await.unwrap();
        }
        let server = server.restarted().await;
        let found = groups(&server).await;
        assert!(found.contains(&"Auditor".to_owned()) && !found.contains(&"Reader".to_owned()), "{found:?}");
        let count = "SELECT COUNT(*) FROM auth_group_permissions m JOIN auth_group g ON g.id = m.group_id WHERE g.name = 'Operator'";
        let (held,): (i64,) = server.state().db.one(count, args![]).await.unwrap();
        assert_eq!(held, 0, "a group that somebody made keeps what it holds");
    }

    async fn effective_access_says_where_each_right_comes_from(server: Server) {
        let (ines, program) = member(&server, "ines", "Auditor").await;
        let grant = "INSERT INTO auth_user_user_permissions (user_id, permission_id) SELECT $1, p.id FROM auth_permission p \
                     WHERE p.codename IN ('view_record', 'view_deployment')";
        server.state().db.execute(grant, args![ines]).await.unwrap();
        let own = program.get("/rest-auth/user/effective-access/").await;
        assert_eq!(own.status, 200, "{}", own.text);
        let both = json!([{"kind": "direct"}, {"kind": "group", "name": "Auditor"}]);
        let found = permission(&own.json, "audit.view_record").unwrap();
        let mut found = found.as_array().unwrap().clone();
        found.sort_by_key(ToString::to_string);
        assert_eq!(json!(found), both);
        let by_another = json!([{"kind": "permission", "name": "core.view_deployment"}]);
        assert_eq!(permission(&own.json, "core.view_internalsource"), Some(&by_another));
        assert_eq!(permission(&own.json, "core.view_package"), None);

        let path = format!("{TOKEN}user-profiles/{ines}/effective-access/");
        assert_eq!(program.get(&path).await.status, 403, "of others, only who views accounts");
        assert_eq!(server.anonymous().get(&path).await.status, 401);
        let admin = server.admin().await;
        assert_eq!(admin.get(&path).await.json, own.json);
        let all = admin.get("/rest-auth/user/effective-access/").await.json;
        assert_eq!(permission(&all, "core.view_package"), Some(&json!([{"kind": "superuser"}])));
    }
}
