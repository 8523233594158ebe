//! What goes from one end to the other, and what does not.

use std::time::{Duration, Instant};

use bytes::Bytes;
use migasfree_grant::Recording;
use migasfree_tunnel::frame::Kind;
use migasfree_tunnel::message::{Code, Control, Open};

use crate::house::{House, grant, key};
use crate::peer::Peer;
use crate::{beside, terminal, until};

static LARGE: [u8; 65_536] = [b'x'; 65_536];

#[tokio::test(flavor = "multi_thread")]
async fn two_operators_have_a_terminal_each() {
    let house = House::new().await;
    let (mut agent, mut one, first) = terminal(&house, "one").await;
    let (mut two, second) = beside(&house, "two", &mut agent).await;
    assert_ne!(first, second);
    one.send(Kind::Data, 1, "of one".into()).await;
    assert_eq!(agent.data().await, (first, "of one".into()));
    two.send(Kind::Data, 1, "of two".into()).await;
    assert_eq!(agent.data().await, (second, "of two".into()));
    agent.send(Kind::Data, second, "to two".into()).await;
    agent.send(Kind::Data, first, "to one".into()).await;
    assert_eq!(one.data().await, (1, "to one".into()));
    assert_eq!(two.data().await, (1, "to two".into()));
    agent
        .control(&Control::Exit {
            session: "two".to_owned(),
            stream: second,
            status: Some(3),
        })
        .await;
    let exit = Control::Exit {
        session: "two".to_owned(),
        stream: 1,
        status: Some(3),
    };
    assert_eq!(two.heard().await, exit);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_nobody_reads_delays_no_other() {
    let house = House::new().await;
    let (mut agent, _stalled, first) = terminal(&house, "one").await;
    let (mut two, second) = beside(&house, "two", &mut agent).await;
    for _ in 0..4 {
        agent
            .send(Kind::Data, first, Bytes::from_static(&LARGE))
            .await;
    }
    let begun = Instant::now();
    agent.send(Kind::Data, second, "at once".into()).await;
    assert_eq!(two.data().await, (1, "at once".into()));
    assert!(begun.elapsed() < Duration::from_millis(500));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sends_more_than_was_allowed() {
    let house = House::new().await;
    let (mut agent, mut operator, stream) = terminal(&house, "one").await;
    agent.credit(stream, 0, 5 * 65_536).await;
    operator.frame(Kind::Credit).await;
    for _ in 0..6 {
        operator
            .send(Kind::Data, 1, Bytes::from_static(&LARGE))
            .await;
    }
    until(|| house.known.state().ended.contains_key("one")).await;
    assert_eq!(house.known.state().ended["one"], Code::Protocol);
    for _ in 0..5 {
        agent.data().await;
    }
    let mut heard = agent.heard().await;
    if matches!(heard, Control::Detached { .. }) {
        heard = agent.heard().await;
    }
    assert!(matches!(heard, Control::End { .. }), "{heard:?}");
    // The agent is still there for others.
    beside(&house, "two", &mut agent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_names_the_stream_of_another() {
    let house = House::new().await;
    let (mut agent, mut operator, stream) = terminal(&house, "one").await;
    house.enrol(8, &key(8));
    let mut intruder = Peer::agent(&house, 8, &key(8)).await;
    until(|| house.registry.seen(8).is_some()).await;
    intruder.send(Kind::Data, stream, "not mine".into()).await;
    let end = Control::End {
        session: "one".to_owned(),
        failure: migasfree_tunnel::message::Failure::new(Code::EndedByPerson, "not mine"),
    };
    intruder.control(&end).await;
    intruder.send(Kind::Ping, 0, Bytes::new()).await;
    intruder.frame(Kind::Ping).await;
    agent.send(Kind::Data, stream, "mine".into()).await;
    assert_eq!(operator.data().await, (1, "mine".into()));
    // An operator's numbers are its own.
    let sealed = house.sign(&grant("two", 7, &key(7)));
    let mut other = Peer::operator(&house, &sealed).await;
    agent.accept().await;
    other.session().await;
    other.send(Kind::Data, stream, "not mine".into()).await;
    until(|| house.known.state().ended.contains_key("two")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_for_a_terminal_opens_nothing_else() {
    let house = House::new().await;
    let (_agent, mut operator, _) = terminal(&house, "one").await;
    let port = Open::Port {
        name: "ssh".to_owned(),
    };
    operator.say(Kind::Open, 3, &port).await;
    let refused: migasfree_tunnel::message::Failure = operator.said(Kind::OpenFail).await;
    assert_eq!(refused.code, Code::NoRight);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_terminal_shows_is_recorded_and_sealed() {
    let house = House::new().await;
    let (mut agent, _operator, _) = terminal(&house, "one").await;
    let recorded = grant("two", 7, &key(7));
    let recorded = migasfree_grant::Grant {
        recording: Recording::Strict,
        ..recorded
    };
    let mut operator = Peer::operator(&house, &house.sign(&recorded)).await;
    agent.accept().await;
    assert!(operator.session().await.recorded);
    operator.open(1).await;
    let stream = agent.opened().await;
    for half in [&b"\xc3"[..], b"\xb1andu\r\n"] {
        agent
            .send(Kind::Data, stream, Bytes::copy_from_slice(half))
            .await;
        operator.data().await;
    }
    let resize = Control::Resize {
        session: "two".to_owned(),
        stream: 1,
        columns: 100,
        rows: 30,
    };
    operator.control(&resize).await;
    agent.frame(Kind::Control).await;
    drop(operator);
    until(|| !house.known.state().recorded.is_empty()).await;
    let name = house.known.state().recorded[0].name.clone();
    let cast = String::from_utf8(house.recordings.read(&name).unwrap()).unwrap();
    let lines: Vec<&str> = cast.lines().collect();
    assert!(lines[0].contains("\"version\":2"), "{cast}");
    assert!(lines[1].contains("ñandu"), "{cast}");
    assert!(lines[2].contains("100x30"), "{cast}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_has_to_be_recorded_does_not_begin_without() {
    let house = House::new().await;
    let (mut agent, _operator, _) = terminal(&house, "one").await;
    let folder = house.folder.path().join("remote-recordings");
    std::fs::remove_dir_all(&folder).unwrap();
    let strict = migasfree_grant::Grant {
        recording: Recording::Strict,
        ..grant("two", 7, &key(7))
    };
    let mut operator = Peer::operator(&house, &house.sign(&strict)).await;
    agent.accept().await;
    let Control::Refused { failure, .. } = operator.heard().await else {
        panic!("it begins");
    };
    assert_eq!(failure.code, Code::Policy);
}
