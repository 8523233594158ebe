//! Reads the stream of a screen, both ways: in one piece or byte by byte it says the same, and so does what was read once it is
//! written.

use std::fmt::Debug;

use bytes::Bytes;
use migasfree_tunnel::screen::{FromComputer, FromOperator, Reader, ScreenError, ScreenMessage};

/// Runs one input.
pub fn run(input: &[u8]) {
    again(input, FromComputer::encode);
    again(input, FromOperator::encode);
}

fn again<T: ScreenMessage + PartialEq + Debug>(input: &[u8], encode: impl Fn(&T) -> Bytes) {
    let (whole, error) = read::<T>(std::iter::once(input));
    let (pieces, same_error) = read::<T>(input.chunks(1));
    assert_eq!((&whole, error), (&pieces, same_error));
    let written = whole.iter().map(encode).collect::<Vec<_>>();
    let (again, error) = read::<T>(written.iter().map(AsRef::as_ref));
    assert_eq!((again, error), (whole, None));
}

fn read<'a, T: ScreenMessage>(
    pieces: impl Iterator<Item = &'a [u8]>,
) -> (Vec<T>, Option<ScreenError>) {
    let mut reader = Reader::<T>::new();
    let mut said = Vec::new();
    for piece in pieces {
        reader.push(piece);
        loop {
            match reader.next() {
                Ok(Some(message)) => said.push(message),
                Ok(None) => break,
                Err(error) => return (said, Some(error)),
            }
        }
    }
    (said, None)
}
