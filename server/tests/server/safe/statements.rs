//! What a synchronisation costs in statements, each of which is a way to the database and back.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::site::{ALL_SYSTEMS, NewDeployment, Site, UUID};
use crate::on_both_engines;
use crate::peer::{Peer, local_time};

/// For a whole synchronisation that finds everything as the one before left it, transactions' beginnings and ends counted.
const MOST: u64 = 20;

fn calls(peer: &Peer, properties: &[String]) -> Vec<(&'static str, Value)> {
    let id = json!({ "id": peer.id });
    let machine = &peer.machine;
    vec![
        (
            "computers/id/",
            json!({ "uuid": machine.uuid, "name": machine.name }),
        ),
        ("computers/properties/", id.clone()),
        (
            "computers/attributes/",
            peer.attribute_claims(properties).unwrap(),
        ),
        ("computers/faults/definitions/", id.clone()),
        ("computers/faults/", json!({ "id": peer.id, "faults": {} })),
        ("computers/repositories/", id.clone()),
        ("computers/packages/mandatory/", id.clone()),
        (
            "computers/software/",
            peer.software_claims(&machine.packages).unwrap(),
        ),
        ("computers/hardware/required/", id.clone()),
        ("computers/devices/", id.clone()),
        ("computers/traits/", id.clone()),
        ("synchronizations/", peer.end_claims(&local_time()).unwrap()),
        ("eot/", id),
    ]
}

on_both_engines! {
    async fn a_synchronisation_with_nothing_new_takes_few_statements(site: Site) {
        let mut peer = site.computer(UUID, "pc1").await;
        site.add_deployment(NewDeployment::named("Base", &[ALL_SYSTEMS])).await;
        peer.synchronise().await.unwrap();
        let properties = peer.synchronise().await.unwrap().properties;
        let db = &site.0.state().db;
        // The server has other things to do in between: what each call takes is the least it was seen to take.
        let mut least: BTreeMap<&str, u64> = BTreeMap::new();
        for _ in 0..4 {
            for (call, claims) in calls(&peer, &properties) {
                let before = db.statements();
                let path = format!("/api/v1/safe/{call}");
                peer.call(&path, &claims).await.unwrap().accepted().unwrap();
                let taken = db.statements() - before;
                least.entry(call).and_modify(|least| *least = taken.min(*least)).or_insert(taken);
            }
        }
        println!("{least:#?}");
        let sum: u64 = least.values().sum();
        assert!(sum <= MOST, "{sum}: {least:#?}");
    }

    async fn a_list_that_something_is_missing_from_takes_one_statement_more(site: Site) {
        let mut peer = site.computer(UUID, "pc1").await;
        peer.synchronise().await.unwrap();
        let db = &site.0.state().db;
        let mut least = [u64::MAX; 2];
        for _ in 0..4 {
            for (went, least) in [false, true].into_iter().zip(&mut least) {
                if went {
                    peer.machine.packages.pop();
                } else {
                    peer.machine.packages.push("nano_7.2-1_amd64.deb".to_owned());
                }
                site.0.clock.advance(Duration::from_secs(60));
                let claims = peer.software_claims(&peer.machine.packages).unwrap();
                let before = db.statements();
                peer.call("/api/v1/safe/computers/software/", &claims).await.unwrap().accepted().unwrap();
                *least = (db.statements() - before).min(*least);
            }
        }
        let [came, went] = least;
        assert_eq!(went, came + 1);
    }
}
