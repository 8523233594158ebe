//! How much a computer may call and say.

use std::{ops::Range, time::Duration};

use migasfree_server::config::Settings;
use migasfree_server_db::args;
use serde_json::{Map, Value, json};

use super::site::{PROJECT, Site, UUID};
use crate::harness::Server;
use crate::on_both_engines;
use crate::peer::{Peer, Reply};

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_that_calls_without_end_is_told_to_wait_and_others_are_not() {
    let settings = Settings {
        computer_calls_per_minute: 2,
        ..Server::sqlite_settings()
    };
    let site = Site(Server::with(settings).await);
    let busy = site.computer(UUID, "pc1").await;
    let other = site
        .computer("4C4C4544-0036-3010-8056-B7C04F4E4B33", "pc2")
        .await;
    let path = "/api/v1/safe/computers/properties/";
    let call = async |peer: &Peer| {
        let claims = json!({ "id": peer.id });
        peer.call(path, &claims).await.unwrap().status
    };
    for _ in 0..4 {
        assert_eq!(call(&busy).await, 200);
    }
    assert_eq!(call(&busy).await, 429);
    assert_eq!(call(&other).await, 200, "it has the same address");
    site.0.clock.advance(Duration::from_secs(30));
    assert_eq!(call(&busy).await, 200);
    assert_eq!(call(&busy).await, 429);
}

const REGISTER: &str = "/api/v1/safe/computers/";

fn board(number: usize) -> String {
    format!("11111111-2222-3333-4444-{number:012}")
}

