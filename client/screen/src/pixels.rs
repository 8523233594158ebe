//! Pictures in memory, four bytes a pixel: blue, green, red, and one that is not used.

use migasfree_video::Rows;

use crate::geometry::{Rect, View};

/// A picture.
#[derive(Debug)]
pub struct Pixels {
    pub width: usize,
    pub height: usize,
    pub bytes: Vec<u8>,
}

impl Pixels {
    /// A black one.
    pub fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            bytes: vec![0; 4 * width * height],
        }
    }

    pub fn rows(&self) -> Rows<'_> {
        Rows {
            bgrx: &self.bytes,
            stride: 4 * self.width,
        }
    }

    /// The pixels of a part of a row.
    pub fn row(&self, y: usize, x: usize, width: usize) -> &[u8] {
        let at = 4 * (y * self.width + x);
        &self.bytes[at..at + 4 * width]
    }

    /// The pixels of a part of a row, to be changed.
    pub fn row_mut(&mut self, y: usize, x: usize, width: usize) -> &mut [u8] {
        let at = 4 * (y * self.width + x);
        &mut self.bytes[at..at + 4 * width]
    }

    /// Puts the pixels of `part` in their place.
    pub fn put(&mut self, part: Rect, pixels: &[u8]) {
        let (x, width) = (unsigned(part.x), unsigned(part.width));
        let rows = pixels.chunks_exact(4 * width.max(1));
        for (line, row) in rows.take(unsigned(part.height)).enumerate() {
            self.row_mut(unsigned(part.y) + line, x, width)
                .copy_from_slice(row);
        }
    }

    /// Makes `part` of this frame of what is on the screen: each pixel is the mean of those in its place.
    pub fn shrink(&mut self, screen: &Self, view: View, part: Rect) {
        let (wide, high) = (self.width, self.height);
        debug_assert_eq!((wide, high), (view.frame.0.into(), view.frame.1.into()));
        let columns: Vec<_> = (unsigned(part.x)..unsigned(part.right()))
            .map(|x| span(x, wide, screen.width))
            .collect();
        for y in unsigned(part.y)..unsigned(part.bottom()) {
            let (top, bottom) = span(y, high, screen.height);
            let row = self.row_mut(y, unsigned(part.x), columns.len());
            for (pixel, (left, right)) in row.chunks_exact_mut(4).zip(&columns) {
                let mean = mean(screen, (*left, *right), (top, bottom));
                pixel[..3].copy_from_slice(&mean);
            }
        }
    }
}

/// Which pixels of `from` become the one at `at`, where there are `to` of them; at least one.
fn span(at: usize, to: usize, from: usize) -> (usize, usize) {
    let first = at * from / to;
    let last = ((at + 1) * from).div_ceil(to);
    (first, last.clamp(first + 1, from))
}

fn mean(screen: &Pixels, (left, right): (usize, usize), (top, bottom): (usize, usize)) -> [u8; 3] {
    let mut sums = [0_u32; 3];
    for y in top..bottom {
        for pixel in screen.row(y, left, right - left).chunks_exact(4) {
            for (sum, byte) in sums.iter_mut().zip(pixel) {
                *sum += u32::from(*byte);
            }
        }
    }
    let count = u32::try_from((right - left) * (bottom - top)).unwrap_or(u32::MAX);
    sums.map(|sum| u8::try_from((sum + count / 2) / count).unwrap_or(u8::MAX))
}

/// A side or place inside a picture, which is never below 0.
pub fn unsigned(number: i32) -> usize {
    usize::try_from(number).unwrap_or(0)
}
