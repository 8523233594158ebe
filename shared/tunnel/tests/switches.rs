//! The relay's part, with ends that keep to no rules.
#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use migasfree_tunnel::frame::{Credit, Frame, INITIAL_WINDOW, Kind, MAX_WINDOW, StreamId};
use migasfree_tunnel::message::{self, Code, Control, Failure, Open, Opened, Position};
use migasfree_tunnel::switch::{End, MAX_STREAMS, Passed, Switch, Totals};

const SESSION: &str = "4c9f3a5e-0000-4000-8000-000000000001";

fn port() -> Open {
    Open::Port {
        name: "ssh".to_owned(),
    }
}

fn open(stream: u32) -> Frame {
    Frame::new(Kind::Open, StreamId(stream), message::write(&port()))
}

fn data(stream: u32, size: usize) -> Frame {
    Frame::new(Kind::Data, StreamId(stream), vec![7; size].into())
}

fn credit(stream: u32, consumed: u64, limit: u64) -> Frame {
    let payload = Credit { consumed, limit }.encode();
    Frame::new(Kind::Credit, StreamId(stream), payload)
}

fn plain(kind: Kind, stream: u32) -> Frame {
    Frame::new(kind, StreamId(stream), Bytes::new())
}

fn no_other() -> StreamId {
    panic!("nothing is opened here")
}

/// A session whose stream 1 is 40 at the agent, and open.
fn switch() -> Switch {
    let mut switch = Switch::new(SESSION);
    switch.operator(open(1), || StreamId(40)).unwrap();
    switch.agent(plain(Kind::OpenOk, 40)).unwrap();
    switch
}

fn on(passed: Result<Passed, Failure>) -> Frame {
    match passed.unwrap() {
        Passed::On(frame) => frame,
        other => panic!("{other:?}"),
    }
}

#[test]
fn streams_have_another_name_at_the_other_end_and_bytes_are_counted() {
    let mut switch = Switch::new(SESSION);
    let opened = on(switch.operator(open(1), || StreamId(40)));
    assert_eq!((opened.kind, opened.stream), (Kind::Open, StreamId(40)));
    let expected = Opened {
        session: SESSION.to_owned(),
        stream: 1,
        open: port(),
    };
    assert_eq!(message::read::<Opened>(&opened.payload).unwrap(), expected);
    assert_eq!(
        on(switch.agent(plain(Kind::OpenOk, 40))).stream,
        StreamId(1)
    );
    assert_eq!(on(switch.operator(data(1, 5), no_other)), data(40, 5));
    assert_eq!(on(switch.agent(data(40, 7))), data(1, 7));
    let totals = Totals {
        inwards: 5,
        outwards: 7,
    };
    assert_eq!(switch.totals(), totals);
    assert_eq!(switch.sent_by_agent(StreamId(1)), Some(7));
    assert_eq!(switch.sent_by_agent(StreamId(40)), None);
    assert!(switch.has(StreamId(40)) && !switch.has(StreamId(1)));
}

#[test]
fn nobody_sends_beyond_the_credit_that_the_other_end_gave() {
    let mut switch = switch();
    for _ in 0..4 {
        switch.operator(data(1, 65_536), no_other).unwrap();
    }
    let failure = switch.operator(data(1, 1), no_other).unwrap_err();
    assert_eq!(failure.code, Code::Protocol);
    switch.agent(credit(40, 0, INITIAL_WINDOW + 1)).unwrap();
    switch.operator(data(1, 1), no_other).unwrap();
    assert!(switch.operator(data(1, 1), no_other).is_err());
}

#[test]
fn what_no_operator_says_ends_the_session() {
    let wrong = [
        open(1),
        open(2),
        data(3, 1),
        data(2, 1),
        plain(Kind::OpenOk, 1),
        plain(Kind::OpenFail, 1),
        plain(Kind::Credit, 1),
        credit(1, 1, 1),
        credit(1, 0, MAX_WINDOW + 1),
    ];
    for frame in wrong {
        let failure = switch().operator(frame.clone(), no_other).unwrap_err();
        assert_eq!(failure.code, Code::Protocol, "{frame:?}");
    }
}

#[test]
fn what_is_wrong_with_an_open_is_answered_to_the_operator_alone() {
    let mut switch = switch();
    let code = |passed| match passed {
        Ok(Passed::Back(frame)) => message::read::<Failure>(&frame.payload).unwrap().code,
        other => panic!("{other:?}"),
    };
    let hologram = Frame::new(Kind::Open, StreamId(3), Bytes::from_static(b"{}"));
    assert_eq!(code(switch.operator(hologram, no_other)), Code::Protocol);
    for index in 1..MAX_STREAMS as u32 {
        on(switch.operator(open(2 * index + 3), || StreamId(40 + 2 * index)));
    }
    assert_eq!(code(switch.operator(open(999), no_other)), Code::Limit);
}

#[test]
fn a_stream_that_is_over_has_no_name_any_longer_and_late_frames_are_dropped() {
    let mut switch = switch();
    switch
        .operator(plain(Kind::HalfClose, 1), no_other)
        .unwrap();
    switch.agent(plain(Kind::HalfClose, 40)).unwrap();
    switch.agent(credit(40, 1, INITIAL_WINDOW)).unwrap();
    on(switch.operator(credit(1, 1, INITIAL_WINDOW), no_other));
    assert_eq!(switch.agent_streams().count(), 0);
    assert_eq!(switch.agent(data(40, 1)), Ok(Passed::Dropped));
    assert_eq!(switch.operator(data(1, 1), no_other), Ok(Passed::Dropped));
}

#[test]
fn controls_name_streams_of_their_own_session_only() {
    let switch = switch();
    let resize = |session: &str, stream| Control::Resize {
        session: session.to_owned(),
        stream,
        columns: 80,
        rows: 24,
    };
    let passed = switch.control(End::Operator, resize(SESSION, 1));
    assert_eq!(passed, Ok(Some(resize(SESSION, 40))));
    assert_eq!(switch.control(End::Operator, resize(SESSION, 3)), Ok(None));
    assert!(switch.control(End::Operator, resize("another", 1)).is_err());
}

#[test]
fn a_relay_that_was_restarted_finds_the_streams_by_what_the_agent_says() {
    let at = |stream, received, origin| Position {
        stream,
        received,
        ended: false,
        origin,
    };
    let live = [at(40, 5, Some(1))];
    let mut switch = Switch::rebuilt(SESSION, &live);
    assert_eq!(switch.operator(data(1, 1), no_other), Ok(Passed::Dropped));
    let told = switch.resumed(End::Operator, &[at(1, 7, None)]).unwrap();
    assert_eq!(told, [at(40, 7, None)]);
    assert_eq!(switch.agent(data(40, 1)), Ok(Passed::Dropped));
    let told = switch.resumed(End::Agent, &live).unwrap();
    assert_eq!(told, [at(1, 5, None)]);
    assert!(
        switch.operator(data(1, 1), no_other).is_err(),
        "no credit yet"
    );
    switch.agent(credit(40, 5, 6)).unwrap();
    assert_eq!(on(switch.operator(data(1, 1), no_other)), data(40, 1));
}
