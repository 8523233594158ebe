//! What is seen of the computer: the picture, as frames and tiles change it, and what is said beside.

use migasfree_tunnel::message::Failure;
use migasfree_tunnel::screen::{
    Codec, Cursor, Frame, FromComputer, FromOperator, Reader, ScreenError, Shape, Tile, Tiles,
};

/// No picture is larger, so that no computer takes all the memory here.
const MOST_PIXELS: u64 = 64 * 1024 * 1024;

/// Pixels row by row, three bytes each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// How wide it is.
    pub width: u32,
    /// How high it is.
    pub height: u32,
    /// Red, green and blue.
    pub rgb: Vec<u8>,
}

impl Picture {
    fn black(width: u16, height: u16) -> Self {
        Self {
            width: width.into(),
            height: height.into(),
            rgb: vec![0; 3 * usize::from(width) * usize::from(height)],
        }
    }

    /// Whether there are as many pixels as it says.
    fn is_whole(&self) -> bool {
        let pixels = u64::from(self.width) * u64::from(self.height);
        pixels <= MOST_PIXELS && 3 * pixels == self.rgb.len() as u64
    }

    /// Draws a part, which lies within; otherwise nothing.
    fn draw(&mut self, part: &Self, x: u16, y: u16) {
        let (x, y) = (u32::from(x), u32::from(y));
        if x + part.width > self.width || y + part.height > self.height {
            return;
        }
        let (row, length) = (3 * self.width as usize, 3 * part.width as usize);
        let begin = y as usize * row + 3 * x as usize;
        let rows = self.rgb[begin..].chunks_mut(row);
        for (to, from) in rows.zip(part.rgb.chunks_exact(length.max(1))) {
            to[..length].copy_from_slice(from);
        }
    }
}

/// What makes pixels of what the computer says.
pub trait Decode {
    /// Frames of this codec follow, from a new beginning.
    ///
    /// # Errors
    /// Why they cannot be decoded.
    fn begin(&mut self, codec: Codec) -> Result<(), String>;

    /// The picture of a frame of the video; none where it cannot be decoded, or one before it is missing.
    fn frame(&mut self, data: &[u8]) -> Option<Picture>;

    /// The picture of a tile, of exactly this size.
    ///
    /// # Errors
    /// When it cannot be decoded, or has another size.
    fn tile(&mut self, webp: &[u8], size: (u16, u16)) -> Result<Picture, String>;
}

/// What came of what the computer said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// Something else is shown, or may be done.
    Shape,
    /// There is another picture.
    Picture,
    /// The pointer looks otherwise.
    Cursor,
    /// The pointer is elsewhere.
    CursorAt,
    /// The computer's clipboard has another text.
    Clipboard(String),
    /// The computer needs to hear this.
    Say(FromOperator),
    /// The screen does not go on.
    Failed(Failure),
}

/// The computer, as it is seen.
#[derive(Debug)]
pub struct View<D> {
    decode: D,
    reader: Reader<FromComputer>,
    shape: Option<Shape>,
    picture: Picture,
    cursor: Option<Cursor>,
    cursor_at: (u16, u16),
    /// The last frame that is in the picture and was not yet shown.
    unseen: Option<u32>,
    /// Frames mean nothing until one comes that needs none before it.
    lost: bool,
}

impl<D: Decode> View<D> {
    /// Nothing is seen yet.
    pub fn new(decode: D) -> Self {
        Self {
            decode,
            reader: Reader::new(),
            shape: None,
            picture: Picture::default(),
            cursor: None,
            cursor_at: (0, 0),
            unseen: None,
            lost: false,
        }
    }

