//! What keys mean, as the layout of this desktop has it.

use migasfree_tunnel::screen::keysym::{of_char, of_key};
use winit::event::KeyEvent;
use winit::keyboard::{Key, KeyLocation, NamedKey, PhysicalKey};
use winit::platform::scancode::PhysicalKeyExtScancode as _;

/// What a key is to be at the computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// One key, that goes down and up.
    Key(u32),
    /// Several characters at once, as a sequence gives that does not exist as one.
    Text(Vec<u32>),
    /// Nothing by itself, as a dead key.
    Nothing,
}

/// What a key means that goes down. Accents and sequences are put together here, so that what arrives is what was typed.
pub fn meaning(event: &KeyEvent) -> Meaning {
    let text = event.text.as_deref().unwrap_or_default();
    of(text, &event.logical_key, event.location)
}

fn of(text: &str, key: &Key, location: KeyLocation) -> Meaning {
    // Ctrl makes control characters of letters.
    let is_control = text.chars().any(char::is_control);
    let letters = text.chars().filter(|_| !is_control);
    let typed: Vec<u32> = letters.map(of_char).collect();
    match (typed.as_slice(), key) {
        ([], Key::Character(letters)) => {
            let mut letters = letters.chars();
            letters
                .next()
                .map_or(Meaning::Nothing, |letter| Meaning::Key(of_char(letter)))
        }
        ([], Key::Named(NamedKey::Space)) => Meaning::Key(of_char(' ')),
        ([], Key::Named(named)) => {
            let keysym = of_key(&format!("{named:?}"), number(location));
            keysym.map_or(Meaning::Nothing, Meaning::Key)
        }
        ([], _) => Meaning::Nothing,
        ([keysym], _) => Meaning::Key(*keysym),
        _ => Meaning::Text(typed),
    }
}

/// The number that browsers have for it.
const fn number(location: KeyLocation) -> u32 {
    match location {
        KeyLocation::Standard => 0,
        KeyLocation::Left => 1,
        KeyLocation::Right => 2,
        KeyLocation::Numpad => 3,
    }
}

/// Which key of the keyboard it is.
pub fn place(key: PhysicalKey) -> u32 {
    key.to_scancode().unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(text: &str, key: &str) -> Meaning {
        of(text, &Key::Character(key.into()), KeyLocation::Standard)
    }

    fn named(text: &str, key: NamedKey, location: KeyLocation) -> Meaning {
        of(text, &Key::Named(key), location)
    }

    #[test]
    fn letters_are_what_the_layout_makes_of_them() {
        assert_eq!(letter("ñ", "ñ"), Meaning::Key(0xf1));
        assert_eq!(letter("€", "€"), Meaning::Key(0x0100_20ac));
        // A dead key before it.
        assert_eq!(letter("é", "e"), Meaning::Key(0xe9));
        assert_eq!(letter("´e", "e"), Meaning::Text(vec![0xb4, 0x65]));
        // With Ctrl.
        assert_eq!(letter("\u{3}", "c"), Meaning::Key(0x63));
        let dead = of("", &Key::Dead(Some('´')), KeyLocation::Standard);
        assert_eq!(dead, Meaning::Nothing);
    }

    #[test]
    fn keys_without_letters_have_their_names() {
        use KeyLocation::{Left, Numpad, Right, Standard};
        for (text, key, location, keysym) in [
            ("\r", NamedKey::Enter, Standard, 0xff0d),
            ("\r", NamedKey::Enter, Numpad, 0xff8d),
            (" ", NamedKey::Space, Standard, 0x20),
            ("", NamedKey::Space, Standard, 0x20),
            ("", NamedKey::Control, Right, 0xffe4),
            ("", NamedKey::Super, Left, 0xffeb),
            ("", NamedKey::AltGraph, Standard, 0xfe03),
            ("", NamedKey::ArrowLeft, Standard, 0xff51),
            ("", NamedKey::F11, Standard, 0xffc8),
            ("\u{7f}", NamedKey::Delete, Standard, 0xffff),
        ] {
            assert_eq!(named(text, key, location), Meaning::Key(keysym), "{key:?}");
        }
    }
}
