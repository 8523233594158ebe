//! The pointer, of both.

use migasfree_grant::Mode;
use migasfree_tunnel::screen::{Codec, FromComputer, FromOperator, NOTCH, button};
use x11rb::protocol::Event;

use crate::desk::{Desk, Person, until};
use crate::viewer::{Viewer, order};

fn at(x: u16, y: u16, buttons: u8) -> FromOperator {
    FromOperator::Pointer { x, y, buttons }
}

fn pressed(person: &Person) -> (u8, i16, i16) {
    person.next("a button is pressed", |event| match event {
        Event::ButtonPress(press) => Some((press.detail, press.event_x, press.event_y)),
        _ => None,
    })
}

fn released(person: &Person) -> u8 {
    person.next("a button is released", |event| match event {
        Event::ButtonRelease(release) => Some(release.detail),
        _ => None,
    })
}

#[test]
fn the_operator_points_presses_and_turns_the_wheel() {
    let desk = Desk::new();
    let person = desk.person();
    let mut viewer = Viewer::new(&desk, &order(Codec::Tiles));
    viewer.say(&at(30, 40, button::LEFT));
    assert_eq!(pressed(&person), (1, 30, 40));
    viewer.say(&at(50, 60, button::RIGHT));
    assert_eq!(released(&person), 1);
    assert_eq!(pressed(&person), (3, 50, 60));
    viewer.say(&at(50, 60, button::BACK));
    assert_eq!(pressed(&person), (8, 50, 60));
    viewer.say(&at(51, 60, 0));
    viewer.say(&FromOperator::Wheel { x: 0, y: NOTCH / 2 });
    viewer.say(&FromOperator::Wheel {
        x: -NOTCH,
        y: NOTCH / 2,
    });
    let wheel = [pressed(&person).0, pressed(&person).0];
    assert_eq!(wheel, [6, 5]);
}

#[test]
fn a_small_window_points_to_the_same_place() {
    let desk = Desk::new();
    let person = desk.person();
    let mut small = order(Codec::Tiles);
    small.request.width = 64;
    let mut viewer = Viewer::new(&desk, &small);
    viewer.say(&at(32, 24, 0));
    until("it is in the middle", || person.pointer() == (325, 245));
}

#[test]
fn what_is_held_is_released_when_the_operator_is_gone() {
    let desk = Desk::new();
    let person = desk.person();
    let mut viewer = Viewer::new(&desk, &order(Codec::Tiles));
    viewer.say(&at(30, 40, button::LEFT | button::MIDDLE));
    pressed(&person);
    pressed(&person);
    assert!(viewer.leave().success());
    let mut both = [released(&person), released(&person)];
    both.sort_unstable();
    assert_eq!(both, [1, 2]);
}

#[test]
fn who_looks_on_moves_nothing() {
    let desk = Desk::new();
    let person = desk.person();
    person.points_at(5, 6);
    let mut only_look = order(Codec::Tiles);
    only_look.mode = Mode::View;
    let mut viewer = Viewer::new(&desk, &only_look);
    viewer.say(&at(300, 200, button::LEFT));
    viewer.say(&FromOperator::Wheel { x: 0, y: NOTCH });
    viewer.say(&FromOperator::Key {
        keysym: 0x61,
        down: true,
    });
    viewer.until_it_is_still();
    assert_eq!(person.pointer(), (5, 6));
    assert!(!person.holds_a_key());
    let shape = viewer.shape.as_ref().unwrap();
    assert_eq!((shape.mode, shape.clipboard_in), (Mode::View, false));
    person.paint(0x00c8_0000, 0, 0, 10, 10);
    viewer.until_pixel((5, 5), [0xc8, 0, 0], 0);
}

#[test]
fn the_operator_sees_how_the_pointer_looks_and_where_it_is() {
    let desk = Desk::new();
    let person = desk.person();
    let mut viewer = Viewer::new(&desk, &order(Codec::Tiles));
    viewer.until("there is a pointer", |viewer| {
        viewer.heard.iter().any(|message| {
            matches!(message, FromComputer::Cursor(cursor)
                if cursor.width > 0 && cursor.rgba.iter().any(|byte| *byte != 0))
        })
    });
    for (x, y) in [(111, 222), (333, 44)] {
        person.points_at(x, y);
        let (x, y) = (x.cast_unsigned(), y.cast_unsigned());
        viewer.until("its place is told", |viewer| {
            viewer.heard.contains(&FromComputer::CursorAt { x, y })
        });
    }
}
