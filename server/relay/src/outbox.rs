//! What waits to be sent to one peer. Nobody who puts something in waits: how much there can be is a matter of credit.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use migasfree_tunnel::frame::Frame;
use tokio::sync::Notify;

/// Bytes of one message, but for its last frame.
const BATCH: usize = 64 * 1024;
/// What a frame costs besides its payload.
const FRAME: usize = 16;
/// More than credit allows of the streams that people have open: whoever leaves so much does not read.
const MOST: usize = 64 * 1024 * 1024;
/// Messages of what people wait for after which one of the rest is sent.
const TURNS: u32 = 4;

/// What goes before what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Of the connection, and credit.
    Control,
    /// Somebody looks at it.
    Interactive,
    /// Everything else.
    Bulk,
}

/// The way to a peer. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outbox(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    ready: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    control: VecDeque<Frame>,
    interactive: VecDeque<Frame>,
    bulk: VecDeque<Frame>,
    bytes: usize,
    /// Messages of what people wait for since the last one of the rest.
    turns: u32,
    closed: bool,
}

impl Outbox {
    /// Adds a frame, unless the way is closed. It closes where the peer takes nothing any more.
    pub(crate) fn put(&self, class: Class, frame: Frame) {
        let mut queue = self.locked();
        if queue.closed {
            return;
        }
        queue.bytes += frame.payload.len() + FRAME;
        if queue.bytes > MOST {
            *queue = Queue {
                closed: true,
                ..Queue::default()
            };
        } else {
            match class {
                Class::Control => queue.control.push_back(frame),
                Class::Interactive => queue.interactive.push_back(frame),
                Class::Bulk => queue.bulk.push_back(frame),
            }
        }
        drop(queue);
        self.0.ready.notify_one();
    }

    /// Whether what is put in goes nowhere.
    pub(crate) fn is_closed(&self) -> bool {
        self.locked().closed
    }

    /// Takes nothing more; what is there is still sent.
    pub(crate) fn close(&self) {
        self.locked().closed = true;
        self.0.ready.notify_one();
    }

    /// The next message, as soon as there is one; `None` after the last.
    pub(crate) async fn next(&self) -> Option<Bytes> {
        loop {
            let next = {
                let mut queue = self.locked();
                match queue.message() {
                    None if queue.closed => return None,
                    next => next,
                }
            };
            match next {
                Some(message) => return Some(message),
                None => self.0.ready.notified().await,
            }
        }
    }

    fn locked(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn message(&mut self) -> Option<Bytes> {
        let mut message = BytesMut::new();
        let mut taken = 0;
        take(&mut self.control, &mut message, &mut taken);
        let rest = if self.interactive.is_empty() || self.turns >= TURNS && !self.bulk.is_empty() {
            self.turns = 0;
            &mut self.bulk
        } else {
            self.turns += 1;
            &mut self.interactive
        };
        take(rest, &mut message, &mut taken);
        self.bytes = self.bytes.saturating_sub(taken);
        (!message.is_empty()).then(|| message.freeze())
    }
}

fn take(frames: &mut VecDeque<Frame>, message: &mut BytesMut, taken: &mut usize) {
    while message.len() < BATCH {
        let Some(frame) = frames.pop_front() else {
            // What a burst needed is not kept for an idle agent.
            if frames.capacity() > 64 {
                *frames = VecDeque::new();
            }
            return;
        };
        message.reserve(frame.payload.len() + FRAME);
        frame.encode(message);
        *taken += frame.payload.len() + FRAME;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use migasfree_tunnel::frame::{Kind, StreamId};

    use super::*;

    fn frame(stream: u32, payload: &'static [u8]) -> Frame {
        Frame {
            kind: if stream == 0 { Kind::Ping } else { Kind::Data },
            flags: 0,
            stream: StreamId(stream),
            payload: Bytes::from_static(payload),
        }
    }

    fn streams(mut message: Bytes) -> Vec<u32> {
        let mut streams = Vec::new();
        while let Some(frame) = Frame::decode(&mut message).unwrap() {
            streams.push(frame.stream.0);
        }
        streams
    }

    #[tokio::test]
    async fn what_people_wait_for_goes_first_and_the_rest_has_its_turn() {
        static LARGE: [u8; BATCH] = [0; BATCH];
        let outbox = Outbox::default();
        for _ in 0..6 {
            outbox.put(Class::Bulk, frame(1, &LARGE));
            outbox.put(Class::Interactive, frame(3, &LARGE));
        }
        outbox.put(Class::Control, frame(0, b"now"));
        outbox.close();
        let mut sent = Vec::new();
        while let Some(message) = outbox.next().await {
            sent.extend(streams(message));
        }
        assert_eq!(sent, [0, 3, 3, 3, 3, 1, 3, 3, 1, 1, 1, 1, 1]);
    }

    #[tokio::test]
    async fn the_way_to_who_takes_nothing_closes() {
        static LARGE: [u8; 65_536] = [0; 65_536];
        let outbox = Outbox::default();
        for _ in 0..=MOST / LARGE.len() {
            outbox.put(Class::Bulk, frame(1, &LARGE));
        }
        assert!(outbox.next().await.is_none());
    }
}
