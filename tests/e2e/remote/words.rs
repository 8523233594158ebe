//! What Connect says when something is not, and with which status.

use anyhow::{Result, ensure};
use migasfree_tests::remote::operator::Operator;
use migasfree_tests::remote::{ACCOUNT, Down, REASON, Scene};
use serde_json::json;

/// Statuses, as `docs/helpdesk.md` has them.
const SIGN_IN: i32 = 1;
const USAGE: i32 = 2;
const DENIED: i32 = 13;
const FAILED: i32 = 61;
const OFFLINE: i32 = 75;

#[tokio::test(flavor = "multi_thread")]
async fn connect_says_why_there_is_no_terminal_and_ends_with_its_status() -> Result<()> {
    let Some(mut scene) = Scene::unattended().await? else {
        return Ok(());
    };
    let (helper, _) = scene.helper("hugo").await?;
    let cid = scene.cid();
    let terminal = ["terminal", cid.as_str()];
    let asks = async |computer: &str, more: &[&str], status: i32, words: &str| -> Result<()> {
        let line = [&["terminal", computer][..], more].concat();
        helper.run(&line).await?.ends(status, words)?;
        Ok(())
    };
    asks(&cid, &["-u", ACCOUNT], FAILED, "Say why you need to get in").await?;
    let because = |more: &[&'static str]| [more, &["--reason", REASON]].concat();
    let user = because(&["-u", "no-such-user"]);
    asks(&cid, &user, FAILED, "has no such account").await?;
    let root = because(&["-u", "root"]);
    asks(&cid, &root, FAILED, "administrator").await?;
    asks(&cid, &because(&["--admin"]), DENIED, "").await?;
    let nowhere = because(&[]);
    asks("nowhere", &nowhere, USAGE, "No computer that you may see").await?;
    // S-11: no name of an account is an option of anything.
    for name in ["-oProxyCommand=id", "-u", "a b", "ana;id", ""] {
        let user = format!("--user={name}");
        let line = [&terminal[..], &[user.as_str(), "--reason", REASON]].concat();
        helper
            .run(&line)
            .await?
            .ends(USAGE, "is no name of an account")?;
        let asked = scene.asks(scene.admin(), &json!({"account": name})).await?;
        // An empty one stands for the person at the computer, and nobody was seen there.
        ensure!(asked.0 == 400, "{name:?}: {asked:?}");
    }
    let usual = because(&["-u", ACCOUNT]);
    scene.policy(&json!({"consent": "deny"})).await?;
    asks(&cid, &usual, DENIED, "lets nobody in").await?;
    let none = json!({"consent": "unattended", "terminal": false});
    scene.policy(&none).await?;
    asks(&cid, &usual, DENIED, "does not allow this").await?;
    scene
        .policy(&json!({"terminal": true, "ticket_required": true}))
        .await?;
    asks(&cid, &usual, FAILED, "ticket").await?;
    scene.policy(&json!({"ticket_required": false})).await?;

    scene.stop_agent().await?;
    asks(&cid, &usual, OFFLINE, "not connected").await?;
    scene.server_goes(Down::Killed)?;
    asks(&cid, &usual, OFFLINE, "cannot be reached").await?;
    let nobody = Operator::new()?;
    let line = [&terminal[..], &usual[..]].concat();
    nobody
        .run(&line)
        .await?
        .ends(USAGE, "knows no server yet")?;
    scene.server_comes()?;
    let server = ["--server", scene.server().url()];
    let line = [&terminal[..], &usual[..], &server[..]].concat();
    nobody
        .run(&line)
        .await?
        .ends(SIGN_IN, "migasfree-connect login")?;
    Ok(())
}
