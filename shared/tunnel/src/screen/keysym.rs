//! Keys by the numbers X11 has for what they mean.

/// The numbers of keys that are no character.
pub mod name {
    #![allow(missing_docs, reason = "they are X11's own names")]

    pub const BACKSPACE: u32 = 0xff08;
    pub const TAB: u32 = 0xff09;
    pub const CLEAR: u32 = 0xff0b;
    pub const RETURN: u32 = 0xff0d;
    pub const PAUSE: u32 = 0xff13;
    pub const SCROLL_LOCK: u32 = 0xff14;
    pub const ESCAPE: u32 = 0xff1b;
    pub const HOME: u32 = 0xff50;
    pub const LEFT: u32 = 0xff51;
    pub const UP: u32 = 0xff52;
    pub const RIGHT: u32 = 0xff53;
    pub const DOWN: u32 = 0xff54;
    pub const PAGE_UP: u32 = 0xff55;
    pub const PAGE_DOWN: u32 = 0xff56;
    pub const END: u32 = 0xff57;
    pub const PRINT: u32 = 0xff61;
    pub const INSERT: u32 = 0xff63;
    pub const MENU: u32 = 0xff67;
    pub const NUM_LOCK: u32 = 0xff7f;
    pub const KEYPAD_ENTER: u32 = 0xff8d;
    pub const F1: u32 = 0xffbe;
    pub const SHIFT_LEFT: u32 = 0xffe1;
    pub const SHIFT_RIGHT: u32 = 0xffe2;
    pub const CONTROL_LEFT: u32 = 0xffe3;
    pub const CONTROL_RIGHT: u32 = 0xffe4;
    pub const CAPS_LOCK: u32 = 0xffe5;
    pub const ALT_LEFT: u32 = 0xffe9;
    pub const ALT_RIGHT: u32 = 0xffea;
    pub const SUPER_LEFT: u32 = 0xffeb;
    pub const SUPER_RIGHT: u32 = 0xffec;
    pub const DELETE: u32 = 0xffff;
    pub const ALT_GRAPH: u32 = 0xfe03;
}

/// `KeyboardEvent.location` of keys on the right.
const RIGHT: u32 = 2;
/// `KeyboardEvent.location` of keys on the keypad.
const KEYPAD: u32 = 3;

const LATIN_1_AT: u32 = 0x00a0;
const UNICODE: u32 = 0x0100_0000;

/// The number of a character.
#[must_use]
pub fn of_char(c: char) -> u32 {
    match (c, u32::from(c)) {
        ('\u{8}', _) => name::BACKSPACE,
        ('\t', _) => name::TAB,
        ('\n' | '\r', _) => name::RETURN,
        ('\u{1b}', _) => name::ESCAPE,
        ('\u{7f}', _) => name::DELETE,
        (_, latin @ (0x20..=0x7e | LATIN_1_AT..=0xff)) => latin,
        (_, other) => UNICODE + other,
    }
}

/// The character of a number that [`of_char`] gives for one that can be seen.
#[must_use]
pub fn to_char(keysym: u32) -> Option<char> {
    match keysym {
        0x20..=0x7e | LATIN_1_AT..=0xff => char::from_u32(keysym),
        _ => char::from_u32(keysym.checked_sub(UNICODE)?),
    }
}

/// The number of a key of a browser: its `KeyboardEvent.key` and `KeyboardEvent.location`. None where it types nothing by
/// itself, as dead keys do, or is not known.
#[must_use]
pub fn of_key(key: &str, location: u32) -> Option<u32> {
    let mut characters = key.chars();
    if let (Some(character), None) = (characters.next(), characters.next()) {
        return Some(of_char(character));
    }
    of_modifier(key, location == RIGHT).or_else(|| match key {
        "Enter" if location == KEYPAD => Some(name::KEYPAD_ENTER),
        _ => of_name(key).or_else(|| of_function(key)),
    })
}

fn of_modifier(key: &str, on_the_right: bool) -> Option<u32> {
    let (left, right) = match key {
        "Shift" => (name::SHIFT_LEFT, name::SHIFT_RIGHT),
        "Control" => (name::CONTROL_LEFT, name::CONTROL_RIGHT),
        "Alt" => (name::ALT_LEFT, name::ALT_RIGHT),
        "Meta" | "OS" | "Super" => (name::SUPER_LEFT, name::SUPER_RIGHT),
        _ => return None,
    };
    Some(if on_the_right { right } else { left })
}

fn of_name(key: &str) -> Option<u32> {
    Some(match key {
        "Backspace" => name::BACKSPACE,
        "Tab" => name::TAB,
        "Clear" => name::CLEAR,
        "Enter" => name::RETURN,
        "Pause" => name::PAUSE,
        "ScrollLock" => name::SCROLL_LOCK,
        "Escape" => name::ESCAPE,
        "Home" => name::HOME,
        "ArrowLeft" => name::LEFT,
        "ArrowUp" => name::UP,
        "ArrowRight" => name::RIGHT,
        "ArrowDown" => name::DOWN,
        "PageUp" => name::PAGE_UP,
        "PageDown" => name::PAGE_DOWN,
        "End" => name::END,
        "PrintScreen" => name::PRINT,
        "Insert" => name::INSERT,
        "ContextMenu" => name::MENU,
        "NumLock" => name::NUM_LOCK,
        "CapsLock" => name::CAPS_LOCK,
        "Delete" => name::DELETE,
        "AltGraph" => name::ALT_GRAPH,
        _ => return None,
    })
}

fn of_function(key: &str) -> Option<u32> {
    let number = key.strip_prefix('F')?.parse::<u32>().ok()?;
    (1..=35).contains(&number).then(|| name::F1 + number - 1)
}
