//! What somebody does at the window, as the computer is told it. All keys go there but a few chords.

use std::collections::BTreeMap;

use migasfree_tunnel::screen::keysym::name;
use migasfree_tunnel::screen::{FromOperator, NOTCH};

/// What chords ask of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The whole screen, or a window again: Ctrl, Alt and Enter.
    FullScreen,
    /// Another monitor of the computer: Ctrl, Alt and Page down.
    NextMonitor,
}

/// Keys and buttons that are down.
#[derive(Debug, Default)]
pub struct Input {
    controls: bool,
    /// What each key was when it went down: that is what goes up, whatever was pressed beside it meanwhile.
    keys: BTreeMap<u32, u32>,
    at: (u16, u16),
    buttons: u8,
    /// What is less than the wheel's smallest part yet.
    turned: (f64, f64),
}

impl Input {
    /// Whether anything may be done to the computer, or only looked at. What was down is up then.
    pub fn control(&mut self, controls: bool) -> Vec<FromOperator> {
        let released = if controls { Vec::new() } else { self.release() };
        self.controls = controls;
        released
    }

    /// A key goes down: its place on the keyboard, and what it means.
    pub fn press(&mut self, key: u32, keysym: u32) -> (Vec<FromOperator>, Option<Act>) {
        if self.keys.contains_key(&key) {
            // The computer repeats what is held.
            return (Vec::new(), None);
        }
        if self.is_chord() {
            match keysym {
                name::RETURN | name::KEYPAD_ENTER => return (Vec::new(), Some(Act::FullScreen)),
                name::PAGE_DOWN => return (Vec::new(), Some(Act::NextMonitor)),
                // Ctrl, Alt and Delete are of the desktop here; Ctrl and Alt are down there already.
                name::END => return (self.keys_of(&[true, false].map(delete)), None),
                _ => {}
            }
        }
        self.keys.insert(key, keysym);
        (self.keys_of(&[(keysym, true)]), None)
    }

    /// A key goes up.
    pub fn lift(&mut self, key: u32) -> Vec<FromOperator> {
        match self.keys.remove(&key) {
            Some(keysym) => self.keys_of(&[(keysym, false)]),
            // Of a chord, or it went down in another window.
            None => Vec::new(),
        }
    }

    /// What is typed at once with other characters.
    pub fn typed(&mut self, keysym: u32) -> Vec<FromOperator> {
        self.keys_of(&[(keysym, true), (keysym, false)])
    }

    /// The pointer moves.
    pub fn point(&mut self, at: (u16, u16)) -> Vec<FromOperator> {
        if at == self.at {
            return Vec::new();
        }
        self.at = at;
        self.pointer()
    }

    /// A button goes down or up.
    pub fn button(&mut self, bit: u8, down: bool) -> Vec<FromOperator> {
        let buttons = if down {
            self.buttons | bit
        } else {
            self.buttons & !bit
        };
        if buttons == self.buttons {
            return Vec::new();
        }
        self.buttons = buttons;
        self.pointer()
    }

    /// The wheel turns, in notches, to the right and downwards.
    pub fn wheel(&mut self, x: f64, y: f64) -> Vec<FromOperator> {
        let (x, across) = whole(self.turned.0 + x * f64::from(NOTCH));
        let (y, along) = whole(self.turned.1 + y * f64::from(NOTCH));
        self.turned = (across, along);
        if !self.controls || (x, y) == (0, 0) {
            return Vec::new();
        }
        vec![FromOperator::Wheel { x, y }]
    }

    /// Everything goes up: the window is no longer the one somebody types in.
    pub fn release(&mut self) -> Vec<FromOperator> {
        let keys = std::mem::take(&mut self.keys);
        let up: Vec<(u32, bool)> = keys.into_values().map(|keysym| (keysym, false)).collect();
        let mut said = self.keys_of(&up);
        if std::mem::take(&mut self.buttons) != 0 {
            said.extend(self.pointer());
        }
        said
    }

    fn is_chord(&self) -> bool {
        let is_down = |keysyms: [u32; 2]| self.keys.values().any(|one| keysyms.contains(one));
        is_down([name::CONTROL_LEFT, name::CONTROL_RIGHT])
            && is_down([name::ALT_LEFT, name::ALT_RIGHT])
    }

