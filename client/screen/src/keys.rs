//! The operator's keys on this keyboard.
//!
//! Operators say what their layout made of a key. Here the key of the person's layout is pressed that makes the same, with the
//! modifiers it takes; what the layout lacks is lent a key that means nothing.

use std::collections::{BTreeMap, VecDeque};

use anyhow::Result;
use x11rb::protocol::xkb::{ConnectionExt as _, EventType, ID, MapPart, SelectEventsAux};
use x11rb::protocol::xproto::{
    ConnectionExt as _, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, Keycode, Keysym,
};
use x11rb::protocol::xtest::ConnectionExt as _;

use crate::display::Display;
use crate::keymap::{Keymap, Modifiers, Stroke, bits, character, each};

/// So that a program that is slow still finds what a key was lent for.
const MOST_LENT: usize = 12;

/// What the keys do.
#[derive(Debug, Default)]
pub struct Keys {
    map: Option<Keymap>,
    held: BTreeMap<Keysym, Keycode>,
    /// Keys that are lent, those that were used last behind.
    lent: VecDeque<(Keycode, Keysym)>,
}

impl Keys {
    /// Asks to be told when keys mean something else.
    pub fn watch(display: &Display) -> Result<Self> {
        let changes = EventType::MAP_NOTIFY | EventType::NEW_KEYBOARD_NOTIFY;
        let (nothing, all) = (EventType::from(0_u16), MapPart::from(0xff_u16));
        let keyboard = ID::USE_CORE_KBD.into();
        let details = SelectEventsAux::new();
        display
            .x
            .xkb_select_events(keyboard, nothing, changes, all, all, &details)?
            .check()?;
        Ok(Self::default())
    }

    /// The keyboard is another one.
    pub fn forget_map(&mut self) {
        self.map = None;
    }

    /// A key goes down or up.
    pub fn act(&mut self, display: &Display, keysym: Keysym, down: bool) -> Result<()> {
        if down {
            self.press(display, keysym)
        } else {
            self.let_go(display, keysym)
        }
    }

    fn press(&mut self, display: &Display, keysym: Keysym) -> Result<()> {
        if self.held.contains_key(&keysym) {
            return Ok(());
        }
        let now = modifiers(display)?;
        let mut stroke = loaded(&mut self.map, display)?.find(keysym, now);
        if stroke.is_none() && self.lend(display, keysym)? {
            stroke = loaded(&mut self.map, display)?.find(keysym, now);
        }
        let Some(stroke) = stroke else {
            tracing::debug!(keysym, "there is no key for this");
            return Ok(());
        };
        self.mark_as_used(stroke.keycode);
        self.free(display, stroke.keycode)?;
        if stroke.press == 0 && stroke.lift == 0 {
            self.held.insert(keysym, stroke.keycode);
            return fake(display, stroke.keycode, true);
        }
        self.tap(display, stroke)
    }

    /// With other modifiers than those that are down a key cannot be held: what it repeats would be something else.
    fn tap(&mut self, display: &Display, stroke: Stroke) -> Result<()> {
        let map = loaded(&mut self.map, display)?;
        let pressed: Vec<_> = each(stroke.press)
            .filter_map(|bit| map.key_of_modifier(bit))
            .collect();
        let lifts = |keycode: &&Keycode| map.modifiers_of(**keycode) & stroke.lift != 0;
        let lifted: Vec<_> = self.held.values().filter(lifts).copied().collect();
        for keycode in &lifted {
            fake(display, *keycode, false)?;
        }
        for keycode in &pressed {
            fake(display, *keycode, true)?;
        }
        fake(display, stroke.keycode, true)?;
        fake(display, stroke.keycode, false)?;
        for keycode in pressed.iter().rev() {
            fake(display, *keycode, false)?;
        }
        for keycode in lifted.iter().rev() {
            fake(display, *keycode, true)?;
        }
        Ok(())
    }

