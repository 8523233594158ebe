//! Who gets past the relay, and on which computer a grant is good.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail, ensure};
use migasfree_dbus::RemoteProxy;
use migasfree_grant::Grant;
use migasfree_native::key::KeyPair;
use migasfree_tests::admin::{Admin, id};
use migasfree_tests::fleet::{NativeFleet, Options};
use migasfree_tests::remote::peer::{Claim, Peer, Side, terminal};
use migasfree_tests::remote::{PROJECT, Scene};
use migasfree_tunnel::frame::Kind;
use migasfree_tunnel::message::{Code, Control, Failure, OperatorHello, Who};
use serde_json::{Value, json};

fn now() -> Result<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(i64::try_from(since.as_secs())?)
}

/// A key that nobody let in.
fn stranger() -> KeyPair {
    KeyPair::generate(|seed: &mut [u8]| seed.fill(7))
}

/// A grant as text, of what the server grants.
async fn grant(scene: &Scene, account: &Admin, more: Value) -> Result<String> {
    let granted = scene.ask(account, &more).await?;
    let grant = granted["grant"].as_str().context("a grant")?;
    Ok(grant.to_owned())
}

/// The same, read.
fn read(scene: &Scene, grant: &str) -> Result<Grant> {
    let key = scene.key_of_server()?;
    Ok(migasfree_grant::verify(grant, key.public(), now()?)?)
}

/// Why a grant begins nothing.
async fn refused(scene: &Scene, grant: &str) -> Result<Code> {
    let mut peer = Peer::connect(scene.server().url(), Side::Session).await?;
    match peer.begins(grant).await? {
        Ok(state) => bail!("it begins: {state:?}"),
        Err(code) => Ok(code),
    }
}

/// S-01: the relay lets nobody in who shows nothing.
pub(super) async fn without_credentials_nobody_gets_past_the_relay(scene: &Scene) -> Result<()> {
    let url = scene.server().url();
    for nothing in ["", "grant", "a.b", &"x".repeat(9000)] {
        let code = refused(scene, nothing).await?;
        let expected = [Code::Refused, Code::Expired, Code::Unknown, Code::Protocol];
        ensure!(expected.contains(&code), "{nothing}: {code:?}");
    }
    let mut neither = Peer::connect(url, Side::Session).await?;
    let hello = OperatorHello {
        grant: None,
        resume: None,
    };
    neither.hello(Who::Operator(hello)).await?;
    ensure!(neither.sent_away().await? == Code::Protocol);
    let mut eager = Peer::connect(url, Side::Session).await?;
    eager.say(Kind::Open, 1, &terminal()).await?;
    ensure!(eager.sent_away().await? == Code::Protocol);
    // An agent at the door of operators, and the other way round.
    let own = scene.key_of_computer()?;
    let mut agent = Peer::connect(url, Side::Session).await?;
    agent.claims(&claim(scene, scene.number(), &own)?).await?;
    ensure!(agent.sent_away().await? == Code::Protocol);
    let mut operator = Peer::connect(url, Side::Agent).await?;
    let grant = grant(scene, scene.admin(), json!({})).await?;
    ensure!(operator.begins(&grant).await? == Err(Code::Protocol));
    // S-07: a header that proxies once wrote says nothing.
    let forged = [("x-ssl-client-cn", "admin")];
    let peer = Peer::connect_with(url, Side::Session, "", &forged).await?;
    let mut peer = peer.map_err(|status| anyhow::anyhow!("{status}"))?;
    ensure!(peer.begins("").await?.is_err());
    let path = format!("{url}/api/v1/token/remote-sessions/");
    let asked = reqwest::Client::new()
        .get(path)
        .header("X-SSL-Client-CN", "admin");
    ensure!(asked.send().await?.status() == 401);
    // Pages of others are kept out, whatever they know.
    let page = [("origin", "https://elsewhere.example")];
    let page = Peer::connect_with(url, Side::Session, "", &page).await?;
    ensure!(page.err() == Some(403));
    scene.until_online(true).await
}

