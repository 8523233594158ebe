//! Frames (remote support, 14.1): what travels between an end and the relay.

use std::fmt;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

use crate::varint;

/// The longest payload of a frame.
pub const MAX_PAYLOAD: usize = 65_536;

/// The longest frame: type, flags, stream, length, payload.
pub const MAX_FRAME: usize = 2 + 5 + 3 + MAX_PAYLOAD;

/// The flag of a ping that answers one.
pub const ANSWER: u8 = 0x01;

/// What may be sent on a stream before its first credit, in bytes.
pub const INITIAL_WINDOW: u64 = 256 * 1024;

/// The most that may be on its way on a stream, in bytes.
pub const MAX_WINDOW: u64 = 4 * 1024 * 1024;

/// A stream of a connection. Operators open odd ones, the relay opens even ones at the agent; [`StreamId::CONNECTION`] is the
/// connection itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId(pub u32);

impl StreamId {
    /// The connection itself: hello, ping, go-away, control.
    pub const CONNECTION: Self = Self(0);
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// Who speaks, and what they speak.
    Hello = 0,
    /// Opens a stream.
    Open = 1,
    /// The stream is open.
    OpenOk = 2,
    /// The stream is not opened.
    OpenFail = 3,
    /// Bytes of a stream.
    Data = 4,
    /// What was consumed, and how far the other side may go.
    Credit = 5,
    /// No bytes follow from this side.
    HalfClose = 6,
    /// The stream is over, both ways and at once.
    Reset = 7,
    /// Are you there?
    Ping = 8,
    /// Leave, and come again.
    GoAway = 9,
    /// About a session.
    Control = 10,
}

impl Kind {
    const ALL: [Self; 11] = [
        Self::Hello,
        Self::Open,
        Self::OpenOk,
        Self::OpenFail,
        Self::Data,
        Self::Credit,
        Self::HalfClose,
        Self::Reset,
        Self::Ping,
        Self::GoAway,
        Self::Control,
    ];

    /// Whether it is about the connection, and not about a stream.
    #[must_use]
    pub fn is_of_connection(self) -> bool {
        matches!(
            self,
            Self::Hello | Self::Ping | Self::GoAway | Self::Control
        )
    }

    fn flags(self) -> u8 {
        if self == Self::Ping { ANSWER } else { 0 }
    }
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What it is.
    pub kind: Kind,
    /// [`ANSWER`] at a ping; else none.
    pub flags: u8,
    /// The stream it belongs to.
    pub stream: StreamId,
    /// What it says.
    pub payload: Bytes,
}

/// Bytes that are no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// A type that is not known.
    #[error("there is no frame of type {0}")]
    Kind(u8),
    /// Flags that are not known.
    #[error("the frame has flags that are not known: {0:#04x}")]
    Flags(u8),
    /// A stream that is no 32-bit integer, or not one for this type.
    #[error("the frame is on a stream it cannot be on")]
    Stream,
    /// Longer than [`MAX_PAYLOAD`].
    #[error("the frame is longer than {MAX_PAYLOAD} bytes")]
    TooLong,
}

impl Frame {
    /// A frame without flags.
    #[must_use]
    pub fn new(kind: Kind, stream: StreamId, payload: Bytes) -> Self {
        Self {
            kind,
            flags: 0,
            stream,
            payload,
        }
    }

    /// Writes the frame behind what is in `into`.
    pub fn encode(&self, into: &mut BytesMut) {
        debug_assert!(
            self.payload.len() <= MAX_PAYLOAD,
            "a frame that nobody reads"
        );
        into.reserve(MAX_FRAME - MAX_PAYLOAD + self.payload.len());
        into.put_u8(self.kind as u8);
        into.put_u8(self.flags);
        varint::put(u64::from(self.stream.0), into);
        varint::put(self.payload.len() as u64, into);
        into.put_slice(&self.payload);
    }

    /// Takes the first frame off `from`; nothing, and `from` as it was, where it is not whole.
    ///
    /// # Errors
    /// [`FrameError`] as soon as it shows: what follows cannot be read.
    pub fn decode(from: &mut Bytes) -> Result<Option<Self>, FrameError> {
        let Some(header) = Header::read(from)? else {
            return Ok(None);
        };
        if from.len() - header.size < header.length {
            return Ok(None);
        }
        from.advance(header.size);
        Ok(Some(Self {
            kind: header.kind,
            flags: header.flags,
            stream: header.stream,
            payload: from.split_to(header.length),
        }))
    }
}

struct Header {
    kind: Kind,
    flags: u8,
    stream: StreamId,
    length: usize,
    size: usize,
}

impl Header {
    fn read(from: &[u8]) -> Result<Option<Self>, FrameError> {
        let Some(&kind) = from.first() else {
            return Ok(None);
        };
        let known = Kind::ALL.get(usize::from(kind)).copied();
        let kind = known.ok_or(FrameError::Kind(kind))?;
        let Some(&flags) = from.get(1) else {
            return Ok(None);
        };
        if flags & !kind.flags() != 0 {
            return Err(FrameError::Flags(flags));
        }
        let Some((stream, behind)) = stream(kind, &from[2..])? else {
            return Ok(None);
        };
        let at = 2 + behind;
        let length = varint::take(&from[at..], 3).map_err(|_| FrameError::TooLong)?;
        let Some((length, behind)) = length else {
            return Ok(None);
        };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > MAX_PAYLOAD {
            return Err(FrameError::TooLong);
        }
        Ok(Some(Self {
            kind,
            flags,
            stream,
            length,
            size: at + behind,
        }))
    }
}

fn stream(kind: Kind, from: &[u8]) -> Result<Option<(StreamId, usize)>, FrameError> {
    let read = varint::take(from, 5).map_err(|_| FrameError::Stream)?;
    let Some((stream, size)) = read else {
        return Ok(None);
    };
    let stream = StreamId(u32::try_from(stream).map_err(|_| FrameError::Stream)?);
    if kind.is_of_connection() == (stream == StreamId::CONNECTION) {
        Ok(Some((stream, size)))
    } else {
        Err(FrameError::Stream)
    }
}

/// The payload of a credit frame: two variable integers, both counted from the beginning of the stream. A half-close counts as
/// one more in `consumed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credit {
    /// How much the other side need not keep any longer.
    pub consumed: u64,
    /// How far it may go.
    pub limit: u64,
}

/// A payload that is no credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no credit")]
pub struct NoCredit;

impl Credit {
    /// As payload.
    #[must_use]
    pub fn encode(self) -> Bytes {
        let mut bytes = BytesMut::with_capacity(20);
        varint::put(self.consumed, &mut bytes);
        varint::put(self.limit, &mut bytes);
        bytes.freeze()
    }

    /// Reads a payload.
    ///
    /// # Errors
    /// [`NoCredit`] where it is anything but two integers.
    pub fn decode(payload: &[u8]) -> Result<Self, NoCredit> {
        let take = |from: &[u8]| varint::take(from, 10).ok().flatten().ok_or(NoCredit);
        let (consumed, first) = take(payload)?;
        let (limit, second) = take(&payload[first..])?;
        if first + second == payload.len() {
            Ok(Self { consumed, limit })
        } else {
            Err(NoCredit)
        }
    }
}
