//! How the pointer looks, and where it is.

use std::time::{Duration, Instant};

use anyhow::Result;
use bytes::Bytes;
use migasfree_tunnel::screen::{Cursor as Shape, FromComputer, MAX_CURSOR};
use x11rb::protocol::xfixes::{ConnectionExt as _, CursorNotifyMask, GetCursorImageReply};
use x11rb::protocol::xinput::{self, ConnectionExt as _, XIEventMask};
use x11rb::protocol::xproto::ConnectionExt as _;

use crate::display::Display;
use crate::geometry::View;

/// Between two times that the place is told.
const INTERVAL: Duration = Duration::from_millis(30);

/// The pointer.
#[derive(Debug)]
pub struct Cursor {
    has_changed: bool,
    has_moved: bool,
    told: Option<(u16, u16)>,
    told_at: Instant,
}

impl Cursor {
    pub fn watch(display: &Display) -> Result<Self> {
        let x = &display.x;
        x.xfixes_select_cursor_input(display.root, CursorNotifyMask::DISPLAY_CURSOR)?;
        let moves = xinput::EventMask {
            deviceid: u16::from(bool::from(xinput::Device::ALL_MASTER)),
            mask: vec![XIEventMask::RAW_MOTION],
        };
        x.xinput_xi_select_events(display.root, &[moves])?.check()?;
        Ok(Self {
            has_changed: true,
            has_moved: true,
            told: None,
            told_at: Instant::now(),
        })
    }

    pub fn has_changed(&mut self) {
        self.has_changed = true;
    }

    pub fn has_moved(&mut self) {
        self.has_moved = true;
    }

    /// The same place of the screen is another one of the frame.
    pub fn forget_place(&mut self) {
        self.told = None;
        self.has_moved = true;
    }

    /// When there is something to tell.
    pub fn next(&self) -> Option<Instant> {
        (self.has_changed || self.has_moved).then(|| self.told_at + INTERVAL)
    }

    /// What there is to tell.
    pub fn tell(
        &mut self,
        display: &Display,
        view: View,
        now: Instant,
    ) -> Result<Vec<FromComputer>> {
        if self.next().is_none_or(|next| now < next) {
            return Ok(Vec::new());
        }
        self.told_at = now;
        let mut news = Vec::new();
        if std::mem::take(&mut self.has_changed) {
            let image = display.x.xfixes_get_cursor_image()?.reply()?;
            news.push(FromComputer::Cursor(shape(&image)));
        }
        if std::mem::take(&mut self.has_moved) {
            let pointer = display.x.query_pointer(display.root)?.reply()?;
            let place = view.in_frame((pointer.root_x.into(), pointer.root_y.into()));
            if let Some((x, y)) = place.filter(|place| self.told != Some(*place)) {
                self.told = place;
                news.push(FromComputer::CursorAt { x, y });
            }
        }
        Ok(news)
    }
}

/// The shape as it travels; every other pixel of one that is too large, and so on.
fn shape(image: &GetCursorImageReply) -> Shape {
    let step = image.width.max(image.height).div_ceil(MAX_CURSOR).max(1);
    let (width, height) = (image.width / step, image.height / step);
    let kept = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let pixels = kept.flat_map(|(x, y)| {
        let at = usize::from(y * step) * usize::from(image.width) + usize::from(x * step);
        rgba(image.cursor_image.get(at).copied().unwrap_or(0))
    });
    Shape {
        hot_x: image.xhot / step,
        hot_y: image.yhot / step,
        width,
        height,
        rgba: pixels.collect::<Bytes>(),
    }
}

/// A pixel that X has as alpha and colours multiplied with it.
fn rgba(pixel: u32) -> [u8; 4] {
    let [alpha, red, green, blue] = pixel.to_be_bytes();
    let plain = |colour: u8| match u16::from(alpha) {
        0 => 0,
        alpha => u8::try_from(u16::from(colour) * 255 / alpha).unwrap_or(u8::MAX),
    };
    [plain(red), plain(green), plain(blue), alpha]
}
