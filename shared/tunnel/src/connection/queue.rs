//! What leaves next.

use std::collections::VecDeque;

use super::Priority;
use crate::frame::{Frame, StreamId};

/// Whoever makes more answers necessary, and does not read them, is no peer.
const MOST_URGENT: usize = 1024;

/// From here on nothing is to be added without need.
const CROWDED: usize = 128;

#[derive(Debug, Default)]
pub(super) struct Queue {
    urgent: VecDeque<Frame>,
    signals: VecDeque<StreamId>,
    ready: [VecDeque<StreamId>; Priority::COUNT],
}

impl Queue {
    pub(super) fn add(&mut self, frame: Frame) {
        self.urgent.push_back(frame);
    }

    pub(super) fn add_first(&mut self, frame: Frame) {
        self.urgent.push_front(frame);
    }

    pub(super) fn add_signal(&mut self, stream: StreamId) {
        self.signals.push_back(stream);
    }

    pub(super) fn add_ready(&mut self, stream: StreamId, priority: Priority) {
        self.ready[priority as usize].push_back(stream);
    }

    pub(super) fn urgent(&mut self) -> Option<Frame> {
        self.urgent.pop_front()
    }

    pub(super) fn signal(&mut self) -> Option<StreamId> {
        self.signals.pop_front()
    }

    pub(super) fn ready(&mut self) -> Option<StreamId> {
        self.ready.iter_mut().find_map(VecDeque::pop_front)
    }

    pub(super) fn forget(&mut self, stream: StreamId) {
        self.signals.retain(|other| *other != stream);
        for ready in &mut self.ready {
            ready.retain(|other| *other != stream);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        let ready = self.ready.iter().all(VecDeque::is_empty);
        ready && self.urgent.is_empty() && self.signals.is_empty()
    }

    pub(super) fn is_crowded(&self) -> bool {
        self.urgent.len() > CROWDED
    }

    pub(super) fn is_flooded(&self) -> bool {
        self.urgent.len() > MOST_URGENT
    }
}
