//! How much there may be of it, and what is left behind.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use migasfree_tests::admin::id;
use migasfree_tests::remote::peer::{Peer, Side, terminal};
use migasfree_tests::remote::{PATIENCE, REASON, Scene};
use reqwest::Method;
use serde_json::{Value, json};

/// S-16: there are only so many sessions, and they have an end.
pub(super) async fn sessions_are_limited_in_number_and_time(scene: &Scene) -> Result<()> {
    let (_, account) = scene.account("leo").await?;
    scene.policy(&json!({"max_minutes": 1})).await?;
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(scene.asks(&account, &json!({})).await?);
    }
    let statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
    ensure!(statuses == [200, 200, 200, 200, 409], "{statuses:?}");
    ensure!(
        answers[4].1.contains("4 sessions on this computer"),
        "{answers:?}"
    );
    // One session has one terminal.
    let granted: Value = serde_json::from_str(&answers[0].1)?;
    let grant = granted["grant"].as_str().context("a grant")?;
    let mut peer = Peer::connect(scene.server().url(), Side::Session).await?;
    let state = peer.begins(grant).await?;
    let state = state.map_err(|code| anyhow::anyhow!("{code:?}"))?;
    let row = scene.newest().await?;
    ensure!(row["ends_at"].is_string(), "{row}");
    ensure!(state.ends > 0 && state.resume_window == 120, "{state:?}");
    ensure!(peer.opens(1, &terminal()).await?.is_none());
    ensure!(peer.opens(3, &terminal()).await?.is_some());
    scene.policy(&json!({"max_minutes": 240})).await
}

/// S-15: what was done is kept, and whoever changes it is seen.
pub(super) async fn what_was_done_is_written_down_in_a_chain(scene: &Scene) -> Result<()> {
    let (helper, _) = scene.helper("wanda").await?;
    let mut screen = helper.opens(&scene.cid())?;
    screen.enters("exit 0")?;
    screen.ends().await?;
    let session = id(&scene.newest().await?)?;
    scene.until_over(session).await?;
    let events = scene.events(session).await?;
    let first = events.first().map(String::as_str);
    ensure!(first == Some("requested"), "{events:?}");
    ensure!(events.contains(&"started".to_owned()), "{events:?}");
    ensure!(events.contains(&"ended".to_owned()), "{events:?}");
    let path = format!("remote-sessions/{session}/events/");
    let told = scene.admin().get(&path).await?;
    ensure!(
        told[0]["actor"] == "wanda" && told[0]["details"]["reason"] == REASON,
        "{told}"
    );
    is_whole(scene).await?;
    // Nobody takes anything of it away.
    for method in [Method::DELETE, Method::PATCH] {
        let path = format!("remote-sessions/{session}/");
        let request = scene.admin().request(method.clone(), &path);
        let status = request
            .json(&json!({"reason": "none"}))
            .send()
            .await?
            .status();
        ensure!(matches!(status.as_u16(), 403..=405), "{method}: {status}");
    }
    Ok(())
}

/// Nothing is missing or changed in the audit, of which the sessions are a part.
async fn is_whole(scene: &Scene) -> Result<()> {
    let path = "audit/verification/";
    let asked = scene.admin().create(path, &json!({})).await?;
    let (begun, mut found) = (Instant::now(), asked);
    while found["checked_at"].is_null() || found["is_running"] == true {
        ensure!(begun.elapsed() < PATIENCE, "nobody looks: {found}");
        tokio::time::sleep(Duration::from_millis(100)).await;
        found = scene.admin().get(path).await?;
    }
    ensure!(found["broken_id"].is_null(), "{found}");
    let records = scene.admin().request(Method::GET, "audit/lines/");
    let records = records.send().await?.text().await?;
    ensure!(records.contains("remotesession"), "{records}");
    Ok(())
}
