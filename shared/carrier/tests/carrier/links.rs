//! Streams over lines in memory, with a relay between the ends.

use std::time::Duration;

use crate::double::{Line, Relay, line, opened, port, start};
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use migasfree_carrier::{Ended, Incoming, Link, Stream};
use migasfree_tunnel::connection::{Priority, Side};
use migasfree_tunnel::frame::{Frame, Kind, StreamId};
use migasfree_tunnel::message::{Code, Control, Failure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

struct Session {
    operator: Link,
    agent: Link,
    asked: mpsc::Receiver<Incoming>,
    told: mpsc::Receiver<Incoming>,
    relay: JoinHandle<Relay<Line>>,
}

fn session() -> Session {
    let (operator, left) = line();
    let (right, agent) = line();
    let relay = Relay::new(right).start(left);
    let (operator, told) = start(operator, Side::Operator);
    let (agent, asked) = start(agent, Side::Agent);
    Session {
        operator,
        agent,
        asked,
        told,
        relay,
    }
}

impl Session {
    async fn stream(&mut self) -> (Stream, Stream) {
        let (operator, agent) =
            tokio::join!(self.operator.open(Priority::Interactive, port()), async {
                let open = opened(&mut self.asked).await;
                assert_eq!(open.opened().session, crate::double::SESSION);
                open.accept(Priority::Interactive, Bytes::from_static(b"welcome"))
            });
        (operator.unwrap(), agent)
    }
}

fn bytes(size: usize) -> Vec<u8> {
    (0..size).map(|index| (index / 3) as u8).collect()
}

#[tokio::test]
async fn bytes_pass_both_ways_to_their_end() {
    let mut session = session();
    let (operator, mut agent) = session.stream().await;
    assert_eq!(&operator.answer()[..], b"welcome");
    let sent = bytes(3_000_000);
    let echo = tokio::spawn(async move {
        let mut buffer = vec![0; 10_000];
        loop {
            let size = agent.read(&mut buffer).await.unwrap();
            if size == 0 {
                return agent.shutdown().await.unwrap();
            }
            agent.write_all(&buffer[..size]).await.unwrap();
        }
    });
    let (mut reader, mut writer) = tokio::io::split(operator);
    let written = sent.clone();
    tokio::spawn(async move {
        writer.write_all(&written).await.unwrap();
        writer.shutdown().await.unwrap();
    });
    let mut got = Vec::new();
    reader.read_to_end(&mut got).await.unwrap();
    assert_eq!(got, sent);
    echo.await.unwrap();
}

#[tokio::test]
async fn a_stream_that_nobody_reads_delays_no_other() {
    let mut session = session();
    let (_stalled, mut flooding) = session.stream().await;
    let flood = tokio::spawn(async move { flooding.write_all(&bytes(8_000_000)).await });
    let (mut prompt, mut echo) = session.stream().await;
    for _ in 0..50 {
        prompt.write_all(b"key").await.unwrap();
        let mut key = [0; 3];
        echo.read_exact(&mut key).await.unwrap();
        echo.write_all(&key).await.unwrap();
        let back = timeout(Duration::from_secs(5), prompt.read_exact(&mut key)).await;
        assert_eq!((back.unwrap().unwrap(), &key), (3, b"key"));
    }
    assert!(!flood.is_finished());
    flood.abort();
}

#[tokio::test]
async fn a_stream_is_refused_with_its_reason_also_where_nobody_opens_it() {
    let mut session = session();
    let ask = || session.operator.open(Priority::Bulk, port());
    let refused = Failure::new(Code::NotReachable, "nothing listens");
    let (failure, ()) = tokio::join!(ask(), async {
        opened(&mut session.asked).await.refuse(&refused);
    });
    assert_eq!(failure.unwrap_err(), refused);
    let (failure, ()) = tokio::join!(ask(), async {
        drop(opened(&mut session.asked).await);
    });
    assert_eq!(failure.unwrap_err().code, Code::Failed);
}

#[tokio::test]
async fn a_reset_is_heard_by_whoever_reads_or_writes() {
    let mut session = session();
    let (mut operator, mut agent) = session.stream().await;
    agent.write_all(b"last words").await.unwrap();
    agent.reset(&Failure::new(Code::Revoked, "the right was taken back"));
    let mut words = Vec::new();
    let error = operator.read_to_end(&mut words).await.unwrap_err();
    assert_eq!(Stream::failure(&error).unwrap().code, Code::Revoked);
    let error = operator.write_all(b"but").await.unwrap_err();
    assert_eq!(Stream::failure(&error).unwrap().code, Code::Revoked);
}

#[tokio::test]
async fn what_was_written_arrives_although_the_writer_has_gone() {
    let mut session = session();
    let (mut operator, mut agent) = session.stream().await;
    agent.write_all(&bytes(200_000)).await.unwrap();
    agent.shutdown().await.unwrap();
    drop(agent);
    let mut got = Vec::new();
    operator.read_to_end(&mut got).await.unwrap();
    assert_eq!(got, bytes(200_000));
}

#[tokio::test]
async fn words_about_a_session_pass_and_the_last_link_ends_the_connection() {
    let mut session = session();
    let (mut operator, _agent) = session.stream().await;
    let asking = Control::Asking {
        session: crate::double::SESSION.to_owned(),
    };
    session.agent.control(asking.clone()).await;
    let Some(Incoming::Control(told)) = session.told.recv().await else {
        panic!("nothing was told");
    };
    assert_eq!(told, asking);
    drop(session.operator);
    let error = operator.read_u8().await.unwrap_err();
    assert_eq!(Stream::failure(&error).unwrap().code, Code::Lost);
    assert!(session.told.recv().await.is_none());
}

#[tokio::test]
async fn a_session_goes_on_over_another_line_while_its_streams_wait() {
    let mut session = session();
    let (operator, mut agent) = session.stream().await;
    let sent = bytes(5_000_000);
    let written = sent.clone();
    tokio::spawn(async move {
        agent.write_all(&written).await.unwrap();
        agent.shutdown().await.unwrap();
        agent.read_to_end(&mut Vec::new()).await.unwrap();
    });
    let mut reading = operator;
    let mut got = vec![0; 1_000_000];
    reading.read_exact(&mut got).await.unwrap();

    let detached = session.operator.detach().await;
    let reader = tokio::spawn(async move {
        reading.read_to_end(&mut got).await.unwrap();
        reading.shutdown().await.unwrap();
        got
    });
    let mut relay = session.relay.await.unwrap();
    let theirs = relay.operator_is_back(&detached.positions()).await;
    detached.resume(&theirs).unwrap();
    let (operator, left) = line();
    relay.start(left);
    let (_operator, _told) = detached.attach(operator, crate::double::KEEP_ALIVE);
    assert_eq!(reader.await.unwrap(), sent);
}

#[tokio::test(start_paused = true)]
async fn a_peer_without_a_sign_of_life_is_lost() {
    let (left, _silent) = line();
    let (link, _told) = start(left, Side::Operator);
    let ended = timeout(4 * crate::double::KEEP_ALIVE, link.closed())
        .await
        .unwrap();
    assert!(matches!(ended, Ended::Lost(_)), "{ended:?}");
}

#[tokio::test]
async fn a_peer_that_does_not_keep_to_the_protocol_is_told_so_and_left() {
    let wrong = [
        Bytes::from_static(&[99]),
        Bytes::from_static(&[4, 0, 1]),
        crate::double::message_of(&[Frame::new(
            Kind::Data,
            StreamId(7),
            Bytes::from_static(b"x"),
        )]),
    ];
    for message in wrong {
        let (left, mut right) = line();
        let (link, _told) = start(left, Side::Operator);
        right.send(message).await.unwrap();
        let Ended::Failed(failure) = link.closed().await else {
            panic!("the link goes on");
        };
        assert_eq!(failure.code, Code::Protocol);
        let mut farewell = right.next().await.unwrap().unwrap();
        let frame = Frame::decode(&mut farewell).unwrap().unwrap();
        assert_eq!(frame.kind, Kind::GoAway);
    }
}

#[tokio::test]
async fn a_peer_that_closes_has_closed() {
    let (left, right) = line();
    let (link, mut told) = start(left, Side::Agent);
    drop(right);
    assert_eq!(link.closed().await, Ended::Closed);
    assert!(told.recv().await.is_none());
}
