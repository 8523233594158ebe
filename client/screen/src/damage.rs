//! What has changed on the screen. As long as nothing has, nothing is done.

use anyhow::Result;
use x11rb::connection::Connection as _;
use x11rb::protocol::damage::{ConnectionExt as _, Damage as DamageId, ReportLevel};
use x11rb::protocol::xfixes::{ConnectionExt as _, Region};
use x11rb::protocol::xproto::Rectangle;

use crate::display::Display;
use crate::geometry::Rect;

/// More parts than this are one.
const MOST_PARTS: usize = 16;

/// Changes of the screen.
#[derive(Debug)]
pub struct Damage {
    damage: DamageId,
    region: Region,
    is_there: bool,
}

impl Damage {
    pub fn watch(display: &Display) -> Result<Self> {
        let x = &display.x;
        let (damage, region) = (x.generate_id()?, x.generate_id()?);
        x.damage_create(damage, display.root, ReportLevel::NON_EMPTY)?;
        x.xfixes_create_region(region, &[])?.check()?;
        Ok(Self {
            damage,
            region,
            is_there: false,
        })
    }

    /// The X server says that something has changed.
    pub fn notice(&mut self) {
        self.is_there = true;
    }

    /// Whether something has changed that was not taken.
    pub fn is_there(&self) -> bool {
        self.is_there
    }

    /// The parts of `area` that have changed since the last time, seen from its corner.
    pub fn take(&mut self, display: &Display, area: Rect) -> Result<Vec<Rect>> {
        if !self.is_there {
            return Ok(Vec::new());
        }
        self.is_there = false;
        display
            .x
            .damage_subtract(self.damage, x11rb::NONE, self.region)?;
        let region = display.x.xfixes_fetch_region(self.region)?.reply()?;
        let parts = region.rectangles.iter().map(rect);
        let shown = parts.filter_map(|part| part.intersection(area));
        Ok(few(shown.map(|part| part.seen_from(area)).collect()))
    }
}

fn rect(rectangle: &Rectangle) -> Rect {
    Rect::new(
        rectangle.x.into(),
        rectangle.y.into(),
        rectangle.width.into(),
        rectangle.height.into(),
    )
}

fn few(parts: Vec<Rect>) -> Vec<Rect> {
    if parts.len() <= MOST_PARTS {
        return parts;
    }
    parts.into_iter().reduce(Rect::union).into_iter().collect()
}
