//! What becomes of the values computers evaluate.

use migasfree_server_db::args;
use migasfree_server_domain::core::nameless;
use serde_json::{Value, json};

use super::site::{NewDeployment, Site, UUID};
use crate::on_both_engines;
use crate::peer::{Peer, Reply};

async fn upload(peer: &Peer, values: Value) -> Reply {
    let mut claims = peer.attribute_claims(&[]).unwrap();
    claims["sync_attributes"] = values;
    peer.call("/api/v1/safe/computers/attributes/", &claims)
        .await
        .unwrap()
}

on_both_engines! {
    async fn unknown_prefixes_and_refused_values_are_left_out_and_the_rest_is_kept(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        site.run("UPDATE core_property SET auto_add = $1 WHERE prefix = 'NET'", args![false]).await;
        let answer = upload(&peer, json!({"HST": "pc1\n", "NET": "192.0.2.0/24", "QQQ": "?"})).await;
        assert_eq!(answer.status, 201);
        assert_eq!(site.values(&peer, "HST").await, ["HST-pc1"]);
        assert_eq!(site.values(&peer, "NET").await, Vec::<String>::new());
        assert_eq!(site.count("SELECT COUNT(*) FROM core_attribute WHERE value = '?'").await, 0);
    }

    async fn lists_have_descriptions_and_a_new_upload_replaces_the_old_one(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        upload(&peer, json!({"PCI": "8086:1237~Host bridge ,8086:7000~ISA bridge ,\n"})).await;
        assert_eq!(site.values(&peer, "PCI").await, ["PCI-8086:1237", "PCI-8086:7000"]);
        let described = "SELECT COUNT(*) FROM core_attribute WHERE description = 'Host bridge'";
        assert_eq!(site.count(described).await, 1);
        upload(&peer, json!({"PCI": "8086:7000,8086:9999"})).await;
        assert_eq!(site.values(&peer, "PCI").await, ["PCI-8086:7000", "PCI-8086:9999"]);
        assert_eq!(site.count(described).await, 1);
    }

    async fn computers_that_bring_the_same_new_values_at_once_are_all_served(site: Site) {
        let mut peers = Vec::new();
        for number in 0..6 {
            let uuid = format!("4C4C4544-0036-3010-8056-B7C04F4E4B4{number}");
            peers.push(site.computer(&uuid, &format!("pc{number}")).await);
        }
        let devices: Vec<String> = (1000..1300).map(|number| format!("8086:{number}~d")).collect();
        let there = devices.join(",");
        let back = devices.iter().rev().cloned().collect::<Vec<_>>().join(",");
        let uploads = peers.iter().enumerate().map(|(number, peer)| {
            let order = if number % 2 == 0 { &there } else { &back };
            upload(peer, json!({ "PCI": order }))
        });
        for answer in futures_util::future::join_all(uploads).await {
            assert_eq!(answer.status, 201);
        }
        assert_eq!(site.values(&peers[5], "PCI").await.len(), 300);
    }

    async fn an_overlong_value_is_cut_and_noted(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        upload(&peer, json!({"HST": "ñ".repeat(300), "NET": "a\u{0}b"})).await;
        let cut = format!("HST-{}", "ñ".repeat(250));
        assert_eq!(site.values(&peer, "HST").await, [cut]);
        assert_eq!(site.values(&peer, "NET").await, ["NET-ab"]);
        upload(&peer, json!({"HST": "ñ".repeat(300)})).await;
        let noted = "SELECT COUNT(*) FROM client_notification WHERE message LIKE '%was cut to%'";
        assert_eq!(site.count(noted).await, 1);
    }

    async fn domains_and_sets_see_what_the_server_derives(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        upload(&peer, json!({"HST": "pc1"})).await;
        for sql in [
            "INSERT INTO core_domain (id, name) VALUES (10, 'NORTH')",
            "INSERT INTO core_property (prefix, name, sort, kind) VALUES ('DMN', 'DOMAIN', 'server', 'N')",
            "INSERT INTO core_domain_included_attributes (domain_id, attribute_id) \
             SELECT 10, id FROM core_attribute WHERE value = '192.0.2.10'",
            "INSERT INTO core_attributeset (id, name, enabled) VALUES (10, 'Named', true), \
             (11, 'Of sets', true), (12, 'Broken', true), (13, 'Off', false)",
            "INSERT INTO core_attribute (property_att_id, value) VALUES \
             (1, 'Named'), (1, 'Of sets'), (1, 'Broken'), (1, 'Off')",
            "INSERT INTO core_attributeset_included_attributes (attributeset_id, attribute_id) \
             SELECT 10, id FROM core_attribute WHERE value = 'pc1' AND description IS NULL \
             UNION SELECT 11, id FROM core_attribute WHERE value = 'Named' \
             UNION SELECT 12, id FROM core_attribute WHERE value IN ('Off', 'pc1')",
        ] {
            site.run(sql, args![]).await;
        }
        upload(&peer, json!({"HST": "pc1"})).await;
        assert_eq!(site.values(&peer, "DMN").await, ["DMN-NORTH"]);
        let sets = ["SET-All Systems", "SET-Named", "SET-Of sets"];
        assert_eq!(site.values(&peer, "SET").await, sets);
    }

    async fn a_singularity_replaces_the_code_of_a_property(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        upload(&peer, json!({"HST": "pc1"})).await;
        for sql in [
            "INSERT INTO core_singularity (id, name, property_att_id, priority, language, code) \
             SELECT 10, 'Special', id, 1, 0, 'echo special' FROM core_property WHERE prefix = 'HST'",
            "INSERT INTO core_singularity (id, name, property_att_id, priority, language, code) \
             SELECT 11, 'Better', id, 2, 2, 'print 1' FROM core_property WHERE prefix = 'HST'",
            "INSERT INTO core_singularity_included_attributes (singularity_id, attribute_id) \
             VALUES (10, 1), (11, 1)",
        ] {
            site.run(sql, args![]).await;
        }
        let properties = peer.ask("/api/v1/safe/computers/properties/").await.unwrap();
        let hst = properties.as_array().unwrap().iter().find(|p| p["prefix"] == "HST").unwrap();
        assert_eq!((&hst["language"], &hst["code"]), (&json!("perl"), &json!("print 1")));
        assert_eq!(properties[0]["prefix"], json!("HST"));
    }

    async fn attributes_without_a_value_go_unless_something_is_aimed_at_them(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        for prefix in ["NET", "HST"] {
            let made = "INSERT INTO core_attribute (property_att_id, value) SELECT id, '' FROM core_property WHERE prefix = $1";
            site.run(made, args![prefix]).await;
        }
        let (net,): (i64,) = site
            .one("SELECT t.id FROM core_attribute t JOIN core_property p ON p.id = t.property_att_id WHERE p.prefix = 'NET' AND t.value = ''", args![]).await;
        site.run("INSERT INTO client_computer_sync_attributes (computer_id, attribute_id) SELECT $1, id FROM core_attribute WHERE value = ''", args![peer.id]).await;
        site.add_deployment(NewDeployment::named("Nobody's net", &[net])).await;
        let settle = async || nameless::settle(site.0.state()).await.unwrap();
        for removed in [1, 0] {
            let settled = settle().await;
            assert_eq!((settled.removed, settled.kept), (removed, 1));
        }
        let told: Vec<(String,)> = site.0.state().db.all("SELECT message FROM client_notification WHERE message LIKE '%without a value%'", args![]).await.unwrap();
        assert!(told.len() == 1 && told[0].0.contains("NET-") && told[0].0.contains("the deployment Nobody's net"), "{told:?}");
        assert_eq!(site.count("SELECT COUNT(*) FROM audit_record WHERE action = 'delete' AND object_text = 'HST-' AND username = 'server'").await, 1);
        // The deployment reaches whom it reached.
        let having = "SELECT COUNT(*) FROM client_computer_sync_attributes l JOIN core_attribute t ON t.id = l.attribute_id WHERE t.value = ''";
        upload(&peer, json!({"NET": "", "HST": ""})).await;
        assert_eq!(site.count(having).await, 1);
        site.run("DELETE FROM core_deployment_included_attributes", args![]).await;
        let settled = settle().await;
        assert_eq!((settled.removed, settled.kept), (1, 0));
        assert_eq!(site.count(having).await, 0);
    }

    async fn an_empty_value_never_becomes_an_attribute(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        upload(&peer, json!({"HST": " ", "NET": "~nothing", "PCI": ",~x,8086:1237,,"})).await;
        for sql in [
            "INSERT INTO core_domain (id, name) VALUES (10, 'NORTH')",
            "INSERT INTO core_property (prefix, name, sort, kind) VALUES ('DMN', 'DOMAIN', 'server', 'L')",
            "INSERT INTO core_domain_included_attributes (domain_id, attribute_id) \
             SELECT 10, id FROM core_attribute WHERE value = '192.0.2.10'",
        ] {
            site.run(sql, args![]).await;
        }
        upload(&peer, json!({"HST": "", "PCI": ",~x,8086:1237,,"})).await;
        assert_eq!(site.values(&peer, "DMN").await, ["DMN-NORTH"]);
        assert_eq!(site.values(&peer, "PCI").await, ["PCI-8086:1237"]);
        assert_eq!(site.count("SELECT COUNT(*) FROM core_attribute WHERE value = ''").await, 0);
    }
}
