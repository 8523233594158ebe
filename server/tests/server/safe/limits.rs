//! How much a computer may call and say.

use std::time::Duration;

use migasfree_server::config::Settings;
use migasfree_server_db::args;
use serde_json::json;

use super::site::{Site, UUID};
use crate::harness::Server;
use crate::on_both_engines;

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
    let call = async |peer: &crate::peer::Peer| {
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

on_both_engines! {
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
