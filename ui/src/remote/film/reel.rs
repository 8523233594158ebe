//! A recorded screen: what the computer said, and when.
use bytes::{Buf, BytesMut};
use migasfree_tunnel::screen::{FromComputer, Reader, ScreenError, Shape};

/// When a piece was recorded, and how long it is: two numbers of 32 bits before it.
const HEAD: usize = 8;

#[derive(Debug)]
struct Said {
    /// In milliseconds since the beginning.
    at: u32,
    what: FromComputer,
    /// Whether the picture needs none before it.
    is_whole: bool,
}

/// As much of a recording as is here.
#[derive(Debug, Default)]
pub struct Reel {
    rest: BytesMut,
    reader: Reader<FromComputer>,
    area: u64,
    said: Vec<Said>,
    length: u32,
}

impl Reel {
    /// Takes in what follows.
    ///
    /// # Errors
    /// Where that is no recording of a screen.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), ScreenError> {
        self.rest.extend_from_slice(bytes);
        while self.rest.len() >= HEAD {
            let mut head = &self.rest[..HEAD];
            let (at, length) = (head.get_u32(), head.get_u32());
            let Ok(length) = usize::try_from(length) else {
                return Err(ScreenError::TooLong(usize::MAX));
            };
            if self.rest.len() - HEAD < length {
                break;
            }
            self.rest.advance(HEAD);
            self.reader.push(&self.rest.split_to(length));
            self.length = self.length.max(at);
            while let Some(what) = self.reader.next()? {
                self.add(what);
            }
        }
        Ok(())
    }

    fn add(&mut self, what: FromComputer) {
        if let FromComputer::Shape(shape) = &what {
            self.area = area(shape);
        }
        let is_whole = match &what {
            FromComputer::Frame(frame) => frame.key,
            FromComputer::Tiles(tiles) => {
                let areas = tiles.tiles.iter();
                let areas = areas.map(|tile| u64::from(tile.width) * u64::from(tile.height));
                areas.sum::<u64>() >= self.area
            }
            _ => false,
        };
        self.said.push(Said {
            at: self.length,
            what,
            is_whole,
        });
    }

    /// How long it is, as far as it is here, in milliseconds.
    pub fn length(&self) -> u32 {
        self.length
    }

    /// How much of it was said up to a moment.
    pub fn said_by(&self, at: u32) -> usize {
        self.said.partition_point(|said| said.at <= at)
    }

    /// What was said from one place on to another.
    pub fn between(&self, from: usize, to: usize) -> impl Iterator<Item = &FromComputer> {
        let said = self.said.get(from..to).unwrap_or_default();
        said.iter().map(|said| &said.what)
    }

    /// All that the picture of a moment takes: from the last whole one on, with what still held then.
    pub fn picture(&self, to: usize) -> impl Iterator<Item = &FromComputer> {
        let said = self.said.get(..to).unwrap_or_default();
        let from = said.iter().rposition(|said| said.is_whole).unwrap_or(0);
        let last = |is_it: fn(&FromComputer) -> bool| {
            let mut before = said[..from].iter().rev().map(|said| &said.what);
            before.find(|what| is_it(what))
        };
        let held = [
            last(|what| matches!(what, FromComputer::Shape(_))),
            last(|what| matches!(what, FromComputer::Cursor(_))),
            last(|what| matches!(what, FromComputer::CursorAt { .. })),
        ];
        held.into_iter().flatten().chain(self.between(from, to))
    }
}

fn area(shape: &Shape) -> u64 {
    u64::from(shape.width) * u64::from(shape.height)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use bytes::{BufMut, Bytes};
    use migasfree_grant::Mode;
    use migasfree_tunnel::screen::{Codec, Frame, Tile, Tiles};

    fn shape(codec: Codec) -> FromComputer {
        FromComputer::Shape(Shape {
            codec,
            width: 4,
            height: 2,
            monitors: Vec::new(),
            shown: None,
            mode: Mode::View,
            clipboard_in: false,
            clipboard_out: false,
            system: "x11".to_owned(),
        })
    }

    fn frame(sequence: u32, key: bool) -> FromComputer {
        FromComputer::Frame(Frame {
            key,
            sequence,
            ms: 0,
            data: Bytes::from_static(b"picture"),
        })
    }

    fn tiles(sequence: u32, width: u16) -> FromComputer {
        let tile = Tile {
            x: 0,
            y: 0,
            width,
            height: 2,
            webp: Bytes::from_static(b"part"),
        };
        FromComputer::Tiles(Tiles {
            sequence,
            ms: 0,
            tiles: vec![tile],
        })
    }

    fn recorded(said: &[(u32, FromComputer)]) -> Vec<u8> {
        let mut file = Vec::new();
        for (at, what) in said {
            let bytes = what.encode();
            file.put_u32(*at);
            file.put_u32(u32::try_from(bytes.len()).unwrap());
            file.put_slice(&bytes);
        }
        file
    }

    fn video() -> Vec<(u32, FromComputer)> {
        vec![
            (0, shape(Codec::Vp9)),
            (0, frame(1, true)),
            (40, FromComputer::CursorAt { x: 1, y: 1 }),
            (80, frame(2, false)),
            (1_000, frame(3, true)),
            (1_040, frame(4, false)),
        ]
    }

    #[test]
    fn a_recording_is_read_in_any_pieces() {
        let file = recorded(&video());
        for size in [1, 7, file.len()] {
            let mut reel = Reel::default();
            for piece in file.chunks(size) {
                reel.push(piece).unwrap();
            }
            assert_eq!(reel.length(), 1_040);
            let all = reel.between(0, reel.said_by(u32::MAX));
            assert_eq!(all.count(), 6, "in pieces of {size}");
        }
    }

    #[test]
    fn a_moment_is_shown_from_the_last_whole_picture_on() {
        let said = video();
        let mut reel = Reel::default();
        reel.push(&recorded(&said)).unwrap();
        let shown = |at| {
            let picture = reel.picture(reel.said_by(at));
            picture.cloned().collect::<Vec<_>>()
        };
        let all: Vec<FromComputer> = said.into_iter().map(|(_, what)| what).collect();
        assert_eq!(shown(90), all[..4]);
        let later = [&all[0], &all[2], &all[4], &all[5]].map(Clone::clone);
        assert_eq!(shown(2_000), later);
    }

    #[test]
    fn tiles_are_whole_where_they_cover_everything() {
        let mut reel = Reel::default();
        let said = [
            (0, shape(Codec::Tiles)),
            (10, tiles(1, 4)),
            (20, tiles(2, 1)),
            (30, tiles(3, 4)),
        ];
        reel.push(&recorded(&said)).unwrap();
        let picture = |at| reel.picture(reel.said_by(at)).count();
        assert_eq!([picture(10), picture(20), picture(30)], [2, 3, 2]);
    }

    #[test]
    fn something_else_is_no_recording() {
        let mut reel = Reel::default();
        assert!(reel.push(&recorded(&video())[..20]).is_ok());
        let mut other = vec![0; 8];
        other[7] = 5;
        other.extend([0, 0, 0, 1, 99]);
        assert!(Reel::default().push(&other).is_err());
    }
}