    fn keys_of(&self, keys: &[(u32, bool)]) -> Vec<FromOperator> {
        let keys = keys.iter().filter(|_| self.controls);
        keys.map(|&(keysym, down)| FromOperator::Key { keysym, down })
            .collect()
    }

    fn pointer(&self) -> Vec<FromOperator> {
        let (x, y) = self.at;
        let buttons = self.buttons;
        let pointer = FromOperator::Pointer { x, y, buttons };
        self.controls.then_some(pointer).into_iter().collect()
    }
}

const fn delete(down: bool) -> (u32, bool) {
    (name::DELETE, down)
}

/// The whole parts of a turn, and what is left.
#[expect(
    clippy::cast_possible_truncation,
    reason = "it is clamped to what fits, and no part"
)]
fn whole(turned: f64) -> (i16, f64) {
    if !turned.is_finite() {
        return (0, 0.0);
    }
    let parts = turned
        .clamp(f64::from(i16::MIN), f64::from(i16::MAX))
        .trunc();
    (parts as i16, (turned - parts).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_control() -> Input {
        let mut input = Input::default();
        assert_eq!(input.control(true), []);
        input
    }

    fn key(keysym: u32, down: bool) -> FromOperator {
        FromOperator::Key { keysym, down }
    }

    #[test]
    fn what_went_down_goes_up_whatever_its_key_means_by_then() {
        let mut input = at_control();
        input.press(50, name::SHIFT_LEFT);
        assert_eq!(input.press(24, 0x51).0, [key(0x51, true)]);
        input.lift(50);
        assert_eq!(input.lift(24), [key(0x51, false)]);
        assert_eq!(input.lift(24), []);
    }

    #[test]
    fn a_key_that_is_held_is_said_once() {
        let mut input = at_control();
        assert_eq!(input.press(24, 0x71).0.len(), 1);
        assert_eq!(input.press(24, 0x71).0, []);
    }

    #[test]
    fn everything_goes_up_when_the_window_is_left() {
        let mut input = at_control();
        input.press(64, name::ALT_LEFT);
        input.point((5, 6));
        input.button(0x01, true);
        let up = FromOperator::Pointer {
            x: 5,
            y: 6,
            buttons: 0,
        };
        assert_eq!(input.release(), [key(name::ALT_LEFT, false), up]);
        assert_eq!(input.release(), []);
    }

    #[test]
    fn chords_are_of_the_window_and_one_is_ctrl_alt_del() {
        let mut input = at_control();
        input.press(37, name::CONTROL_LEFT);
        input.press(64, name::ALT_LEFT);
        assert_eq!(
            input.press(36, name::RETURN),
            (vec![], Some(Act::FullScreen))
        );
        assert_eq!(input.lift(36), []);
        let (said, act) = input.press(115, name::END);
        assert_eq!(said, [key(name::DELETE, true), key(name::DELETE, false)]);
        assert_eq!(act, None);
        assert_eq!(input.press(117, name::PAGE_DOWN).1, Some(Act::NextMonitor));
        assert_eq!(input.lift(64), [key(name::ALT_LEFT, false)]);
        assert_eq!(input.press(36, name::RETURN).0, [key(name::RETURN, true)]);
    }

    #[test]
    fn who_may_only_look_on_says_nothing() {
        let mut input = at_control();
        input.press(24, 0x71);
        assert_eq!(input.control(false), [key(0x71, false)]);
        let said = [
            input.press(25, 0x77).0,
            input.lift(25),
            input.typed(0x77),
            input.point((1, 1)),
            input.button(0x01, true),
            input.wheel(0.0, 3.0),
            input.release(),
        ];
        assert_eq!(said.concat(), []);
        input.press(37, name::CONTROL_LEFT);
        input.press(64, name::ALT_LEFT);
        assert_eq!(input.press(36, name::RETURN).1, Some(Act::FullScreen));
        assert_eq!(input.press(115, name::END), (vec![], None));
    }

    #[test]
    fn parts_of_a_notch_add_up() {
        let mut input = at_control();
        assert_eq!(
            input.wheel(0.0, 1.0),
            [FromOperator::Wheel { x: 0, y: 120 }]
        );
        assert_eq!(input.wheel(0.004, 0.0), []);
        assert_eq!(
            input.wheel(0.005, 0.0),
            [FromOperator::Wheel { x: 1, y: 0 }]
        );
        assert_eq!(input.wheel(f64::NAN, 0.0), []);
    }
}
