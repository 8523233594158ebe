//! What happened at an end.

use bytes::Bytes;

use crate::frame::StreamId;
use crate::message::{Control, Failure, GoAway, Hello, Opened};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The relay said hello.
    Hello(Box<Hello>),
    /// At the agent: a stream is asked for, to be accepted or refused.
    Open {
        /// The stream.
        stream: StreamId,
        /// What for.
        payload: Opened,
    },
    /// At the operator: the stream is open.
    Opened {
        /// The stream.
        stream: StreamId,
        /// What the agent answered.
        payload: Bytes,
    },
    /// At the operator: the stream is not opened.
    Failed {
        /// The stream.
        stream: StreamId,
        /// Why.
        failure: Failure,
    },
    /// Bytes came. [`consumed`](super::Connection::consumed) wants to hear when they were used.
    Data {
        /// The stream.
        stream: StreamId,
        /// The bytes.
        bytes: Bytes,
    },
    /// No bytes follow.
    HalfClosed {
        /// The stream.
        stream: StreamId,
    },
    /// The stream is gone.
    Reset {
        /// The stream.
        stream: StreamId,
        /// Why.
        failure: Failure,
    },
    /// There is room for what [`write`](super::Connection::write) did not take.
    Writable {
        /// The stream.
        stream: StreamId,
    },
    /// About a session. Of [`Control::Resume`], [`Control::Detached`] and [`Control::Pause`] the streams know already.
    Control(Control),
    /// The relay wants this end to leave.
    GoAway(GoAway),
}
