//! Red, green and blue as brightness and two differences, and back.

use std::ops::Range;

use crate::VideoError;

/// A picture of brightness (`y`) and, at half the size, of the differences to blue (`u`) and red (`v`).
#[derive(Debug, Clone)]
pub struct I420 {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) y: Vec<u8>,
    pub(crate) u: Vec<u8>,
    pub(crate) v: Vec<u8>,
}

/// Pixels of four bytes each: blue, green, red, and one that is not used.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// The first pixel is that of the left upper corner.
    pub bgrx: &'a [u8],
    /// From one row to the next, in bytes.
    pub stride: usize,
}

impl I420 {
    /// A black picture.
    ///
    /// # Errors
    /// [`VideoError::Size`] for one that no video can have.
    pub fn new(width: u16, height: u16) -> Result<Self, VideoError> {
        let is_possible = |side| (1..=crate::MAX_SIDE).contains(&side);
        if !is_possible(width) || !is_possible(height) {
            return Err(VideoError::Size { width, height });
        }
        let (wide, high) = (usize::from(width), usize::from(height));
        let of_colour = wide.div_ceil(2) * high.div_ceil(2);
        Ok(Self {
            width,
            height,
            y: vec![16; wide * high],
            u: vec![128; of_colour],
            v: vec![128; of_colour],
        })
    }

    /// The picture of all these pixels.
    ///
    /// # Errors
    /// [`VideoError::Size`] for one that no video can have.
    ///
    /// # Panics
    /// Where there are not as many.
    pub fn from_bgrx(width: u16, height: u16, rows: Rows<'_>) -> Result<Self, VideoError> {
        let mut picture = Self::new(width, height)?;
        picture.update(rows, 0..width, 0..height);
        Ok(picture)
    }

    /// Its width and height.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        (self.width, self.height)
    }

    /// Takes over a part of `rows`, which are those of a whole picture.
    ///
    /// # Panics
    /// Where `rows` have no such part.
    pub fn update(&mut self, rows: Rows<'_>, columns: Range<u16>, lines: Range<u16>) {
        // Colour is that of two by two pixels.
        let left = usize::from(columns.start & !1);
        let right = (usize::from(columns.end).next_multiple_of(2)).min(self.width.into());
        let bottom = usize::from(lines.end.min(self.height));
        if left >= right {
            return;
        }
        for line in (usize::from(lines.start & !1)..bottom).step_by(2) {
            let low = (line + 1).min(usize::from(self.height) - 1);
            self.brightness(rows, line, left..right);
            self.brightness(rows, low, left..right);
            self.colour(rows, (line, low), left..right);
        }
    }

    fn brightness(&mut self, rows: Rows<'_>, line: usize, columns: Range<usize>) {
        let from = pixels(rows, line, &columns);
        let at = line * usize::from(self.width);
        let to = &mut self.y[at + columns.start..at + columns.end];
        for (to, pixel) in to.iter_mut().zip(from.chunks_exact(4)) {
            let [b, g, r] = [pixel[0], pixel[1], pixel[2]].map(i32::from);
            *to = byte(((66 * r + 129 * g + 25 * b + 128) >> 8) + 16);
        }
    }

    fn colour(&mut self, rows: Rows<'_>, (line, low): (usize, usize), columns: Range<usize>) {
        let above = pixels(rows, line, &columns).chunks(8);
        let below = pixels(rows, low, &columns).chunks(8);
        let wide = usize::from(self.width).div_ceil(2);
        let at = line / 2 * wide + columns.start / 2;
        let to = self.u[at..].iter_mut().zip(&mut self.v[at..]);
        for ((u, v), (above, below)) in to.zip(above.zip(below)) {
            let [b, g, r] = mean(above, below);
            *u = byte(((-38 * r - 74 * g + 112 * b + 128) >> 8) + 128);
            *v = byte(((112 * r - 94 * g - 18 * b + 128) >> 8) + 128);
        }
    }
}

fn pixels<'a>(rows: Rows<'a>, line: usize, columns: &Range<usize>) -> &'a [u8] {
    let at = line * rows.stride;
    &rows.bgrx[at + 4 * columns.start..at + 4 * columns.end]
}

/// The mean of two by two pixels; of two where there is no more at the right edge.
fn mean(above: &[u8], below: &[u8]) -> [i32; 3] {
    let second = if above.len() == 8 { 4 } else { 0 };
    [0, 1, 2].map(|channel| {
        let left = i32::from(above[channel]) + i32::from(below[channel]);
        let right = i32::from(above[second + channel]) + i32::from(below[second + channel]);
        (left + right + 2) >> 2
    })
}

/// Red, green and blue of a pixel.
pub(crate) fn rgb(y: u8, u: u8, v: u8) -> [u8; 3] {
    let y = 298 * (i32::from(y) - 16) + 128;
    let (u, v) = (i32::from(u) - 128, i32::from(v) - 128);
    let [r, g, b] = [y + 409 * v, y - 100 * u - 208 * v, y + 516 * u];
    [byte(r >> 8), byte(g >> 8), byte(b >> 8)]
}

fn byte(number: i32) -> u8 {
    number.clamp(0, 255) as u8
}
