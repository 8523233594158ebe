//! Reads frames, and gives them to both ends and the relay: what is read is written the same, and nobody panics.

use bytes::{Bytes, BytesMut};
use migasfree_tunnel::connection::{Config, Connection, Event, Priority, Side};
use migasfree_tunnel::frame::{Frame, StreamId};
use migasfree_tunnel::message::Open;
use migasfree_tunnel::switch::Switch;

/// Runs one input.
pub fn run(input: &[u8]) {
    let frames = decoded(input);
    let mut written = BytesMut::new();
    for frame in &frames {
        frame.encode(&mut written);
    }
    assert_eq!(&input[..written.len()], &written[..]);
    end(Side::Agent, &frames);
    end(Side::Operator, &frames);
    relay(&frames);
}

fn decoded(input: &[u8]) -> Vec<Frame> {
    let mut rest = Bytes::copy_from_slice(input);
    std::iter::from_fn(|| Frame::decode(&mut rest).ok().flatten()).collect()
}

fn end(side: Side, frames: &[Frame]) {
    let config = Config {
        max_streams: 4,
        ..Config::default()
    };
    let mut end = Connection::new(side, config);
    let port = Open::Port {
        name: "ssh".to_owned(),
    };
    for frame in frames {
        // Agents open nothing.
        _ = end.open(Priority::Interactive, &port);
        while end.next_frame().is_some() {}
        if end.receive(frame.clone()).is_err() {
            return;
        }
        while let Some(event) = end.event() {
            happened(&mut end, event);
        }
        assert!(end.positions().len() <= 4);
    }
}

fn happened(end: &mut Connection, event: Event) {
    match event {
        Event::Open { stream, .. } => end.accept(stream, Priority::Bulk, Bytes::new()),
        Event::Data { stream, bytes } => {
            end.consumed(stream, bytes.len());
            end.write(stream, &bytes);
        }
        Event::HalfClosed { stream } => end.half_close(stream),
        _ => {}
    }
}

fn relay(frames: &[Frame]) {
    let mut switch = Switch::new("session");
    let mut next = 0;
    for frame in frames.iter().filter(|frame| !frame.kind.is_of_connection()) {
        let passed = switch.operator(frame.clone(), || {
            next += 2;
            StreamId(next)
        });
        if passed.is_err() || switch.agent(frame.clone()).is_err() {
            return;
        }
        assert!(switch.agent_streams().count() <= migasfree_tunnel::switch::MAX_STREAMS);
    }
}
