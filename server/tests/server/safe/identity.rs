//! Which record a computer has, whatever its firmware and its administrators call it.

use std::time::Duration;

use migasfree_server::config::Settings;
use migasfree_server_db::args;
use serde_json::json;

use super::site::{PROJECT, Site, UUID};
use crate::harness::Server;
use crate::on_both_engines;
use crate::peer::Peer;

const FILLER: &str = "03000200-0400-0500-0006-000700080009";
const MAC_FORM: &str = "00000000-0000-0000-0000-525400AABBCC";

async fn uuid_of(site: &Site, id: i64) -> Option<String> {
    let sql = "SELECT uuid FROM client_computer WHERE id = $1";
    site.one::<(Option<String>,)>(sql, args![id]).await.0
}

async fn upload_hardware(peer: &Peer, mac: &str) {
    let hardware = json!({"id": "pc", "class": "system", "children": [
        {"id": "network:0", "class": "network", "serial": mac},
    ]});
    let claims = json!({"id": peer.id, "hardware": hardware});
    let sent = peer.call("/api/v1/safe/computers/hardware/", &claims).await;
    sent.unwrap().accepted().unwrap();
}

async fn upload_attributes(peer: &Peer) {
    let claims = peer.attribute_claims(&[]).unwrap();
    let sent = peer
        .call("/api/v1/safe/computers/attributes/", &claims)
        .await;
    sent.unwrap().accepted().unwrap();
}

