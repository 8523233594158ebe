//! The operator's pointer on this screen.

use anyhow::Result;
use migasfree_tunnel::screen::{NOTCH, button};
use x11rb::protocol::xproto::{BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, MOTION_NOTIFY_EVENT};
use x11rb::protocol::xtest::ConnectionExt as _;

use crate::display::Display;

/// The numbers X has for the buttons.
const BUTTONS: [(u8, u8); 5] = [
    (button::LEFT, 1),
    (button::MIDDLE, 2),
    (button::RIGHT, 3),
    (button::BACK, 8),
    (button::FORWARD, 9),
];
const WHEEL_UP: u8 = 4;
const WHEEL_DOWN: u8 = 5;
const WHEEL_LEFT: u8 = 6;
const WHEEL_RIGHT: u8 = 7;
/// A wheel that is turned further at once is not one.
const MOST_NOTCHES: i32 = 40;

/// What the pointer does.
#[derive(Debug, Default)]
pub struct Pointer {
    held: u8,
    turned: (i32, i32),
}

impl Pointer {
    /// Goes to a place of the screen, then presses and releases.
    pub fn go(&mut self, display: &Display, (x, y): (i32, i32), buttons: u8) -> Result<()> {
        let place = |at: i32| i16::try_from(at).unwrap_or(i16::MAX);
        let (x, y) = (place(x), place(y));
        let root = display.root;
        display
            .x
            .xtest_fake_input(MOTION_NOTIFY_EVENT, 0, 0, root, x, y, 0)?;
        self.hold(display, buttons)
    }

    fn hold(&mut self, display: &Display, buttons: u8) -> Result<()> {
        for (bit, number) in BUTTONS {
            if (self.held ^ buttons) & bit != 0 {
                act(display, number, buttons & bit != 0)?;
            }
        }
        self.held = buttons;
        Ok(())
    }

    /// Turns the wheel.
    pub fn turn(&mut self, display: &Display, (x, y): (i16, i16)) -> Result<()> {
        self.turned.0 += i32::from(x);
        self.turned.1 += i32::from(y);
        notches(display, &mut self.turned.0, (WHEEL_LEFT, WHEEL_RIGHT))?;
        notches(display, &mut self.turned.1, (WHEEL_UP, WHEEL_DOWN))
    }

    /// Releases what is held.
    pub fn release(&mut self, display: &Display) -> Result<()> {
        self.hold(display, 0)
    }
}

fn notches(display: &Display, turned: &mut i32, (back, forth): (u8, u8)) -> Result<()> {
    let whole = *turned / i32::from(NOTCH);
    *turned %= i32::from(NOTCH);
    let number = if whole < 0 { back } else { forth };
    for _ in 0..whole.abs().min(MOST_NOTCHES) {
        act(display, number, true)?;
        act(display, number, false)?;
    }
    Ok(())
}

fn act(display: &Display, number: u8, down: bool) -> Result<()> {
    let kind = if down {
        BUTTON_PRESS_EVENT
    } else {
        BUTTON_RELEASE_EVENT
    };
    display
        .x
        .xtest_fake_input(kind, number, 0, x11rb::NONE, 0, 0, 0)?;
    Ok(())
}