    /// Takes what the computer said. However many pictures were in it, the last one is what there is to be shown.
    ///
    /// # Errors
    /// When it is no message, or nothing that can be shown.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Vec<Happened>, ScreenError> {
        self.reader.push(bytes);
        let mut happened = Vec::new();
        while let Some(said) = self.reader.next()? {
            let one = match said {
                FromComputer::Shape(shape) => self.shape(shape)?,
                FromComputer::Frame(frame) => self.frame(&frame),
                FromComputer::Tiles(tiles) => self.tiles(&tiles),
                FromComputer::Cursor(cursor) => {
                    self.cursor = Some(cursor).filter(|cursor| !cursor.rgba.is_empty());
                    Some(Happened::Cursor)
                }
                FromComputer::CursorAt { x, y } => {
                    self.cursor_at = (x, y);
                    Some(Happened::CursorAt)
                }
                FromComputer::Clipboard(text) => self.clipboard(text),
                FromComputer::Failed(failure) => Some(Happened::Failed(failure)),
            };
            happened.extend(one.filter(|one| !happened.contains(one)));
        }
        Ok(happened)
    }

    fn shape(&mut self, shape: Shape) -> Result<Option<Happened>, ScreenError> {
        let size = (u32::from(shape.width), u32::from(shape.height));
        if u64::from(size.0) * u64::from(size.1) > MOST_PIXELS {
            return Err(ScreenError::Malformed(1));
        }
        let frames = |shape: &Shape| (shape.codec, shape.width, shape.height);
        let is_anew = self.shape.as_ref().map(frames) != Some(frames(&shape));
        if shape.codec == Codec::Tiles {
            if (self.picture.width, self.picture.height) != size {
                self.picture = Picture::black(shape.width, shape.height);
            }
        } else if is_anew {
            // What it cannot decode it does not ask for.
            let begun = self.decode.begin(shape.codec);
            begun.map_err(|_| ScreenError::Malformed(1))?;
            self.lost = true;
        }
        self.shape = Some(shape);
        Ok(Some(Happened::Shape))
    }

    fn frame(&mut self, frame: &Frame) -> Option<Happened> {
        self.unseen = Some(frame.sequence);
        if self.lost && !frame.key {
            // It was asked for, and what was sent before is on its way.
            return Some(Happened::Picture);
        }
        let picture = self.decode.frame(&frame.data);
        Some(match picture.filter(Picture::is_whole) {
            Some(picture) => {
                self.lost = false;
                self.picture = picture;
                Happened::Picture
            }
            None => {
                self.lost = true;
                Happened::Say(FromOperator::KeyFrame)
            }
        })
    }

    fn tiles(&mut self, tiles: &Tiles) -> Option<Happened> {
        self.unseen = Some(tiles.sequence);
        let drawn = tiles.tiles.iter().all(|tile| self.tile(tile).is_ok());
        Some(if drawn {
            Happened::Picture
        } else {
            Happened::Say(FromOperator::KeyFrame)
        })
    }

    fn tile(&mut self, tile: &Tile) -> Result<(), String> {
        let picture = self.decode.tile(&tile.webp, (tile.width, tile.height))?;
        if !picture.is_whole() {
            return Err("it is another size".to_owned());
        }
        self.picture.draw(&picture, tile.x, tile.y);
        Ok(())
    }

    /// What was not to come is left out.
    fn clipboard(&self, text: String) -> Option<Happened> {
        let shape = self.shape.as_ref()?;
        shape.clipboard_out.then_some(Happened::Clipboard(text))
    }

    /// What there is to be shown.
    #[must_use]
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// What the computer said of it.
    #[must_use]
    pub fn told(&self) -> Option<&Shape> {
        self.shape.as_ref()
    }

    /// How the pointer looks there, if there is one.
    #[must_use]
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// Where the pointer is there.
    #[must_use]
    pub fn cursor_at(&self) -> (u16, u16) {
        self.cursor_at
    }

    /// What the computer hears once all that came was shown, or could not be.
    pub fn shown(&mut self) -> Option<FromOperator> {
        let sequence = self.unseen.take()?;
        Some(FromOperator::Seen { sequence })
    }

    /// The monitor behind the one that is shown: each of them, then all together.
    #[must_use]
    pub fn next_monitor(&self) -> Option<u32> {
        let shape = self.shape.as_ref()?;
        let mut behind = shape.monitors.iter().map(|monitor| monitor.id);
        match shape.shown {
            None => behind.next(),
            Some(shown) => {
                behind.find(|id| *id == shown)?;
                behind.next()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use bytes::Bytes;
    use migasfree_grant::Mode;
    use migasfree_tunnel::message::Code;
    use migasfree_tunnel::screen::Monitor;
    use proptest::prelude::*;

    use super::*;

    /// Frames and tiles are one byte, which is what all pixels have; 0 is damaged.
    #[derive(Debug, Default)]
    struct Plain {
        size: (u32, u32),
        begun: usize,
    }

    fn plain((width, height): (u32, u32), data: &[u8]) -> Result<Picture, String> {
        let pixel = data.first().filter(|pixel| **pixel != 0);
        let pixel = *pixel.ok_or_else(|| "damaged".to_owned())?;
        let rgb = vec![pixel; 3 * width as usize * height as usize];
        Ok(Picture { width, height, rgb })
    }

    impl Decode for Plain {
        fn begin(&mut self, _: Codec) -> Result<(), String> {
            self.begun += 1;
            Ok(())
        }

        fn frame(&mut self, data: &[u8]) -> Option<Picture> {
            plain(self.size, data).ok()
        }

        fn tile(&mut self, webp: &[u8], size: (u16, u16)) -> Result<Picture, String> {
            plain((size.0.into(), size.1.into()), webp)
        }
    }

    fn shape(codec: Codec) -> Shape {
        let monitor = |id| Monitor {
            id,
            name: format!("HDMI-{id}"),
            x: 0,
            y: 0,
            width: 4,
            height: 2,
            primary: id == 3,
        };
        Shape {
            codec,
            width: 4,
            height: 2,
            monitors: vec![monitor(3), monitor(7)],
            shown: None,
            mode: Mode::Control,
            clipboard_in: true,
            clipboard_out: true,
            system: "x11".to_owned(),
        }
    }

    fn view(codec: Codec) -> View<Plain> {
        let mut view = View::new(Plain {
            size: (4, 2),
            begun: 0,
        });
        let said = FromComputer::Shape(shape(codec)).encode();
        assert_eq!(view.take(&said).unwrap(), [Happened::Shape]);
        view
    }

    fn frame(sequence: u32, key: bool, pixel: u8) -> Bytes {
        let frame = Frame {
            key,
            sequence,
            ms: 0,
            data: Bytes::copy_from_slice(&[pixel]),
        };
        FromComputer::Frame(frame).encode()
    }

    fn tile(x: u16, y: u16, width: u16, height: u16, pixel: u8) -> Tile {
        Tile {
            x,
            y,
            width,
            height,
            webp: Bytes::copy_from_slice(&[pixel]),
        }
    }

    fn tiles(sequence: u32, tiles: Vec<Tile>) -> Bytes {
        FromComputer::Tiles(Tiles {
            sequence,
            ms: 0,
            tiles,
        })
        .encode()
    }

    #[test]
    fn the_last_of_several_frames_is_shown_and_seen_once() {
        let mut view = view(Codec::Vp9);
        let said = [frame(1, true, 9), frame(2, false, 10), frame(3, false, 11)].concat();
        assert_eq!(view.take(&said).unwrap(), [Happened::Picture]);
        assert_eq!(view.picture().rgb, [11; 24]);
        assert_eq!(view.shown(), Some(FromOperator::Seen { sequence: 3 }));
        assert_eq!(view.shown(), None);
    }

    #[test]
    fn a_damaged_frame_asks_for_one_that_needs_none_before_it() {
        let mut view = view(Codec::Vp9);
        view.take(&frame(1, true, 9)).unwrap();
        let happened = view.take(&frame(2, false, 0)).unwrap();
        assert_eq!(happened, [Happened::Say(FromOperator::KeyFrame)]);
        view.take(&frame(3, false, 12)).unwrap();
        assert_eq!(view.picture().rgb, [9; 24]);
        assert_eq!(view.shown(), Some(FromOperator::Seen { sequence: 3 }));
        view.take(&frame(4, true, 13)).unwrap();
        assert_eq!(view.picture().rgb, [13; 24]);
    }

    #[test]
    fn frames_before_the_first_whole_one_show_nothing_and_are_seen() {
        let mut view = view(Codec::Vp8);
        view.take(&frame(1, false, 9)).unwrap();
        assert!(view.picture().rgb.is_empty());
        assert_eq!(view.shown(), Some(FromOperator::Seen { sequence: 1 }));
    }

    #[test]
    fn tiles_change_their_part_of_the_picture_alone() {
        let mut view = view(Codec::Tiles);
        view.take(&tiles(1, vec![tile(0, 0, 4, 2, 1), tile(1, 1, 2, 1, 5)]))
            .unwrap();
        let row = |pixels: [u8; 4]| pixels.map(|pixel| [pixel; 3]).concat();
        let rows = [row([1, 1, 1, 1]), row([1, 5, 5, 1])].concat();
        assert_eq!(view.picture().rgb, rows);
        // Beside the picture there is nothing to draw on.
        view.take(&tiles(2, vec![tile(3, 0, 2, 1, 7)])).unwrap();
        assert_eq!(view.picture().rgb, rows);
        let happened = view.take(&tiles(3, vec![tile(0, 0, 1, 1, 0)])).unwrap();
        assert_eq!(happened, [Happened::Say(FromOperator::KeyFrame)]);
    }

    #[test]
    fn a_clipboard_that_must_not_come_does_not() {
        let mut view = view(Codec::Tiles);
        let text = FromComputer::Clipboard("secret".to_owned()).encode();
        let happened = view.take(&text).unwrap();
        assert_eq!(happened, [Happened::Clipboard("secret".to_owned())]);
        let closed = Shape {
            clipboard_out: false,
            ..shape(Codec::Tiles)
        };
        view.take(&FromComputer::Shape(closed).encode()).unwrap();
        assert_eq!(view.take(&text).unwrap(), []);
    }

    #[test]
    fn monitors_come_one_after_the_other_and_then_all_together() {
        let mut view = view(Codec::Tiles);
        let mut seen = Vec::new();
        for _ in 0..4 {
            let shown = view.next_monitor();
            seen.push(shown);
            let next = Shape {
                shown,
                ..shape(Codec::Tiles)
            };
            view.take(&FromComputer::Shape(next).encode()).unwrap();
        }
        assert_eq!(seen, [Some(3), Some(7), None, Some(3)]);
    }

    #[test]
    fn a_shape_that_takes_all_the_memory_is_none() {
        let mut view = View::new(Plain::default());
        let huge = Shape {
            width: u16::MAX,
            height: u16::MAX,
            ..shape(Codec::Tiles)
        };
        assert!(view.take(&FromComputer::Shape(huge).encode()).is_err());
    }

    #[test]
    fn another_size_or_codec_begins_anew() {
        let mut view = view(Codec::Vp9);
        // Before the first frame, and behind it.
        for sequence in 1..3 {
            view.take(&FromComputer::Shape(shape(Codec::Vp9)).encode())
                .unwrap();
            view.take(&frame(sequence, true, 9)).unwrap();
        }
        assert_eq!(view.decode.begun, 1);
        view.take(&FromComputer::Shape(shape(Codec::Vp8)).encode())
            .unwrap();
        assert_eq!(view.decode.begun, 2);
    }

    #[test]
    fn why_it_does_not_go_on_is_heard() {
        let mut view = view(Codec::Tiles);
        let failure = Failure::new(Code::NotReachable, "no display");
        let said = FromComputer::Failed(failure.clone()).encode();
        assert_eq!(view.take(&said).unwrap(), [Happened::Failed(failure)]);
    }

    proptest! {
        #[test]
        fn the_picture_is_the_same_however_it_comes(
            pixels in proptest::collection::vec(0u8..4, 1..20),
            pieces in proptest::collection::vec(1usize..40, 1..30),
        ) {
            let said: Vec<u8> = pixels
                .iter()
                .zip(1..)
                .flat_map(|(pixel, sequence)| frame(sequence, sequence % 3 == 1, *pixel))
                .collect();
            let mut whole = view(Codec::Vp9);
            whole.take(&said).unwrap();
            let mut split = view(Codec::Vp9);
            let (mut rest, mut pieces) = (said.as_slice(), pieces.iter().cycle());
            while !rest.is_empty() {
                let length = (*pieces.next().unwrap()).min(rest.len());
                split.take(&rest[..length]).unwrap();
                rest = &rest[length..];
            }
            prop_assert_eq!(whole.picture(), split.picture());
            prop_assert_eq!(whole.shown(), split.shown());
        }

        #[test]
        fn nothing_a_computer_says_breaks_the_window(said in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut view = view(Codec::Tiles);
            let _ = view.take(&said);
        }
    }
}
