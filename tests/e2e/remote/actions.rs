//! Actions, through the console's REST, the relay, the agent, the daemon and the person's own program.

use std::fs;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use migasfree_tests::admin::{Admin, id};
use migasfree_tests::fleet::{Fleet, Options};
use migasfree_tests::remote::desktop::{Desktop, Note};
use migasfree_tests::remote::{PATIENCE, PROJECT, REASON, Scene};
use serde_json::{Value, json};

/// Where packets that wake computers are sent to.
const WAKE: u16 = 9;
/// A network that no packet leaves.
const LOOPBACK: &str = "127.0.0.0/8";

#[tokio::test(flavor = "multi_thread")]
async fn computers_do_what_they_are_told_once() -> Result<()> {
    let Some(mut scene) = Scene::open().await? else {
        return Ok(());
    };
    a_computer_synchronizes_when_it_is_told(&scene)
        .await
        .context("sync")?;
    a_computer_that_is_away_does_it_when_it_is_back(&mut scene)
        .await
        .context("offline")?;
    let desktop = Desktop::at(scene.bus(), scene.folder()).await?;
    a_message_is_shown_with_who_sent_it(&scene, &desktop)
        .await
        .context("message")?;
    who_helps_restarts_nothing(&scene).await.context("rights")?;
    a_neighbour_wakes_a_computer(&scene).await.context("wake")?;
    a_computer_without_remote_support_refuses_and_still_synchronizes(&scene)
        .await
        .context("Remote_Support = off")
}

/// Asks for an action on a computer: its number.
async fn act(account: &Admin, computer: i64, verb: &str, parameters: Value) -> Result<i64> {
    let path = format!("computers/{computer}/actions/");
    let asked = json!({"verb": verb, "parameters": parameters, "reason": REASON});
    id(&account.create(&path, &asked).await?)
}

