//! What the operator types, as programs here read it.

use migasfree_tunnel::screen::keysym::{name, of_char};
use migasfree_tunnel::screen::{Codec, FromOperator};
use x11rb::protocol::Event;
use x11rb::protocol::xproto::KeyPressEvent;

use crate::desk::{Desk, Person, until};
use crate::viewer::{Viewer, order};

fn key(keysym: u32, down: bool) -> FromOperator {
    FromOperator::Key { keysym, down }
}

fn taps(viewer: &mut Viewer, keysym: u32) {
    viewer.say(&key(keysym, true));
    viewer.say(&key(keysym, false));
}

/// The next key that is no modifier.
fn pressed(person: &Person) -> (u32, KeyPressEvent) {
    person.next("a key is pressed", |event| match event {
        Event::KeyPress(press) => {
            let keysym = person.meaning(press.detail, press.state.into());
            let is_modifier = (0xffe1..=0xffee).contains(&keysym) || keysym == name::ALT_GRAPH;
            (!is_modifier).then_some((keysym, *press))
        }
        _ => None,
    })
}

fn reads(person: &Person, viewer: &mut Viewer, text: &str) {
    for c in text.chars() {
        taps(viewer, of_char(c));
        let (keysym, press) = pressed(person);
        let read = xkeysym::Keysym::new(keysym).key_char();
        assert_eq!(read, Some(c), "{keysym:#x} of {press:?}");
    }
}

#[test]
fn what_is_typed_is_read() {
    let desk = Desk::new();
    let person = desk.person();
    let before = person.keys();
    let mut viewer = Viewer::new(&desk, &order(Codec::Tiles));
    reads(&person, &mut viewer, "abcdefghijklmnopqrstuvwxyz");
    reads(
        &person,
        &mut viewer,
        "AZ 09!\"#$%&/()=?*+-_.,;:<>@[]{}\\|~^`'",
    );
    reads(&person, &mut viewer, "éñÑ€ñüßøαЖ日本語é");
    for keysym in [name::RETURN, name::ESCAPE, name::LEFT, name::F1 + 4] {
        taps(&mut viewer, keysym);
        assert_eq!(pressed(&person).0, keysym);
    }
    assert!(viewer.leave().success());
    assert_eq!(person.keys(), before, "what was lent is taken back");
    assert!(!person.holds_a_key());
}

#[test]
fn what_is_typed_is_read_in_the_layout_of_the_person() {
    let desk = Desk::new();
    if !desk.lays_out("es") {
        return;
    }
    let person = desk.person();
    let mut viewer = Viewer::new(&desk, &order(Codec::Tiles));
    reads(&person, &mut viewer, "aAñÑ€@#/=?¿ç{}éá");
    assert!(desk.lays_out("us"));
    until("it is another layout", || {
        person.meaning(47, 0) == u32::from(';')
    });
    reads(&person, &mut viewer, "aA;:@#/=?ñ{}é");
}

#[test]
fn a_key_is_down_as_long_as_it_is_held() {
    let desk = Desk::new();
    let person = desk.person();
    let mut viewer = Viewer::new(&desk, &order(Codec::Tiles));
    viewer.say(&key(name::CONTROL_LEFT, true));
    viewer.say(&key(u32::from('c'), true));
    let (keysym, press) = pressed(&person);
    assert_eq!(keysym, u32::from('c'));
    assert_eq!(u16::from(press.state), 0x04);
    assert!(person.holds_a_key());
    viewer.say(&key(u32::from('c'), false));
    viewer.say(&key(name::CONTROL_LEFT, false));
    until("no key is down", || !person.holds_a_key());
}

#[test]
fn shift_that_is_held_counts_as_much_as_the_layout_needs() {
    let desk = Desk::new();
    let person = desk.person();
    let mut viewer = Viewer::new(&desk, &order(Codec::Tiles));
    viewer.say(&key(name::SHIFT_LEFT, true));
    // On Shift and 7 of the operator there is a slash, which is a key of its own here.
    reads(&person, &mut viewer, "A/B'?");
    viewer.say(&key(u32::from('D'), true));
    viewer.say(&key(name::SHIFT_LEFT, false));
    viewer.say(&key(u32::from('d'), false));
    until("no key is down", || !person.holds_a_key());
}

#[test]
fn capitals_that_are_switched_on_change_nothing_of_what_is_read() {
    let desk = Desk::new();
    let person = desk.person();
    let mut viewer = Viewer::new(&desk, &order(Codec::Tiles));
    taps(&mut viewer, name::CAPS_LOCK);
    reads(&person, &mut viewer, "aZ1!ñ");
}

#[test]
fn the_third_level_that_is_held_is_that_of_the_layout() {
    let desk = Desk::new();
    if !desk.lays_out("es") {
        return;
    }
    let person = desk.person();
    let mut viewer = Viewer::new(&desk, &order(Codec::Tiles));
    viewer.say(&key(name::ALT_GRAPH, true));
    reads(&person, &mut viewer, "@€a");
    viewer.say(&key(name::ALT_GRAPH, false));
    until("no key is down", || !person.holds_a_key());
}

#[test]
fn keys_are_released_when_the_operator_is_gone_or_the_program_is_stopped() {
    let desk = Desk::new();
    let person = desk.person();
    let before = person.keys();
    for end in [Viewer::leave, Viewer::stop] {
        let mut viewer = Viewer::new(&desk, &order(Codec::Tiles));
        taps(&mut viewer, of_char('ñ'));
        pressed(&person);
        for keysym in [name::SHIFT_LEFT, name::CONTROL_LEFT, u32::from('A')] {
            viewer.say(&key(keysym, true));
        }
        pressed(&person);
        assert!(person.holds_a_key());
        assert!(end(viewer).success());
        assert!(!person.holds_a_key());
        assert_eq!(person.keys(), before);
    }
}
