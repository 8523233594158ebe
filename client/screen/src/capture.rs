//! What is on the screen.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use anyhow::{Context as _, Result};
use rustix::fs::{MemfdFlags, ftruncate, memfd_create};
use x11rb::connection::Connection as _;
use x11rb::errors::ReplyError;
use x11rb::protocol::shm::{ConnectionExt as _, Seg};
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat};

use crate::display::Display;
use crate::geometry::Rect;
use crate::pixels::{Pixels, unsigned};

const ALL_PLANES: u32 = !0;

/// A part of the screen as it was when it was last looked at.
#[derive(Debug)]
pub struct Capture {
    area: Rect,
    shared: Option<Shared>,
    part: Vec<u8>,
    pub screen: Pixels,
}

/// Memory that the X server writes to.
#[derive(Debug)]
struct Shared {
    segment: Seg,
    file: File,
}

impl Capture {
    pub fn new(display: &Display, area: Rect) -> Result<Self> {
        let screen = Pixels::new(unsigned(area.width), unsigned(area.height));
        let shared = Shared::new(display, screen.bytes.len())
            .inspect_err(|error| tracing::info!(%error, "pictures come over the socket"))
            .ok();
        Ok(Self {
            area,
            shared,
            part: Vec::new(),
            screen,
        })
    }

    /// Looks at a part of the area again.
    pub fn look(&mut self, display: &Display, part: Rect) -> Result<(), ReplyError> {
        let size = 4 * unsigned(part.width) * unsigned(part.height);
        let place = self.on_screen(part);
        match &self.shared {
            Some(shared) => {
                self.part.resize(size, 0);
                shared.read(display, place, &mut self.part)?;
            }
            None => self.part = read(display, place)?,
        }
        self.screen.put(part, &self.part);
        Ok(())
    }

    /// Gives back what the X server keeps for it.
    pub fn close(self, display: &Display) -> Result<()> {
        if let Some(shared) = self.shared {
            display.x.shm_detach(shared.segment)?;
        }
        Ok(())
    }

    fn on_screen(&self, part: Rect) -> (i16, i16, u16, u16) {
        let place = |at: i32| i16::try_from(at).unwrap_or(i16::MAX);
        let length = |of: i32| u16::try_from(of).unwrap_or(u16::MAX);
        (
            place(self.area.x + part.x),
            place(self.area.y + part.y),
            length(part.width),
            length(part.height),
        )
    }
}

fn read(
    display: &Display,
    (x, y, width, height): (i16, i16, u16, u16),
) -> Result<Vec<u8>, ReplyError> {
    let format = ImageFormat::Z_PIXMAP;
    let image = display
        .x
        .get_image(format, display.root, x, y, width, height, ALL_PLANES)?;
    Ok(image.reply()?.data)
}

impl Shared {
    fn new(display: &Display, size: usize) -> Result<Self> {
        if !display.has("MIT-SHM")? {
            anyhow::bail!("the X server has no shared memory");
        }
        display.x.shm_query_version()?.reply()?;
        let file = memfd_create("screen", MemfdFlags::CLOEXEC)?;
        ftruncate(&file, size as u64)?;
        let file = File::from(file);
        let segment = display.x.generate_id()?;
        let for_server = file.try_clone()?;
        display
            .x
            .shm_attach_fd(segment, std::os::fd::OwnedFd::from(for_server), false)?
            .check()
            .context("the X server does not share memory")?;
        Ok(Self { segment, file })
    }

    /// Reads the file instead of mapping it: one more copy, and no unsafe code.
    fn read(
        &self,
        display: &Display,
        (x, y, width, height): (i16, i16, u16, u16),
        into: &mut [u8],
    ) -> Result<(), ReplyError> {
        let format = u8::from(ImageFormat::Z_PIXMAP);
        let (root, segment) = (display.root, self.segment);
        let image = display
            .x
            .shm_get_image(root, x, y, width, height, ALL_PLANES, format, segment, 0)?;
        image.reply()?;
        self.file
            .read_exact_at(into, 0)
            .map_err(|error| ReplyError::ConnectionError(error.into()))
    }
}
