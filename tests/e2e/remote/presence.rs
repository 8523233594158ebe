//! Who is there.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use migasfree_tests::remote::{Down, Scene};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn the_server_knows_who_is_there() -> Result<()> {
    let Some(mut scene) = Scene::open().await? else {
        return Ok(());
    };
    a_computer_is_online_as_long_as_its_agent_is_and_the_helpdesk_sees_it(&mut scene)
        .await
        .context("presence")?;
    nobody_writes_who_is_there(&mut scene)
        .await
        .context("S-19")?;
    Ok(())
}

async fn a_computer_is_online_as_long_as_its_agent_is_and_the_helpdesk_sees_it(
    scene: &mut Scene,
) -> Result<()> {
    let (helper, account) = scene.helper("hugo").await?;
    let listed = helper.run(&["list", "--json"]).await?.ends(0, "")?;
    let listed: Value = serde_json::from_str(&listed.out)?;
    let row = listed.get(0).context("a computer")?;
    ensure!(row["computer"] == scene.number(), "{row}");
    ensure!(row["online"] == true, "{row}");
    ensure!(told(row, "services", "terminal"), "{row}");
    ensure!(told(row, "services", "files"), "{row}");

    let path = format!("computers/{}/remote-access/", scene.number());
    let access = account.get(&path).await?;
    ensure!(access["status"] == "online", "{access}");
    ensure!(
        access["mode"] == "tcp_tunnel",
        "as version 5 has it: {access}"
    );
    ensure!(
        access["relay"]
            .as_str()
            .is_some_and(|relay| relay.starts_with("ws")),
        "{access}"
    );

    scene.stop_agent().await?;
    let online = helper
        .run(&["list", "--online", "--json"])
        .await?
        .ends(0, "")?;
    ensure!(online.out.trim() == "[]", "{}", online.out);
    let all = helper.run(&["search", "remote-01"]).await?.ends(0, "")?;
    ensure!(all.out.contains("no"), "{}", all.out);

    scene.start_agent()?;
    scene.until_online(true).await?;
    scene.kill_agent()?;
    let begun = Instant::now();
    scene.until_online(false).await?;
    ensure!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    scene.start_agent()?;
    scene.until_online(true).await
}

fn told(row: &Value, list: &str, wanted: &str) -> bool {
    let mut members = row[list].as_array().into_iter().flatten();
    members.any(|one| one == wanted)
}

/// S-19: presence is what the relay sees.
async fn nobody_writes_who_is_there(scene: &mut Scene) -> Result<()> {
    let path = format!("computers/{}/remote-access/", scene.number());
    for method in [Method::PUT, Method::PATCH, Method::POST] {
        let request = scene.admin().request(method.clone(), &path);
        let answer = request.json(&json!({"status": "offline"})).send().await?;
        let status = answer.status().as_u16();
        ensure!(matches!(status, 403..=405), "{method}: {status}");
    }
    scene.until_online(true).await?;
    // What was written down before a restart is nobody's presence.
    scene.stop_agent().await?;
    scene.server_goes(Down::Killed)?;
    scene.server_comes()?;
    scene.until_online(false).await?;
    scene.start_agent()?;
    scene.until_online(true).await
}
