//! How it ends, or does not begin.

use migasfree_grant::Mode;
use migasfree_tunnel::message::Code;
use migasfree_tunnel::screen::{Codec, FromComputer, FromOperator};

use crate::desk::Desk;
use crate::viewer::{Viewer, order};

/// Why it ended.
fn failure(mut viewer: Viewer) -> Code {
    while viewer.look() {}
    let code = match viewer.heard.last() {
        Some(FromComputer::Failed(failure)) => failure.code,
        other => panic!("{other:?} is no failure"),
    };
    assert!(!viewer.leave().success());
    code
}

#[test]
fn a_desktop_of_wayland_is_not_shown() {
    let desk = Desk::new();
    let wayland = [("WAYLAND_DISPLAY", "wayland-0")];
    let viewer = Viewer::with_environment(&desk, &order(Codec::Vp9), &wayland);
    assert_eq!(failure(viewer), Code::NotReachable);
}

#[test]
fn without_an_x_server_there_is_nothing_to_show() {
    let desk = Desk::new();
    let nowhere = [("DISPLAY", ":4711")];
    let viewer = Viewer::with_environment(&desk, &order(Codec::Vp9), &nowhere);
    assert_eq!(failure(viewer), Code::NotReachable);
}

#[test]
fn a_mode_of_something_else_is_refused() {
    let desk = Desk::new();
    let mut other = order(Codec::Vp9);
    other.mode = Mode::Administrator;
    assert_eq!(failure(Viewer::new(&desk, &other)), Code::Failed);
}

#[test]
fn what_is_not_the_protocol_ends_it() {
    let desk = Desk::new();
    let mut viewer = Viewer::new(&desk, &order(Codec::Vp9));
    viewer.until("it begins", |viewer| viewer.shape.is_some());
    viewer.say_bytes(&[0xff; 8]);
    assert_eq!(failure(viewer), Code::Protocol);
}

#[test]
fn without_an_x_server_any_more_it_ends() {
    let desk = Desk::new();
    let mut viewer = Viewer::new(&desk, &order(Codec::Vp9));
    viewer.until("it begins", |viewer| viewer.shape.is_some());
    drop(desk);
    assert_eq!(failure(viewer), Code::Failed);
}

#[test]
fn nothing_is_left_when_the_operator_goes_at_once() {
    let desk = Desk::new();
    let mut viewer = Viewer::new(&desk, &order(Codec::Vp9));
    viewer.say(&FromOperator::KeyFrame);
    assert!(viewer.leave().success());
}
