//! What one connection can do to another.

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use migasfree_tests::admin::id;
use migasfree_tests::remote::Scene;
use migasfree_tests::remote::peer::{Peer, Side, terminal};
use migasfree_tunnel::files::FileRequest;
use migasfree_tunnel::frame::Kind;
use migasfree_tunnel::message::{Code, Control, Failure, Open, SessionState};
use reqwest::Method;
use serde_json::json;

/// An operator with a terminal, which is stream 1.
async fn operator(scene: &Scene, name: &str) -> Result<(Peer, SessionState)> {
    let (_, account) = scene.account(name).await?;
    let granted = scene.ask(&account, &json!({})).await?;
    let grant = granted["grant"].as_str().context("a grant")?;
    let mut peer = Peer::connect(scene.server().url(), Side::Session).await?;
    let state = peer.begins(grant).await?;
    let state = state.map_err(|code| anyhow::anyhow!("{code:?}"))?;
    let refused = peer.opens(1, &terminal()).await?;
    ensure!(refused.is_none(), "{refused:?}");
    Ok((peer, state))
}

/// S-04: streams are a connection's own.
pub(super) async fn nobody_writes_into_or_ends_what_is_anothers(scene: &Scene) -> Result<()> {
    let (mut victim, state) = operator(scene, "hugo").await?;
    let (mut attacker, own) = operator(scene, "eva").await?;
    let session = state.session.clone();
    let failure = Failure::new(Code::EndedByOperator, "");
    let streams = Vec::new();
    for control in [
        Control::End {
            session: session.clone(),
            failure,
        },
        Control::Resize {
            session: session.clone(),
            stream: 1,
            columns: 1,
            rows: 1,
        },
        Control::Pause {
            session: session.clone(),
        },
        Control::Detached {
            session: session.clone(),
        },
        Control::Resume {
            session: session.clone(),
            streams,
        },
    ] {
        // It may be sent away for any of them.
        let _either_way = attacker.say(Kind::Control, 0, &control).await;
    }
    // Whatever number a stream has at the agent, at this end it is none of theirs.
    for stream in [2, 3, 1 << 20, (1 << 20) + 2, (1 << 20) + 3, u32::MAX] {
        let (_, account) = scene.account(&format!("eva{stream}")).await?;
        let granted = scene.ask(&account, &json!({})).await?;
        let grant = granted["grant"].as_str().context("a grant")?;
        let mut peer = Peer::connect(scene.server().url(), Side::Session).await?;
        ensure!(peer.begins(grant).await?.is_ok(), "{}", scene.logs());
        let words = Bytes::from_static(b"echo '<of another>'; exit\n");
        let _either_way = peer.send(Kind::Data, stream, words).await;
        let _either_way = peer
            .send(
                Kind::Reset,
                stream,
                Bytes::from_static(b"{\"code\":\"lost\"}"),
            )
            .await;
        let heard = peer.hears().await?;
        let data = heard.iter().any(|frame| frame.kind == Kind::Data);
        ensure!(!data, "{heard:?}");
        let path = format!("remote-sessions/{}/end/", id(&granted)?);
        account.create(&path, &json!({})).await?;
    }
    // Its secret is for its own session.
    for (session, secret) in [
        (state.session.as_str(), own.secret.as_str()),
        (state.session.as_str(), ""),
        (own.session.as_str(), state.secret.as_str()),
    ] {
        let mut peer = Peer::connect(scene.server().url(), Side::Session).await?;
        let begun = peer.comes_back(session, secret).await?;
        ensure!(begun.is_err(), "{begun:?}");
    }
    let words = Bytes::from_static(b"echo \"[$((40+2))] $(stty size)\"\n");
    victim.send(Kind::Data, 1, words).await?;
    victim.reads(1, "[42] 24 80").await?;
    Ok(())
}

/// S-06: the relay tells nobody who is there.
pub(super) async fn the_relay_has_no_list(scene: &Scene) -> Result<()> {
    for word in ["list_agents", "agents", "list", "services"] {
        for member in ["what", "type"] {
            let asked = json!({member: word, "services": []});
            let mut stranger = Peer::connect(scene.server().url(), Side::Session).await?;
            stranger.say(Kind::Control, 0, &asked).await?;
            let heard = format!("{:?}", stranger.hears().await?);
            ensure!(!heard.contains("remote-01"), "{heard}");
        }
    }
    let (mut operator, _) = operator(scene, "lars").await?;
    let asked = json!({"what": "list_agents"});
    operator.say(Kind::Control, 0, &asked).await?;
    let heard = operator.hears().await?;
    let controls = heard.iter().filter(|frame| frame.kind == Kind::Control);
    ensure!(controls.count() == 0, "{heard:?}");
    // Over REST a list takes the right to it.
    let reader = scene.member("rita", "Reader").await?;
    for path in [
        "remote-access/".to_owned(),
        format!("computers/{}/remote-access/", scene.number()),
    ] {
        let answer = reader.request(Method::GET, &path).send().await?;
        ensure!(answer.status() == 403, "{path}: {}", answer.status());
    }
    Ok(())
}

/// S-02: there are no commands, and a session is for what it was granted.
pub(super) async fn a_session_opens_nothing_but_what_it_is_for(scene: &Scene) -> Result<()> {
    for service in ["exec", "command", "action", "shell"] {
        let more = json!({"service": service, "command": "id; id"});
        let asked = scene.asks(scene.admin(), &more).await?;
        ensure!(asked.0 == 400, "{service}: {asked:?}");
    }
    let path = "/etc/passwd".to_owned();
    for (number, open) in [
        Open::Port {
            name: "ssh".to_owned(),
        },
        Open::Files(FileRequest::Get { path, offset: 0 }),
        terminal(),
    ]
    .into_iter()
    .enumerate()
    {
        let (mut peer, _) = operator(scene, &format!("paul{number}")).await?;
        let refused = peer.opens(3, &open).await?;
        let expected = [Some(Code::NoRight), Some(Code::Limit), Some(Code::Protocol)];
        ensure!(expected.contains(&refused), "{open:?}: {refused:?}");
        drop(peer);
    }
    // What nobody understands ends the connection and nothing else.
    let (mut first, _) = operator(scene, "first").await?;
    let mut second = Peer::connect(scene.server().url(), Side::Session).await?;
    second
        .say(Kind::Hello, 0, &json!({"who": {"role": "admin"}}))
        .await?;
    second.sent_away().await?;
    first
        .send(Kind::Data, 1, Bytes::from_static(b"echo \"[$((40+2))]\"\n"))
        .await?;
    first.reads(1, "[42]").await
}
