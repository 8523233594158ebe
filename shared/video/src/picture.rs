//! What was decoded.

/// A picture, three bytes a pixel: red, green, blue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// How wide it is.
    pub width: u16,
    /// How high it is.
    pub height: u16,
    /// The pixels, row by row without gaps.
    pub rgb: Vec<u8>,
}

impl Picture {
    /// The pixels of each row, from the top.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.rgb.chunks_exact(3 * usize::from(self.width).max(1))
    }

    /// The pixel at a place inside.
    #[must_use]
    pub fn pixel(&self, x: u16, y: u16) -> Option<[u8; 3]> {
        if x >= self.width {
            return None;
        }
        let at = 3 * (usize::from(y) * usize::from(self.width) + usize::from(x));
        self.rgb.get(at..)?.first_chunk().copied()
    }
}