/// What a computer that nobody knows is told when it registers.
async fn newcomer(site: &Site, project: &str, number: usize) -> Reply {
    let mut peer = site.stranger_in(project, &board(number), &format!("pc{number}"));
    peer.fetch_keys("", "").await.unwrap();
    let claims = json!({
        "uuid": peer.machine.uuid, "name": peer.machine.name, "ip_address": null, "username": "", "password": "",
    });
    peer.call(REGISTER, &claims).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn new_computers_without_end_are_refused_and_known_ones_are_not() {
    for settings in [Server::sqlite_settings(), Server::postgres_settings().await] {
        let settings = Settings {
            new_computers_per_address: 2,
            ..settings
        };
        let site = Site(Server::with(settings).await);
        let mut known = site.computer(UUID, "known").await;
        for number in 1..10 {
            assert_eq!(newcomer(&site, PROJECT, number).await.status, 201);
        }
        let used = "SELECT COUNT(*) FROM used_message";
        let before = site.count(used).await;
        for number in 10..15 {
            let project = if number < 13 { PROJECT } else { "Other" };
            let refused = newcomer(&site, project, number).await;
            assert_eq!((refused.status, refused.sealed), (429, true));
            let text = refused.data.as_str().unwrap();
            assert!(text.contains("from this address"), "{text}");
        }
        assert_eq!(site.count("SELECT COUNT(*) FROM client_computer").await, 10);
        assert_eq!(site.count(used).await, before, "refusals leave no rows");
        let told = "SELECT COUNT(*) FROM client_notification WHERE message LIKE 'New computers in Debian-12 are refused%'";
        assert_eq!(site.count(told).await, 1, "whatever they are called");

        known.register("", "").await.unwrap();
        known.synchronise().await.unwrap();
        let password = site.0.admin_password();
        let mut vouched = site.stranger(&board(20), "vouched");
        vouched.register("admin", password).await.unwrap();
        site.0.clock.advance(Duration::from_secs(1800));
        assert_eq!(newcomer(&site, PROJECT, 21).await.status, 201);
        assert_eq!(newcomer(&site, PROJECT, 22).await.status, 429);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_takes_so_many_new_computers_wherever_they_are() {
    let settings = Settings {
        new_computers_per_project: 1,
        ..Server::sqlite_settings()
    };
    let site = Site(Server::with(settings).await);
    for number in 0..5 {
        assert_eq!(newcomer(&site, PROJECT, number).await.status, 201);
    }
    let refused = newcomer(&site, PROJECT, 5).await;
    assert_eq!((refused.status, refused.sealed), (429, true));
    assert_eq!(newcomer(&site, "Other", 6).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_brings_so_many_projects_and_their_computers_go_on() {
    let settings = Settings {
        new_projects_per_address: 2,
        ..Server::sqlite_settings()
    };
    let site = Site(Server::with(settings).await);
    for (name, architecture) in [
        ("!!!", "amd64"),
        ("a/b", "amd64"),
        ("Deb\u{200b}ian", "amd64"),
        (PROJECT, "vax"),
    ] {
        let given = json!({"project": name, "platform": "Linux", "pms": "apt", "architecture": architecture});
        let path = "/api/v1/public/keys/project/";
        let refused = site.0.anonymous().post(path, given).await;
        assert_eq!(refused.status, 400, "{name:?}: {}", refused.text);
    }
    for (project, is_taken) in [
        (PROJECT, true),
        ("Two", true),
        ("Three", false),
        ("Two", true),
    ] {
        let mut peer = site.stranger_in(project, UUID, "pc1");
        assert_eq!(peer.fetch_keys("", "").await.is_ok(), is_taken, "{project}");
    }
    assert_eq!(site.count("SELECT COUNT(*) FROM core_project").await, 2);
    let mut vouched = site.stranger_in("Three", UUID, "pc1");
    let password = site.0.admin_password();
    vouched.fetch_keys("admin", password).await.unwrap();
}

/// What a computer is told that reports these values of a property, and somebody.
async fn report(peer: &Peer, values: Range<usize>, user: &str) -> Reply {
    let values: Vec<String> = values.map(|number| number.to_string()).collect();
    let mut claims = peer.attribute_claims(&[]).unwrap();
    claims["sync_attributes"] = json!({"PCI": values.join(",")});
    claims["sync_user"] = json!(user);
    let path = "/api/v1/safe/computers/attributes/";
    peer.call(path, &claims).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_reports_so_many_new_values_a_day_and_known_ones_without_end() {
    for settings in [Server::sqlite_settings(), Server::postgres_settings().await] {
        let settings = Settings {
            new_attributes_per_day: 10,
            ..settings
        };
        new_values_are_counted(Site(Server::with(settings).await)).await;
    }
}

async fn new_values_are_counted(site: Site) {
    let known = "SELECT COUNT(*) FROM core_attribute t JOIN core_property p ON p.id = t.property_att_id \
                 WHERE p.prefix = 'PCI'";
    let send = async |peer: &Peer, values: Range<usize>| report(peer, values, "ana").await.status;
    let first = site.computer(UUID, "pc1").await;
    assert_eq!(send(&first, 0..0).await, 201, "what every computer has");
    let refused = report(&first, 0..101, "ana").await;
    assert_eq!((refused.status, refused.sealed), (400, true));
    let text = refused.data.as_str().unwrap();
    assert!(text.contains("at most 10 values"), "{text}");
    assert_eq!(site.count(known).await, 0, "nothing of it is kept");
    assert_eq!(send(&first, 0..80).await, 201);
    let site = Site(site.0.restarted().await);
    assert_eq!(send(&first, 0..110).await, 400, "a restart gives no more");
    assert_eq!(send(&first, 0..70).await, 201, "these are known");
    let second = site.computer(&board(2), "pc2").await;
    assert_eq!(send(&second, 0..110).await, 201, "each has its own");
    assert_eq!(
        send(&first, 0..110).await,
        201,
        "and what one brought is known"
    );
    assert_eq!(send(&first, 0..130).await, 400);
    site.0.clock.advance(Duration::from_secs(86_401));
    assert_eq!(send(&first, 0..130).await, 201, "a day later there is room");
    assert_eq!(site.count(known).await, 130);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_reports_so_many_new_users_a_day_and_administrators_hear_of_more() {
    for settings in [Server::sqlite_settings(), Server::postgres_settings().await] {
        let settings = Settings {
            new_users_per_day: 1,
            ..settings
        };
        let site = Site(Server::with(settings).await);
        let peer = site.computer(UUID, "pc1").await;
        for number in 0..10 {
            let sent = report(&peer, 0..0, &format!("user{number}")).await;
            assert_eq!(sent.status, 201, "{number}");
        }
        for _ in 0..3 {
            let refused = report(&peer, 0..0, "one-more").await;
            assert_eq!((refused.status, refused.sealed), (400, true));
            let text = refused.data.as_str().unwrap();
            assert!(text.contains("at most 1 users"), "{text}");
        }
        assert_eq!(report(&peer, 0..0, "user3").await.status, 201, "is known");
        assert_eq!(site.count("SELECT COUNT(*) FROM client_user").await, 10);
        let told =
            "SELECT COUNT(*) FROM client_notification WHERE message LIKE 'New user one-more%'";
        assert_eq!(site.count(told).await, 0);
        let told =
            "SELECT COUNT(*) FROM client_notification WHERE message LIKE '%again and again%'";
        assert_eq!(site.count(told).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_errors_and_faults_of_a_computer_the_newest_are_kept() {
    for settings in [Server::sqlite_settings(), Server::postgres_settings().await] {
        let settings = Settings {
            keep_reports_per_computer: 3,
            ..settings
        };
        let site = Site(Server::with(settings).await);
        site.run(
            "INSERT INTO client_faultdefinition (name) VALUES ('Full')",
            args![],
        )
        .await;
        let one = site.computer(UUID, "pc1").await;
        let other = site.computer(&board(2), "pc2").await;
        let send = async |peer: &Peer, call: &str, mut claims: Value| {
            claims["id"] = json!(peer.id);
            let path = format!("/api/v1/safe/computers/{call}/");
            peer.call(&path, &claims).await.unwrap().accepted().unwrap();
        };
        send(&other, "errors", json!({"description": "the only one"})).await;
        for number in 0..5 {
            send(
                &one,
                "errors",
                json!({"description": format!("error {number}")}),
            )
            .await;
            send(
                &one,
                "faults",
                json!({"faults": {"Full": format!("fault {number}")}}),
            )
            .await;
        }
        assert_eq!(site.count("SELECT COUNT(*) FROM client_error").await, 4);
        let oldest = "SELECT MIN(description) FROM client_error WHERE computer_id = $1";
        let (oldest,): (String,) = site.one(oldest, args![one.id.unwrap()]).await;
        assert_eq!(oldest, "error 2");
        assert_eq!(site.count("SELECT COUNT(*) FROM client_fault").await, 3);
        let (oldest,): (String,) = site
            .one("SELECT MIN(result) FROM client_fault", args![])
            .await;
        assert_eq!(oldest, "fault 2");
    }
}

on_both_engines! {
    async fn a_message_that_names_things_without_end_is_refused_and_leaves_a_trace(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        site.add_tag("AUL", "Classroom", "lab").await;
        let named = |start: &str, count: usize| -> Vec<String> {
            (0..count).map(|number| format!("{start}{number}")).collect()
        };
        let object = |names: Vec<String>| -> Value { names.into_iter().map(|name| (name, json!("x"))).collect::<Map<_, _>>().into() };
        let call = async |call: &str, name: &str, value: Value| {
            let mut claims = json!({"id": peer.id, "uuid": UUID, "name": "pc1"});
            claims[name] = value;
            peer.call(&format!("/api/v1/safe/computers/{call}/"), &claims).await.unwrap()
        };
        for _ in 0..3 {
            for (path, name, value, what) in [
                ("tags", "tags", json!(named("AUL-", 1001)), "tags"),
                ("faults", "faults", object(named("fault", 1001)), "faults"),
                ("attributes", "sync_attributes", object(named("P", 1001)), "properties"),
            ] {
                let refused = call(path, name, value).await;
                assert_eq!((refused.status, refused.sealed), (400, true), "{path}");
                assert_eq!(refused.data, json!(format!("A message may name at most 1000 {what}")));
            }
        }
        let told = "SELECT COUNT(*) FROM client_notification WHERE message LIKE '%may name at most 1000%'";
        assert_eq!(site.count(told).await, 3, "each is told of once");
        let mut tags = named("AUL-", 999);
        tags.push("AUL-lab".to_owned());
        assert_eq!(call("tags", "tags", json!(tags)).await.status, 200);
        assert_eq!(call("faults", "faults", object(named("fault", 1000))).await.status, 200);
        assert_eq!(call("attributes", "sync_attributes", object(named("P", 1000))).await.status, 201);
    }

    async fn an_error_without_end_keeps_its_ends_and_says_that_it_was_cut(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        let text = format!("began {} ended", "ñ".repeat(100_000));
        let claims = json!({ "id": peer.id, "description": text });
        peer.call("/api/v1/safe/computers/errors/", &claims).await.unwrap().accepted().unwrap();
        let (kept,): (String,) = site.one("SELECT description FROM client_error", args![]).await;
        assert!(kept.len() < 66_000 && kept.starts_with("began ") && kept.ends_with(" ended"), "{}", kept.len());
        assert!(kept.contains("bytes are left out here"));
    }
}
