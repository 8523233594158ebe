//! Rights: what operators may do to themselves, to others and with what they do not see.

use migasfree_server_audit::UserId;
use migasfree_server_db::args;
use serde_json::{Value, json};

use super::Organisation;
use super::organisation::TOKEN;
use crate::harness::Client;
use crate::on_both_engines;

async fn me(org: &Organisation, client: &Client) -> i64 {
    let answer = client.get("/rest-auth/user/").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let _ = org;
    answer.json["id"].as_i64().unwrap()
}

on_both_engines! {
    async fn nobody_makes_themselves_powerful(org: Organisation) {
        let user = org.server.operator("climber", &["core.change_userprofile", "core.view_userprofile", "core.add_userprofile"]).await;
        let own = me(&org, &user).await;
        let path = format!("{TOKEN}user-profiles/{own}/");
        for body in [
            json!({"is_superuser": true}),
            json!({"is_staff": false}),
            json!({"groups": [1]}),
            json!({"user_permissions": [1, 2, 3]}),
            json!({"domains": [org.id("domains")]}),
        ] {
            let refused = user.patch(&path, body.clone()).await;
            assert_eq!(refused.status, 403, "{body}: {}", refused.text);
        }
        let master = user.post(&format!("{TOKEN}user-profiles/"), json!({"username": "master", "is_superuser": true})).await;
        assert_eq!(master.status, 403);
        let other = user.patch(&format!("{TOKEN}user-profiles/1/"), json!({"first_name": "Gone"})).await;
        assert_eq!(other.status, 403);
        assert_eq!(user.patch(&path, json!({"first_name": "Clara"})).await.status, 200);
    }

    async fn everybody_chooses_their_own_view_and_nothing_else(org: Organisation) {
        let user = org.server.add_operator("dora", "", &[]).await;
        org.execute(
            "INSERT INTO core_userprofile_domains (userprofile_id, domain_id) VALUES ($1, $2)",
            args![user, org.id("domains")],
        ).await;
        let dora = org.server.program_of(user).await;
        let path = format!("{TOKEN}user-profiles/{user}/");
        let chosen = dora.patch(&path, json!({"domain_preference": org.id("domains")})).await;
        assert_eq!((chosen.status, &chosen.json["domain_preference"]["id"]), (200, &json!(org.id("domains"))), "{}", chosen.text);
        assert_eq!(dora.patch(&path, json!({"domain_preference": null})).await.status, 200);
        let foreign = org.admin.post(&format!("{TOKEN}domains/"), json!({"name": "Foreign", "domain_admins": []})).await.json["id"].clone();
        assert_eq!(dora.patch(&path, json!({"domain_preference": foreign})).await.status, 400);
        assert_eq!(dora.patch(&path, json!({"scope_preference": org.id("scopes")})).await.status, 400);
        assert_eq!(dora.patch(&path, json!({"first_name": "Dora"})).await.status, 403);
        assert_eq!(dora.get(&path).await.status, 403);
        assert_eq!(dora.patch(&format!("{TOKEN}user-profiles/1/"), json!({"domain_preference": null})).await.status, 403);
    }

    async fn scopes_are_ones_own(org: Organisation) {
        let user = org.server.add_operator("eva", "", &["core.add_scope", "core.view_scope", "core.change_scope", "core.delete_scope"]).await;
        let eva = org.server.program_of(user).await;
        let scopes = format!("{TOKEN}scopes/");
        assert_eq!(eva.post(&scopes, json!({"name": "Theirs", "user": 1})).await.status, 400);
        assert_eq!(eva.post(&scopes, json!({"name": "Far", "user": user, "domain": org.id("domains")})).await.status, 400);
        let made = eva.post(&scopes, json!({"name": "My Own", "user": user})).await;
        assert_eq!((made.status, &made.json["name"]), (201, &json!("my-own")), "{}", made.text);
        assert_eq!(eva.get(&scopes).await.json["count"], 1);
        assert_eq!(eva.get(&format!("{scopes}{}/", org.id("scopes"))).await.status, 404);
        assert_eq!(eva.delete(&format!("{scopes}{}/", org.id("scopes"))).await.status, 404);
        assert_eq!(org.admin.get(&scopes).await.json["count"], 1, "one's own for a drop-down");
        assert_eq!(org.admin.get(&format!("{scopes}?page=1")).await.json["count"], 2, "all for a table");
    }

    async fn no_secret_leaves_the_server(org: Organisation) {
        let page = org.admin.get(&format!("{TOKEN}user-profiles/?page_size=100")).await.text;
        let detail = org.admin.get(&format!("{TOKEN}user-profiles/1/")).await;
        let file = org.admin.get(&format!("{TOKEN}user-profiles/export/")).await.text;
        let audit = org.admin.get(&format!("{TOKEN}audit/?entity=core.userprofile")).await.text;
        for text in [&page, &detail.text, &file, &audit] {
            assert!(!text.contains("argon2"), "{text}");
        }
        assert_eq!(detail.json["token"], "");
        let ordered = org.admin.get(&format!("{TOKEN}user-profiles/?ordering=password")).await;
        assert_eq!(ordered.status, 200);
    }

    async fn a_new_token_works_and_the_old_ones_do_not(org: Organisation) {
        let user: UserId = UserId(org.id("user-profiles"));
        let old = org.server.program_of(user).await;
        assert_eq!(old.get("/rest-auth/user/").await.status, 200);
        let path = format!("{TOKEN}user-profiles/{user}/update-token/");
        let answer = org.admin.post(&path, json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let new = Client::new(org.server.url(), Some(answer.json["info"].as_str().unwrap().to_owned()));
        assert_eq!(new.get("/rest-auth/user/").await.json["username"], "bea");
        assert_eq!(old.get("/rest-auth/user/").await.status, 401);
        let helper = org.server.operator("helper", &["core.add_userprofile", "core.change_userprofile", "core.view_userprofile"]).await;
        assert_eq!(helper.post(&format!("{TOKEN}user-profiles/1/update-token/"), json!({})).await.status, 403);
    }

    async fn a_password_is_given_by_those_who_may(org: Organisation) {
        let path = format!("{TOKEN}user-profiles/{}/change-password/", org.id("user-profiles"));
        let login = async |password: &str| {
            org.server.anonymous().post("/rest-auth/login/", json!({"username": "bea", "password": password})).await.status
        };
        for (one, two) in [("short", "short"), ("long enough 1", "long enough 2"), ("", "")] {
            let refused = org.admin.put(&path, json!({"password": one, "password2": two})).await;
            assert!(refused.json["password"][0].is_string(), "{}", refused.text);
        }
        assert_eq!(login("").await, 400, "a new account has no password at all");
        let good = json!({"password": "long enough 1", "password2": "long enough 1"});
        let stranger = org.server.operator("stranger", &["core.view_userprofile"]).await;
        assert_eq!(stranger.put(&path, good.clone()).await.status, 403);
        assert_eq!(org.admin.put(&path, good.clone()).await.status, 200);
        assert_eq!(login("long enough 1").await, 200);
        let helper = org.server.operator("helper", &["core.change_userprofile", "core.view_userprofile"]).await;
        assert_eq!(helper.put(&format!("{TOKEN}user-profiles/1/change-password/"), good).await.status, 403);
    }

    async fn nobody_deletes_or_weakens_themselves(org: Organisation) {
        assert_eq!(org.admin.delete(&format!("{TOKEN}user-profiles/1/")).await.code(), "oneself");
        for body in [json!({"is_superuser": false}), json!({"is_active": false}), json!({"is_staff": false})] {
            assert_eq!(org.admin.patch(&format!("{TOKEN}user-profiles/1/"), body).await.status, 400);
        }
    }

    async fn what_is_hidden_cannot_be_referred_to(org: Organisation) {
        let user = org.server.add_operator("limited", "", &["core.add_store", "core.view_store", "core.view_project"]).await;
        let empty = org.admin.post(&format!("{TOKEN}domains/"), json!({"name": "Nowhere", "domain_admins": [user]})).await;
        org.execute(
            "UPDATE core_userprofile SET domain_preference_id = $2 WHERE id = $1",
            args![user, empty.json["id"].as_i64()],
        ).await;
        let limited = org.server.program_of(user).await;
        let store = json!({"name": "Mine", "project": org.id("projects")});
        let refused = limited.post(&format!("{TOKEN}stores/"), store).await;
        assert!(refused.json["project"][0].is_string(), "{}", refused.text);
        let hits = limited.get(&format!("{TOKEN}search/?q=one")).await.json;
        assert_eq!(hits, Value::Array(Vec::new()));
    }

    async fn actions_ask_for_their_rights(org: Organisation) {
        let reader = org.server.operator("reader", &[
            "client.view_computer", "core.view_deployment", "core.view_attribute", "core.view_packageset", "core.view_package",
        ]).await;
        let id = |route: &str| org.id(route);
        let computer = id("computers");
        for path in [
            format!("computers/{computer}/status/"),
            format!("computers/{computer}/replacement/"),
            format!("deployments/internal-sources/{}/metadata/", id("deployments")),
            format!("deployments/internal-sources/{}/copy/", id("deployments")),
            format!("package-sets/{}/copy/", id("package-sets")),
            "deployments/".to_owned(),
            "packages/".to_owned(),
        ] {
            let refused = reader.post(&format!("{TOKEN}{path}"), json!({})).await;
            assert_eq!(refused.status, 403, "{path}: {}", refused.text);
        }
        for path in ["software/inventory", "software/history"] {
            assert_eq!(reader.delete(&format!("{TOKEN}computers/{computer}/{path}/")).await.status, 403, "{path}");
        }
        assert_eq!(reader.patch(&format!("{TOKEN}tags/{}/computers/", id("tags")), json!({"computers": []})).await.status, 403);
        assert_eq!(reader.get(&format!("{TOKEN}deployments/internal-sources/{}/metadata/", id("deployments"))).await.status, 403);
        for right in ["client.add_computer", "client.change_computer"] {
            let helper = org.server.operator(right, &[right]).await;
            let changed = helper.post(&format!("{TOKEN}computers/{computer}/status/"), json!({"status": "reserved"})).await;
            assert_eq!(changed.status, 200, "{right}: {}", changed.text);
        }
        let liberator = org.server.operator("liberator", &["core.view_deployment", "core.change_deployment"]).await;
        let path = format!("{TOKEN}deployments/internal-sources/{}/metadata/", id("deployments"));
        assert_eq!(liberator.post(&path, json!({})).await.json["detail"], "Operation received");
    }
}
