//! What an end does with a peer that keeps to no rules, and with one that is slow.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use bytes::Bytes;
use migasfree_tunnel::connection::{Config, Connection, Event, Priority, Side};
use migasfree_tunnel::frame::{ANSWER, Credit, Frame, INITIAL_WINDOW, Kind, MAX_WINDOW, StreamId};
use migasfree_tunnel::message::{self, Code, Control, Failure, Open, Opened, Position};
use proptest::prelude::*;

const SESSION: &str = "4c9f3a5e-0000-4000-8000-000000000001";

const KINDS: [Kind; 11] = [
    Kind::Hello,
    Kind::Open,
    Kind::OpenOk,
    Kind::OpenFail,
    Kind::Data,
    Kind::Credit,
    Kind::HalfClose,
    Kind::Reset,
    Kind::Ping,
    Kind::GoAway,
    Kind::Control,
];

fn terminal() -> Open {
    Open::Terminal {
        columns: 80,
        rows: 24,
        term: "xterm".to_owned(),
    }
}

fn opened(stream: u32) -> Frame {
    let opened = Opened {
        session: SESSION.to_owned(),
        stream: stream - 1,
        open: terminal(),
    };
    Frame::new(Kind::Open, StreamId(stream), message::write(&opened))
}

fn data(stream: u32, size: usize) -> Frame {
    Frame::new(Kind::Data, StreamId(stream), vec![7; size].into())
}

fn credit(stream: u32, consumed: u64, limit: u64) -> Frame {
    let payload = Credit { consumed, limit }.encode();
    Frame::new(Kind::Credit, StreamId(stream), payload)
}

/// An agent with these streams.
fn agent(streams: &[u32]) -> Connection {
    let mut agent = Connection::new(Side::Agent, Config::default());
    for stream in streams {
        agent.receive(opened(*stream)).unwrap();
        agent.accept(StreamId(*stream), Priority::Interactive, Bytes::new());
    }
    events(&mut agent);
    frames(&mut agent);
    agent
}

fn events(connection: &mut Connection) -> Vec<Event> {
    std::iter::from_fn(|| connection.event()).collect()
}

fn frames(connection: &mut Connection) -> Vec<Frame> {
    std::iter::from_fn(|| connection.next_frame()).collect()
}

fn broken_off(connection: &mut Connection, stream: u32) -> bool {
    let told = frames(connection)
        .iter()
        .any(|frame| frame.kind == Kind::Reset && frame.stream == StreamId(stream));
    let reset = events(connection).iter().any(|event| {
        matches!(event, Event::Reset { stream: id, failure }
            if id.0 == stream && failure.code == Code::Protocol)
    });
    told && reset
}

#[test]
fn what_is_wrong_with_a_stream_ends_that_stream_alone() {
    let wrong = [
        data(2, 0),
        credit(2, 1, 1),
        credit(2, 0, MAX_WINDOW + 1),
        Frame::new(Kind::Credit, StreamId(2), Bytes::new()),
        Frame::new(Kind::OpenOk, StreamId(2), Bytes::new()),
        Frame::new(Kind::OpenFail, StreamId(2), Bytes::new()),
    ];
    for frame in wrong {
        let mut agent = agent(&[2, 4]);
        agent.receive(frame.clone()).unwrap();
        assert!(broken_off(&mut agent, 2), "{frame:?}");
        agent.receive(data(2, 5)).unwrap();
        assert!(events(&mut agent).is_empty(), "frames were on their way");
        agent.receive(data(4, 5)).unwrap();
        assert_eq!(events(&mut agent).len(), 1);
    }
}

#[test]
fn nobody_sends_beyond_the_credit_or_behind_the_half_close() {
    let mut end = agent(&[2, 4]);
    for _ in 0..4 {
        end.receive(data(2, 65_536)).unwrap();
    }
    assert_eq!(events(&mut end).len(), 4);
    end.receive(data(2, 1)).unwrap();
    assert!(broken_off(&mut end, 2));
    let half_close = Frame::new(Kind::HalfClose, StreamId(4), Bytes::new());
    end.receive(half_close).unwrap();
    events(&mut end);
    end.receive(data(4, 1)).unwrap();
    assert!(broken_off(&mut end, 4));
}

