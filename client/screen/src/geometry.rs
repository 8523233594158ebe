//! Parts of the screen, and where they are in the frame.

/// A part of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

impl Rect {
    pub fn new(x: i32, y: i32, width: i32, height: i32) -> Self {
        Self {
            x,
            y,
            width,
            height,
        }
    }

    pub fn right(self) -> i32 {
        self.x + self.width
    }

    pub fn bottom(self) -> i32 {
        self.y + self.height
    }

    /// What both have.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let width = self.right().min(other.right()) - x;
        let height = self.bottom().min(other.bottom()) - y;
        (width > 0 && height > 0).then(|| Self::new(x, y, width, height))
    }

    /// What has both.
    pub fn union(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let width = self.right().max(other.right()) - x;
        let height = self.bottom().max(other.bottom()) - y;
        Self::new(x, y, width, height)
    }

    /// The same part, seen from `origin`.
    pub fn seen_from(self, origin: Self) -> Self {
        Self::new(
            self.x - origin.x,
            self.y - origin.y,
            self.width,
            self.height,
        )
    }
}

/// What of the screen is shown, and how large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// On the screen.
    pub area: Rect,
    /// The frame's width and height.
    pub frame: (u16, u16),
}

impl View {
    /// Shows `area` as large as it fits into a width and height, but no larger than it is; a 0 is no limit.
    pub fn fit(area: Rect, (width, height): (u16, u16)) -> Self {
        let ratio = |limit: u16, of: i32| match limit {
            0 => 1.0,
            limit => (f64::from(limit) / f64::from(of)).min(1.0),
        };
        let ratio = ratio(width, area.width).min(ratio(height, area.height));
        let side = |of: i32| round(f64::from(of) * ratio).clamp(2, migasfree_video::MAX_SIDE);
        Self {
            area,
            frame: (side(area.width), side(area.height)),
        }
    }

    /// Whether the frame has a pixel for each of the screen.
    pub fn is_plain(self) -> bool {
        let (width, height) = self.frame;
        (self.area.width, self.area.height) == (width.into(), height.into())
    }

    /// Where on the screen a pixel of the frame is.
    pub fn on_screen(self, (x, y): (u16, u16)) -> (i32, i32) {
        let place = |at: u16, of: u16, length: i32| {
            let at = i64::from(at.min(of - 1));
            let middle = (2 * at + 1) * i64::from(length) / (2 * i64::from(of));
            i32::try_from(middle).unwrap_or(0)
        };
        (
            self.area.x + place(x, self.frame.0, self.area.width),
            self.area.y + place(y, self.frame.1, self.area.height),
        )
    }

    /// Where in the frame a place of the screen is; none where it is not shown.
    pub fn in_frame(self, (x, y): (i32, i32)) -> Option<(u16, u16)> {
        let place = |at: i32, of: u16, length: i32| {
            let is_shown = (0..length).contains(&at);
            let scaled = i64::from(at) * i64::from(of) / i64::from(length);
            is_shown.then(|| u16::try_from(scaled).ok()).flatten()
        };
        Some((
            place(x - self.area.x, self.frame.0, self.area.width)?,
            place(y - self.area.y, self.frame.1, self.area.height)?,
        ))
    }

    /// The part of the frame that a part of the area has an effect on.
    pub fn part_of_frame(self, part: Rect) -> Rect {
        let from = |at: i32, of: u16, length: i32| at * i32::from(of) / length;
        let to = |at: i32, of: u16, length: i32| {
            let scaled = at * i32::from(of) + length - 1;
            (scaled / length).min(of.into())
        };
        let (wide, high) = self.frame;
        let x = from(part.x, wide, self.area.width);
        let y = from(part.y, high, self.area.height);
        Rect::new(
            x,
            y,
            to(part.right(), wide, self.area.width) - x,
            to(part.bottom(), high, self.area.height) - y,
        )
    }
}

fn round(number: f64) -> u16 {
    number.round() as u16
}