on_both_engines! {
    async fn a_number_many_boards_have_gives_no_two_computers_one_record(site: Site) {
        let one = site.computer(FILLER, "pc1").await;
        let other = site.computer(FILLER, "pc2").await;
        let (first, second) = (one.id.unwrap(), other.id.unwrap());
        assert_ne!(first, second);
        assert_eq!(uuid_of(&site, first).await, None);
        for (peer, id) in [(&one, first), (&other, second)] {
            assert_eq!(peer.identify().await.unwrap().data, json!(id));
            upload_attributes(peer).await;
            assert_eq!(uuid_of(&site, id).await, None);
        }
        // The same name elsewhere, or a board with a number of its own, is another computer.
        let mut elsewhere = site.stranger_in("School", "Default string", "pc1");
        assert_ne!(elsewhere.register("", "").await.unwrap(), first);
        let mut real = site.stranger(UUID, "pc1");
        assert_ne!(real.register("", "").await.unwrap(), first);
        for filler in ["00000000-0000-0000-0000-000000000000", "to be filled by O.E.M."] {
            let again = site.stranger(filler, "pc1").register("", "").await.unwrap();
            assert_eq!(again, first, "{filler}");
        }
    }

    async fn its_network_card_gives_a_computer_without_a_number_one(site: Site) {
        let mut peer = site.computer(FILLER, "pc1").await;
        let id = peer.id.unwrap();
        upload_hardware(&peer, "52:54:00:aa:bb:cc").await;
        assert_eq!(uuid_of(&site, id).await.as_deref(), Some(MAC_FORM));
        upload_hardware(&peer, "52:54:00:aa:bb:dd").await;
        upload_attributes(&peer).await;
        assert_eq!(uuid_of(&site, id).await.as_deref(), Some(MAC_FORM), "only the first counts");
        assert_eq!(peer.identify().await.unwrap().data, json!(id), "with the number of its firmware");
        peer.machine.uuid = MAC_FORM.to_lowercase();
        peer.machine.name = "renamed".to_owned();
        assert_eq!(peer.identify().await.unwrap().data, json!(id));

        let twin = site.computer(FILLER, "pc2").await;
        upload_hardware(&twin, "52:54:00:aa:bb:cc").await;
        assert_eq!(uuid_of(&site, twin.id.unwrap()).await, None, "that number is taken");
    }

    async fn two_computers_without_a_number_under_one_name_are_told_of(site: Site) {
        let one = site.computer(FILLER, "pc1").await;
        let two = site.computer(FILLER, "pc2").await;
        site.run("UPDATE client_computer SET name = 'pc1'", args![]).await;
        for _ in 0..3 {
            let refused = one.identify().await.unwrap();
            assert_eq!((refused.status, refused.sealed), (403, true));
        }
        assert!(site.stranger(FILLER, "pc1").register("", "").await.is_err());
        assert_eq!(site.count("SELECT COUNT(*) FROM client_computer").await, 2);
        let (text,): (String,) = site
            .one("SELECT message FROM client_notification WHERE message LIKE '%again and again%'", args![])
            .await;
        for named in [format!("CID-{}", one.id.unwrap()), format!("CID-{}", two.id.unwrap()), PROJECT.to_owned()] {
            assert!(text.contains(&named), "{named}: {text}");
        }
    }

    async fn a_filler_that_was_stored_goes_with_the_next_report(site: Site) {
        let mut peer = site.computer(UUID, "pc1").await;
        let id = peer.id.unwrap();
        site.run("UPDATE client_computer SET uuid = $1", args![FILLER]).await;
        peer.machine.uuid = FILLER.to_owned();
        assert_eq!(peer.identify().await.unwrap().data, json!(id));
        upload_attributes(&peer).await;
        assert_eq!(uuid_of(&site, id).await, None);
    }

    async fn one_number_in_another_spelling_is_the_same_computer(site: Site) {
        let mut peer = site.computer(&UUID.to_lowercase(), "pc1").await;
        let id = peer.id.unwrap();
        assert_eq!(uuid_of(&site, id).await.as_deref(), Some(UUID));
        // As other servers stored it.
        site.run("UPDATE client_computer SET uuid = lower(uuid)", args![]).await;
        for spelling in [UUID.to_owned(), UUID.replace('-', ""), format!("{{{}}}", UUID.to_lowercase())] {
            peer.machine.uuid = spelling.clone();
            peer.machine.name = "renamed".to_owned();
            assert_eq!(peer.identify().await.unwrap().data, json!(id), "{spelling}");
            assert_eq!(peer.register("", "").await.unwrap(), id);
            upload_attributes(&peer).await;
            assert_eq!(uuid_of(&site, id).await.as_deref(), Some(UUID));
        }
        assert_eq!(site.count("SELECT COUNT(*) FROM client_computer").await, 1);
    }

    async fn numbers_stored_in_other_spellings_get_the_one_spelling_when_the_server_starts(site: Site) {
        let mut stored = Vec::new();
        for (number, (name, spelling)) in [
            ("lower", "4c4c4544-0036-3010-8056-b7c04f4e0001"),
            ("plain", "4C4C45440036301080 56B7C04F4E0002"),
            ("braces", "{4C4C4544-0036-3010-8056-B7C04F4E0003}"),
            ("bare", "4c4c4544003630108056b7c04f4e0004"),
            ("mac", "00000000-0000-0000-0000-525400aabbcc"),
            ("filler", "03000200-0400-0500-0006-000700080009"),
            ("text", "Default string"),
            ("twin", "4C4C4544-0036-3010-8056-B7C04F4E0008"),
            ("twin2", "4c4c4544-0036-3010-8056-b7c04f4e0008"),
        ].into_iter().enumerate() {
            let uuid = format!("AAAAAAAA-0036-3010-8056-B7C04F4E{number:04}");
            let id = site.computer(&uuid, name).await.id.unwrap();
            site.run("UPDATE client_computer SET uuid = $2 WHERE id = $1", args![id, spelling]).await;
            stored.push(id);
        }
        let twins = (stored[7], stored[8]);
        let site = Site(site.0.restarted().await);
        for (id, expected) in stored.iter().zip([
            Some("4C4C4544-0036-3010-8056-B7C04F4E0001"),
            Some("4C4C45440036301080 56B7C04F4E0002"),
            Some("4C4C4544-0036-3010-8056-B7C04F4E0003"),
            Some("4C4C4544-0036-3010-8056-B7C04F4E0004"),
            Some("00000000-0000-0000-0000-525400AABBCC"),
            None,
            None,
            Some("4C4C4544-0036-3010-8056-B7C04F4E0008"),
            Some("4c4c4544-0036-3010-8056-b7c04f4e0008"),
        ]) {
            assert_eq!(uuid_of(&site, *id).await.as_deref(), expected);
        }
        // Computers that turn out to be one are kept apart, each found by what it sends, and told of once.
        for (spelling, id) in [("4C4C4544-0036-3010-8056-B7C04F4E0008", twins.0), ("4c4c4544-0036-3010-8056-b7c04f4e0008", twins.1)] {
            assert_eq!(site.stranger(spelling, "renamed").register("", "").await.unwrap(), id);
        }
        let site = Site(site.0.restarted().await);
        let told = "SELECT COUNT(*) FROM client_notification WHERE message LIKE '%one UUID in different spellings%'";
        assert_eq!(site.count(told).await, 1);
        let (text,): (String,) = site
            .one("SELECT message FROM client_notification WHERE message LIKE '%one UUID in different spellings%'", args![])
            .await;
        for named in [format!("CID-{} (twin,", twins.0), format!("CID-{} (twin2,", twins.1), "Replace".to_owned()] {
            assert!(text.contains(&named), "{named}: {text}");
        }
    }

    async fn long_host_names_are_taken_and_longer_ones_cut(site: Site) {
        for (length, kept) in [(51, 51), (64, 64), (80, 64)] {
            let uuid = format!("4C4C4544-0036-3010-8056-B7C04F4E{length:04}");
            let peer = site.computer(&uuid, &"n".repeat(length)).await;
            upload_attributes(&peer).await;
            assert_eq!(peer.identify().await.unwrap().status, 200);
            let sql = "SELECT name FROM client_computer WHERE id = $1";
            let (name,): (String,) = site.one(sql, args![peer.id.unwrap()]).await;
            assert_eq!(name, "n".repeat(kept));
        }
    }

    async fn administrators_hear_of_calls_that_are_refused_again_and_again(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        let told = "SELECT COUNT(*) FROM client_notification WHERE message LIKE '%again and again%'";
        let mut claims = peer.attribute_claims(&[]).unwrap();
        claims["ip_address"] = json!("192.0.2.300");
        for round in 1..6 {
            let refused = peer.call("/api/v1/safe/computers/attributes/", &claims).await.unwrap();
            assert_eq!(refused.status, 400);
            assert_eq!(site.count(told).await, i64::from(round >= 3), "{round}");
        }
        let (text,): (String,) = site
            .one("SELECT message FROM client_notification WHERE message LIKE '%again and again%'", args![])
            .await;
        for named in [format!("CID-{}", peer.id.unwrap()).as_str(), PROJECT, "127.0.0.1", "ip_address"] {
            assert!(text.contains(named), "{named}: {text}");
        }
        let figures = site.0.anonymous().get("/metrics").await.text;
        let counted = figures.lines().any(|line| {
            line.starts_with("migasfree_refused_calls_total") && line.contains("computers/attributes/")
        });
        assert!(counted, "{figures}");
    }

    async fn too_many_values_of_a_property_are_left_out_and_noted_once(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        let mut claims = peer.attribute_claims(&[]).unwrap();
        let values: Vec<String> = (0..1500).map(|number| number.to_string()).collect();
        claims["sync_attributes"] = json!({"PCI": values.join(",")});
        for _ in 0..2 {
            let sent = peer.call("/api/v1/safe/computers/attributes/", &claims).await;
            sent.unwrap().accepted().unwrap();
        }
        assert_eq!(site.values(&peer, "PCI").await.len(), 1000);
        let noted = "SELECT COUNT(*) FROM client_notification WHERE message LIKE '%more than 1000 values of PCI%'";
        assert_eq!(site.count(noted).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_software_list_without_end_is_refused() {
    let settings = Settings {
        software_packages: 2,
        ..Server::sqlite_settings()
    };
    let site = Site(Server::with(settings).await);
    let peer = site.computer(UUID, "pc1").await;
    for (packages, status) in [(2, 200), (3, 400)] {
        let names: Vec<String> = (0..packages)
            .map(|number| format!("a{number}_1_all.deb"))
            .collect();
        let claims = json!({"id": peer.id, "inventory": names, "history": {}});
        let sent = peer.call("/api/v1/safe/computers/software/", &claims).await;
        assert_eq!(sent.unwrap().status, status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_brings_so_many_new_packages_a_day_and_known_ones_without_end() {
    for settings in [Server::sqlite_settings(), Server::postgres_settings().await] {
        let settings = Settings {
            new_packages_per_day: 1,
            ..settings
        };
        new_packages_are_counted(Site(Server::with(settings).await)).await;
    }
}

async fn new_packages_are_counted(site: Site) {
    let known = "SELECT COUNT(*) FROM core_package WHERE name LIKE 'n%'";
    let send = async |peer: &Peer, numbers: std::ops::Range<usize>| {
        let names: Vec<String> = numbers
            .map(|number| format!("n{number}_1_all.deb"))
            .collect();
        let claims = json!({"id": peer.id, "inventory": names, "history": {}});
        let sent = peer.call("/api/v1/safe/computers/software/", &claims).await;
        sent.unwrap().status
    };
    let first = site.computer(UUID, "pc1").await;
    assert_eq!(
        send(&first, 0..11).await,
        400,
        "more than ten times as many"
    );
    assert_eq!(site.count(known).await, 0, "nothing of it is kept");
    assert_eq!(send(&first, 0..10).await, 200);
    let site = Site(site.0.restarted().await);
    assert_eq!(send(&first, 0..11).await, 400, "a restart gives no more");
    assert_eq!(send(&first, 0..9).await, 200, "these are known");
    let second = site.computer(&UUID.replace('4', "5"), "pc2").await;
    assert_eq!(send(&second, 0..11).await, 200, "each computer has its own");
    assert_eq!(
        send(&first, 0..11).await,
        200,
        "and what one brought is known"
    );
    site.0.clock.advance(Duration::from_secs(86_401));
    assert_eq!(send(&first, 0..12).await, 200, "a day later there is room");
    assert_eq!(site.count(known).await, 12);
}
