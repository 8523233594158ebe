//! The person's keyboard: which keys make which meaning.

use std::ops::RangeInclusive;

use anyhow::{Context as _, Result};
use x11rb::protocol::xkb::{
    ConnectionExt as _, GetMapReply, ID, KeySymMap, KeyType, MapPart, VMod,
};
use x11rb::protocol::xproto::{Keycode, Keysym, ModMask};
use xkeysym::key;

use crate::display::Display;

/// Keys that switch something for good, or the layout, are not for holding while another one is pressed.
const SWITCHES: [Keysym; 5] = [
    key::Caps_Lock,
    key::Shift_Lock,
    key::Num_Lock,
    key::Scroll_Lock,
    key::Mode_switch,
];
/// As bad as this many modifiers: another number for the same character, as on the keypad.
const OTHER_NUMBER: u32 = 10;

/// What is down and switched on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Modifiers {
    /// What is in effect.
    pub effective: u8,
    /// What is switched on and stays.
    pub locked: u8,
    /// Which of the layouts is in use.
    pub group: u8,
}

/// How to make a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stroke {
    /// The key.
    pub keycode: Keycode,
    /// The modifiers that have to be down besides.
    pub press: u8,
    /// The modifiers that must not be down, and are.
    pub lift: u8,
}

/// All keys.
#[derive(Debug)]
pub struct Keymap {
    first: Keycode,
    keys: Vec<KeySymMap>,
    types: Vec<KeyType>,
    modifiers: Vec<(Keycode, u8)>,
}

impl Keymap {
    /// Asks the X server.
    pub fn load(display: &Display) -> Result<Self> {
        let parts = MapPart::KEY_TYPES | MapPart::KEY_SYMS | MapPart::MODIFIER_MAP;
        let keyboard = ID::USE_CORE_KBD.into();
        let none = MapPart::from(0_u16);
        let map = display.x.xkb_get_map(
            keyboard,
            parts,
            none,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            VMod::from(0_u16),
            0,
            0,
            0,
            0,
            0,
            0,
        )?;
        Self::of(map.reply()?).context("the X server does not tell its keys")
    }

    fn of(reply: GetMapReply) -> Option<Self> {
        let modifiers = reply.map.modmap_rtrn?;
        Some(Self {
            first: reply.first_key_sym,
            keys: reply.map.syms_rtrn?,
            types: reply.map.types_rtrn?,
            modifiers: modifiers
                .iter()
                .map(|key| (key.keycode, bits(key.mods)))
                .collect(),
        })
    }

    /// The easiest way to make a meaning in the layout that is in use.
    pub fn find(&self, keysym: Keysym, now: Modifiers) -> Option<Stroke> {
        let keys = self.keycodes().zip(&self.keys);
        let ways = keys.flat_map(|(keycode, key)| self.ways(keycode, key, keysym, now));
        ways.min_by_key(|(cost, stroke)| (*cost, stroke.keycode))
            .map(|(_, stroke)| stroke)
    }