/// S-01: a grant is the server's, for a minute and once.
pub(super) async fn a_grant_begins_one_session_and_only_as_the_server_wrote_it(
    scene: &Scene,
) -> Result<()> {
    let (_, account) = scene.account("grace").await?;
    let once = grant(scene, &account, json!({})).await?;
    let mut peer = Peer::connect(scene.server().url(), Side::Session).await?;
    let state = peer.begins(&once).await?;
    ensure!(
        state
            .as_ref()
            .is_ok_and(|state| state.computer == scene.number()),
        "{state:?}"
    );
    ensure!(refused(scene, &once).await? == Code::Used);
    // Also where the session is over, and where the computer itself is asked.
    drop(peer);
    ensure!(refused(scene, &once).await? == Code::Used);
    let daemon = RemoteProxy::new(&scene.bus().connect().await?).await?;
    ensure!(
        daemon.start_session(&once).await.is_err(),
        "the daemon remembers"
    );

    let fresh = grant(scene, &account, json!({})).await?;
    let whole = read(scene, &fresh)?;
    let (server, another) = (scene.key_of_server()?, stranger());
    let forged = migasfree_grant::sign(&whole, &another);
    ensure!(refused(scene, &forged).await? == Code::Refused);
    let (_, signature) = fresh.split_once('.').context("two parts")?;
    let (more, _) = forged.split_once('.').context("two parts")?;
    let root = Grant {
        mode: migasfree_grant::Mode::Administrator,
        user: None,
        ..whole.clone()
    };
    let root = migasfree_grant::sign(&root, &another);
    let (root, _) = root.split_once('.').context("two parts")?;
    ensure!(root != more);
    let patched = format!("{root}.{signature}");
    ensure!(refused(scene, &patched).await? == Code::Refused);
    for (issued, expires) in [(-120, -60), (600, 660)] {
        let untimely = Grant {
            issued: whole.issued + issued,
            expires: whole.issued + expires,
            ..whole.clone()
        };
        let code = refused(scene, &migasfree_grant::sign(&untimely, &server)).await?;
        ensure!(
            matches!(code, Code::Expired | Code::Refused),
            "{issued}: {code:?}"
        );
    }
    // What the server signed and does not know of begins nothing, as if its key were lost.
    let unknown = Grant {
        session: "01990000-0000-7000-8000-000000000000".to_owned(),
        ..whole
    };
    let code = refused(scene, &migasfree_grant::sign(&unknown, &server)).await?;
    ensure!(code == Code::Unknown, "{code:?}");
    // Nothing of that used it up.
    let mut peer = Peer::connect(scene.server().url(), Side::Session).await?;
    ensure!(peer.begins(&fresh).await?.is_ok());
    Ok(())
}

/// S-05: who the operator is says the server.
pub(super) async fn nobody_names_themselves_or_gives_themselves_a_mode(
    scene: &Scene,
) -> Result<()> {
    let (user, account) = scene.account("nadia").await?;
    let forged = json!({
        "operator": 1, "operator_name": "admin", "consent": "unattended", "recording": "none", "key": "x",
        "switches": {"files_in": true}, "ends": 0, "session": "mine",
    });
    scene
        .policy(&json!({"consent": "ask", "files_in": false}))
        .await?;
    let grant = read(scene, &grant(scene, &account, forged).await?)?;
    ensure!(
        (grant.operator.id, grant.operator.name.as_str()) == (user, "nadia"),
        "{grant:?}"
    );
    ensure!(
        grant.consent == migasfree_grant::Consent::Ask { seconds: 30 },
        "{grant:?}"
    );
    ensure!(
        grant.recording != migasfree_grant::Recording::None,
        "{grant:?}"
    );
    ensure!(
        !grant.switches.files_in && grant.session != "mine",
        "{grant:?}"
    );
    let key = scene.key_of_computer()?.public().thumbprint().to_string();
    ensure!(grant.key == key, "{grant:?}");
    scene
        .policy(&json!({"consent": "unattended", "files_in": true}))
        .await?;
    for more in [
        json!({"mode": "administrator"}),
        json!({"unrecorded": true}),
        json!({"service": "files", "mode": "write"}),
    ] {
        let asked = scene.asks(&account, &more).await?;
        ensure!(asked.0 == 403, "{more}: {asked:?}");
    }
    Ok(())
}

fn claim<'a>(scene: &Scene, computer: i64, key: &'a KeyPair) -> Result<Claim<'a>> {
    Ok(Claim {
        computer,
        key,
        named: key.public().thumbprint(),
        server: scene.key_of_server()?.public().thumbprint(),
        made: now()?,
    })
}

/// Why an agent is not let in.
async fn turned_away(scene: &Scene, claim: &Claim<'_>) -> Result<Code> {
    let mut peer = Peer::connect(scene.server().url(), Side::Agent).await?;
    peer.claims(claim).await?;
    peer.sent_away().await
}

