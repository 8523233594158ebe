//! What a computer says.

use bytes::{BufMut as _, Bytes, BytesMut};
use migasfree_grant::Mode;
use serde::{Deserialize, Serialize};

use super::reader::ScreenMessage;
use super::wire::{Body, json_message, message};
use super::{Codec, MAX_FROM_COMPUTER, ScreenError};
use crate::message::Failure;

/// The widest and highest pointer.
pub const MAX_CURSOR: u16 = 128;

const KEY_FRAME: u8 = 0x01;

/// A message of the computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromComputer {
    /// What is shown: first, and whenever it changes.
    Shape(Shape),
    /// A picture of the video.
    Frame(Frame),
    /// What changed of the picture.
    Tiles(Tiles),
    /// How the pointer looks.
    Cursor(Cursor),
    /// Where the pointer is, in pixels of the frame.
    CursorAt {
        /// From the left.
        x: u16,
        /// From the top.
        y: u16,
    },
    /// The text of the computer's clipboard.
    Clipboard(String),
    /// It does not go on; the stream ends.
    Failed(Failure),
}

/// What is shown of the computer, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// How pictures travel.
    pub codec: Codec,
    /// How wide they are.
    pub width: u16,
    /// How high they are.
    pub height: u16,
    /// All monitors there are.
    #[serde(default)]
    pub monitors: Vec<Monitor>,
    /// The one that is shown; none for all of them.
    #[serde(default)]
    pub shown: Option<u32>,
    /// Look on, or control.
    pub mode: Mode,
    /// Whether the operator's clipboard comes to the computer.
    #[serde(default)]
    pub clipboard_in: bool,
    /// Whether the computer's clipboard comes to the operator.
    #[serde(default)]
    pub clipboard_out: bool,
    /// What draws there: `x11` or `wayland`.
    #[serde(default)]
    pub system: String,
}

/// A monitor of the computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Monitor {
    /// What it is called on this stream.
    pub id: u32,
    /// What the computer calls it.
    pub name: String,
    /// Where it is, from the left.
    pub x: i32,
    /// Where it is, from the top.
    pub y: i32,
    /// How wide it is.
    pub width: u32,
    /// How high it is.
    pub height: u32,
    /// Whether it is the one that matters most.
    #[serde(default)]
    pub primary: bool,
}

/// A picture of the video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Whether it needs none before it.
    pub key: bool,
    /// Its number, for [`super::FromOperator::Seen`].
    pub sequence: u32,
    /// When it was taken, in milliseconds since the start.
    pub ms: u32,
    /// The VP8 or VP9 frame.
    pub data: Bytes,
}

/// What changed of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiles {
    /// Its number, for [`super::FromOperator::Seen`].
    pub sequence: u32,
    /// When it was taken, in milliseconds since the start.
    pub ms: u32,
    /// The parts, in the order in which they are drawn.
    pub tiles: Vec<Tile>,
}

/// A part of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// From the left.
    pub x: u16,
    /// From the top.
    pub y: u16,
    /// How wide it is.
    pub width: u16,
    /// How high it is.
    pub height: u16,
    /// The pixels, as WebP.
    pub webp: Bytes,
}

/// How the pointer looks; without pixels where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// What it points with, from the left.
    pub hot_x: u16,
    /// What it points with, from the top.
    pub hot_y: u16,
    /// How wide it is.
    pub width: u16,
    /// How high it is.
    pub height: u16,
    /// The pixels, four bytes each, not premultiplied.
    pub rgba: Bytes,
}

impl FromComputer {
    /// The message as bytes, with its length.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let bytes = match self {
            Self::Shape(shape) => json_message(1, shape),
            Self::Frame(frame) => message(2, 9 + frame.data.len(), |bytes| frame.put(bytes)),
            Self::Tiles(tiles) => message(3, tiles.room(), |bytes| tiles.put(bytes)),
            Self::Cursor(cursor) => message(4, 8 + cursor.rgba.len(), |bytes| cursor.put(bytes)),
            Self::CursorAt { x, y } => message(5, 4, |bytes| {
                bytes.put_u16(*x);
                bytes.put_u16(*y);
            }),
            Self::Clipboard(text) => {
                message(6, text.len(), |bytes| bytes.put_slice(text.as_bytes()))
            }
            Self::Failed(failure) => json_message(7, failure),
        };
        debug_assert!(bytes.len() - 4 <= MAX_FROM_COMPUTER, "nobody reads this");
        bytes
    }
}

