//! What goes on when something breaks, and what ends.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use migasfree_tests::admin::id;
use migasfree_tests::remote::{ACCOUNT, Down, PATIENCE, REASON, Scene};
use serde_json::json;

/// Lines that are written while the relay is away.
const LINES: usize = 500;

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_goes_on_where_it_was_when_the_relay_is_restarted() -> Result<()> {
    let Some(mut scene) = Scene::unattended().await? else {
        return Ok(());
    };
    let (helper, _) = scene.helper("hugo").await?;
    let mut screen = helper.opens(&scene.cid())?;
    screen.says("You are at").await?;
    for (round, down) in [Down::Told, Down::Killed].into_iter().enumerate() {
        let count = format!(
            "i=0; while [ $i -lt {LINES} ]; do i=$((i+1)); echo \"line-{round}-$i.\"; sleep 0.01; done; echo \"[$((i+{round}))]\""
        );
        screen.enters(&count)?;
        screen.shows(&format!("line-{round}-50.")).await?;
        scene.server_goes(down)?;
        let gone = Instant::now();
        scene.server_comes()?;
        let resumed = "The connection is there again.";
        screen.says(resumed).await?;
        screen.shows(&format!("[{}]", LINES + round)).await?;
        ensure!(
            gone.elapsed() < Duration::from_secs(20),
            "{:?}",
            gone.elapsed()
        );
        // Each line once, in its order: nothing is lost and nothing is there twice.
        let text = screen.text();
        let begins = format!("line-{round}-");
        let seen = text.split(begins.as_str()).skip(1);
        let seen: Vec<usize> = seen
            .filter_map(|rest| rest.split_once('.')?.0.parse().ok())
            .collect();
        let all: Vec<usize> = (1..=LINES).collect();
        ensure!(seen == all, "{seen:?}");
    }
    screen.enters("exit 3")?;
    ensure!(screen.ends().await? == 3, "{}", screen.said());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_carries_any_longer_ends() -> Result<()> {
    let Some(mut scene) = Scene::unattended().await? else {
        return Ok(());
    };
    what_an_agent_carried_ends_with_it_and_the_next_one_serves_again(&mut scene)
        .await
        .context("the agent is killed")?;
    a_session_that_was_left_waits_and_is_ended_by_its_number(&scene)
        .await
        .context("the operator is cut off")?;
    Ok(())
}

async fn what_an_agent_carried_ends_with_it_and_the_next_one_serves_again(
    scene: &mut Scene,
) -> Result<()> {
    let (helper, _) = scene.helper("hugo").await?;
    let mut screen = helper.opens(&scene.cid())?;
    screen.says("You are at").await?;
    screen.enters("setsid sleep 424242 & echo \"[$((40+2))]\"")?;
    screen.shows("[42]").await?;
    until_runs(424_242, true).await?;
    scene.kill_agent()?;
    // Nothing that was begun goes on unseen.
    until_runs(424_242, false).await?;
    screen.says("The connection broke").await?;
    scene.start_agent()?;
    scene.until_online(true).await?;
    screen.ends_with(75, "could not be made again").await?;
    let session = scene.until_over(id(&scene.newest().await?)?).await?;
    ensure!(session["end_code"] == "lost", "{session}");

    let mut screen = helper.opens(&scene.cid())?;
    screen.enters("echo \"[$((50+2))]\"; exit 0")?;
    screen.shows("[52]").await?;
    ensure!(screen.ends().await? == 0, "{}", screen.said());
    Ok(())
}

/// Waits until something in a terminal sleeps for so long, or does not.
async fn until_runs(seconds: u32, wanted: bool) -> Result<()> {
    let begun = Instant::now();
    let line = format!("sleep\u{0}{seconds}");
    while runs(&line) != wanted {
        ensure!(begun.elapsed() < PATIENCE, "it runs: {}", !wanted);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

fn runs(line: &str) -> bool {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|process| fs::read(process.path().join("cmdline")).ok())
        .any(|words| String::from_utf8_lossy(&words).starts_with(line))
}

/// S-20: what is taken back ends what runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_does_not_outlive_its_right_by_five_seconds() -> Result<()> {
    let Some(scene) = Scene::unattended().await? else {
        return Ok(());
    };
    let (helper, _) = scene.helper("hugo").await?;
    let admin = scene.admin();
    let user = admin.find("user-profiles/?username=hugo").await?;
    let account = format!("user-profiles/{user}/");

    for (which, words) in [
        ("right", "right"),
        ("policy", "rules"),
        ("another operator", "ended from another place"),
    ] {
        let mut screen = helper.opens(&scene.cid())?;
        screen.enters("echo \"[$((40+2))]\"")?;
        screen.shows("[42]").await?;
        let session = id(&scene.newest().await?)?;
        let begun = Instant::now();
        match which {
            "right" => drop(admin.change(&account, &json!({"groups": []})).await?),
            "policy" => scene.policy(&json!({"terminal": false})).await?,
            _ => {
                let end = format!("remote-sessions/{session}/end/");
                admin.create(&end, &json!({})).await?;
            }
        }
        screen.ends_with(13, words).await?;
        let took = begun.elapsed();
        ensure!(took < Duration::from_secs(5), "{which}: {took:?}");
        let groups = json!({"groups": scene.helpers()});
        admin.change(&account, &groups).await?;
        scene.policy(&json!({"terminal": true})).await?;
    }

    let mut screen = helper.opens(&scene.cid())?;
    screen.enters("sleep 424243")?;
    screen.shows("sleep 424243").await?;
    let key = admin.find("computer-keys/?state=active").await?;
    let revoke = format!("computer-keys/{key}/revoke/");
    let begun = Instant::now();
    admin.create(&revoke, &json!({})).await?;
    scene.until_online(false).await?;
    let took = begun.elapsed();
    ensure!(took < Duration::from_secs(5), "the key: {took:?}");
    Ok(())
}

async fn a_session_that_was_left_waits_and_is_ended_by_its_number(scene: &Scene) -> Result<()> {
    let (helper, _) = scene.helper("eva").await?;
    let line = ["terminal", "remote-01", "-u", ACCOUNT, "--reason", REASON];
    let mut screen = helper.sits_at(&line)?;
    screen.enters("sleep 424245")?;
    until_runs(424_245, true).await?;
    // Whoever is cut off says no goodbye.
    drop(screen);
    let session = id(&scene.newest().await?)?.to_string();
    helper
        .run(&["sessions", "end", &session])
        .await?
        .ends(0, "is ended")?;
    until_runs(424_245, false).await
}
