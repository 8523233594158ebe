//! Pictures as the pixels of the window.

use migasfree_connect_core::screen::{Fit, Picture};
use migasfree_tunnel::screen::Cursor;

/// The pixels of the window, row by row: red, green and blue in the lower 24 bits.
#[derive(Debug)]
pub struct Canvas<'a> {
    pixels: &'a mut [u32],
    width: usize,
}

impl<'a> Canvas<'a> {
    /// Black pixels.
    pub fn black(pixels: &'a mut [u32], width: u32) -> Self {
        pixels.fill(0);
        Self {
            pixels,
            width: width as usize,
        }
    }

    /// Shows a picture.
    pub fn show(&mut self, picture: &Picture, fit: &Fit) {
        let columns = steps(picture.width, fit.width);
        let rows = steps(picture.height, fit.height);
        let length = 3 * picture.width as usize;
        let row = |at: usize| &picture.rgb[at * length..(at + 1) * length];
        let is_same = (picture.width, picture.height) == (fit.width, fit.height);
        for (y, step) in rows.iter().enumerate() {
            let begin = (fit.y as usize + y) * self.width + fit.x as usize;
            let to = &mut self.pixels[begin..begin + fit.width as usize];
            if is_same {
                let pixels = row(y).chunks_exact(3);
                for (to, from) in to.iter_mut().zip(pixels) {
                    *to = rgb([from[0], from[1], from[2]]);
                }
            } else {
                let (above, below) = (row(step.at), row(step.next));
                for (to, column) in to.iter_mut().zip(&columns) {
                    *to = between(above, below, *column, step.part);
                }
            }
        }
    }

    /// Shows the pointer of the computer, whose hot spot is there.
    pub fn point(&mut self, cursor: &Cursor, at: (u32, u32)) {
        let width = usize::from(cursor.width).max(1);
        let rows = cursor.rgba.chunks_exact(4 * width);
        let (left, top) = (
            i64::from(at.0) - i64::from(cursor.hot_x),
            i64::from(at.1) - i64::from(cursor.hot_y),
        );
        for (y, row) in (top..).zip(rows) {
            for (x, pixel) in (left..).zip(row.chunks_exact(4)) {
                if let Some(to) = self.pixel(x, y) {
                    *to = blended(*to, pixel);
                }
            }
        }
    }

    fn pixel(&mut self, x: i64, y: i64) -> Option<&mut u32> {
        let x = usize::try_from(x).ok().filter(|x| *x < self.width)?;
        let y = usize::try_from(y).ok()?;
        self.pixels.get_mut(y * self.width + x)
    }

    /// Shows that the picture is an old one.
    pub fn dim(&mut self) {
        for pixel in self.pixels.iter_mut() {
            *pixel = (*pixel >> 1) & 0x007f_7f7f;
        }
    }
}

/// Between which two pixels of the picture one of the window lies, and how near it is to the second, in parts of 256.
#[derive(Debug, Clone, Copy)]
struct Step {
    at: usize,
    next: usize,
    part: u32,
}

fn steps(from: u32, to: u32) -> Vec<Step> {
    let last = i64::from(from.max(1)) - 1;
    let step = |at: u32| {
        // The middle of a pixel here is somewhere there.
        let place = (2 * i64::from(at) + 1) * i64::from(from) * 256 / (2 * i64::from(to)) - 128;
        let place = place.clamp(0, last * 256);
        let at = place / 256;
        Step {
            at: usize::try_from(at).unwrap_or_default(),
            next: usize::try_from((at + 1).min(last)).unwrap_or_default(),
            part: u32::try_from(place % 256).unwrap_or_default(),
        }
    };
    (0..to).map(step).collect()
}

