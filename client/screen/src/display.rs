//! The connection to the person's X server.

use anyhow::{Context as _, Result, bail};
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::protocol::xproto::{
    ConnectionExt as _, CreateWindowAux, EventMask, ImageOrder, Window, WindowClass,
};
use x11rb::protocol::{damage, randr, xfixes, xinput, xkb, xtest};
use x11rb::rust_connection::RustConnection;
use x11rb::{COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT};

use crate::geometry::Rect;

/// The X server.
#[derive(Debug)]
pub struct Display {
    pub x: RustConnection,
    pub root: Window,
    /// A window of this program that nobody sees, for its clipboard.
    pub window: Window,
}

impl Display {
    /// Connects to the display of the environment.
    pub fn open() -> Result<Self> {
        let (x, screen) = x11rb::connect(None).context("the X server does not answer")?;
        let root = x.setup().roots[screen].root;
        let display = Self {
            window: x.generate_id()?,
            root,
            x,
        };
        display.agree()?;
        display.check_pixels(screen)?;
        display.open_window()?;
        Ok(display)
    }

    /// Says which versions of extensions are spoken, as they want to be told first.
    fn agree(&self) -> Result<()> {
        xfixes::query_version(&self.x, 5, 0)?.reply()?;
        damage::query_version(&self.x, 1, 1)?.reply()?;
        randr::query_version(&self.x, 1, 5)?.reply()?;
        xtest::get_version(&self.x, 2, 2)?.reply()?;
        xinput::xi_query_version(&self.x, 2, 2)?.reply()?;
        let keyboard = xkb::use_extension(&self.x, 1, 0)?.reply()?;
        if !keyboard.supported {
            bail!("the X server has no XKB");
        }
        Ok(())
    }

    /// Pictures are four bytes a pixel, blue first: anything else is history.
    fn check_pixels(&self, screen: usize) -> Result<()> {
        let setup = self.x.setup();
        let screen = &setup.roots[screen];
        let format = setup
            .pixmap_formats
            .iter()
            .find(|format| format.depth == screen.root_depth);
        let visual = screen
            .allowed_depths
            .iter()
            .flat_map(|depth| &depth.visuals)
            .find(|visual| visual.visual_id == screen.root_visual);
        let is_known = setup.image_byte_order == ImageOrder::LSB_FIRST
            && format.is_some_and(|format| format.bits_per_pixel == 32)
            && visual.is_some_and(|visual| {
                (visual.red_mask, visual.green_mask, visual.blue_mask)
                    == (0x00ff_0000, 0x0000_ff00, 0x0000_00ff)
            });
        if !is_known {
            bail!("the X server has no pictures with 8 bits a colour");
        }
        Ok(())
    }

    fn open_window(&self) -> Result<()> {
        let values = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        self.x
            .create_window(
                COPY_DEPTH_FROM_PARENT,
                self.window,
                self.root,
                -1,
                -1,
                1,
                1,
                0,
                WindowClass::INPUT_OUTPUT,
                COPY_FROM_PARENT,
                &values,
            )?
            .check()?;
        Ok(())
    }

    /// All of the screen.
    pub fn whole(&self) -> Result<Rect> {
        let root = self.x.get_geometry(self.root)?.reply()?;
        Ok(Rect::new(0, 0, root.width.into(), root.height.into()))
    }

    /// Whether the X server speaks an extension.
    pub fn has(&self, extension: &'static str) -> Result<bool> {
        Ok(self.x.extension_information(extension)?.is_some())
    }
}