    fn ways(
        &self,
        keycode: Keycode,
        key: &KeySymMap,
        keysym: Keysym,
        now: Modifiers,
    ) -> impl Iterator<Item = (u32, Stroke)> {
        let group = group(key, now.group);
        let symbols = group.and_then(|group| {
            let width = usize::from(key.width);
            key.syms.get(group * width..(group + 1) * width)
        });
        let kind = group.and_then(|group| self.types.get(usize::from(*key.kt_index.get(group)?)));
        let levels = symbols.unwrap_or_default().iter().enumerate();
        levels
            .filter_map(move |(level, symbol)| {
                let cost = unlikeness(*symbol, keysym)?;
                let (press, lift) = self.modifiers_for(kind?, level, now)?;
                let stroke = Stroke {
                    keycode,
                    press,
                    lift,
                };
                Some((cost + press.count_ones() + lift.count_ones(), stroke))
            })
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// What has to go down and up for a level of a key.
    fn modifiers_for(&self, kind: &KeyType, level: usize, now: Modifiers) -> Option<(u8, u8)> {
        let mask = bits(kind.mods_mask);
        let effective = now.effective & mask;
        let sets = (0..=mask).filter(|set| set & !mask == 0);
        let suitable = sets
            .filter(|set| set & now.locked == now.locked & mask && level_of(kind, *set) == level);
        let changes = suitable.map(|set| (set & !effective, effective & !set));
        changes
            .filter(|(press, _)| self.can_press(*press))
            .min_by_key(|(press, lift)| press.count_ones() + lift.count_ones())
    }

    fn can_press(&self, modifiers: u8) -> bool {
        each(modifiers).all(|bit| self.key_of_modifier(bit).is_some())
    }

    /// The key that is held for a modifier.
    pub fn key_of_modifier(&self, bit: u8) -> Option<Keycode> {
        let mut keys = self.modifiers.iter().filter(|(_, bits)| bits & bit != 0);
        let found = keys.find(|(keycode, _)| {
            let symbol = self.symbols(*keycode).first();
            symbol.is_some_and(|symbol| *symbol != 0 && !SWITCHES.contains(symbol))
        });
        found.map(|(keycode, _)| *keycode)
    }

    /// The modifiers a key is for.
    pub fn modifiers_of(&self, keycode: Keycode) -> u8 {
        let keys = self.modifiers.iter();
        keys.filter(|(key, _)| *key == keycode)
            .fold(0, |all, (_, bits)| all | bits)
    }

    /// Whether a key makes this meaning at all.
    pub fn makes(&self, keycode: Keycode, keysym: Keysym) -> bool {
        let mut symbols = self.symbols(keycode).iter();
        symbols.any(|symbol| unlikeness(*symbol, keysym).is_some())
    }

    /// Keys without any meaning.
    pub fn unused(&self) -> impl Iterator<Item = Keycode> {
        let is_unused = |keycode: &Keycode| {
            self.modifiers_of(*keycode) == 0
                && self.symbols(*keycode).iter().all(|symbol| *symbol == 0)
        };
        self.keycodes().filter(is_unused)
    }

    fn keycodes(&self) -> RangeInclusive<Keycode> {
        let last = usize::from(self.first) + self.keys.len().saturating_sub(1);
        self.first..=Keycode::try_from(last).unwrap_or(Keycode::MAX)
    }

    fn symbols(&self, keycode: Keycode) -> &[Keysym] {
        let at = keycode.checked_sub(self.first).map(usize::from);
        let key = at.and_then(|at| self.keys.get(at));
        key.map_or(&[], |key| &key.syms)
    }
}

/// The layout that counts for a key which has fewer of them: as its flags say the last one, a certain one, or in turns.
fn group(key: &KeySymMap, group: u8) -> Option<usize> {
    let count = key.group_info & 0x0f;
    if count == 0 {
        return None;
    }
    let group = match key.group_info & 0xc0 {
        _ if group < count => group,
        0x40 => count - 1,
        0x80 => Some((key.group_info >> 4) & 0x03)
            .filter(|group| *group < count)
            .unwrap_or(0),
        _ => group % count,
    };
    Some(group.into())
}

fn level_of(kind: &KeyType, modifiers: u8) -> usize {
    let mut entries = kind.map.iter().filter(|entry| entry.active);
    let entry = entries.find(|entry| bits(entry.mods_mask) == modifiers);
    entry.map_or(0, |entry| entry.level.into())
}

/// None where it is another meaning; 0 where it is the same number.
fn unlikeness(symbol: Keysym, wanted: Keysym) -> Option<u32> {
    if symbol == wanted {
        return Some(0);
    }
    (symbol != 0 && character(symbol)? == character(wanted)?).then_some(OTHER_NUMBER)
}

/// The character of a meaning, if it is one.
pub fn character(keysym: Keysym) -> Option<char> {
    let character = xkeysym::Keysym::new(keysym).key_char()?;
    (!character.is_control()).then_some(character)
}

/// The bits of a set, one by one.
pub fn each(bits: u8) -> impl Iterator<Item = u8> {
    (0..8).map(|at| 1 << at).filter(move |bit| bits & bit != 0)
}

/// The eight modifiers there are.
pub fn bits(modifiers: ModMask) -> u8 {
    u8::try_from(u16::from(modifiers) & 0xff).unwrap_or(0)
}
