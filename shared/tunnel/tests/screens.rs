//! What is said on the stream of a screen.
#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use migasfree_grant::Mode;
use migasfree_tunnel::message::{self, Code, Failure, Open};
use migasfree_tunnel::screen::{
    Codec, Cursor, Frame, FromComputer, FromOperator, MAX_CLIPBOARD, MAX_FROM_COMPUTER,
    MAX_FROM_OPERATOR, Monitor, Reader, ScreenError, ScreenMessage, ScreenRequest, Shape, Tile,
    Tiles, keysym,
};
use proptest::prelude::*;

fn bytes(longest: usize) -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..longest).prop_map(Bytes::from)
}

fn codec() -> impl Strategy<Value = Codec> {
    prop::sample::select(vec![Codec::Vp9, Codec::Vp8, Codec::Tiles])
}

prop_compose! {
    fn request()(
        codecs in prop::collection::vec(codec(), 0..4),
        monitor in any::<Option<u32>>(),
        (width, height) in any::<(u16, u16)>(),
    ) -> ScreenRequest {
        ScreenRequest { codecs, monitor, width, height }
    }
}

prop_compose! {
    fn monitor()(
        id in any::<u32>(),
        name in ".{0,20}",
        (x, y) in any::<(i32, i32)>(),
        (width, height) in any::<(u32, u32)>(),
        primary in any::<bool>(),
    ) -> Monitor {
        Monitor { id, name, x, y, width, height, primary }
    }
}

prop_compose! {
    fn shape()(
        codec in codec(),
        (width, height) in any::<(u16, u16)>(),
        monitors in prop::collection::vec(monitor(), 0..4),
        shown in any::<Option<u32>>(),
        mode in prop::sample::select(vec![Mode::View, Mode::Control]),
        (clipboard_in, clipboard_out) in any::<(bool, bool)>(),
    ) -> Shape {
        let system = "x11".to_owned();
        Shape { codec, width, height, monitors, shown, mode, clipboard_in, clipboard_out, system }
    }
}

prop_compose! {
    fn tile()(
        (x, y) in (0..60_000_u16, 0..60_000_u16),
        (width, height) in (1..=256_u16, 1..=256_u16),
        webp in bytes(50),
    ) -> Tile {
        Tile { x, y, width, height, webp }
    }
}

prop_compose! {
    fn tiles()(
        (sequence, ms) in any::<(u32, u32)>(),
        tiles in prop::collection::vec(tile(), 0..5),
    ) -> Tiles {
        Tiles { sequence, ms, tiles }
    }
}

fn cursor() -> impl Strategy<Value = Cursor> {
    (0..=12_u16, 0..=12_u16).prop_flat_map(|(width, height)| {
        let pixels = 4 * usize::from(width) * usize::from(height);
        let rgba = prop::collection::vec(any::<u8>(), pixels);
        (any::<(u16, u16)>(), rgba).prop_map(move |((hot_x, hot_y), rgba)| Cursor {
            hot_x,
            hot_y,
            width,
            height,
            rgba: rgba.into(),
        })
    })
}

fn from_computer() -> impl Strategy<Value = FromComputer> {
    prop_oneof![
        shape().prop_map(FromComputer::Shape),
        (any::<(bool, u32, u32)>(), bytes(300)).prop_map(|((key, sequence, ms), data)| {
            FromComputer::Frame(Frame {
                key,
                sequence,
                ms,
                data,
            })
        }),
        tiles().prop_map(FromComputer::Tiles),
        cursor().prop_map(FromComputer::Cursor),
        any::<(u16, u16)>().prop_map(|(x, y)| FromComputer::CursorAt { x, y }),
        ".{0,50}".prop_map(FromComputer::Clipboard),
        ".{0,50}".prop_map(|text| FromComputer::Failed(Failure::new(Code::EndedByPerson, text))),
    ]
}

fn from_operator() -> impl Strategy<Value = FromOperator> {
    prop_oneof![
        any::<u32>().prop_map(|sequence| FromOperator::Seen { sequence }),
        any::<(u16, u16, u8)>().prop_map(|(x, y, buttons)| FromOperator::Pointer { x, y, buttons }),
        any::<(i16, i16)>().prop_map(|(x, y)| FromOperator::Wheel { x, y }),
        any::<(u32, bool)>().prop_map(|(keysym, down)| FromOperator::Key { keysym, down }),
        ".{0,50}".prop_map(FromOperator::Clipboard),
        Just(FromOperator::KeyFrame),
        request().prop_map(FromOperator::Show),
    ]
}

/// What is read where `bytes` come in pieces as long as `lengths`, over and over.
fn read<T: ScreenMessage>(bytes: &[u8], lengths: &[usize]) -> Result<Vec<T>, ScreenError> {
    let mut reader = Reader::new();
    let mut said = Vec::new();
    let mut rest = bytes;
    for length in lengths.iter().cycle() {
        let (piece, behind) = rest.split_at((*length).min(rest.len()));
        reader.push(piece);
        while let Some(message) = reader.next()? {
            said.push(message);
        }
        rest = behind;
        if rest.is_empty() {
            break;
        }
    }
    Ok(said)
}

fn refused<T: ScreenMessage + std::fmt::Debug>(bytes: &[u8]) -> ScreenError {
    read::<T>(bytes, &[bytes.len()]).unwrap_err()
}

