//! A computer and operators who change its tags at once.

use futures_util::future::join_all;
use migasfree_server_auth as auth;
use migasfree_server_db::args;
use serde_json::{Value, json};

use super::site::{Site, UUID};
use crate::harness::Client;
use crate::on_both_engines;
use crate::peer::Peer;

const FILLER: &str = "03000200-0400-0500-0006-000700080009";
const COMPUTERS: &str = "/api/v1/token/computers/";

/// One of the ways in which tags change: by the computer, or by an operator.
async fn change(peer: &Peer, admin: &Client, tags: &[i64], number: usize) {
    let computer = peer.id.unwrap();
    let (mine, tag) = (format!("{COMPUTERS}{computer}/"), tags[number % tags.len()]);
    let bulk = |action: &str| json!({"action": action, "ids": [computer], "tags": [tag]});
    let status = match number % 6 {
        0 => peer.set_tags(&["TAG-a", "TAG-b"]).await.unwrap().status,
        1 => peer.set_tags(&["TAG-c"]).await.unwrap().status,
        2 => peer.set_tags(&[]).await.unwrap().status,
        3 => admin.patch(&mine, json!({"tags": [tag]})).await.status,
        4 => {
            admin
                .post(&format!("{COMPUTERS}bulk/"), bulk("tag"))
                .await
                .status
        }
        _ => {
            admin
                .post(&format!("{COMPUTERS}bulk/"), bulk("untag"))
                .await
                .status
        }
    };
    assert_eq!(status, 200, "{number}");
}

/// What waits for a lock, where that can be seen.
async fn waits_for_a_lock(site: &Site) -> bool {
    let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let db = site.0.state().db.clone();
    let waiting = tokio::spawn(async move { db.one::<(i64,)>(sql, args![]).await.unwrap().0 });
    waiting.await.unwrap() > 0
}

on_both_engines! {
    async fn tags_that_a_computer_and_operators_set_at_once_come_one_after_the_other(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        peer.upload_attributes().await.unwrap();
        let mut tags = Vec::new();
        for value in ["a", "b", "c"] {
            tags.push(site.add_tag("TAG", "Tags", value).await);
        }
        let admin = site.0.admin().await;
        join_all((0..18).map(|number| change(&peer, &admin, &tags, number))).await;
        let records: Vec<(String, String)> = site.0.state().db.all(
            "SELECT CAST(before AS text), CAST(after AS text) FROM audit_record WHERE entity = 'client.computer' \
             AND action = 'change' AND object_id = $1 ORDER BY id",
            args![peer.id],
        ).await.unwrap();
        let mut known = json!([]);
        for (before, after) in records {
            let (before, after): (Value, Value) = (serde_json::from_str(&before).unwrap(), serde_json::from_str(&after).unwrap());
            if before["tags"] != after["tags"] {
                assert_eq!(before["tags"], known, "what one record leaves the next one finds");
                known = after["tags"].clone();
            }
        }
        let sql = "SELECT serverattribute_id FROM client_computer_tags WHERE computer_id = $1 ORDER BY serverattribute_id";
        let now: Vec<(i64,)> = site.0.state().db.all(sql, args![peer.id]).await.unwrap();
        assert_eq!(json!(now.into_iter().map(|(id,)| id).collect::<Vec<_>>()), known);
    }

    async fn a_computer_that_is_unsubscribed_while_it_sets_tags_gets_none(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        site.add_tag("TAG", "Tags", "a").await;
        let computer = peer.id.unwrap();
        let db = &site.0.state().db;
        let mut tx = db.begin().await.unwrap();
        tx.lock("client_computer", &[computer]).await.unwrap();
        let call = tokio::spawn(async move { peer.set_tags(&["TAG-a"]).await.unwrap().status });
        // SQLite has one writer: whether the call waits for it cannot be seen, and makes no difference.
        while tx.dialect() == migasfree_server_db::Dialect::Postgres && !waits_for_a_lock(&site).await {
            tokio::task::yield_now().await;
        }
        tx.execute("UPDATE client_computer SET status = 'unsubscribed' WHERE id = $1", args![computer]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(call.await.unwrap(), 403);
        assert_eq!(site.count("SELECT COUNT(*) FROM client_computer_tags").await, 0);
    }

    async fn a_tag_that_is_deleted_while_a_computer_takes_it_is_no_fault_of_the_server(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        let admin = site.0.admin().await;
        for round in 0..6 {
            let value = format!("v{round}");
            let tag = site.add_tag("TAG", "Tags", &value).await;
            let name = format!("TAG-{value}");
            let names = [name.as_str()];
            let take = async { peer.set_tags(&names).await.unwrap().status };
            let delete = async { admin.delete(&format!("/api/v1/token/tags/{tag}/")).await };
            let (taken, deleted) = tokio::join!(take, delete);
            assert!(matches!(taken, 200 | 400 | 503), "{taken}");
            assert_eq!(deleted.status, 204, "{}", deleted.text);
        }
        assert_eq!(site.count("SELECT COUNT(*) FROM client_computer_tags").await, 0);
    }

    async fn no_upload_key_outlives_the_password_it_was_asked_for_with(site: Site) {
        let server = &site.0;
        let ana = server.add_operator("ana", "correct horse", &["core.change_package"]).await;
        let mut peer = site.computer(UUID, "pc1").await;
        let hash = server.state().auth.hasher.hash("something new").await;
        let mut tx = server.state().db.begin().await.unwrap();
        tx.lock("core_userprofile", &[ana.0]).await.unwrap();
        let asked = tokio::spawn(async move { peer.fetch_packager_keys("ana", "correct horse").await.is_ok() });
        // SQLite has one writer: whether the call waits for it cannot be seen.
        while tx.dialect() == migasfree_server_db::Dialect::Postgres && !waits_for_a_lock(&site).await {
            tokio::task::yield_now().await;
        }
        let sql = "UPDATE core_userprofile SET password = $2 WHERE id = $1";
        tx.execute(sql, args![ana, hash]).await.unwrap();
        auth::end_everything(&mut tx, ana, None).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!asked.await.unwrap());
        assert_eq!(site.count("SELECT COUNT(*) FROM auth_upload_key").await, 0);
    }

    async fn a_computer_that_registers_many_times_at_once_is_one(site: Site) {
        site.computer("11111111-2222-3333-4444-555555555555", "first").await;
        for (uuid, name) in [(FILLER, "pc1"), (UUID, "pc2")] {
            let registered = join_all((0..5).map(|_| async {
                let mut peer = site.stranger(uuid, name);
                peer.register("", "").await.unwrap()
            })).await;
            assert!(registered.iter().all(|id| *id == registered[0]), "{registered:?}");
        }
        assert_eq!(site.count("SELECT COUNT(*) FROM client_computer").await, 3);
    }
}
