//! What takes a right, and what somebody who is signed in with Connect can do besides.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use migasfree_tests::admin::id;
use migasfree_tests::remote::Scene;
use reqwest::Method;
use serde_json::json;

/// S-08: who may read may not enter.
pub(super) async fn who_may_look_at_computers_may_not_enter_them(scene: &Scene) -> Result<()> {
    let ways = [
        json!({"service": "terminal"}),
        json!({"service": "terminal", "mode": "administrator"}),
        json!({"service": "screen", "mode": "view"}),
        json!({"service": "screen", "mode": "control"}),
        json!({"service": "files", "mode": "read"}),
        json!({"service": "files", "mode": "write"}),
        json!({"service": "port", "port": "ssh"}),
    ];
    for (number, group) in [
        "Reader",
        "Packager",
        "Computer Checker",
        "Auditor",
        "Security Officer",
    ]
    .into_iter()
    .enumerate()
    {
        let account = scene.member(&format!("somebody{number}"), group).await?;
        for way in &ways {
            let asked = scene.asks(&account, way).await?;
            ensure!(matches!(asked.0, 403 | 404), "{group} {way}: {asked:?}");
        }
    }
    let nobody = reqwest::Client::new();
    let path = format!("{}/api/v1/token/remote-sessions/", scene.server().url());
    let asked = nobody.post(path).json(&json!({"computer": scene.number()}));
    ensure!(asked.send().await?.status() == 401);
    Ok(())
}

/// S-13: helping with computers opens nothing else, and whoever was let in can be let out.
pub(super) async fn the_helpdesk_has_its_own_rights_and_no_others(scene: &Scene) -> Result<()> {
    let (helper, account) = scene.helper("rosa").await?;
    let policy = scene.admin().find("remote-policies/?page_size=1").await?;
    let policy = format!("remote-policies/{policy}/");
    for (method, path, body) in [
        (Method::GET, "user-profiles/", json!({})),
        (
            Method::POST,
            "remote-policies/",
            json!({"name": "Mine", "included_attributes": [1]}),
        ),
        (
            Method::PATCH,
            policy.as_str(),
            json!({"consent": "unattended"}),
        ),
        (Method::POST, "deployments/", json!({"name": "mine"})),
        (Method::GET, "computer-keys/", json!({})),
    ] {
        let request = account.request(method.clone(), path).json(&body);
        let status = request.send().await?.status();
        ensure!(status == 403, "{method} {path}: {status}");
    }
    let granted = scene.ask(scene.admin(), &json!({})).await?;
    let session = id(&granted)?.to_string();
    helper
        .run(&["sessions", "end", &session])
        .await?
        .ends(13, "")?;

    let programs = account.get("account/programs/").await?;
    let program = id(&programs[0])?;
    let path = format!("account/programs/{program}/");
    let out = account.request(Method::DELETE, &path).send().await?;
    ensure!(out.status().is_success(), "{}", out.status());
    helper
        .run(&["list"])
        .await?
        .ends(1, "migasfree-connect login")?;
    Ok(())
}

/// S-20: an account that is closed is out at once.
pub(super) async fn a_closed_account_ends_its_sessions(scene: &Scene) -> Result<()> {
    let (helper, _) = scene.helper("carla").await?;
    let admin = scene.admin();
    let user = admin.find("user-profiles/?username=carla").await?;
    let mut screen = helper.opens(&scene.cid())?;
    screen.enters("echo \"[$((40+2))]\"")?;
    screen.shows("[42]").await?;
    let begun = Instant::now();
    let closed = json!({"is_active": false, "groups": scene.helpers()});
    admin
        .change(&format!("user-profiles/{user}/"), &closed)
        .await?;
    screen.ends_with(13, "").await?;
    let took = begun.elapsed();
    ensure!(took < Duration::from_secs(5), "{took:?}");
    helper.run(&["list"]).await?.ends(1, "")?;
    Ok(())
}
