//! What is typed, as keys of the computer.
use migasfree_tunnel::screen::keysym::{self, name};

/// A key of the operator, as the browser tells it.
#[derive(Debug, Clone, Copy)]
pub struct Stroke<'a> {
    /// What it means, in the operator's layout.
    pub key: &'a str,
    /// Where it is.
    pub code: &'a str,
    /// Which of several of its kind.
    pub location: u32,
    /// Whether a third level is chosen, which some systems tell as Control and Alt.
    pub third_level: bool,
}

/// Keys with a state of their own: what they change is in what other keys mean.
const OWN_STATE: [&str; 3] = ["AltGraph", "CapsLock", "NumLock"];
const OF_THIRD_LEVEL: [u32; 4] = [
    name::CONTROL_LEFT,
    name::CONTROL_RIGHT,
    name::ALT_LEFT,
    name::ALT_RIGHT,
];

/// Keys that go down (`true`) or come up.
pub type Strokes = Vec<(u32, bool)>;

/// Which keys are down: where they are on the operator's keyboard, and what they were when they went down.
#[derive(Debug, Default)]
pub struct Pressed(Vec<(String, u32)>);

impl Pressed {
    /// A key went down, or repeats itself.
    pub fn down(&mut self, stroke: Stroke<'_>) -> Strokes {
        let Some(keysym) = keysym::of_key(stroke.key, stroke.location)
            .filter(|_| !OWN_STATE.contains(&stroke.key))
        else {
            return Vec::new();
        };
        let mut strokes = Vec::new();
        if stroke.third_level && stroke.key.chars().count() == 1 {
            strokes = self.release(|keysym| OF_THIRD_LEVEL.contains(&keysym));
        }
        self.0.retain(|(code, _)| code != stroke.code);
        self.0.push((stroke.code.to_owned(), keysym));
        strokes.push((keysym, true));
        strokes
    }

    /// A key came up.
    pub fn up(&mut self, code: &str) -> Strokes {
        let found = self.0.iter().position(|(known, _)| known == code);
        let found = found.map(|index| self.0.remove(index));
        found
            .map(|(_, keysym)| (keysym, false))
            .into_iter()
            .collect()
    }

    /// All come up.
    pub fn all_up(&mut self) -> Strokes {
        self.release(|_| true)
    }

    fn release(&mut self, which: impl Fn(u32) -> bool) -> Strokes {
        let all = std::mem::take(&mut self.0);
        let (up, down): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, keysym)| which(*keysym));
        self.0 = down;
        up.into_iter().map(|(_, keysym)| (keysym, false)).collect()
    }
}

/// A text, key by key.
pub fn typing(text: &str) -> Strokes {
    let keys = text.chars().map(keysym::of_char);
    keys.flat_map(|keysym| [(keysym, true), (keysym, false)])
        .collect()
}

/// Keys that are pressed together.
pub fn together(keys: &[u32]) -> Strokes {
    let down = keys.iter().map(|keysym| (*keysym, true));
    let up = keys.iter().rev().map(|keysym| (*keysym, false));
    down.chain(up).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: u32 = 0x61;

    fn stroke<'a>(key: &'a str, code: &'a str) -> Stroke<'a> {
        Stroke {
            key,
            code,
            location: 0,
            third_level: false,
        }
    }

    #[test]
    fn a_key_comes_up_as_it_went_down() {
        let mut pressed = Pressed::default();
        assert_eq!(pressed.down(stroke("a", "KeyA")), [(A, true)]);
        assert_eq!(
            pressed.down(stroke("Shift", "ShiftLeft")),
            [(name::SHIFT_LEFT, true)]
        );
        // By then it means another letter.
        assert_eq!(pressed.up("KeyA"), [(A, false)]);
        assert!(pressed.up("KeyA").is_empty());
    }

    #[test]
    fn what_is_down_comes_up_together() {
        let mut pressed = Pressed::default();
        pressed.down(stroke("Control", "ControlLeft"));
        pressed.down(stroke("a", "KeyA"));
        pressed.down(stroke("a", "KeyA"));
        let up = [(name::CONTROL_LEFT, false), (A, false)];
        assert_eq!(pressed.all_up(), up);
        assert!(pressed.all_up().is_empty());
    }

    #[test]
    fn the_third_level_is_no_control_and_alt() {
        let mut pressed = Pressed::default();
        pressed.down(stroke("Control", "ControlLeft"));
        let at = Stroke {
            third_level: true,
            ..stroke("@", "KeyQ")
        };
        let strokes = [(name::CONTROL_LEFT, false), (0x40, true)];
        assert_eq!(pressed.down(at), strokes);
        assert!(pressed.up("ControlLeft").is_empty());
    }

    #[test]
    fn keys_that_type_nothing_are_not_sent() {
        let mut pressed = Pressed::default();
        for key in ["Dead", "CapsLock", "NumLock", "AltGraph"] {
            assert!(pressed.down(stroke(key, key)).is_empty(), "{key}");
        }
    }

    #[test]
    fn keys_together_come_up_in_the_other_order() {
        let keys = [name::CONTROL_LEFT, name::DELETE];
        let strokes = [
            (name::CONTROL_LEFT, true),
            (name::DELETE, true),
            (name::DELETE, false),
            (name::CONTROL_LEFT, false),
        ];
        assert_eq!(together(&keys), strokes);
        assert_eq!(typing("a"), [(A, true), (A, false)]);
    }
}
