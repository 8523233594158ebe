//! What goes on after a connection, or the server, was away.

use migasfree_tunnel::frame::Kind;
use migasfree_tunnel::message::{Code, Control, GoAway, LiveSession, Position, SessionState};

use crate::house::{House, grant, key};
use crate::peer::Peer;
use crate::{terminal, until};

fn at(stream: u32, received: u64) -> Position {
    Position {
        stream,
        received,
        ended: false,
        origin: None,
    }
}

fn live(stream: u32, received: u64) -> Vec<LiveSession> {
    let origin = Some(1);
    vec![LiveSession {
        session: "one".to_owned(),
        streams: vec![Position {
            origin,
            ..at(stream, received)
        }],
    }]
}

/// What an operator shows to come back.
fn state() -> SessionState {
    let grant = grant("one", 7, &key(7));
    SessionState {
        session: grant.session,
        computer: 7,
        service: grant.service,
        mode: grant.mode,
        switches: grant.switches,
        secret: "the secret of one".to_owned(),
        resume_window: 2,
        recorded: false,
        ends: grant.ends,
        streams: Vec::new(),
    }
}

/// The agent hears where the operator is, and says where it is.
async fn go_on(agent: &mut Peer, stream: u32, received: u64) -> Vec<Position> {
    loop {
        if let Control::Resume { session, streams } = agent.heard().await {
            let resumed = Control::Resumed {
                session,
                streams: vec![at(stream, received)],
            };
            agent.control(&resumed).await;
            return streams;
        }
    }
}

async fn works(agent: &mut Peer, operator: &mut Peer, stream: u32) {
    agent.credit(stream, 5, 300_000).await;
    operator.frame(Kind::Credit).await;
    operator.send(Kind::Data, 1, "again".into()).await;
    assert_eq!(agent.data().await, (stream, "again".into()));
    operator.credit(1, 5, 300_000).await;
    agent.frame(Kind::Credit).await;
    agent.send(Kind::Data, stream, "too".into()).await;
    assert_eq!(operator.data().await, (1, "too".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_comes_back_with_the_secret_alone() {
    let house = House::new().await;
    let (mut agent, operator, stream) = terminal(&house, "one").await;
    drop(operator);
    assert!(matches!(agent.heard().await, Control::Detached { .. }));
    let another = SessionState {
        secret: "another".to_owned(),
        ..state()
    };
    let mut stranger = Peer::back(&house, &another, Vec::new()).await;
    assert_eq!(stranger.sent_away().await, Code::Unknown);
    let mut operator = Peer::back(&house, &state(), vec![at(1, 5)]).await;
    assert_eq!(go_on(&mut agent, stream, 5).await, [at(stream, 5)]);
    assert_eq!(operator.session().await.streams, [at(1, 5)]);
    works(&mut agent, &mut operator, stream).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_comes_back_while_the_operator_waits() {
    let house = House::new().await;
    let (agent, mut operator, stream) = terminal(&house, "one").await;
    drop(agent);
    assert!(matches!(operator.heard().await, Control::Detached { .. }));
    let mut agent = Peer::agent_with(&house, 7, &key(7), live(stream, 5)).await;
    assert_eq!(go_on(&mut operator, 1, 5).await, [at(1, 5)]);
    assert_eq!(go_on(&mut agent, stream, 5).await, [at(stream, 5)]);
    works(&mut agent, &mut operator, stream).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_go_on_after_the_server_was_started_anew() {
    for agent_first in [true, false] {
        let house = House::new().await;
        let (mut agent, mut operator, stream) = terminal(&house, "one").await;
        let (to_agent, to_operator) = {
            house.stop();
            let to_agent: GoAway = agent.said(Kind::GoAway).await;
            let to_operator: GoAway = operator.said(Kind::GoAway).await;
            (to_agent, to_operator)
        };
        assert_eq!(to_agent.failure.code, Code::Draining);
        assert_eq!(
            (to_agent.again_after, to_operator.again_after),
            (Some(1), Some(1))
        );
        drop((agent, operator));
        let house = house.restarted().await;
        let (mut agent, mut operator) = if agent_first {
            let agent = Peer::agent_with(&house, 7, &key(7), live(stream, 5)).await;
            let operator = Peer::back(&house, &state(), vec![at(1, 5)]).await;
            (agent, operator)
        } else {
            let operator = Peer::back(&house, &state(), vec![at(1, 5)]).await;
            let agent = Peer::agent_with(&house, 7, &key(7), live(stream, 5)).await;
            (agent, operator)
        };
        assert_eq!(go_on(&mut agent, stream, 5).await, [at(stream, 5)]);
        assert_eq!(operator.session().await.streams, [at(1, 5)]);
        works(&mut agent, &mut operator, stream).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_whose_agent_stays_away_is_lost() {
    let house = House::new().await;
    let (agent, mut operator, _) = terminal(&house, "one").await;
    drop(agent);
    assert!(matches!(operator.heard().await, Control::Detached { .. }));
    let Control::End { failure, .. } = operator.heard().await else {
        panic!("it goes on");
    };
    assert_eq!(failure.code, Code::Lost);
    until(|| house.known.state().ended.contains_key("one")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_before_to_which_nobody_comes_back_is_lost() {
    let house = House::new().await;
    let (agent, operator, _) = terminal(&house, "one").await;
    drop((agent, operator));
    let house = house.restarted().await;
    until(|| house.known.state().ended.contains_key("one")).await;
    assert_eq!(house.known.state().ended["one"], Code::Lost);
}
