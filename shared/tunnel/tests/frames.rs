//! Frames as bytes.
#![allow(clippy::unwrap_used)]

use bytes::{Bytes, BytesMut};
use migasfree_tunnel::frame::{
    ANSWER, Credit, Frame, FrameError, Kind, MAX_FRAME, MAX_PAYLOAD, StreamId,
};
use proptest::prelude::*;

fn frames() -> impl Strategy<Value = Frame> {
    let kinds = prop::sample::select(vec![
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
    ]);
    let payload = prop::collection::vec(any::<u8>(), 0..300);
    (kinds, any::<bool>(), 1..=u32::MAX, payload).prop_map(|(kind, answers, stream, payload)| {
        Frame {
            kind,
            flags: if kind == Kind::Ping && answers {
                ANSWER
            } else {
                0
            },
            stream: if kind.is_of_connection() {
                StreamId::CONNECTION
            } else {
                StreamId(stream)
            },
            payload: payload.into(),
        }
    })
}

fn encoded(frames: &[Frame]) -> BytesMut {
    let mut bytes = BytesMut::new();
    for frame in frames {
        frame.encode(&mut bytes);
    }
    bytes
}

fn decoded(bytes: &mut Bytes) -> Vec<Frame> {
    std::iter::from_fn(|| Frame::decode(bytes).unwrap()).collect()
}

fn refused(bytes: &[u8]) -> FrameError {
    Frame::decode(&mut Bytes::copy_from_slice(bytes)).unwrap_err()
}

#[test]
fn a_frame_is_two_bytes_two_integers_and_its_payload() {
    let frame = Frame::new(Kind::Data, StreamId(300), Bytes::from_static(b"ls\n"));
    assert_eq!(
        &encoded(&[frame])[..],
        [4, 0, 0xac, 0x02, 3, b'l', b's', b'\n']
    );
}

#[test]
fn the_longest_frame_is_read_and_a_longer_one_is_not() {
    let longest = Frame::new(Kind::Data, StreamId(u32::MAX), vec![7; MAX_PAYLOAD].into());
    let bytes = encoded(std::slice::from_ref(&longest));
    assert_eq!(bytes.len(), MAX_FRAME);
    assert_eq!(decoded(&mut bytes.freeze()), [longest]);
    assert_eq!(refused(&[4, 0, 1, 0x81, 0x80, 0x04]), FrameError::TooLong);
    assert_eq!(refused(&[4, 0, 1, 0xff, 0xff, 0xff]), FrameError::TooLong);
}

#[test]
fn what_is_no_frame_is_refused_before_its_payload_comes() {
    assert_eq!(refused(&[11]), FrameError::Kind(11));
    assert_eq!(refused(&[4, 1]), FrameError::Flags(1));
    assert_eq!(refused(&[8, 3]), FrameError::Flags(3));
    assert_eq!(refused(&[4, 0, 0]), FrameError::Stream);
    assert_eq!(refused(&[8, 0, 1]), FrameError::Stream);
    assert_eq!(
        refused(&[4, 0, 0xff, 0xff, 0xff, 0xff, 0x1f]),
        FrameError::Stream
    );
    assert_eq!(refused(&[4, 0, 0x81, 0x00]), FrameError::Stream);
}

#[test]
fn a_credit_is_two_integers() {
    let credit = Credit {
        consumed: 300,
        limit: u64::MAX,
    };
    let payload = credit.encode();
    assert_eq!(Credit::decode(&payload), Ok(credit));
    assert!(Credit::decode(&payload[..payload.len() - 1]).is_err());
    assert!(Credit::decode(&[&payload[..], &[0]].concat()).is_err());
    assert!(Credit::decode(&[]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn frames_are_read_as_they_were_written_however_they_come(
        frames in prop::collection::vec(frames(), 0..8),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let bytes = encoded(&frames).freeze();
        prop_assert_eq!(&decoded(&mut bytes.clone()), &frames);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        cuts.push(bytes.len());
        let (mut waiting, mut read, mut from) = (BytesMut::new(), Vec::new(), 0);
        for cut in cuts {
            waiting.extend_from_slice(&bytes[from..cut]);
            from = cut;
            let mut whole = waiting.split().freeze();
            read.extend(decoded(&mut whole));
            waiting.extend_from_slice(&whole);
        }
        prop_assert!(waiting.is_empty());
        prop_assert_eq!(read, frames);
    }

    #[test]
    fn bytes_that_are_frames_are_their_one_spelling(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut rest = Bytes::from(bytes.clone());
        if let Ok(Some(frame)) = Frame::decode(&mut rest) {
            let written = encoded(&[frame]);
            prop_assert_eq!(&bytes[..written.len()], &written[..]);
            prop_assert_eq!(&bytes[written.len()..], &rest[..]);
        }
    }
}
