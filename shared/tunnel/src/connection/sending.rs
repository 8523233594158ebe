//! The bytes of a stream that leave: kept until the other side has consumed them.

use bytes::{Buf as _, Bytes, BytesMut};

use super::stream::Violation;
use crate::frame::{Credit, Frame, INITIAL_WINDOW, Kind, MAX_PAYLOAD, MAX_WINDOW, StreamId};
use crate::message::Position;

/// Memory that is given back once nothing is kept any longer.
const WORTH_GIVING_BACK: usize = 64 * 1024;

#[derive(Debug, Default)]
pub(super) struct Sending {
    /// What is not consumed, from `base` on.
    kept: BytesMut,
    base: u64,
    sent: u64,
    limit: u64,
    /// Nothing is written any longer.
    closing: bool,
    /// The half-close is sent.
    closed: bool,
    /// The half-close is consumed.
    confirmed: bool,
    /// More was to be written than there was room for.
    wanted: bool,
}

impl Sending {
    pub(super) fn begin(&mut self) {
        self.limit = self.limit.max(INITIAL_WINDOW);
    }

    pub(super) fn kept(&self) -> usize {
        self.kept.len()
    }

    pub(super) fn is_confirmed(&self) -> bool {
        self.confirmed
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Takes what there is credit for, as long as no more than `most` is kept.
    pub(super) fn write(&mut self, bytes: &[u8], most: u64) -> usize {
        if self.closing {
            return 0;
        }
        let limit = self.limit.min(self.base.saturating_add(most));
        let room = limit.saturating_sub(self.end());
        let taken = bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX));
        self.kept.extend_from_slice(&bytes[..taken]);
        self.wanted = taken < bytes.len();
        taken
    }

    pub(super) fn close(&mut self) {
        self.closing = true;
    }

    pub(super) fn has_frame(&self) -> bool {
        self.sendable() > 0 || self.is_to_close()
    }

    pub(super) fn frame(&mut self, stream: StreamId) -> Option<Frame> {
        let size = self.sendable().min(MAX_PAYLOAD as u64) as usize;
        if size > 0 {
            let from = (self.sent - self.base) as usize;
            let payload = Bytes::copy_from_slice(&self.kept[from..from + size]);
            self.sent += size as u64;
            return Some(Frame::new(Kind::Data, stream, payload));
        }
        if self.is_to_close() {
            self.closed = true;
            return Some(Frame::new(Kind::HalfClose, stream, Bytes::new()));
        }
        None
    }

    /// Says whether somebody waits to write.
    pub(super) fn credit(&mut self, credit: Credit) -> Result<bool, Violation> {
        if credit.consumed > self.sent + u64::from(self.closed) {
            return Err(Violation("what was not sent is consumed"));
        }
        if credit.limit > credit.consumed.saturating_add(MAX_WINDOW) {
            return Err(Violation("the window is too large"));
        }
        self.confirmed |= credit.consumed > self.end();
        let freed = credit.consumed.min(self.end()).saturating_sub(self.base);
        self.base += freed;
        self.kept.advance(freed as usize);
        if self.kept.is_empty() && self.kept.capacity() > WORTH_GIVING_BACK {
            self.kept = BytesMut::new();
        }
        self.limit = self.limit.max(credit.limit);
        Ok(std::mem::take(&mut self.wanted))
    }

    /// Goes on where the other side is. How far it may go, the next credit says.
    pub(super) fn resume(&mut self, theirs: &Position) -> Result<(), Violation> {
        let at_end = self.closed && theirs.received == self.end();
        let fits = (self.base..=self.sent).contains(&theirs.received)
            && (at_end || !theirs.ended)
            && (theirs.ended || !self.confirmed);
        if !fits {
            return Err(Violation("the stream cannot go on from there"));
        }
        self.sent = theirs.received;
        self.limit = theirs.received;
        self.closed = theirs.ended;
        Ok(())
    }

    fn end(&self) -> u64 {
        self.base + self.kept.len() as u64
    }

    fn sendable(&self) -> u64 {
        self.end().min(self.limit).saturating_sub(self.sent)
    }

    fn is_to_close(&self) -> bool {
        self.closing && !self.closed && self.sent == self.end()
    }
}
