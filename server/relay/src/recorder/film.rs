//! What a screen sends, as it is sent: pieces, each behind its moment in milliseconds and its length, of four bytes both. A
//! piece without bytes stands where a stream begins.

use std::time::Duration;

use super::cast::Shown;

/// Pieces that are not written yet.
#[derive(Debug)]
pub(super) struct Film {
    pieces: Vec<u8>,
    /// Whether all of the stream is there so far: what comes behind a gap nobody could read.
    is_whole: bool,
}

impl Film {
    /// One that waits for a stream to begin.
    pub(super) const fn new() -> Self {
        Self {
            pieces: Vec::new(),
            is_whole: false,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Takes the pieces there are.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.pieces)
    }

    pub(super) fn add(&mut self, at: Duration, shown: &Shown) {
        match shown {
            Shown::Begun => {
                self.is_whole = true;
                self.piece(at, &[]);
            }
            Shown::Output(output) if self.is_whole => self.piece(at, output),
            Shown::Gap => self.is_whole = false,
            Shown::Output(_) | Shown::Opened { .. } | Shown::Resized { .. } => {}
        }
    }

    fn piece(&mut self, at: Duration, bytes: &[u8]) {
        let moment = u32::try_from(at.as_millis()).unwrap_or(u32::MAX);
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.pieces.extend_from_slice(&moment.to_be_bytes());
        self.pieces.extend_from_slice(&length.to_be_bytes());
        self.pieces.extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn output(bytes: &'static [u8]) -> Shown {
        Shown::Output(Bytes::from_static(bytes))
    }

    #[test]
    fn a_screen_is_kept_as_it_was_sent() {
        let mut film = Film::new();
        film.add(Duration::from_millis(5), &Shown::Begun);
        film.add(Duration::from_millis(258), &output(b"\0\x01"));
        let expected = [0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 2, 0, 1];
        assert_eq!(film.take(), expected);
        assert_eq!(film.len(), 0);
    }

    #[test]
    fn what_nobody_could_read_is_left_out_until_a_stream_begins() {
        let mut film = Film::new();
        film.add(Duration::ZERO, &output(b"the end of a message"));
        assert_eq!(film.len(), 0);
        film.add(Duration::ZERO, &Shown::Begun);
        film.add(Duration::ZERO, &Shown::Gap);
        film.add(Duration::ZERO, &output(b"the end of another"));
        assert_eq!(film.take(), [0; 8]);
        film.add(Duration::ZERO, &Shown::Begun);
        film.add(Duration::ZERO, &output(b"x"));
        assert_eq!(film.len(), 8 + 9);
    }
}
