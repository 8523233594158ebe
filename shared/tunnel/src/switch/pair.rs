//! A stream, as it is called at both ends, and how far each direction is.

use super::{End, protocol};
use crate::frame::{Credit, INITIAL_WINDOW, MAX_WINDOW, StreamId};
use crate::message::{Failure, Position};

#[derive(Debug)]
pub(super) struct Pair {
    pub(super) agent: StreamId,
    inwards: Way,
    outwards: Way,
    is_open: bool,
}

impl Pair {
    pub(super) fn asked(agent: StreamId) -> Self {
        Self {
            agent,
            inwards: Way::default(),
            outwards: Way::default(),
            is_open: false,
        }
    }

    pub(super) fn open(agent: StreamId) -> Self {
        Self {
            is_open: true,
            ..Self::asked(agent)
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// The agent opened it, or says so once more.
    pub(super) fn begin(&mut self) {
        self.is_open = true;
        self.inwards.begin();
        self.outwards.begin();
    }

    pub(super) fn name(&self, end: End, operator: u32) -> StreamId {
        match end {
            End::Operator => StreamId(operator),
            End::Agent => self.agent,
        }
    }

    /// What `from` sends.
    pub(super) fn way(&mut self, from: End) -> &mut Way {
        match from {
            End::Operator => &mut self.inwards,
            End::Agent => &mut self.outwards,
        }
    }

    pub(super) fn sent_by_agent(&self) -> u64 {
        self.outwards.sent
    }

    pub(super) fn is_over(&self) -> bool {
        self.inwards.confirmed && self.outwards.confirmed
    }
}

/// One direction.
#[derive(Debug, Default)]
pub(super) struct Way {
    sent: u64,
    limit: u64,
    ended: bool,
    confirmed: bool,
}

impl Way {
    fn begin(&mut self) {
        self.limit = self.limit.max(INITIAL_WINDOW);
    }

    pub(super) fn data(&mut self, size: usize) -> Result<(), Failure> {
        let sent = self.sent.saturating_add(size as u64);
        if self.ended || sent > self.limit {
            return Err(protocol("more bytes than there was credit for"));
        }
        self.sent = sent;
        Ok(())
    }

    pub(super) fn end(&mut self) -> Result<(), Failure> {
        if std::mem::replace(&mut self.ended, true) {
            return Err(protocol("a second half-close"));
        }
        Ok(())
    }

    pub(super) fn credit(&mut self, credit: Credit) -> Result<(), Failure> {
        let most = self.sent.saturating_add(u64::from(self.ended));
        if credit.consumed > most || credit.limit > credit.consumed.saturating_add(MAX_WINDOW) {
            return Err(protocol("this is no credit for what was sent"));
        }
        self.confirmed |= self.ended && credit.consumed == most;
        self.limit = self.limit.max(credit.limit);
        Ok(())
    }

    /// The receiver is there; how far the sender may go, its next credit says.
    pub(super) fn resume(&mut self, receiver: &Position) {
        self.sent = receiver.received;
        self.limit = receiver.received;
        self.ended = receiver.ended;
    }
}
