//! What an open session alone is not enough for.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Answer, Page, Server};
use crate::on_both_engines;

const STEP_UP: &str = "/api/v1/token/account/step-up/";
const GROUPS: &str = "/api/v1/token/accounts/groups/";
const USERS: &str = "/api/v1/token/user-profiles/";
const CATEGORIES: &str = "/api/v1/token/catalog/categories/";

fn is_refused(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.code()),
        (403, "step_up_required"),
        "{}",
        answer.text
    );
}

/// A page of the administrator that was left open for ten minutes.
async fn left_open(server: &Server) -> Page {
    let mut page = Page::of(server);
    let signed_in = page.sign_in("admin", server.admin_password()).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.text);
    server.clock.advance(Duration::from_secs(600));
    page
}

async fn prove(page: &mut Page, server: &Server) {
    let proof = json!({"factor": "password", "answer": server.admin_password()});
    let proved = page.post(STEP_UP, proof).await;
    assert_eq!(proved.status, 200, "{}", proved.text);
}

on_both_engines! {
    async fn accounts_and_groups_are_written_by_who_showed_lately_who_they_are(server: Server) {
        let ana = server.add_operator("ana", "correct horse", &[]).await;
        let ana = format!("{USERS}{ana}/");
        let mut page = left_open(&server).await;
        let group = json!({"name": "Night shift", "permissions": []});
        is_refused(&page.post(GROUPS, group.clone()).await);
        is_refused(&page.post(USERS, json!({"username": "bob"})).await);
        is_refused(&page.patch(&ana, json!({"is_superuser": true})).await);
        is_refused(&page.post(&format!("{ana}update-token/"), json!({})).await);
        is_refused(&page.delete(&ana).await);
        is_refused(&page.post(&format!("{USERS}bulk-delete/"), json!({"ids": [1]})).await);
        assert_eq!(page.get(&ana).await.status, 200, "reading goes on");
        assert_eq!(page.patch(&format!("{USERS}1/"), json!({"domain_preference": null})).await.status, 200);

        prove(&mut page, &server).await;
        assert_eq!(page.post(GROUPS, group).await.status, 201);
        assert_eq!(page.delete(&ana).await.status, 204);
    }

    async fn whom_a_domain_limits_is_changed_by_who_showed_lately_who_they_are(server: Server) {
        const DOMAINS: &str = "/api/v1/token/domains/";
        let admin = server.admin().await;
        let made = admin.post(DOMAINS, json!({"name": "North", "domain_admins": []})).await;
        let domain = format!("{DOMAINS}{}/", made.json["id"]);
        let mut page = left_open(&server).await;
        is_refused(&page.post(DOMAINS, json!({"name": "South", "domain_admins": [1]})).await);
        is_refused(&page.patch(&domain, json!({"domain_admins": [1]})).await);
        is_refused(&page.patch(&domain, json!({"included_attributes": []})).await);
        is_refused(&page.delete(&domain).await);
        assert_eq!(page.patch(&domain, json!({"comment": "Up"})).await.status, 200);
        prove(&mut page, &server).await;
        let changed = page.patch(&domain, json!({"domain_admins": [1]})).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
    }

    async fn what_takes_more_along_than_itself_is_deleted_by_who_showed_lately_who_they_are(server: Server) {
        let admin = server.admin().await;
        let made = async |path: &str, body: Value| {
            let made = admin.post(&format!("/api/v1/token/{path}/"), body).await;
            assert_eq!(made.status, 201, "{path}: {}", made.text);
            made.json["id"].clone()
        };
        let platform = made("platforms", json!({"name": "Linux"})).await;
        let project = json!({"name": "Desk", "platform": platform, "pms": "apt", "architecture": "amd64"});
        let project = made("projects", project).await;
        made("stores", json!({"name": "main", "project": project})).await;
        let alone = made("catalog/categories", json!({"name": "Alone"})).await;

        let mut page = left_open(&server).await;
        assert_eq!(page.delete(&format!("{CATEGORIES}{alone}/")).await.status, 204);
        let path = format!("/api/v1/token/projects/{project}/");
        is_refused(&page.delete(&path).await);
        prove(&mut page, &server).await;
        let deleted = page.delete(&path).await;
        assert_eq!(deleted.status, 204, "{}", deleted.text);
    }

    async fn who_lets_computers_people_and_programs_in_showed_lately_who_they_are(server: Server) {
        let mut page = left_open(&server).await;
        for call in [
            "enrolment-tokens/", "enrolment-tokens/1/revoke/",
            "computer-keys/1/approve/", "computer-keys/1/reject/", "computer-keys/1/revoke/",
            "computer-keys/bulk-approve/", "computer-keys/bulk-reject/",
            "certificates/issue/", "certificates/1/revoke/",
            "account/api-keys/", "device-code/approve/",
        ] {
            is_refused(&page.post(&format!("/api/v1/token/{call}"), json!({})).await);
        }
        is_refused(&page.delete("/api/v1/token/api-keys/1/").await);
        is_refused(&page.delete("/api/v1/token/enrolment-tokens/1/").await);
        let refused = page.post("/api/v1/token/device-code/deny/", json!({"user_code": "BCDF-GHJK"})).await;
        assert_ne!(refused.code(), "step_up_required", "nobody comes in with a no");

        prove(&mut page, &server).await;
        let made = page.post("/api/v1/token/account/api-keys/", json!({"name": "Backup", "kind": "user", "permissions": []})).await;
        assert_eq!(made.status, 200, "{}", made.text);
        assert_eq!(page.post("/api/v1/token/computer-keys/1/approve/", json!({})).await.status, 404);
    }

    async fn programs_have_nothing_to_show_and_go_on_as_before(server: Server) {
        let admin = server.admin().await;
        server.clock.advance(Duration::from_secs(86_400));
        let group = json!({"name": "Night shift", "permissions": []});
        assert_eq!(admin.post(GROUPS, group).await.status, 201);
    }

    async fn other_pages_and_other_people_show_nothing_for_one(server: Server) {
        let mut page = left_open(&server).await;
        let mut other = Page::of(&server);
        let proof = json!({"factor": "password", "answer": server.admin_password()});
        assert_eq!(other.post(STEP_UP, proof.clone()).await.status, 401);
        server.add_operator("ana", "correct horse", &[]).await;
        assert_eq!(other.sign_in("ana", "correct horse").await.status, 200);
        let wrong = other.post(STEP_UP, proof).await;
        assert_eq!((wrong.status, wrong.code()), (400, "wrong_answer"), "{}", wrong.text);
        is_refused(&page.post(GROUPS, json!({"name": "Night shift", "permissions": []})).await);
    }

    async fn guesses_end_after_ten(server: Server) {
        let mut page = left_open(&server).await;
        for _ in 0..10 {
            let wrong = page.post(STEP_UP, json!({"factor": "password", "answer": "guess"})).await;
            assert_eq!((wrong.status, wrong.code()), (400, "wrong_answer"));
        }
        let proof = json!({"factor": "password", "answer": server.admin_password()});
        assert_eq!(page.post(STEP_UP, proof).await.status, 429);
    }
}
