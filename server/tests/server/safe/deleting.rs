//! Computers go on while administrators delete what much hangs on.

use migasfree_server_db::args;

use super::site::{PROJECT, Site, UUID};
use crate::on_both_engines;

const HELD: &str = "SELECT COUNT(*) FROM client_computer_sync_attributes";

on_both_engines! {
    async fn computers_are_answered_while_something_large_is_deleted(site: Site) {
        let mut peer = site.computer(UUID, "pc1").await;
        peer.synchronise().await.unwrap();
        let tag = site.add_tag("TAG", "Tags", "big").await;
        let project = site.project(PROJECT).await;
        site.run(
            "INSERT INTO client_computer (uuid, status, name, project_id, created_at, updated_at) \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) \
             SELECT 'U-' || i, 'assigned', 'pc' || i, $1, $2, $2 FROM n",
            args![project, site.0.clock_now()],
        )
        .await;
        site.run(
            "INSERT INTO client_computer_sync_attributes (computer_id, attribute_id) \
             SELECT id, $1 FROM client_computer WHERE uuid LIKE 'U-%'",
            args![tag],
        )
        .await;
        let held = site.count(HELD).await;
        let admin = site.0.admin().await;
        let path = format!("/api/v1/token/tags/{tag}/");
        let deleting = tokio::spawn(async move { admin.delete(&path).await });
        while site.count(HELD).await == held && !deleting.is_finished() {
            tokio::task::yield_now().await;
        }
        let mut answered = 0;
        while !deleting.is_finished() {
            peer.upload_attributes().await.unwrap();
            let sql = "SELECT COUNT(*) FROM core_attribute WHERE value = 'big'";
            answered += site.count(sql).await;
        }
        let answer = deleting.await.unwrap();
        assert_eq!(answer.status, 204, "{}", answer.text);
        assert!(answered > 0, "no computer was answered before the deletion had ended");
        assert_eq!(site.count(HELD).await, held - 60_000);
    }
}
