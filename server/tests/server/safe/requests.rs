//! Requests for applications: from computers, and what operators decide.

use migasfree_server_db::args;
use serde_json::{Value, json};

use super::site::{ALL_SYSTEMS, PROJECT, Site, UUID};
use crate::harness::Client;
use crate::on_both_engines;
use crate::peer::{Peer, Reply};

const ASK: &str = "/api/v1/safe/catalog/requests/";
const LIST: &str = "/api/v1/safe/catalog/requests/list/";
const WITHDRAW: &str = "/api/v1/safe/catalog/requests/withdraw/";
const OFFERED: &str = "/api/v1/safe/catalog/apps/available/";
const REQUESTS: &str = "/api/v1/token/application-requests/";

/// An application for all computers of the project.
async fn application(site: &Site, name: &str, level: &str) -> i64 {
    let sql = "INSERT INTO app_catalog_application (name, created_at, level, category_id) \
               VALUES ($1, $2, $3, 1) RETURNING id";
    let (app,): (i64,) = site.one(sql, args![name, site.0.clock_now(), level]).await;
    let project = site.project(PROJECT).await;
    site.run(
        "INSERT INTO app_catalog_packagesbyproject (application_id, project_id, packages_to_install) \
         VALUES ($1, $2, 'gcc')",
        args![app, project],
    )
    .await;
    site.run(
        "INSERT INTO app_catalog_application_available_for_attributes (application_id, attribute_id) \
         VALUES ($1, $2)",
        args![app, ALL_SYSTEMS],
    )
    .await;
    app
}

/// Two computers, and an application that needs an administrator on both.
async fn two(site: &Site) -> (Peer, Peer, i64) {
    let one = site.computer(UUID, "pc1").await;
    let other = site
        .computer("11111111-2222-3333-4444-555555555555", "pc2")
        .await;
    for peer in [&one, &other] {
        peer.upload_attributes().await.unwrap();
    }
    let app = application(site, "Compiler", "A").await;
    (one, other, app)
}

async fn call(peer: &Peer, path: &str, mut claims: Value) -> Reply {
    claims["cid"] = json!(peer.id);
    peer.call(path, &claims).await.unwrap()
}

async fn done(peer: &Peer, path: &str, claims: Value) -> Value {
    call(peer, path, claims).await.accepted().unwrap()
}

async fn ask(peer: &Peer, app: i64, person: &str) -> i64 {
    let claims = json!({"app": app, "person": person, "justification": "I build things"});
    done(peer, ASK, claims).await["id"].as_i64().unwrap()
}