fn between(above: &[u8], below: &[u8], column: Step, part: u32) -> u32 {
    let (left, right) = (3 * column.at, 3 * column.next);
    let channel = |of: usize| {
        let along = |row: &[u8]| {
            let (left, right) = (u32::from(row[left + of]), u32::from(row[right + of]));
            left * (256 - column.part) + right * column.part
        };
        (along(above) * (256 - part) + along(below) * part + (1 << 15)) >> 16
    };
    (channel(0) << 16) | (channel(1) << 8) | channel(2)
}

fn rgb([red, green, blue]: [u8; 3]) -> u32 {
    u32::from_be_bytes([0, red, green, blue])
}

/// A pixel with its opacity over another.
fn blended(under: u32, over: &[u8]) -> u32 {
    let [_, red, green, blue] = under.to_be_bytes();
    let opacity = u32::from(over[3]);
    let channel = |under: u8, over: u8| {
        let mixed = u32::from(over) * opacity + u32::from(under) * (255 - opacity);
        u8::try_from(mixed / 255).unwrap_or(u8::MAX)
    };
    rgb([
        channel(red, over[0]),
        channel(green, over[1]),
        channel(blue, over[2]),
    ])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn picture(width: u32, height: u32, pixels: &[[u8; 3]]) -> Picture {
        let rgb = pixels.concat();
        Picture { width, height, rgb }
    }

    fn shown(picture: &Picture, window: (u32, u32)) -> Vec<u32> {
        let mut pixels = vec![7; (window.0 * window.1) as usize];
        let fit = Fit::new((picture.width, picture.height), window).unwrap();
        Canvas::black(&mut pixels, window.0).show(picture, &fit);
        pixels
    }

    const RED: [u8; 3] = [255, 0, 0];
    const BLUE: [u8; 3] = [0, 0, 255];

    #[test]
    fn a_picture_of_the_same_size_is_shown_as_it_is() {
        let picture = picture(2, 1, &[RED, BLUE]);
        assert_eq!(shown(&picture, (2, 1)), [0x00ff_0000, 0xff]);
        assert_eq!(shown(&picture, (2, 3)), [0, 0, 0x00ff_0000, 0xff, 0, 0]);
    }

    #[test]
    fn what_has_one_colour_has_it_in_every_size() {
        let plain = picture(3, 2, &[[10, 200, 30]; 6]);
        for window in [(3, 2), (6, 4), (300, 200), (1, 1), (2, 1)] {
            let pixels = shown(&plain, window);
            let colours = pixels.iter().filter(|pixel| **pixel == 0x000a_c81e);
            assert!(colours.count() > 0, "{window:?}");
            let other = |pixel: &&u32| **pixel != 0x000a_c81e && **pixel != 0;
            assert_eq!(pixels.iter().find(other), None, "{window:?}");
        }
    }

    #[test]
    fn between_two_colours_it_is_smooth() {
        let pixels = shown(&picture(2, 1, &[RED, BLUE]), (8, 4));
        assert_eq!((pixels[0], pixels[7]), (0x00ff_0000, 0xff));
        let red = pixels[..8].iter().map(|pixel| pixel >> 16);
        assert!(red.is_sorted_by(|one, other| one >= other), "{pixels:x?}");
    }

    #[test]
    fn the_pointer_lies_over_the_picture_and_may_reach_beyond() {
        let mut pixels = vec![0; 4];
        let mut canvas = Canvas::black(&mut pixels, 2);
        let pointer = Cursor {
            hot_x: 1,
            hot_y: 0,
            width: 2,
            height: 1,
            rgba: vec![9, 9, 9, 255, 255, 255, 255, 128].into(),
        };
        canvas.point(&pointer, (0, 1));
        canvas.point(&pointer, (0, 9));
        assert_eq!(pixels, [0, 0, 0x0080_8080, 0]);
    }

    #[test]
    fn an_old_picture_is_darker() {
        let mut pixels = [0x00ff_0080];
        let mut canvas = Canvas {
            pixels: &mut pixels,
            width: 1,
        };
        canvas.dim();
        assert_eq!(pixels, [0x007f_0040]);
    }
}
