//! Looks at a display, paints on it, and has hands for its keyboard and pointer.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use x11rb::CURRENT_TIME;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, CreateWindowAux,
    EventMask, ImageFormat, InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT,
    Window, WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use super::PATIENCE;
use crate::display::Display;

/// How far a channel may be from what was painted: video is no copy.
const NEAR: i32 = 16;
/// Longer than any title.
const TITLE: u32 = 1024;

/// Red, green and blue.
pub type Colour = [u8; 3];

/// Somebody's eyes and hands at a display.
pub struct Eyes {
    connection: RustConnection,
    root: Window,
    size: (u16, u16),
}

impl std::fmt::Debug for Eyes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Eyes")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl Eyes {
    /// Of a display.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub fn at(display: &Display) -> Result<Self> {
        let (connection, number) = RustConnection::connect(Some(display.name()))?;
        let screen = connection.setup().roots.get(number).context("a screen")?;
        let (root, size) = (
            screen.root,
            (screen.width_in_pixels, screen.height_in_pixels),
        );
        Ok(Self {
            connection,
            root,
            size,
        })
    }

    /// Covers the display with a colour; what is typed there is typed in it.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn paints(&self, colour: Colour) -> Result<()> {
        let window = self.connection.generate_id()?;
        let [red, green, blue] = colour;
        let look = CreateWindowAux::new()
            .background_pixel(u32::from_be_bytes([0, red, green, blue]))
            .override_redirect(1)
            .event_mask(EventMask::KEY_PRESS);
        let (width, height) = self.size;
        let class = WindowClass::INPUT_OUTPUT;
        self.connection.create_window(
            x11rb::COPY_DEPTH_FROM_PARENT,
            window,
            self.root,
            0,
            0,
            width,
            height,
            0,
            class,
            x11rb::COPY_FROM_PARENT,
            &look,
        )?;
        self.connection.map_window(window)?.check()?;
        self.focuses(window)
    }

    /// Turns to a window.
    ///
    /// # Errors
    /// When it is none that is shown.
    pub fn focuses(&self, window: Window) -> Result<()> {
        let focus = self
            .connection
            .set_input_focus(InputFocus::PARENT, window, CURRENT_TIME)?;
        Ok(focus.check()?)
    }

    /// The colour at a place.
    ///
    /// # Errors
    /// When the display is gone, or has another depth.
    pub fn colour(&self, x: i16, y: i16) -> Result<Colour> {
        let format = ImageFormat::Z_PIXMAP;
        let image = self
            .connection
            .get_image(format, self.root, x, y, 1, 1, !0)?;
        let pixel = image.reply()?.data;
        match pixel.as_slice() {
            [blue, green, red, _] => Ok([*red, *green, *blue]),
            other => anyhow::bail!("{} bytes are no pixel", other.len()),
        }
    }

    /// Waits until there is about this colour at a place.
    ///
    /// # Errors
    /// When there never is.
    pub async fn sees(&self, (x, y): (i16, i16), colour: Colour) -> Result<()> {
        let begun = Instant::now();
        loop {
            let seen = self.colour(x, y)?;
            let channels = seen.iter().zip(colour);
            let mut distances = channels.map(|(one, other)| i32::from(*one) - i32::from(other));
            if distances.all(|distance| distance.abs() <= NEAR) {
                return Ok(());
            }
            ensure!(
                begun.elapsed() < PATIENCE,
                "{seen:?} at {x}, {y}, never {colour:?}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits for a window whose title has all these words.
    ///
    /// # Errors
    /// When there never is one.
    pub async fn window(&self, words: &[&str]) -> Result<Window> {
        let begun = Instant::now();
        loop {
            let titles = self.titles()?;
            let has_all = |title: &str| words.iter().all(|word| title.contains(word));
            if let Some((window, _)) = titles.iter().find(|(_, title)| has_all(title)) {
                return Ok(*window);
            }
            ensure!(begun.elapsed() < PATIENCE, "no {words:?}: {titles:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn titles(&self) -> Result<Vec<(Window, String)>> {
        let atom = self.connection.intern_atom(false, b"_NET_WM_NAME")?;
        let atom = atom.reply()?.atom;
        let windows = self.connection.query_tree(self.root)?.reply()?.children;
        let mut titles = Vec::new();
        for window in windows {
            let any = u32::from(AtomEnum::ANY);
            let title = self
                .connection
                .get_property(false, window, atom, any, 0, TITLE)?;
            // A window may be gone meanwhile.
            let Ok(title) = title.reply() else { continue };
            titles.push((window, String::from_utf8_lossy(&title.value).into_owned()));
        }
        Ok(titles)
    }

    /// Presses a key by its number on the keyboard, and lets it go.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn types(&self, key: u8) -> Result<()> {
        self.does(KEY_PRESS_EVENT, key, (0, 0))?;
        self.does(KEY_RELEASE_EVENT, key, (0, 0))
    }

    /// Points at a place.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn points(&self, at: (i16, i16)) -> Result<()> {
        self.does(MOTION_NOTIFY_EVENT, 0, at)
    }

    /// Presses a button, and lets it go.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn clicks(&self, button: u8) -> Result<()> {
        self.does(BUTTON_PRESS_EVENT, button, (0, 0))?;
        self.does(BUTTON_RELEASE_EVENT, button, (0, 0))
    }

    fn does(&self, what: u8, detail: u8, (x, y): (i16, i16)) -> Result<()> {
        let done =
            self.connection
                .xtest_fake_input(what, detail, CURRENT_TIME, self.root, x, y, 0)?;
        Ok(done.check()?)
    }

    /// Where the pointer is.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn pointer(&self) -> Result<(i16, i16)> {
        let pointer = self.connection.query_pointer(self.root)?.reply()?;
        Ok((pointer.root_x, pointer.root_y))
    }

    /// Waits until the pointer is about there.
    ///
    /// # Errors
    /// When it never is.
    pub async fn sees_pointer(&self, (x, y): (i16, i16)) -> Result<()> {
        let begun = Instant::now();
        loop {
            let seen = self.pointer()?;
            if (seen.0 - x).abs() <= 2 && (seen.1 - y).abs() <= 2 {
                return Ok(());
            }
            ensure!(begun.elapsed() < PATIENCE, "{seen:?}, never {x}, {y}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What the next key means that is typed in what was painted; none within this time.
    ///
    /// # Errors
    /// When the display is gone.
    pub async fn key(&self, within: Duration) -> Result<Option<u32>> {
        let begun = Instant::now();
        while begun.elapsed() < within {
            if let Some(Event::KeyPress(press)) = self.connection.poll_for_event()? {
                let meanings = self.connection.get_keyboard_mapping(press.detail, 1)?;
                return Ok(meanings.reply()?.keysyms.first().copied());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(None)
    }
}