/// The levels of the applications offered, narrowed to one when it is given.
async fn levels(peer: &Peer, narrowed: Option<&str>) -> Vec<String> {
    let offered = done(peer, OFFERED, json!({"level": narrowed})).await;
    let apps = offered.as_array().unwrap().iter();
    apps.map(|app| app["level"]["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn decide(client: &Client, request: i64, approved: bool, comment: &str) -> u16 {
    let decision = json!({"approved": approved, "comment": comment});
    let answer = client
        .post(&format!("{REQUESTS}{request}/decide/"), decision)
        .await;
    answer.status
}

on_both_engines! {
    async fn who_asks_twice_has_one_request_until_it_is_withdrawn(site: Site) {
        let (pc, _, app) = two(&site).await;
        let claims = json!({"app": app, "person": "ana", "justification": " I build things "});
        let first = call(&pc, ASK, claims.clone()).await;
        assert_eq!(first.status, 201);
        let again = call(&pc, ASK, claims).await;
        assert_eq!((again.status, &again.data), (200, &first.data));
        assert_eq!(first.data["justification"], "I build things");
        assert_eq!((&first.data["app"], &first.data["state"]), (&json!(app), &json!("pending")));
        let other = ask(&pc, app, "ben").await;
        assert_ne!(first.data["id"], other, "another person asks for themselves");
        // A client that does not say who: the person that synchronised last.
        let unnamed = done(&pc, ASK, json!({"app": app})).await;
        assert_eq!(unnamed["person"], "inigo");

        let id = first.data["id"].clone();
        let withdrawn = done(&pc, WITHDRAW, json!({"id": id})).await;
        assert_eq!(withdrawn["state"], "withdrawn");
        assert_eq!(done(&pc, WITHDRAW, json!({"id": id})).await, withdrawn, "once is enough");
        assert_ne!(json!(ask(&pc, app, "ana").await), id);
        let listed = done(&pc, LIST, json!({})).await;
        let states: Vec<_> = listed.as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["pending", "pending", "pending", "withdrawn"]);
    }

    async fn a_computer_has_to_do_with_its_own_requests_alone(site: Site) {
        let (one, other, app) = two(&site).await;
        let id = ask(&one, app, "ana").await;
        assert_eq!(done(&other, LIST, json!({})).await, json!([]));
        let foreign = call(&other, WITHDRAW, json!({"id": id})).await;
        assert_eq!((foreign.status, foreign.sealed), (400, true), "{}", foreign.data);
        assert_eq!(done(&one, LIST, json!({})).await[0]["state"], "pending");
        // Not even in the name of a computer of another project.
        let mut stranger = site.stranger_in("Other", "22222222-2222-3333-4444-555555555555", "pc3");
        stranger.register("", "").await.unwrap();
        stranger.id = one.id;
        for (path, claims) in [(ASK, json!({"app": app})), (LIST, json!({})), (WITHDRAW, json!({"id": id}))] {
            assert_eq!(call(&stranger, path, claims).await.status, 404, "{path}");
        }
    }

    async fn only_what_is_offered_and_needs_an_administrator_is_asked_for(site: Site) {
        let (pc, _, app) = two(&site).await;
        let free = application(&site, "Editor", "U").await;
        let hidden = application(&site, "Hidden", "A").await;
        site.run("DELETE FROM app_catalog_application_available_for_attributes WHERE application_id = $1", args![hidden]).await;
        let long = "ñ".repeat(2049);
        for claims in [
            json!({"app": free}),
            json!({"app": hidden}),
            json!({"app": 999_999}),
            json!({"app": app, "justification": long}),
            json!({"app": app, "person": long}),
            json!({"app": "x"}),
            json!({"justification": "anything"}),
        ] {
            let refused = call(&pc, ASK, claims.clone()).await;
            assert_eq!((refused.status, refused.sealed), (400, true), "{claims}: {}", refused.data);
        }
        for person in 0..200 {
            ask(&pc, app, &format!("p{person}")).await;
        }
        assert_eq!(call(&pc, ASK, json!({"app": app, "person": "one more"})).await.status, 400);
        assert_eq!(call(&pc, ASK, json!({"app": app, "person": "p7"})).await.status, 200);
    }

    async fn an_approval_takes_the_administrator_away_on_that_computer_alone(site: Site) {
        let (one, other, app) = two(&site).await;
        let id = ask(&one, app, "ana").await;
        let admin = site.0.admin().await;
        let mut events = site.0.state().events.listen();
        assert_eq!(decide(&admin, id, true, " Enjoy ").await, 200);
        let told = async {
            while let Ok(event) = events.recv().await {
                let event = serde_json::to_value(&*event).unwrap();
                if (&event["entity"], &event["id"]) == (&json!("app_catalog.applicationrequest"), &json!(id)) {
                    return true;
                }
            }
            false
        };
        assert!(tokio::time::timeout(std::time::Duration::from_secs(60), told).await.unwrap());
        let row = admin.get(&format!("{REQUESTS}{id}/")).await.json;
        assert_eq!((&row["state"], &row["comment"], &row["person"]), (&json!("approved"), &json!("Enjoy"), &json!("ana")));
        assert_eq!(row["decided_by"]["id"], 1);
        assert_eq!(levels(&one, None).await, ["U"]);
        assert_eq!(levels(&one, Some("U")).await, ["U"]);
        assert_eq!(levels(&one, Some("A")).await, Vec::<String>::new());
        assert_eq!(levels(&other, Some("A")).await, ["A"]);
        let seen = done(&one, LIST, json!({})).await;
        assert_eq!((&seen[0]["state"], &seen[0]["comment"]), (&json!("approved"), &json!("Enjoy")));
        assert!(seen[0]["decided_at"].is_string());
        assert_eq!(call(&one, ASK, json!({"app": app})).await.status, 400, "there is nothing to ask for");
        assert_eq!(done(&one, WITHDRAW, json!({"id": id})).await["state"], "approved", "decided stays decided");

        assert_eq!(decide(&admin, id, false, "No longer").await, 200);
        assert_eq!(levels(&one, Some("A")).await, ["A"]);
        let audited = "SELECT COUNT(*) FROM audit_record WHERE action = 'decide' AND username = 'admin' \
                       AND entity = 'app_catalog.applicationrequest'";
        assert_eq!(site.count(audited).await, 2);
    }

    async fn what_a_computer_was_allowed_ends_when_it_leaves_and_moves_with_its_replacement(site: Site) {
        let (one, other, app) = two(&site).await;
        let admin = site.0.admin().await;
        assert_eq!(decide(&admin, ask(&one, app, "ana").await, true, "").await, 200);
        let (first, second) = (one.id.unwrap(), other.id.unwrap());
        let swap = format!("/api/v1/token/computers/{first}/replacement/");
        assert_eq!(admin.post(&swap, json!({"target": second})).await.status, 200);
        assert_eq!(levels(&one, None).await, ["A"]);
        assert_eq!(levels(&other, None).await, ["U"]);
        let status = format!("/api/v1/token/computers/{second}/status/");
        assert_eq!(admin.post(&status, json!({"status": "available"})).await.status, 200);
        assert_eq!(levels(&other, None).await, ["A"]);
        assert_eq!(site.count("SELECT COUNT(*) FROM application_request WHERE state = 'withdrawn'").await, 1);
    }

    async fn deciding_takes_the_permission_and_a_request_that_is_still_wanted(site: Site) {
        let (one, _, app) = two(&site).await;
        let id = ask(&one, app, "ana").await;
        let path = format!("{REQUESTS}{id}/decide/");
        let yes = json!({"approved": true});
        let stranger = site.0.operator("stranger", &["app_catalog.change_application"]).await;
        let reader = site.0.operator("reader", &["app_catalog.view_applicationrequest"]).await;
        assert_eq!(stranger.get(REQUESTS).await.status, 403);
        assert_eq!(stranger.post(&path, yes.clone()).await.status, 403);
        assert_eq!(reader.get(REQUESTS).await.json["count"], 1);
        assert_eq!(reader.post(&path, yes.clone()).await.status, 403);
        assert_eq!(site.0.anonymous().post(&path, yes.clone()).await.status, 401);
        let helper = site.0.operator("helper", &["app_catalog.change_applicationrequest"]).await;
        for body in [json!({}), json!({"approved": "maybe"}), json!({"approved": true, "comment": "ñ".repeat(2049)})] {
            assert_eq!(helper.post(&path, body).await.status, 400);
        }
        assert_eq!(levels(&one, None).await, ["A"]);
        for (query, count) in [
            ("state=pending", 1), ("state=approved", 0), ("state__in=approved,pending", 1), ("search=compil", 1),
            ("search=build", 1), ("search=nothing", 0), ("computer__name__icontains=PC1", 1), ("application__id=0", 0),
        ] {
            assert_eq!(reader.get(&format!("{REQUESTS}?page=1&{query}")).await.json["count"], count, "{query}");
        }
        done(&one, WITHDRAW, json!({"id": id})).await;
        let late = helper.post(&path, yes).await;
        assert_eq!((late.status, late.code()), (409, "withdrawn"));
        assert_eq!(levels(&one, None).await, ["A"]);
    }

    async fn a_scope_shows_the_requests_of_its_computers_alone(site: Site) {
        let (one, other, app) = two(&site).await;
        let (mine, foreign) = (ask(&one, app, "ana").await, ask(&other, app, "ben").await);
        let rights = ["app_catalog.view_applicationrequest", "app_catalog.change_applicationrequest"];
        let user = site.0.add_operator("scoped", "", &rights).await;
        let (own,): (i64,) = site
            .one(
                "SELECT a.id FROM core_attribute a JOIN core_property p ON p.id = a.property_att_id \
                 WHERE p.prefix = 'CID' AND a.value = $1",
                args![one.id.unwrap().to_string()],
            )
            .await;
        let admin = site.0.admin().await;
        let scope = json!({"name": "Mine", "user": user, "included_attributes": [own]});
        let scope = admin.post("/api/v1/token/scopes/", scope).await;
        assert_eq!(scope.status, 201, "{}", scope.text);
        site.run(
            "UPDATE core_userprofile SET scope_preference_id = $2 WHERE id = $1",
            args![user, scope.json["id"].as_i64()],
        )
        .await;
        let scoped = site.0.program_of(user).await;
        let page = scoped.get(REQUESTS).await.json;
        assert_eq!((&page["count"], &page["results"][0]["id"]), (&json!(1), &json!(mine)));
        assert_eq!(scoped.get(&format!("{REQUESTS}{foreign}/")).await.status, 404);
        assert_eq!(decide(&scoped, foreign, true, "").await, 404);
        assert_eq!(levels(&other, None).await, ["A"]);
        assert_eq!(decide(&scoped, mine, true, "").await, 200);
        assert_eq!(levels(&one, None).await, ["U"]);
    }
}