impl ScreenMessage for FromComputer {
    const MAX: usize = MAX_FROM_COMPUTER;

    fn decode(kind: u8, body: Bytes) -> Result<Self, ScreenError> {
        let mut body = Body::new(kind, body);
        let said = match kind {
            1 => Self::Shape(body.json()?),
            2 => Self::Frame(Frame::take(&mut body)?),
            3 => Self::Tiles(Tiles::take(&mut body)?),
            4 => Self::Cursor(Cursor::take(&mut body)?),
            5 => Self::CursorAt {
                x: body.u16()?,
                y: body.u16()?,
            },
            6 => Self::Clipboard(body.text()?),
            7 => Self::Failed(body.json()?),
            _ => return Err(ScreenError::Kind(kind)),
        };
        body.end()?;
        Ok(said)
    }
}

impl Frame {
    fn put(&self, bytes: &mut BytesMut) {
        bytes.put_u8(if self.key { KEY_FRAME } else { 0 });
        bytes.put_u32(self.sequence);
        bytes.put_u32(self.ms);
        bytes.put_slice(&self.data);
    }

    fn take(body: &mut Body) -> Result<Self, ScreenError> {
        let flags = body.u8()?;
        if flags & !KEY_FRAME != 0 {
            return Err(body.malformed());
        }
        Ok(Self {
            key: flags & KEY_FRAME != 0,
            sequence: body.u32()?,
            ms: body.u32()?,
            data: body.rest(),
        })
    }
}

impl Tiles {
    fn room(&self) -> usize {
        let tiles = self.tiles.iter().map(|tile| 12 + tile.webp.len());
        10 + tiles.sum::<usize>()
    }

    fn put(&self, bytes: &mut BytesMut) {
        debug_assert!(
            u16::try_from(self.tiles.len()).is_ok(),
            "too many tiles for one message"
        );
        bytes.put_u32(self.sequence);
        bytes.put_u32(self.ms);
        bytes.put_u16(u16::try_from(self.tiles.len()).unwrap_or(u16::MAX));
        for tile in &self.tiles {
            tile.put(bytes);
        }
    }

    fn take(body: &mut Body) -> Result<Self, ScreenError> {
        let (sequence, ms) = (body.u32()?, body.u32()?);
        let tiles = (0..body.u16()?).map(|_| Tile::take(body));
        let tiles = tiles.collect::<Result<_, _>>()?;
        Ok(Self {
            sequence,
            ms,
            tiles,
        })
    }
}

impl Tile {
    fn put(&self, bytes: &mut BytesMut) {
        for number in [self.x, self.y, self.width, self.height] {
            bytes.put_u16(number);
        }
        bytes.put_u32(u32::try_from(self.webp.len()).unwrap_or(u32::MAX));
        bytes.put_slice(&self.webp);
    }

    fn take(body: &mut Body) -> Result<Self, ScreenError> {
        let (x, y) = (body.u16()?, body.u16()?);
        let (width, height) = (body.u16()?, body.u16()?);
        let is_inside = x.checked_add(width).is_some() && y.checked_add(height).is_some();
        if width == 0 || height == 0 || !is_inside {
            return Err(body.malformed());
        }
        let length = usize::try_from(body.u32()?).map_err(|_| body.malformed())?;
        Ok(Self {
            x,
            y,
            width,
            height,
            webp: body.bytes(length)?,
        })
    }
}

impl Cursor {
    fn put(&self, bytes: &mut BytesMut) {
        for number in [self.hot_x, self.hot_y, self.width, self.height] {
            bytes.put_u16(number);
        }
        bytes.put_slice(&self.rgba);
    }

    fn take(body: &mut Body) -> Result<Self, ScreenError> {
        let (hot_x, hot_y) = (body.u16()?, body.u16()?);
        let (width, height) = (body.u16()?, body.u16()?);
        if width > MAX_CURSOR || height > MAX_CURSOR {
            return Err(body.malformed());
        }
        let rgba = body.bytes(4 * usize::from(width) * usize::from(height))?;
        Ok(Self {
            hot_x,
            hot_y,
            width,
            height,
            rgba,
        })
    }
}
