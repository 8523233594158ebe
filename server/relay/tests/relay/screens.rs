//! Screens: what is recorded of them, and when that has to be.

use bytes::Bytes;
use migasfree_grant::{Grant, Mode, Recording, Service};
use migasfree_tunnel::frame::Kind;
use migasfree_tunnel::message::{
    Code, Control, Failure, LiveSession, Open, Position, SessionState,
};
use migasfree_tunnel::screen::{Codec, ScreenRequest};

use crate::house::{House, grant, key};
use crate::peer::Peer;
use crate::until;

fn screen(session: &str, recording: Recording) -> Grant {
    Grant {
        service: Service::Screen,
        mode: Mode::View,
        user: None,
        recording,
        ..grant(session, 7, &key(7))
    }
}

fn open() -> Open {
    Open::Screen(ScreenRequest {
        codecs: vec![Codec::Vp9],
        ..ScreenRequest::default()
    })
}

/// An agent and an operator with a screen, which is stream 1 of the operator and the number that is given back at the agent.
async fn looking(house: &House, grant: &Grant) -> (Peer, Peer, u32, SessionState) {
    house.enrol(7, &key(7));
    let mut agent = Peer::agent(house, 7, &key(7)).await;
    until(|| house.registry.seen(7).is_some()).await;
    let mut operator = Peer::operator(house, &house.sign(grant)).await;
    agent.accept_in(grant.mode).await;
    let state = operator.session().await;
    operator.say(Kind::Open, 1, &open()).await;
    let stream = agent.opened().await;
    operator.frame(Kind::OpenOk).await;
    (agent, operator, stream, state)
}

fn at(stream: u32, received: u64) -> Position {
    Position {
        stream,
        received,
        ended: false,
        origin: None,
    }
}

/// The agent hears that the operator is back, and says that it has heard nothing yet.
async fn goes_on(agent: &mut Peer, stream: u32) {
    loop {
        if let Control::Resume { session, .. } = agent.heard().await {
            let streams = vec![at(stream, 0)];
            let resumed = Control::Resumed { session, streams };
            return agent.control(&resumed).await;
        }
    }
}

/// The pieces of a recording, without their moments.
fn pieces(mut film: &[u8]) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    while let Some((_, rest)) = film.split_first_chunk::<4>() {
        let (length, rest) = rest.split_first_chunk::<4>().unwrap();
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap();
        let (piece, rest) = rest.split_at(length);
        pieces.push(piece.to_vec());
        film = rest;
    }
    pieces
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_screen_sends_is_taken_down_once_as_it_was_sent() {
    let house = House::new().await;
    let grant = screen("one", Recording::Strict);
    let (mut agent, mut operator, stream, state) = looking(&house, &grant).await;
    assert!(state.recorded);
    agent.send(Kind::Data, stream, "first".into()).await;
    operator.data().await;
    // The operator has heard less than was sent when the connection breaks.
    drop(operator);
    assert!(matches!(agent.heard().await, Control::Detached { .. }));
    let mut operator = Peer::back(&house, &state, vec![at(1, 3)]).await;
    goes_on(&mut agent, stream).await;
    operator.session().await;
    operator.credit(1, 3, 300_000).await;
    agent.frame(Kind::Credit).await;
    agent.send(Kind::Data, stream, "st and more".into()).await;
    assert_eq!(operator.data().await, (1, "st and more".into()));
    drop(operator);
    until(|| !house.known.state().recorded.is_empty()).await;
    let recorded = house.known.state().recorded[0].clone();
    assert_eq!((recorded.format, recorded.gaps), ("screen", false));
    let film = house.recordings.read(&recorded.name).unwrap();
    assert_eq!(pieces(&film), [&b""[..], b"first", b" and more"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_has_one_screen_and_nothing_else() {
    let house = House::new().await;
    let grant = screen("one", Recording::None);
    let (_agent, mut operator, ..) = looking(&house, &grant).await;
    operator.say(Kind::Open, 3, &open()).await;
    let refused: Failure = operator.said(Kind::OpenFail).await;
    assert_eq!(refused.code, Code::Limit);
    operator.open(5).await;
    let refused: Failure = operator.said(Kind::OpenFail).await;
    assert_eq!(refused.code, Code::NoRight);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_that_has_to_be_recorded_does_not_go_on_behind_a_gap() {
    for (recording, is_kept_up) in [(Recording::Strict, false), (Recording::BestEffort, true)] {
        let house = House::new().await;
        let grant = screen("one", recording);
        let (mut agent, mut operator, stream, state) = looking(&house, &grant).await;
        agent
            .send(Kind::Data, stream, Bytes::from_static(b"half of a mes"))
            .await;
        operator.data().await;
        house.stop();
        operator.frame(Kind::GoAway).await;
        drop((agent, operator));
        let house = house.restarted().await;
        let live = vec![LiveSession {
            session: "one".to_owned(),
            streams: vec![Position {
                origin: Some(1),
                ..at(stream, 0)
            }],
        }];
        let mut agent = Peer::agent_with(&house, 7, &key(7), live).await;
        let mut operator = Peer::back(&house, &state, vec![at(1, 13)]).await;
        if is_kept_up {
            goes_on(&mut agent, stream).await;
            assert_eq!(operator.session().await.session, "one");
            drop(operator);
            until(|| house.known.state().recorded.iter().any(|kept| kept.gaps)).await;
        } else {
            until(|| house.known.state().ended.contains_key("one")).await;
            assert_eq!(house.known.state().ended["one"], Code::Policy);
        }
    }
}
