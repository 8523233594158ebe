//! Those who are slow, silent or greedy.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use migasfree_tunnel::frame::{Frame, INITIAL_WINDOW, Kind, StreamId};
use migasfree_tunnel::message::{
    self, Code, Control, Failure, Hello, OperatorHello, SUBPROTOCOL, Who,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::house::{House, grant, key};
use crate::{beside, terminal, until};

static LARGE: [u8; 65_536] = [b'x'; 65_536];

#[tokio::test(flavor = "multi_thread")]
async fn who_does_nothing_for_too_long_is_ended_and_who_types_is_not() {
    let house = House::new().await;
    let (mut agent, mut idle, _) = terminal(&house, "idle").await;
    let (mut busy, _) = beside(&house, "busy", &mut agent).await;
    // What is to be forgotten was looked at once.
    tokio::time::sleep(Duration::from_secs(3)).await;
    for _ in 0..3 {
        busy.send(Kind::Data, 1, "x".into()).await;
        agent.data().await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        house.clock.advance(Duration::from_secs(250));
    }
    until(|| house.known.state().ended.contains_key("idle")).await;
    assert_eq!(house.known.state().ended["idle"], Code::Expired);
    assert!(!house.known.state().ended.contains_key("busy"));
    let Control::End { failure, .. } = idle.heard().await else {
        panic!("it does not end");
    };
    assert_eq!(failure.code, Code::Expired);
}

/// A handshake, and from there on bytes as they are.
async fn bare(house: &House) -> TcpStream {
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    let request = format!(
        "GET /api/native/1/relay/session/ HTTP/1.1\r\nhost: h\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         sec-websocket-protocol: {SUBPROTOCOL}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101"));
    stream
}

/// A hello as one message of a WebSocket, masked with nothing.
fn hello(grant: &str) -> Vec<u8> {
    let who = Who::Operator(OperatorHello {
        grant: Some(grant.to_owned()),
        resume: None,
    });
    let hello = Hello::new(who, "0", "test");
    let mut frame = BytesMut::new();
    Frame::new(Kind::Hello, StreamId::CONNECTION, message::write(&hello)).encode(&mut frame);
    let size = u16::try_from(frame.len()).unwrap();
    let mut message = vec![0x82, 0x80 | 126];
    message.extend(size.to_be_bytes());
    message.extend([0; 4]);
    message.extend(frame);
    message
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_hello_byte_by_byte_has_no_more_time_than_others() {
    let house = House::new().await;
    let mut slow = bare(&house).await;
    let begun = Instant::now();
    let said = hello(&house.sign(&grant("slow", 7, &key(7))));
    let (mut reading, mut writing) = slow.split();
    let dripping = async {
        for byte in &said {
            if writing.write_all(&[*byte]).await.is_err() {
                // The end is seen where it is read.
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    let mut got = Vec::new();
    tokio::select! {
        () = dripping => panic!("it is let in"),
        // Whether it is closed or reset does not matter.
        _ = reading.read_to_end(&mut got) => {}
    }
    let waited = begun.elapsed().as_secs();
    assert!((9..18).contains(&waited), "{waited} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_reads_is_left_while_the_agent_serves_others() {
    let house = House::new().await;
    let (mut agent, _deaf, first) = terminal(&house, "deaf").await;
    let allowed = INITIAL_WINDOW / LARGE.len() as u64;
    for _ in 0..allowed {
        let data = Bytes::from_static(&LARGE);
        agent.send(Kind::Data, first, data).await;
    }
    // Nothing more is allowed: whoever sends it all the same ends the session alone.
    agent.send(Kind::Data, first, "more".into()).await;
    until(|| house.known.state().ended.contains_key("deaf")).await;
    assert_eq!(house.known.state().ended["deaf"], Code::Protocol);
    assert!(matches!(agent.heard().await, Control::End { .. }));
    let (mut other, second) = beside(&house, "other", &mut agent).await;
    agent.send(Kind::Data, second, "still".into()).await;
    assert_eq!(other.data().await, (1, "still".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_thousand_streams_a_terminal_has_one_and_nothing_is_kept_of_the_others() {
    let house = House::new().await;
    let (mut agent, mut greedy, stream) = terminal(&house, "greedy").await;
    for index in 1..=10_000_u32 {
        greedy.open(2 * index + 1).await;
        let refused: Failure = greedy.said(Kind::OpenFail).await;
        assert_eq!(refused.code, Code::Limit, "{index}");
    }
    agent.send(Kind::Data, stream, "still".into()).await;
    assert_eq!(greedy.data().await, (1, "still".into()));
    let (mut other, second) = beside(&house, "other", &mut agent).await;
    agent.send(Kind::Data, second, "here".into()).await;
    assert_eq!(other.data().await, (1, "here".into()));
}
