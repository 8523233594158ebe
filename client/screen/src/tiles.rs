//! Pictures without video: what changed, without loss.

use image_webp::{ColorType, WebPEncoder};
use migasfree_tunnel::screen::{FromComputer, Tile, Tiles};

use crate::geometry::Rect;
use crate::pixels::{Pixels, unsigned};

const SIDE: usize = 64;
/// Those beside each other are one, up to this many.
const MOST_BESIDE: usize = 4;
/// What is more than this follows with the next picture.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// Finds what changed.
#[derive(Debug)]
pub struct Tiler {
    /// What the operator has.
    sent: Pixels,
    columns: usize,
    /// By tile: whether it may have changed.
    changed: Vec<bool>,
    /// By tile: whether the operator has it at all.
    known: Vec<bool>,
}

impl Tiler {
    pub fn new(width: u16, height: u16) -> Self {
        let (width, height) = (usize::from(width), usize::from(height));
        let columns = width.div_ceil(SIDE);
        let count = columns * height.div_ceil(SIDE);
        Self {
            sent: Pixels::new(width, height),
            columns,
            changed: vec![true; count],
            known: vec![false; count],
        }
    }

    pub fn change(&mut self, part: Rect) {
        let columns = unsigned(part.x) / SIDE..unsigned(part.right()).div_ceil(SIDE);
        for row in unsigned(part.y) / SIDE..unsigned(part.bottom()).div_ceil(SIDE) {
            let at = row * self.columns;
            if let Some(changed) = self.changed.get_mut(at + columns.start..at + columns.end) {
                changed.fill(true);
            }
        }
    }

    pub fn begin_anew(&mut self) {
        self.known.fill(false);
        self.changed.fill(true);
    }

    pub fn has_changed(&self) -> bool {
        self.changed.contains(&true)
    }

    pub fn paint(&mut self, frame: &Pixels, (sequence, ms): (u32, u32)) -> Option<FromComputer> {
        let mut tiles = Vec::new();
        let mut bytes = 0;
        let mut at = 0;
        while at < self.changed.len() && bytes < MOST_BYTES {
            let count = self.run(frame, at);
            if count > 0 {
                let tile = self.tile(frame, at, count)?;
                bytes += tile.webp.len();
                tiles.push(tile);
            }
            at += count.max(1);
        }
        let tiles = Tiles {
            sequence,
            ms,
            tiles,
        };
        (!tiles.tiles.is_empty()).then_some(FromComputer::Tiles(tiles))
    }

    /// How many tiles from this one on, in its row, are to be sent together.
    fn run(&mut self, frame: &Pixels, first: usize) -> usize {
        let end = (first / self.columns + 1) * self.columns;
        let candidates = first..end.min(first + MOST_BESIDE);
        let mut count = 0;
        for at in candidates {
            if !std::mem::take(&mut self.changed[at]) || !self.differs(frame, at) {
                break;
            }
            count += 1;
        }
        count
    }

    fn differs(&self, frame: &Pixels, at: usize) -> bool {
        let (x, y, width, height) = self.place(at, 1);
        let same = |y| frame.row(y, x, width) == self.sent.row(y, x, width);
        !self.known[at] || !(y..y + height).all(same)
    }

    fn place(&self, at: usize, count: usize) -> (usize, usize, usize, usize) {
        let (x, y) = (at % self.columns * SIDE, at / self.columns * SIDE);
        let width = (count * SIDE).min(self.sent.width - x);
        (x, y, width, SIDE.min(self.sent.height - y))
    }

    fn tile(&mut self, frame: &Pixels, at: usize, count: usize) -> Option<Tile> {
        let (x, y, width, height) = self.place(at, count);
        let mut rgb = Vec::with_capacity(3 * width * height);
        for line in y..y + height {
            let row = frame.row(line, x, width);
            rgb.extend(
                row.chunks_exact(4)
                    .flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]),
            );
            self.sent.row_mut(line, x, width).copy_from_slice(row);
        }
        self.known[at..at + count].fill(true);
        let side = |length: usize| u16::try_from(length).ok();
        let (wide, high) = (side(width)?, side(height)?);
        let mut webp = Vec::new();
        WebPEncoder::new(&mut webp)
            .encode(&rgb, wide.into(), high.into(), ColorType::Rgb8)
            .ok()?;
        Some(Tile {
            x: side(x)?,
            y: side(y)?,
            width: wide,
            height: high,
            webp: webp.into(),
        })
    }
}