    /// A key that goes up may mean something else than when it went down: Shift may have changed meanwhile.
    fn let_go(&mut self, display: &Display, keysym: Keysym) -> Result<()> {
        if let Some(keycode) = self.held.remove(&keysym) {
            return fake(display, keycode, false);
        }
        let map = loaded(&mut self.map, display)?;
        let same: Vec<_> = self
            .held
            .values()
            .filter(|keycode| map.makes(**keycode, keysym))
            .copied()
            .collect();
        for keycode in same {
            self.free(display, keycode)?;
        }
        Ok(())
    }

    /// Releases a key that is down for another meaning.
    fn free(&mut self, display: &Display, keycode: Keycode) -> Result<()> {
        if self.held.values().any(|held| *held == keycode) {
            fake(display, keycode, false)?;
            self.held.retain(|_, held| *held != keycode);
        }
        Ok(())
    }

    /// Gives a key without meaning this one. Whether there was one.
    fn lend(&mut self, display: &Display, keysym: Keysym) -> Result<bool> {
        if character(keysym).is_none() {
            return Ok(false);
        }
        let spare = if self.lent.len() < MOST_LENT {
            loaded(&mut self.map, display)?.unused().last()
        } else {
            None
        };
        let Some(keycode) = spare.or_else(|| self.used_longest_ago()) else {
            return Ok(false);
        };
        self.lent.retain(|(lent, _)| *lent != keycode);
        self.lent.push_back((keycode, keysym));
        mean(display, keycode, keysym)?;
        self.forget_map();
        Ok(true)
    }

    fn used_longest_ago(&self) -> Option<Keycode> {
        let is_held = |keycode: &Keycode| self.held.values().any(|held| held == keycode);
        let mut lent = self.lent.iter().map(|(keycode, _)| *keycode);
        lent.find(|keycode| !is_held(keycode))
    }

    fn mark_as_used(&mut self, keycode: Keycode) {
        if let Some(at) = self.lent.iter().position(|(lent, _)| *lent == keycode) {
            let lent = self.lent.remove(at);
            self.lent.extend(lent);
        }
    }

    /// Releases what is held, and takes back what was lent.
    pub fn release(&mut self, display: &Display) -> Result<()> {
        for keycode in std::mem::take(&mut self.held).into_values() {
            fake(display, keycode, false)?;
        }
        if self.lent.is_empty() {
            return Ok(());
        }
        // The layout may have been set anew meanwhile.
        let map = Keymap::load(display)?;
        for (keycode, keysym) in self.lent.drain(..) {
            if map.makes(keycode, keysym) {
                mean(display, keycode, 0)?;
            }
        }
        Ok(())
    }
}

fn loaded<'a>(map: &'a mut Option<Keymap>, display: &Display) -> Result<&'a Keymap> {
    let loaded = match map.take() {
        Some(loaded) => loaded,
        None => Keymap::load(display)?,
    };
    Ok(map.insert(loaded))
}

fn modifiers(display: &Display) -> Result<Modifiers> {
    let keyboard = ID::USE_CORE_KBD.into();
    let state = display.x.xkb_get_state(keyboard)?.reply()?;
    Ok(Modifiers {
        effective: bits(state.mods),
        locked: bits(state.locked_mods),
        group: state.group.into(),
    })
}

fn mean(display: &Display, keycode: Keycode, keysym: Keysym) -> Result<()> {
    // Twice the same: it means it with Shift, too.
    display
        .x
        .change_keyboard_mapping(1, keycode, 2, &[keysym, keysym])?
        .check()?;
    Ok(())
}

fn fake(display: &Display, keycode: Keycode, down: bool) -> Result<()> {
    let kind = if down {
        KEY_PRESS_EVENT
    } else {
        KEY_RELEASE_EVENT
    };
    display
        .x
        .xtest_fake_input(kind, keycode, 0, x11rb::NONE, 0, 0, 0)?;
    Ok(())
}