proptest! {
    #[test]
    fn what_a_computer_says_is_read_in_any_pieces(
        messages in prop::collection::vec(from_computer(), 0..6),
        lengths in prop::collection::vec(1..80_usize, 1..5),
    ) {
        let bytes = messages.iter().flat_map(FromComputer::encode).collect::<Vec<_>>();
        prop_assert_eq!(read(&bytes, &lengths), Ok(messages));
    }

    #[test]
    fn what_an_operator_says_is_read_in_any_pieces(
        messages in prop::collection::vec(from_operator(), 0..6),
        lengths in prop::collection::vec(1..80_usize, 1..5),
    ) {
        let bytes = messages.iter().flat_map(FromOperator::encode).collect::<Vec<_>>();
        prop_assert_eq!(read(&bytes, &lengths), Ok(messages));
    }

    #[test]
    fn what_is_no_message_is_an_error_and_nothing_else(
        kind in 0..10_u8,
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let length = u32::try_from(1 + body.len()).unwrap();
        let bytes = [&length.to_be_bytes()[..], &[kind], &body].concat();
        let _ = read::<FromComputer>(&bytes, &[7]);
        let _ = read::<FromOperator>(&bytes, &[7]);
        let _ = read::<FromComputer>(&body, &[3]);
        let _ = read::<FromOperator>(&body, &[3]);
    }

    #[test]
    fn a_character_is_found_again_by_its_key(c in any::<char>()) {
        if !c.is_control() {
            prop_assert_eq!(keysym::to_char(keysym::of_char(c)), Some(c));
        }
    }
}

#[test]
fn a_message_is_its_length_its_kind_and_its_body() {
    let pointer = FromOperator::Pointer {
        x: 258,
        y: 3,
        buttons: 5,
    };
    assert_eq!(&pointer.encode()[..], [0, 0, 0, 6, 2, 1, 2, 0, 3, 5]);
    let frame = FromComputer::Frame(Frame {
        key: true,
        sequence: 7,
        ms: 256,
        data: Bytes::from_static(b"vp"),
    });
    assert_eq!(
        &frame.encode()[..],
        [0, 0, 0, 12, 2, 1, 0, 0, 0, 7, 0, 0, 1, 0, b'v', b'p']
    );
}

#[test]
fn a_longer_message_than_its_end_may_say_is_refused_before_it_comes() {
    let too_long = |most: usize| u32::try_from(most + 1).unwrap().to_be_bytes();
    assert_eq!(
        refused::<FromComputer>(&too_long(MAX_FROM_COMPUTER)),
        ScreenError::TooLong(MAX_FROM_COMPUTER)
    );
    assert_eq!(
        refused::<FromOperator>(&too_long(MAX_FROM_OPERATOR)),
        ScreenError::TooLong(MAX_FROM_OPERATOR)
    );
}

#[test]
fn a_clipboard_has_its_length() {
    let longest = FromOperator::Clipboard("x".repeat(MAX_CLIPBOARD));
    assert_eq!(
        read(&longest.encode(), &[60_000]),
        Ok(vec![longest.clone()])
    );
    let length = u32::try_from(MAX_CLIPBOARD + 2).unwrap();
    let longer = [
        &length.to_be_bytes()[..],
        &[5],
        &vec![b'x'; MAX_CLIPBOARD + 1],
    ]
    .concat();
    assert_eq!(refused::<FromOperator>(&longer), ScreenError::Malformed(5));
}

#[test]
fn what_follows_an_error_is_not_read() {
    let mut reader = Reader::<FromOperator>::new();
    reader.push(&[0, 0, 0, 0]);
    assert_eq!(reader.next(), Err(ScreenError::Empty));
    reader.push(&FromOperator::KeyFrame.encode());
    assert_eq!(reader.next(), Err(ScreenError::Empty));
}

#[test]
fn what_does_not_fit_its_kind_is_refused() {
    assert_eq!(
        refused::<FromOperator>(&[0, 0, 0, 1, 99]),
        ScreenError::Kind(99)
    );
    let with_more = [0, 0, 0, 2, 6, 0];
    assert_eq!(
        refused::<FromOperator>(&with_more),
        ScreenError::Malformed(6)
    );
    let neither_up_nor_down = [0, 0, 0, 6, 4, 0, 0, 0, 65, 2];
    assert_eq!(
        refused::<FromOperator>(&neither_up_nor_down),
        ScreenError::Malformed(4)
    );
    let wide = [0, 0, 0, 9, 4, 0, 0, 0, 0, 0, 129, 0, 1];
    assert_eq!(refused::<FromComputer>(&wide), ScreenError::Malformed(4));
    let missing_tiles = [0, 0, 0, 11, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0xff, 0xff];
    assert_eq!(
        refused::<FromComputer>(&missing_tiles),
        ScreenError::Malformed(3)
    );
}

#[test]
fn codecs_of_later_versions_are_passed_over() {
    let open = br#"{"what":"screen","codecs":["av1","vp9",{"h":266},"tiles"],"width":640}"#;
    let request = ScreenRequest {
        codecs: vec![Codec::Vp9, Codec::Tiles],
        monitor: None,
        width: 640,
        height: 0,
    };
    assert_eq!(message::read::<Open>(open).unwrap(), Open::Screen(request));
}

#[test]
fn keys_of_a_browser_have_their_number() {
    assert_eq!(keysym::of_key("a", 0), Some(0x61));
    assert_eq!(keysym::of_key("ñ", 0), Some(0xf1));
    assert_eq!(keysym::of_key("€", 0), Some(0x0100_20ac));
    assert_eq!(keysym::of_key("Enter", 0), Some(0xff0d));
    assert_eq!(keysym::of_key("Enter", 3), Some(0xff8d));
    assert_eq!(keysym::of_key("Shift", 2), Some(0xffe2));
    assert_eq!(keysym::of_key("F5", 0), Some(0xffc2));
    assert_eq!(keysym::of_key("F36", 0), None);
    assert_eq!(keysym::of_key("Dead", 0), None);
}