/// Another computer, which is known, and its number.
pub(super) async fn another_computer(scene: &Scene) -> Result<(NativeFleet, i64)> {
    let options = Options::of_project(scene.server().url(), PROJECT, 1);
    let mut fleet = NativeFleet::meet(&options).await?;
    fleet.enrol().await?;
    fleet.settle().await?;
    let computers = scene.admin().list("computers/").await?;
    let other = computers
        .iter()
        .map(id)
        .find(|id| id.as_ref().is_ok_and(|id| *id != scene.number()));
    Ok((fleet, other.context("another computer")??))
}

/// S-03: who a computer is says its key.
pub(super) async fn nobody_takes_the_place_of_a_computer_without_its_key(
    scene: &Scene,
    (fleet, other): (&NativeFleet, i64),
) -> Result<()> {
    let (theirs, own) = (fleet.key(0).context("a key")?, scene.key_of_computer()?);
    let unknown = stranger();
    let number = scene.number();
    let named = Claim {
        named: own.public().thumbprint(),
        ..claim(scene, number, theirs)?
    };
    let elsewhere = Claim {
        server: unknown.public().thumbprint(),
        ..claim(scene, number, &own)?
    };
    let old = Claim {
        made: now()? - 300,
        ..claim(scene, number, &own)?
    };
    for (which, claim) in [
        ("a key that nobody let in", claim(scene, number, &unknown)?),
        ("the key of another computer", claim(scene, number, theirs)?),
        ("the computer's key is named, another one signs", named),
        (
            "its own key for another computer",
            claim(scene, other, &own)?,
        ),
        ("a hello to another server", elsewhere),
        ("a hello of another time", old),
    ] {
        let code = turned_away(scene, &claim).await?;
        ensure!(
            matches!(code, Code::Refused | Code::Revoked),
            "{which}: {code:?}"
        );
    }
    // A hello that was made for another connection.
    let heard = Peer::connect(scene.server().url(), Side::Agent).await?;
    let mut replays = Peer::connect(scene.server().url(), Side::Agent).await?;
    let (nonce, claim_of_own) = (replays.nonce.clone(), claim(scene, number, &own)?);
    replays.nonce.clone_from(&heard.nonce);
    ensure!(
        nonce != replays.nonce,
        "a challenge is good for one connection"
    );
    replays.claims(&claim_of_own).await?;
    ensure!(replays.sent_away().await? == Code::Refused);

    // All the while the computer was there, and serves.
    let grant = grant(scene, scene.admin(), json!({})).await?;
    let mut peer = Peer::connect(scene.server().url(), Side::Session).await?;
    ensure!(peer.begins(&grant).await?.is_ok(), "{}", scene.logs());
    ensure!(peer.opens(1, &terminal()).await?.is_none());
    Ok(())
}

/// S-01, S-03: what is granted for one computer is good there alone.
pub(super) async fn a_grant_for_another_computer_opens_nothing_here(
    scene: &Scene,
    (fleet, other): (&NativeFleet, i64),
) -> Result<()> {
    let key = fleet.key(0).context("a key")?;
    let mut agent = Peer::connect(scene.server().url(), Side::Agent).await?;
    agent.claims(&claim(scene, other, key)?).await?;
    scene.until_online_of(other, true).await?;
    let theirs = grant(scene, scene.admin(), json!({"computer": other})).await?;
    let daemon = RemoteProxy::new(&scene.bus().connect().await?).await?;
    let told = daemon.start_session(&theirs).await;
    let error = told
        .err()
        .context("the daemon takes a grant of another computer")?;
    ensure!(error.message().code == "RemoteOtherComputer", "{error}");

    // The relay brings it to that computer, which says no.
    let mut operator = Peer::connect(scene.server().url(), Side::Session).await?;
    let says_no = async {
        let Control::Start { session, grant } = agent.said(Kind::Control).await? else {
            bail!("no session begins");
        };
        ensure!(grant == theirs, "the grant is passed on as it is");
        let failure = Failure::new(Code::Refused, "no");
        agent
            .say(Kind::Control, 0, &Control::Refused { session, failure })
            .await
    };
    let (begun, said) = tokio::join!(operator.begins(&theirs), says_no);
    said?;
    ensure!(begun? == Err(Code::Refused));
    // One for here whose number was changed is nobody's any more: only the server signs.
    let here = read(scene, &grant(scene, scene.admin(), json!({})).await?)?;
    let moved = Grant {
        computer: other,
        ..here
    };
    let moved = migasfree_grant::sign(&moved, key);
    ensure!(refused(scene, &moved).await? == Code::Refused);
    Ok(())
}
