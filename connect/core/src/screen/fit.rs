//! Where a picture lies in a window: as large as it fits, in the middle, in its own shape.

/// Where a picture lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// How wide it is there.
    pub width: u32,
    /// How high it is there.
    pub height: u32,
    picture: (u32, u32),
}

impl Fit {
    /// A picture of a size in a window of a size; nothing where one of them has none.
    #[must_use]
    pub fn new(picture: (u32, u32), window: (u32, u32)) -> Option<Self> {
        let sizes = [picture.0, picture.1, window.0, window.1];
        if sizes.contains(&0) {
            return None;
        }
        let [wide, high, room_wide, room_high] = sizes.map(u64::from);
        let (width, height) = if wide * room_high > high * room_wide {
            (room_wide, (high * room_wide / wide).max(1))
        } else {
            ((wide * room_high / high).max(1), room_high)
        };
        let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let (width, height) = (narrow(width), narrow(height));
        Some(Self {
            x: (window.0 - width) / 2,
            y: (window.1 - height) / 2,
            width,
            height,
            picture,
        })
    }

    /// Where a pixel of the picture lies in the window.
    #[must_use]
    pub fn place(&self, pixel: (u16, u16)) -> (u32, u32) {
        let along = |at: u16, begin: u32, length: u32, pixels: u32| {
            let at = u64::from(at) * u64::from(length) / u64::from(pixels);
            begin + u32::try_from(at).unwrap_or(length)
        };
        (
            along(pixel.0, self.x, self.width, self.picture.0),
            along(pixel.1, self.y, self.height, self.picture.1),
        )
    }

    /// The pixel of the picture at a place of the window; beside the picture the nearest one.
    #[must_use]
    pub fn pixel(&self, at: (f64, f64)) -> (u16, u16) {
        (
            along(at.0, self.x, self.width, self.picture.0),
            along(at.1, self.y, self.height, self.picture.1),
        )
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it lies between 0 and the last pixel, whose number is one of 16 bits"
)]
fn along(at: f64, begin: u32, length: u32, pixels: u32) -> u16 {
    let part = (at - f64::from(begin)) / f64::from(length);
    let last = f64::from(pixels.min(1 << 16) - 1);
    (part * f64::from(pixels)).floor().clamp(0.0, last) as u16
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_picture_keeps_its_shape_and_lies_in_the_middle() {
        let fit = Fit::new((1920, 1080), (960, 960)).unwrap();
        assert_eq!((fit.x, fit.y, fit.width, fit.height), (0, 210, 960, 540));
        let fit = Fit::new((100, 400), (400, 400)).unwrap();
        assert_eq!((fit.x, fit.y, fit.width, fit.height), (150, 0, 100, 400));
        assert_eq!(Fit::new((1920, 1080), (0, 10)), None);
        assert_eq!(Fit::new((0, 0), (10, 10)), None);
    }

    #[test]
    fn a_place_in_the_window_is_a_pixel_of_the_picture() {
        let fit = Fit::new((1920, 1080), (960, 960)).unwrap();
        assert_eq!(fit.pixel((0.0, 210.0)), (0, 0));
        assert_eq!(fit.pixel((480.0, 480.0)), (960, 540));
        assert_eq!(fit.pixel((959.9, 749.9)), (1919, 1079));
        assert_eq!(fit.place((960, 540)), (480, 480));
    }

    #[test]
    fn beside_the_picture_is_its_edge() {
        let fit = Fit::new((1920, 1080), (960, 960)).unwrap();
        assert_eq!(fit.pixel((-20.0, 0.0)), (0, 0));
        assert_eq!(fit.pixel((5000.0, 5000.0)), (1919, 1079));
        assert_eq!(fit.pixel((f64::NAN, 300.0)).0, 0);
    }

    #[test]
    fn every_size_fits_and_every_pixel_is_in_the_picture() {
        let sizes = [1, 2, 3, 17, 640, 1079, 1920, 7680, 65_535];
        for (wide, high) in sizes.into_iter().zip(sizes.into_iter().rev()) {
            for (room_wide, room_high) in sizes.into_iter().zip(sizes.into_iter().cycle().skip(4)) {
                let fit = Fit::new((wide, high), (room_wide, room_high)).unwrap();
                assert!(fit.x + fit.width <= room_wide && fit.y + fit.height <= room_high);
                let (x, y) = fit.pixel((f64::from(room_wide), f64::from(room_high)));
                assert!(u32::from(x) < wide && u32::from(y) < high, "{fit:?}");
            }
        }
    }
}
