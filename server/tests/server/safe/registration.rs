//! Keys, registration, identification.

use std::time::Duration;

use migasfree_server_db::args;
use reqwest::Method;
use serde_json::json;

use super::site::{PROJECT, Site, UUID};
use crate::harness::{Answer, Server};
use crate::on_both_engines;

on_both_engines! {
    async fn a_computer_brings_its_project_along_and_registers(site: Site) {
        let mut peer = site.stranger(UUID, "pc-ñ1");
        let id = peer.register("", "").await.unwrap();

        let (project, platform): (String, String) = site
            .one(
                "SELECT p.slug, f.name FROM core_project p \
                 JOIN core_platform f ON f.id = p.platform_id WHERE p.name = $1",
                args![PROJECT],
            )
            .await;
        assert_eq!((project.as_str(), platform.as_str()), ("debian-12", "Linux"));
        let (status, name): (String, String) = site
            .one("SELECT status, name FROM client_computer WHERE id = $1", args![id])
            .await;
        assert_eq!((status.as_str(), name.as_str()), ("assigned", "pc-ñ1"));
        assert_eq!(site.count("SELECT COUNT(*) FROM client_statuslog").await, 1);
        assert_eq!(site.count("SELECT COUNT(*) FROM client_migration").await, 1);
        let audited = "SELECT COUNT(*) FROM audit_record WHERE action = 'add' \
                       AND entity IN ('core.platform', 'core.project', 'client.computer')";
        assert_eq!(site.count(audited).await, 3);
        assert_eq!(site.count("SELECT COUNT(*) FROM client_notification").await, 2);
    }

    async fn the_same_board_is_found_again_also_with_its_bytes_swapped(site: Site) {
        let mut peer = site.computer(UUID, "pc1").await;
        let id = peer.id.unwrap();
        assert_eq!(peer.identify().await.unwrap().data, json!(id));
        peer.machine.uuid = "44454C4C-3600-1030-8056-B7C04F4E4B32".to_owned();
        assert_eq!(peer.identify().await.unwrap().data, json!(id));
        assert_eq!(peer.register("", "").await.unwrap(), id);
        assert_eq!(site.count("SELECT COUNT(*) FROM client_computer").await, 1);

        // Another board under the same name is another computer.
        peer.machine.uuid = "11111111-2222-3333-4444-555555555555".to_owned();
        let unknown = peer.identify().await.unwrap();
        assert_eq!((unknown.status, unknown.sealed), (404, true));
        // One without a board of its own is known by its name.
        peer.machine.uuid = "00000000-0000-0000-0000-525400AABBCC".to_owned();
        assert_eq!(peer.identify().await.unwrap().data, json!(id));
    }

    async fn a_computer_brings_no_project_along_that_looks_like_a_path_or_like_another_one(site: Site) {
        site.computer(UUID, "pc1").await;
        for name in ["../etc/x", "a/b", ".", "debian-12", "DEBIAN-12"] {
            let form = [("project", name), ("platform", "Linux"), ("pms", "apt"), ("architecture", "amd64")];
            let request = site.0.anonymous().request(reqwest::Method::POST, "/api/v1/public/keys/project/");
            let refused = Answer::of(request.form(&form)).await;
            assert_eq!(refused.status, 400, "{name}: {}", refused.text);
            assert!(refused.json["error"].is_string(), "{name}: {}", refused.text);
        }
        assert_eq!(site.count("SELECT COUNT(*) FROM core_project").await, 1);
        let mut spaced = site.stranger_in("Aula de música 2", "11111111-2222-3333-4444-555555555555", "pc2");
        spaced.register("", "").await.unwrap();
    }

    async fn a_computer_that_joins_another_project_moves_there(site: Site) {
        let mut peer = site.computer(UUID, "pc1").await;
        peer.synchronise().await.unwrap();
        let mut moved = site.stranger_in("School 1.0", UUID, "pc1");
        moved.fetch_keys("", "").await.unwrap();
        let foreign = moved.identify().await.unwrap();
        assert_eq!((foreign.status, foreign.sealed), (403, true));
        let text = foreign.data.as_str().unwrap();
        assert!(text.contains(PROJECT) && text.contains("School 1.0"), "{text}");

        let installed = "SELECT COUNT(*) FROM client_packagehistory WHERE uninstall_date IS NULL";
        assert_eq!(site.count(installed).await, 2);
        site.0.clock.advance(Duration::from_secs(60));
        assert_eq!(moved.register("", "").await.unwrap(), peer.id.unwrap());
        assert_eq!(site.count(installed).await, 0);
        assert_eq!(site.count("SELECT COUNT(*) FROM client_migration").await, 2);
        assert_eq!(moved.identify().await.unwrap().status, 200);
        assert_eq!(peer.identify().await.unwrap().status, 403);
    }

    async fn nobody_takes_a_computer_out_of_its_project_with_the_key_of_another_one(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        let taken = "SELECT COUNT(*) FROM client_migration";
        // By its name, which a UUID made of a network card's address brings into play.
        let mut thief = site.stranger_in("Evil", "00000000-0000-0000-0000-0A1B2C3D4E5F", "pc1");
        thief.fetch_keys("", "").await.unwrap();
        let refused = thief.register("", "").await.unwrap_err().to_string();
        assert!(refused.contains("401"), "{refused}");
        // By its UUID, out of a project that lets nobody come and go.
        let close = "UPDATE core_project SET auto_register_computers = $1 WHERE name = $2";
        site.run(close, args![false, PROJECT]).await;
        thief.machine.uuid = UUID.to_owned();
        let refused = thief.register("", "").await.unwrap_err().to_string();
        assert!(refused.contains("401"), "{refused}");
        assert_eq!(site.count(taken).await, 1);
        assert_eq!(peer.identify().await.unwrap().status, 200);
        // Somebody who may add computers moves it.
        thief.register("admin", site.0.admin_password()).await.unwrap();
        assert_eq!(site.count(taken).await, 2);
    }

    async fn messages_are_for_the_project_as_it_is_now(site: Site) {
        const LABEL: &str = "/api/v1/safe/computers/label/";
        let mut peer = site.computer(UUID, "pc1").await;
        let claims = json!({ "id": peer.id });
        assert_eq!(peer.call(LABEL, &claims).await.unwrap().status, 200);

        let renew = "UPDATE core_project SET slug = $1";
        site.run(renew, args!["renewed"]).await;
        assert_eq!(peer.call(LABEL, &claims).await.unwrap().status, 400);
        peer.fetch_keys("", "").await.unwrap();
        assert_eq!(peer.call(LABEL, &claims).await.unwrap().status, 200);

        // The first message after a change may come with the new key.
        site.run(renew, args!["renewed-again"]).await;
        peer.fetch_keys("", "").await.unwrap();
        assert_eq!(peer.call(LABEL, &claims).await.unwrap().status, 200);

        site.run("UPDATE core_project SET name = 'another'", args![]).await;
        assert_eq!(peer.call(LABEL, &claims).await.unwrap().status, 404);
    }

    async fn a_retired_computer_comes_back_only_with_credentials(site: Site) {
        let mut peer = site.computer(UUID, "pc1").await;
        let retire = "UPDATE client_computer SET status = 'unsubscribed'";
        site.run(retire, args![]).await;
        let refused = peer.identify().await.unwrap();
        assert_eq!((refused.status, refused.sealed), (403, true));
        assert_eq!(site.count("SELECT COUNT(*) FROM client_error").await, 1);
        let refused = peer.call("/api/v1/safe/computers/label/", &json!({"id": peer.id})).await;
        assert_eq!(refused.unwrap().status, 403);

        for password in ["", "wrong"] {
            let refused = peer.register("admin", password).await.unwrap_err().to_string();
            assert!(refused.contains("403") && refused.contains("administrator"), "{refused}");
            assert_eq!(peer.identify().await.unwrap().status, 403);
        }
        peer.register("admin", site.0.admin_password()).await.unwrap();
        assert_eq!(peer.identify().await.unwrap().status, 200);
    }

    async fn who_guesses_passwords_while_registering_is_told_that_it_is_about_them(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        let claims = json!({
            "uuid": UUID, "name": "pc1", "ip_address": "192.0.2.2", "username": "admin", "password": "wrong",
        });
        for attempt in 0..10 {
            let answer = peer.call("/api/v1/safe/computers/", &claims).await.unwrap();
            assert_eq!(answer.status, 200, "{attempt}: it is known and needs nobody to vouch for it");
        }
        let refused = peer.call("/api/v1/safe/computers/", &claims).await.unwrap();
        assert_eq!((refused.status, refused.sealed), (429, true));
        let text = refused.data.as_str().unwrap();
        assert!(text.contains("wrong passwords") && !text.contains("calls"), "{text}");
    }

    async fn a_closed_project_takes_computers_only_from_those_who_may_add_them(site: Site) {
        site.computer(UUID, "pc1").await;
        site.run("UPDATE core_project SET auto_register_computers = $1", args![false]).await;
        site.0.add_operator("helper", "a long password", &["client.add_computer"]).await;
        site.0.add_operator("reader", "a long password", &["client.view_computer"]).await;

        let mut new = site.stranger("11111111-2222-3333-4444-555555555555", "pc2");
        new.fetch_keys("helper", "a long password").await.unwrap();
        for (name, password) in [("", ""), ("helper", "wrong"), ("reader", "a long password")] {
            // Refused with the keys already: that is where clients ask for credentials.
            let mut without_keys = site.stranger(&new.machine.uuid, "pc2");
            let refused = without_keys.fetch_keys(name, password).await.unwrap_err();
            assert!(refused.to_string().starts_with("403"), "{name}: {refused}");
            let claims = json!({
                "uuid": new.machine.uuid, "name": "pc2", "ip_address": "192.0.2.2",
                "username": name, "password": password,
            });
            let refused = new.call("/api/v1/safe/computers/", &claims).await.unwrap();
            assert_eq!((refused.status, refused.sealed), (401, true), "{name}");
        }
        assert_eq!(site.count("SELECT COUNT(*) FROM client_computer").await, 1);
        new.register("helper", "a long password").await.unwrap();
        assert_eq!(site.count("SELECT COUNT(*) FROM client_computer").await, 2);
    }

    async fn who_is_limited_to_domains_vouches_for_no_computers_of_others(site: Site) {
        let mut peer = site.computer(UUID, "pc1").await;
        site.run("UPDATE core_project SET auto_register_computers = $1", args![false]).await;
        let helper = site.0.add_operator("helper", "a long password", &["client.add_computer"]).await;
        let domain = json!({"name": "North", "domain_admins": [helper.0]});
        let made = site.0.admin().await.post("/api/v1/token/domains/", domain).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let mut new = site.stranger("11111111-2222-3333-4444-555555555555", "pc2");
        let refused = new.fetch_keys("helper", "a long password").await.unwrap_err();
        assert!(refused.to_string().starts_with("403"), "{refused}");
        site.run("UPDATE client_computer SET status = 'unsubscribed'", args![]).await;
        let _ = peer.register("helper", "a long password").await;
        let retired = "SELECT COUNT(*) FROM client_computer WHERE status = 'unsubscribed'";
        assert_eq!(site.count(retired).await, 1);
        site.run("DELETE FROM core_userprofile_domains", args![]).await;
        peer.register("helper", "a long password").await.unwrap();
        assert_eq!(site.count(retired).await, 0);
        new.fetch_keys("helper", "a long password").await.unwrap();
    }

    async fn a_project_that_a_computer_brings_has_a_name_of_one_line(site: Site) {
        for (project, platform, reason) in [
            ("Debian\n12", "Linux", "not seen"), ("Debian-12", "Lin\tux", "not seen"), ("Debian\u{200b}-12", "Linux", "not seen"),
            ("Debian-12", "Li\u{ad}nux", "not seen"), ("Debian\u{202e}-12", "Linux", "not seen"), ("Debian-12", "Lin\u{2028}ux", "not seen"),
            ("Debian\u{200d}-12", "Linux", "not seen"), ("Debian\0-12", "Linux", "U+0000"), ("Debian-12", "Lin\0ux", "U+0000"),
        ] {
            let given = json!({
                "username": "", "password": "", "project": project, "pms": "apt", "platform": platform, "architecture": "amd64",
            });
            let refused = site.0.anonymous().post("/api/v1/public/keys/project/", given).await;
            assert_eq!(refused.status, 400, "{project:?} {platform:?}: {}", refused.text);
            assert!(refused.text.contains(reason), "{project:?} {platform:?}: {}", refused.text);
        }
        assert_eq!(site.count("SELECT COUNT(*) FROM core_project").await, 0);
        assert_eq!(site.count("SELECT COUNT(*) FROM core_platform").await, 0);
    }

    async fn a_computer_has_a_name_of_one_line(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        for name in ["", "  ", "pc\n1", "pc\u{1b}[31m"] {
            let other = "11111111-2222-3333-4444-555555555555";
            let claims = json!({"uuid": other, "name": name, "ip_address": "192.0.2.2", "username": "", "password": ""});
            let refused = peer.call("/api/v1/safe/computers/", &claims).await.unwrap();
            assert_eq!((refused.status, refused.sealed), (400, true), "{}", refused.data);
            assert!(refused.data["name"][0].is_string(), "{}", refused.data);
            let claims = json!({"id": peer.id, "uuid": UUID, "name": name});
            let refused = peer.call("/api/v1/safe/computers/attributes/", &claims).await.unwrap();
            assert_eq!((refused.status, refused.data["name"][0].is_string()), (400, true), "{}", refused.data);
        }
        let (name,): (String,) = site.one("SELECT name FROM client_computer", args![]).await;
        assert_eq!(name, "pc1");
    }

    async fn what_a_computer_says_of_itself_is_checked(site: Site) {
        let mut peer = site.stranger("x".repeat(37).as_str(), "pc1");
        peer.machine.ip_address = "192.0.2.300".to_owned();
        peer.fetch_keys("", "").await.unwrap();
        let claims = json!({
            "uuid": peer.machine.uuid, "name": peer.machine.name,
            "ip_address": peer.machine.ip_address, "username": "", "password": "",
        });
        let refused = peer.call("/api/v1/safe/computers/", &claims).await.unwrap();
        assert_eq!(refused.status, 400);
        for field in ["uuid", "ip_address"] {
            assert!(refused.data[field][0].is_string(), "{}", refused.data);
        }
        for member in ["uuid", "name", "ip_address", "username", "password"] {
            let mut claims = claims.clone();
            claims.as_object_mut().unwrap().remove(member);
            let refused = peer.call("/api/v1/safe/computers/", &claims).await.unwrap();
            assert_eq!((refused.status, refused.data), (400, json!("Invalid Data")), "{member}");
        }
        assert_eq!(site.count("SELECT COUNT(*) FROM client_computer").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_computer_comes_back_only_with_somebody_who_may_add_computers() {
    let site = Site::on_sqlite().await;
    site.0
        .add_operator("reader", "correct horse", &["client.view_computer"])
        .await;
    site.0
        .add_operator("installer", "correct horse", &["client.add_computer"])
        .await;
    let mut peer = site.computer(UUID, "pc1").await;
    site.run(
        "UPDATE client_computer SET status = 'unsubscribed'",
        args![],
    )
    .await;
    for (name, password, status) in [
        ("", "", "unsubscribed"),
        ("reader", "correct horse", "unsubscribed"),
        ("installer", "wrong", "unsubscribed"),
        ("installer", "correct horse", "assigned"),
    ] {
        let _ = peer.register(name, password).await;
        let (stored,): (String,) = site
            .one("SELECT status FROM client_computer", args![])
            .await;
        assert_eq!(stored, status, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_automatic_registration_nobody_brings_a_project_along() {
    let mut settings = Server::sqlite_settings();
    settings.autoregister = false;
    let site = Site(Server::with(settings).await);
    let mut peer = site.stranger(UUID, "pc1");
    assert!(peer.fetch_keys("", "").await.is_err());
    assert_eq!(site.count("SELECT COUNT(*) FROM core_project").await, 0);
    peer.fetch_keys("admin", site.0.admin_password())
        .await
        .unwrap();
    // The project is there now, and closed.
    let mut other = site.stranger("11111111-2222-3333-4444-555555555555", "pc2");
    assert!(other.fetch_keys("", "").await.is_err());
    peer.register("admin", site.0.admin_password())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_handed_out_as_every_client_wants_them() {
    let site = Site::on_sqlite().await;
    let anonymous = site.0.anonymous();
    let object = anonymous.get("/api/v1/public/keys/repositories/").await;
    let key = object.json["public_key"].as_str().unwrap();
    assert!(key.contains("BEGIN PGP PUBLIC KEY BLOCK"));
    let text = anonymous
        .post("/api/v1/public/keys/repositories/", json!({}))
        .await;
    assert_eq!((text.status, &text.json), (200, &json!(key)));
    assert_eq!(anonymous.get("/get_key_repositories/").await.text, key);
    assert_eq!(anonymous.get("/get_key_repositories").await.text, key);

    let path = "/api/v1/public/keys/packager/";
    let refused = anonymous
        .post(path, json!({"username": "admin", "password": "wrong"}))
        .await;
    assert_eq!(refused.status, 403);
    assert!(refused.json["detail"].is_string());
    let path = "/api/v1/public/keys/project/";
    let unknown = json!({"project": "X", "platform": "Linux", "pms": "apk", "architecture": "x"});
    let refused = anonymous.post(path, unknown.clone()).await;
    assert_eq!(refused.status, 400);
    assert!(refused.json["error"].is_string());
    let told = anonymous
        .request(Method::POST, path)
        .header("Accept", "application/problem+json");
    let told = Answer::of(told.json(&unknown)).await;
    assert_eq!(told.json["detail"], refused.json["error"]);
    assert!(told.json["code"].is_string());

    let parts = reqwest::multipart::Form::new()
        .text("project", "Parts")
        .text("platform", "Linux")
        .text("pms", "apt");
    let request = anonymous.request(reqwest::Method::POST, "/api/v1/public/keys/project");
    let keys = Answer::of(request.multipart(parts)).await;
    assert_eq!(keys.status, 200, "{}", keys.text);
    let bare = json!({"project": "Parts", "pms": "apt", "username": null, "password": null});
    let keys = anonymous.post("/api/v1/public/keys/project/", bare).await;
    assert_eq!(keys.json.as_object().unwrap().len(), 2);
    let db = &site.0.state().db;
    let made = db.one(
        "SELECT architecture FROM core_project WHERE name = 'Parts'",
        args![],
    );
    let (architecture,): (String,) = made.await.unwrap();
    assert_eq!(
        architecture, "amd64",
        "apt stops at a repository without one"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_vouches_sealed_for_the_key_of_its_repositories() {
    use pgp::composed::{Deserializable as _, SignedPublicKey};
    use pgp::types::KeyDetails as _;
    let site = Site::on_sqlite().await;
    let peer = site.computer(UUID, "pc1").await;
    let clear = site.0.anonymous();
    let clear = clear.get("/api/v1/public/keys/repositories/").await;
    let text = clear.json["public_key"].as_str().unwrap();
    let (key, _) = SignedPublicKey::from_string(text).unwrap();
    let fingerprint = key.fingerprint().to_string().to_uppercase();
    let path = "/api/v1/safe/keys/repositories/";
    for nonce in ["a", "b"] {
        let word = peer.call(path, &json!({ "nonce": nonce })).await.unwrap();
        assert_eq!((word.status, word.sealed), (200, true));
        let expected = json!({ "nonce": nonce, "fingerprints": [fingerprint] });
        assert_eq!(word.data, expected);
    }
    let long = "x".repeat(200);
    for claims in [json!({}), json!({ "nonce": "" }), json!({ "nonce": long })] {
        let refused = peer.call(path, &claims).await.unwrap();
        assert_eq!((refused.status, refused.sealed), (400, true), "{claims}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_is_and_knows_is_public() {
    let site = Site::on_sqlite().await;
    let anonymous = site.0.anonymous();
    for info in [
        anonymous.get("/api/v1/public/server/info/").await,
        anonymous
            .post("/api/v1/public/server/info/", json!({}))
            .await,
    ] {
        assert_eq!(info.status, 200);
        assert!(info.json["author"].is_array());
        for name in ["version", "contact", "homepage", "organization"] {
            assert!(info.json[name].is_string(), "{name}");
        }
        let additions = info.json["additions"].as_array().unwrap();
        assert!(additions.contains(&json!("safe/keys/repositories/")));
    }
    let pms = anonymous.get("/api/v1/public/pms/").await.json;
    assert_eq!(pms.as_object().unwrap().len(), 6);
    assert_eq!(pms["apt"]["extensions"], json!(["deb"]));
    let languages = anonymous.get("/api/v1/public/languages/").await.json;
    assert_eq!(
        (&languages["0"], &languages["6"]),
        (&json!("bash"), &json!("powershell"))
    );
    let template = anonymous
        .post("/api/v1/public/repository-url-template/", json!({}))
        .await
        .json;
    let port = site.0.app.address.port();
    assert_eq!(
        template,
        json!(format!("http://{{server}}:{port}/public/{{project}}/repos"))
    );

    let offered = anonymous.get("/manager/v1/public/ca").await;
    assert_eq!(offered.status, 404);
    let wrong = anonymous.get("/api/v1/public/keys/project/").await;
    assert_eq!(
        (wrong.status, wrong.json["detail"].is_string()),
        (405, true)
    );
}