#[test]
fn what_no_peer_says_ends_the_connection() {
    let own = |kind, payload: &'static [u8]| {
        Frame::new(kind, StreamId::CONNECTION, Bytes::from_static(payload))
    };
    let wrong = [
        own(Kind::Control, b"no JSON"),
        own(Kind::Hello, b"{}"),
        own(Kind::GoAway, b"[]"),
        own(Kind::Ping, &[0; 33]),
        opened(2),
        Frame::new(Kind::Open, StreamId(3), Bytes::new()),
        data(8, 1),
        data(3, 1),
    ];
    for frame in wrong {
        let failure = agent(&[2]).receive(frame.clone()).unwrap_err();
        assert_eq!(failure.code, Code::Protocol, "{frame:?}");
    }
    let mut operator = Connection::new(Side::Operator, Config::default());
    assert!(operator.receive(opened(2)).is_err());
}

#[test]
fn an_end_that_does_not_read_answers_is_left() {
    let mut agent = agent(&[]);
    let ping = Frame::new(Kind::Ping, StreamId::CONNECTION, Bytes::new());
    let failure = (0..2000).find_map(|_| agent.receive(ping.clone()).err());
    assert_eq!(failure.unwrap().code, Code::Limit);
}

#[test]
fn what_is_not_known_here_is_refused_and_nobody_opens_too_many() {
    let mut end = Connection::new(
        Side::Agent,
        Config {
            max_streams: 1,
            ..Config::default()
        },
    );
    let later = br#"{"session":"s","stream":1,"open":{"what":"hologram"}}"#;
    end.receive(Frame::new(
        Kind::Open,
        StreamId(2),
        Bytes::from_static(later),
    ))
    .unwrap();
    end.receive(opened(4)).unwrap();
    end.receive(opened(6)).unwrap();
    assert_eq!(events(&mut end).len(), 1);
    let refused: Vec<_> = frames(&mut end)
        .iter()
        .map(|frame| {
            assert_eq!(frame.kind, Kind::OpenFail);
            message::read::<Failure>(&frame.payload).unwrap().code
        })
        .collect();
    assert_eq!(refused, [Code::Protocol, Code::Limit]);
}

#[test]
fn a_ping_is_answered_with_what_it_says() {
    let mut agent = agent(&[]);
    let ping = Frame::new(Kind::Ping, StreamId::CONNECTION, Bytes::from_static(b"7"));
    agent.receive(ping.clone()).unwrap();
    let answer = Frame {
        flags: ANSWER,
        ..ping
    };
    assert_eq!(frames(&mut agent), std::slice::from_ref(&answer));
    agent.receive(answer).unwrap();
    assert!(frames(&mut agent).is_empty());
}

#[test]
fn a_stream_that_stalls_delays_no_other() {
    let mut agent = agent(&[2, 4]);
    let much = vec![7; 8 * 1024 * 1024];
    assert_eq!(agent.write(StreamId(2), &much) as u64, INITIAL_WINDOW);
    assert_eq!(frames(&mut agent).len(), 4);
    assert_eq!(agent.write(StreamId(2), &much), 0);
    assert_eq!(agent.write(StreamId(4), b"prompt"), 6);
    let next = agent.next_frame().unwrap();
    assert_eq!(
        (next.stream, &next.payload[..]),
        (StreamId(4), &b"prompt"[..])
    );
}

#[test]
fn whoever_has_to_wait_hears_when_there_is_room() {
    let mut agent = agent(&[2]);
    agent.write(StreamId(2), &vec![7; 300_000]);
    frames(&mut agent);
    agent.receive(credit(2, 100_000, 362_144)).unwrap();
    assert_eq!(
        events(&mut agent),
        [Event::Writable {
            stream: StreamId(2)
        }]
    );
    assert_eq!(agent.write(StreamId(2), &[7; 200_000]), 100_000);
}