/// Waits until the one execution of an action is in a state.
async fn until(scene: &Scene, action: i64, state: &str) -> Result<Value> {
    let path = format!("executions/?action__id={action}");
    let begun = Instant::now();
    loop {
        let rows = scene.admin().list(&path).await?;
        let row = rows.into_iter().next().context("an execution")?;
        if row["state"] == state {
            return Ok(row);
        }
        ensure!(
            begun.elapsed() < 3 * PATIENCE,
            "not {state}: {row}\n{}",
            scene.logs()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn synchronizations(scene: &Scene) -> Result<usize> {
    let path = format!("syncs/?computer__id={}", scene.number());
    Ok(scene.admin().list(&path).await?.len())
}

async fn a_computer_synchronizes_when_it_is_told(scene: &Scene) -> Result<()> {
    let before = synchronizations(scene).await?;
    let action = act(scene.admin(), scene.number(), "sync", json!({})).await?;
    until(scene, action, "succeeded").await?;
    let begun = Instant::now();
    while synchronizations(scene).await? == before {
        ensure!(begun.elapsed() < PATIENCE, "{}", scene.logs());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

async fn a_computer_that_is_away_does_it_when_it_is_back(scene: &mut Scene) -> Result<()> {
    scene.stop_agent().await?;
    let action = act(scene.admin(), scene.number(), "inventory", json!({})).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    until(scene, action, "ready").await?;
    scene.start_agent()?;
    scene.until_online(true).await?;
    until(scene, action, "succeeded").await?;
    Ok(())
}

async fn a_message_is_shown_with_who_sent_it(scene: &Scene, desktop: &Desktop) -> Result<()> {
    let (_, helper) = scene.account("hugo").await?;
    let message = json!({"title": "Printer", "text": "It prints again."});
    let action = act(&helper, scene.number(), "message", message).await?;
    let note = shown(desktop, "It prints again.").await?;
    let words = format!("{} {}", note.title, note.text);
    ensure!(words.contains("hugo"), "who sent it: {note:?}");
    ensure!(words.contains("Printer"), "{note:?}");
    // What can be answered is, as somebody who has read it does.
    if let Some(button) = note.actions.first() {
        desktop.press(&note, button).await?;
    }
    until(scene, action, "succeeded").await?;
    Ok(())
}

async fn shown(desktop: &Desktop, text: &str) -> Result<Note> {
    let begun = Instant::now();
    loop {
        let notes = desktop.shows();
        if let Some(note) = notes.iter().find(|note| note.text.contains(text)) {
            return Ok(note.clone());
        }
        ensure!(begun.elapsed() < PATIENCE, "not shown: {notes:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn who_helps_restarts_nothing(scene: &Scene) -> Result<()> {
    let (_, helper) = scene.account("rosa").await?;
    for verb in ["lock", "reboot", "shutdown", "wake"] {
        let path = format!("computers/{}/actions/", scene.number());
        let request = helper.request(reqwest::Method::POST, &path);
        let answer = request.json(&json!({"verb": verb})).send().await?;
        ensure!(answer.status() == 403, "{verb}: {}", answer.status());
    }
    Ok(())
}

/// Both say they are in the network of the loopback: nobody else hears of the packet.
async fn a_neighbour_wakes_a_computer(scene: &Scene) -> Result<()> {
    let ears = UdpSocket::bind(("0.0.0.0", WAKE)).context("a place for packets")?;
    ears.set_read_timeout(Some(PATIENCE))?;
    let formula = scene.admin().find("formulas/?prefix=NET").await?;
    let loopback = json!({"language": 0, "code": format!("echo {LOOPBACK}")});
    let path = format!("formulas/{formula}/");
    scene.admin().change(&path, &loopback).await?;
    let told = act(scene.admin(), scene.number(), "sync", json!({})).await?;
    until(scene, told, "succeeded").await?;

    let (asleep, mac) = asleep_beside(scene).await?;
    let action = act(scene.admin(), asleep, "wake", json!({})).await?;
    let packet = tokio::task::spawn_blocking(move || {
        let mut packet = [0; 256];
        ears.recv_from(&mut packet)
            .map(|(length, _)| packet[..length].to_vec())
    });
    let packet = packet.await?.with_context(|| scene.logs())?;
    ensure!(packet.starts_with(&[0xff; 6]), "{packet:02x?}");
    ensure!(packet[6..].starts_with(&mac.repeat(16)), "{packet:02x?}");
    let row = until(scene, action, "succeeded").await?;
    ensure!(row["carrier"]["id"] == scene.number(), "{row}");
    Ok(())
}

/// A computer of the same network that has no agent, and the address of its card.
async fn asleep_beside(scene: &Scene) -> Result<(i64, Vec<u8>)> {
    let mut fleet = Fleet::new(&Options::of_project(scene.server().url(), PROJECT, 1));
    for peer in fleet.peers_mut() {
        let network = format!("{LOOPBACK}\n");
        peer.machine.attributes.insert("NET".to_owned(), network);
    }
    fleet.register().await?;
    fleet.synchronise().await?;
    let computers = scene.admin().list("computers/").await?;
    let mut others = computers.iter().map(id);
    let other = others.find(|id| id.as_ref().is_ok_and(|id| *id != scene.number()));
    let other = other.context("another computer")??;
    let row = scene.admin().get(&format!("computers/{other}/")).await?;
    let addresses = row["mac_address"].as_str().context("an address")?;
    let first = addresses.get(..12).context("a whole address")?;
    let bytes = (0..6).map(|at| u8::from_str_radix(&first[2 * at..2 * at + 2], 16));
    Ok((other, bytes.collect::<Result<_, _>>()?))
}

async fn a_computer_without_remote_support_refuses_and_still_synchronizes(
    scene: &Scene,
) -> Result<()> {
    let config = scene.computer().config();
    let before = fs::read_to_string(&config)?;
    fs::write(&config, format!("{before}Remote_Support = off\n"))?;
    scene.until_online(false).await?;
    let mut refused = Vec::new();
    for (verb, parameters) in [
        ("message", json!({"title": "a", "text": "b"})),
        ("lock", json!({})),
        ("reboot", json!({"delay_minutes": 60})),
        ("shutdown", json!({"delay_minutes": 60})),
    ] {
        refused.push(act(scene.admin(), scene.number(), verb, parameters).await?);
    }
    let allowed = act(scene.admin(), scene.number(), "inventory", json!({})).await?;
    // Without an agent, orders come with the next synchronization.
    let mut command = scene.computer().command(scene.bus(), &["sync"]);
    let synced = tokio::task::spawn_blocking(move || command.output()).await??;
    ensure!(synced.status.success(), "{synced:?}\n{}", scene.logs());
    for action in refused {
        until(scene, action, "refused").await?;
    }
    until(scene, allowed, "succeeded").await?;
    fs::write(&config, before)?;
    Ok(())
}
