//! What the person at the computer says, through the real `migasfree-session`, and what comes of their silence.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use migasfree_grant::Mode;
use migasfree_tests::admin::id;
use migasfree_tests::remote::desktop::Desktop;
use migasfree_tests::remote::operator::Operator;
use migasfree_tests::remote::peer::{Peer, Side};
use migasfree_tests::remote::{REASON, Scene};
use migasfree_tunnel::files::FileRequest;
use migasfree_tunnel::message::{Code, Open};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_person_at_the_computer_decides() -> Result<()> {
    let Some(scene) = Scene::open().await? else {
        return Ok(());
    };
    let (helper, _) = scene.helper("hugo").await?;
    helper
        .opens(&scene.cid())?
        .ends_with(13, "Nobody at")
        .await
        .context("where nobody is")?;
    let desktop = Desktop::at(scene.bus(), scene.folder()).await?;
    the_person_is_asked_sees_who_helps_and_ends_it(&scene, &helper, &desktop).await?;
    scene.ends_all().await?;
    the_person_may_let_somebody_only_look(&scene, &desktop)
        .await
        .context("only look")?;
    scene.ends_all().await?;
    silence_is_a_no_or_what_the_policy_says(&scene, &helper, &desktop)
        .await
        .context("silence")
}

/// S-14: nobody comes in unseen, and whoever is there ends it.
async fn the_person_is_asked_sees_who_helps_and_ends_it(
    scene: &Scene,
    helper: &Operator,
    desktop: &Desktop,
) -> Result<()> {
    let mut screen = helper.opens(&scene.cid())?;
    screen.says("is being asked").await?;
    let question = desktop.answers("deny").await?;
    ensure!(question.title.contains("hugo"), "{question:?}");
    for words in [REASON, "terminal", "recorded"] {
        ensure!(question.text.contains(words), "{words}: {question:?}");
    }
    screen.ends_with(13, "refused").await?;

    let mut screen = helper.opens(&scene.cid())?;
    desktop.answers("allow").await?;
    screen.enters("echo \"[$((40+2))]\"")?;
    screen.shows("[42]").await?;
    let banner = desktop.banner().await?;
    ensure!(banner.title.contains("hugo"), "{banner:?}");
    ensure!(banner.text.contains("recorded"), "{banner:?}");
    let begun = Instant::now();
    desktop.press(&banner, "end").await?;
    screen.ends_with(13, "ended the session").await?;
    ensure!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
    let row = scene.until_over(id(&scene.newest().await?)?).await?;
    ensure!(row["end_code"] == "ended_by_person", "{row}");

    // What is told and not asked is seen all the same.
    scene.policy(&json!({"consent": "notify"})).await?;
    let mut screen = helper.opens(&scene.cid())?;
    screen.says("You are at").await?;
    desktop.banner().await?;
    let asked = desktop.shows();
    let asked = asked
        .iter()
        .any(|note| note.actions.contains(&"deny".to_owned()));
    ensure!(!asked, "it is not asked");
    screen.enters("exit 0")?;
    ensure!(screen.ends().await? == 0, "{}", screen.said());
    scene.policy(&json!({"consent": "ask"})).await
}

async fn silence_is_a_no_or_what_the_policy_says(
    scene: &Scene,
    helper: &Operator,
    desktop: &Desktop,
) -> Result<()> {
    scene.policy(&json!({"consent_seconds": 5})).await?;
    let begun = Instant::now();
    let mut screen = helper.opens(&scene.cid())?;
    let question = desktop.question().await?;
    ensure!(question.text.contains("denied"), "{question:?}");
    screen.ends_with(13, "Nobody at").await?;
    ensure!(
        begun.elapsed() > Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );

    let then_allow = json!({"consent": "ask_then_allow", "consent_seconds": 5});
    scene.policy(&then_allow).await?;
    let mut screen = helper.opens(&scene.cid())?;
    let question = desktop.question().await?;
    ensure!(question.text.contains("allowed"), "{question:?}");
    screen.says("You are at").await?;
    desktop.banner().await?;
    screen.enters("exit 0")?;
    ensure!(screen.ends().await? == 0, "{}", screen.said());
    Ok(())
}

async fn the_person_may_let_somebody_only_look(scene: &Scene, desktop: &Desktop) -> Result<()> {
    let more = json!({"service": "files", "mode": "read_write"});
    let granted = scene.ask(scene.admin(), &more).await?;
    let grant = granted["grant"].as_str().context("a grant")?;
    let mut peer = Peer::connect(scene.server().url(), Side::Session).await?;
    let (begun, looks) = tokio::join!(peer.begins(grant), desktop.answers("view"));
    looks?;
    let state = begun?.map_err(|code| anyhow::anyhow!("{code:?}"))?;
    ensure!(state.mode == Mode::Read, "{state:?}");
    let folder = scene.folder_of_account("files")?;
    let path = folder.join("note").display().to_string();
    let put = FileRequest::Put {
        path,
        size: 0,
        sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned(),
        offset: 0,
        mode: None,
    };
    let refused = peer.opens(1, &Open::Files(put)).await?;
    ensure!(refused == Some(Code::NoRight), "{refused:?}");
    let path = folder.display().to_string();
    let listed = peer
        .opens(3, &Open::Files(FileRequest::List { path }))
        .await?;
    ensure!(listed.is_none(), "{listed:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn policy_and_settings_decide_together() -> Result<()> {
    let Some(scene) = Scene::open().await? else {
        return Ok(());
    };
    let (helper, _) = scene.helper("hugo").await?;
    who_may_not_go_in_unasked_asks_whoever_is_there(&scene, &helper)
        .await
        .context("the policy")?;
    scene.ends_all().await?;
    whoever_runs_the_computer_may_want_more_than_the_server(&scene, &helper)
        .await
        .context("the settings")
}

/// Without the right to go in unasked somebody has to be there who could say no.
async fn who_may_not_go_in_unasked_asks_whoever_is_there(
    scene: &Scene,
    helper: &Operator,
) -> Result<()> {
    let unattended = json!({"consent": "unattended", "consent_seconds": 30});
    scene.policy(&unattended).await?;
    let desktop = Desktop::at(scene.bus(), scene.folder()).await?;
    let mut screen = helper.opens(&scene.cid())?;
    desktop.answers("deny").await?;
    screen.ends_with(13, "refused").await?;
    drop(desktop);
    let mut screen = helper.opens(&scene.cid())?;
    screen.ends_with(13, "Nobody at").await?;
    Ok(())
}

/// S-14: the computer's own settings win over what the server grants.
async fn whoever_runs_the_computer_may_want_more_than_the_server(
    scene: &Scene,
    helper: &Operator,
) -> Result<()> {
    scene.policy(&json!({"consent": "unattended"})).await?;
    let config = scene.computer().config();
    let before = fs::read_to_string(&config)?;
    fs::write(&config, format!("{before}Remote_Support = ask\n"))?;
    helper
        .opens(&scene.cid())?
        .ends_with(13, "Nobody at")
        .await?;
    let desktop = Desktop::at(scene.bus(), scene.folder()).await?;
    let mut screen = helper.opens(&scene.cid())?;
    desktop.answers("allow").await?;
    screen.enters("exit 5")?;
    ensure!(screen.ends().await? == 5, "{}", screen.said());

    fs::write(&config, format!("{before}Remote_Support = off\n"))?;
    let told = helper.opens(&scene.cid())?.ends().await?;
    ensure!(matches!(told, 13 | 75), "{told}");
    scene.until_online(false).await
}
