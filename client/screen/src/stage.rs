//! What is shown: a part of the screen, as pictures of a certain size and kind.

use anyhow::Result;
use migasfree_tunnel::screen::{FromComputer, Monitor, ScreenRequest, Shape};
use x11rb::errors::ReplyError;

use crate::capture::Capture;
use crate::display::Display;
use crate::geometry::{Rect, View};
use crate::monitors;
use crate::order::Allowed;
use crate::painter::Painter;
use crate::pixels::Pixels;

/// What there is to be shown.
#[derive(Debug, PartialEq, Eq)]
pub struct Scene {
    monitors: Vec<Monitor>,
    shown: Option<u32>,
    pub view: View,
}

impl Scene {
    /// What there is now of what the operator wants.
    pub fn find(display: &Display, request: &ScreenRequest) -> Result<Self> {
        let monitors = monitors::list(display)?;
        let (shown, area) = monitors::choose(display.whole()?, &monitors, request.monitor);
        Ok(Self {
            monitors,
            shown,
            view: View::fit(area, (request.width, request.height)),
        })
    }
}

/// What shows it.
#[derive(Debug)]
pub struct Stage {
    pub scene: Scene,
    capture: Capture,
    /// Where pictures are smaller than the screen.
    smaller: Option<Pixels>,
    pub painter: Painter,
    /// Not looked at yet.
    unseen: bool,
}

impl Stage {
    pub fn new(
        display: &Display,
        scene: Scene,
        request: &ScreenRequest,
        kbps: u32,
    ) -> Result<Self> {
        let view = scene.view;
        let (width, height) = view.frame;
        let smaller =
            (!view.is_plain()).then(|| Pixels::new(usize::from(width), usize::from(height)));
        Ok(Self {
            capture: Capture::new(display, view.area)?,
            smaller,
            painter: Painter::new(&request.codecs, view.frame, kbps),
            unseen: true,
            scene,
        })
    }

    /// What the operator is told of it.
    pub fn shape(&self, allowed: Allowed) -> FromComputer {
        let (width, height) = self.scene.view.frame;
        FromComputer::Shape(Shape {
            codec: self.painter.codec(),
            width,
            height,
            monitors: self.scene.monitors.clone(),
            shown: self.scene.shown,
            mode: allowed.mode(),
            clipboard_in: allowed.clipboard_in,
            clipboard_out: allowed.clipboard_out,
            system: "x11".to_owned(),
        })
    }

    /// Whether nothing of it was looked at yet.
    pub fn is_unseen(&self) -> bool {
        self.unseen
    }

    /// Looks at the parts that have changed, and at all where that was not done yet.
    pub fn look(&mut self, display: &Display, mut changed: Vec<Rect>) -> Result<(), ReplyError> {
        if self.unseen {
            let area = self.scene.view.area;
            changed = vec![Rect::new(0, 0, area.width, area.height)];
        }
        for part in changed {
            self.look_at(display, part)?;
        }
        self.unseen = false;
        Ok(())
    }

    fn look_at(&mut self, display: &Display, part: Rect) -> Result<(), ReplyError> {
        self.capture.look(display, part)?;
        let view = self.scene.view;
        let screen = &self.capture.screen;
        match &mut self.smaller {
            Some(frame) => {
                let part = view.part_of_frame(part);
                frame.shrink(screen, view, part);
                self.painter.change(frame, part);
            }
            None => self.painter.change(screen, part),
        }
        Ok(())
    }

    /// The next picture.
    pub fn paint(&mut self, kbps: u32, stamp: (u32, u32)) -> Option<FromComputer> {
        let frame = self.smaller.as_ref().unwrap_or(&self.capture.screen);
        self.painter.paint(frame, kbps, stamp)
    }

    /// Ends it.
    pub fn close(self, display: &Display) -> Result<()> {
        self.capture.close(display)
    }
}