#[test]
fn keys_leave_before_files_and_equals_take_turns() {
    let mut agent = agent(&[2, 4, 6]);
    agent.receive(opened(8)).unwrap();
    agent.accept(StreamId(8), Priority::Bulk, Bytes::new());
    frames(&mut agent);
    agent.write(StreamId(8), &[7; 10]);
    agent.write(StreamId(2), &[7; 100_000]);
    agent.write(StreamId(4), &[7; 100_000]);
    let order: Vec<u32> = frames(&mut agent)
        .iter()
        .map(|frame| frame.stream.0)
        .collect();
    assert_eq!(order, [2, 4, 2, 4, 8]);
}

#[test]
fn windows_grow_where_they_hold_a_fast_reader_back_and_only_there() {
    let window = |credit_takes: u64, reads: bool| {
        let mut end = agent(&[2]);
        let (mut received, mut limit, mut widest) = (0, INITIAL_WINDOW, 0);
        for round in 1..400 {
            end.at(Duration::from_millis(round * credit_takes));
            while received < limit {
                end.receive(data(2, 65_536)).unwrap();
                received += 65_536;
                if reads {
                    end.consumed(StreamId(2), 65_536);
                }
            }
            events(&mut end);
            for frame in frames(&mut end) {
                let credit = Credit::decode(&frame.payload).unwrap();
                widest = widest.max(credit.limit - credit.consumed);
                limit = credit.limit / 65_536 * 65_536;
            }
        }
        widest
    };
    assert_eq!(window(50, true), MAX_WINDOW);
    assert_eq!(window(5_000, true), INITIAL_WINDOW);
    assert_eq!(window(50, false), 0);
}

#[test]
fn streams_wait_while_the_other_end_is_away_and_go_on_where_it_is() {
    let mut agent = agent(&[2]);
    agent.write(StreamId(2), b"one two three");
    frames(&mut agent);
    let session = SESSION.to_owned();
    let control = |control: &Control| {
        Frame::new(Kind::Control, StreamId::CONNECTION, message::write(control))
    };
    let gone = Control::Detached {
        session: session.clone(),
    };
    agent.receive(control(&gone)).unwrap();
    agent.write(StreamId(2), b" four");
    assert!(frames(&mut agent).is_empty());
    let position = Position {
        stream: 2,
        received: 4,
        ended: false,
        origin: None,
    };
    let back = Control::Resume {
        session,
        streams: vec![position],
    };
    agent.receive(control(&back)).unwrap();
    let said: Vec<Kind> = frames(&mut agent).iter().map(|frame| frame.kind).collect();
    assert_eq!(said, [Kind::Control, Kind::OpenOk, Kind::Credit]);
    agent.receive(credit(2, 4, 14)).unwrap();
    assert_eq!(&frames(&mut agent)[0].payload[..], b"two three ");
    agent.receive(credit(2, 14, 100)).unwrap();
    assert_eq!(&frames(&mut agent)[0].payload[..], b"four");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_frames_make_an_end_panic_or_keep_more_than_it_may(
        side in prop::sample::select(vec![Side::Operator, Side::Agent]),
        sent in prop::collection::vec(
            (prop::sample::select(KINDS.to_vec()), 1_u32..9, prop::collection::vec(any::<u8>(), 0..40), any::<bool>()),
            0..60,
        ),
    ) {
        let mut end = Connection::new(side, Config { max_streams: 4, ..Config::default() });
        for (kind, stream, payload, sensible) in sent {
            _ = end.open(Priority::Bulk, &terminal());
            _ = end.next_frame();
            let stream = if kind.is_of_connection() { StreamId::CONNECTION } else { StreamId(stream) };
            let payload = match kind {
                Kind::Open if sensible && stream.0 > 1 => opened(stream.0).payload,
                Kind::Credit if sensible => Credit { consumed: 0, limit: INITIAL_WINDOW }.encode(),
                _ => payload.into(),
            };
            if end.receive(Frame::new(kind, stream, payload)).is_err() {
                break;
            }
            for event in events(&mut end) {
                if let Event::Open { stream, .. } = event {
                    end.accept(stream, Priority::Bulk, Bytes::new());
                }
            }
            prop_assert!(end.positions().len() <= 4);
            end.write(stream, &[7; 1000]);
        }
    }
}
