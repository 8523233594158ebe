//! Monitors that come, are chosen, and go.

use migasfree_tunnel::screen::{Codec, FromOperator, ScreenRequest};
use x11rb::connection::Connection as _;
use x11rb::protocol::randr::{ConnectionExt as _, MonitorInfo};
use x11rb::protocol::xproto::{Atom, ConnectionExt as _};
use x11rb::wrapper::ConnectionExt as _;

use crate::desk::{Desk, HEIGHT, Person, WIDTH};
use crate::viewer::{Viewer, order};

/// Makes a half of the screen a monitor of its own.
fn set(person: &Person, name: &str, x: i16) -> Atom {
    let name = person.x.intern_atom(false, name.as_bytes());
    let name = name.unwrap().reply().unwrap().atom;
    let monitor = MonitorInfo {
        name,
        primary: x == 0,
        automatic: false,
        x,
        y: 0,
        width: WIDTH / 2,
        height: HEIGHT,
        width_in_millimeters: 100,
        height_in_millimeters: 150,
        outputs: Vec::new(),
    };
    person.x.randr_set_monitor(person.root, monitor).unwrap();
    person.x.sync().unwrap();
    name
}

fn showing(monitor: Option<u32>) -> FromOperator {
    FromOperator::Show(ScreenRequest {
        codecs: vec![Codec::Tiles],
        monitor,
        ..ScreenRequest::default()
    })
}

fn names(viewer: &Viewer) -> Vec<&str> {
    let shape = viewer.shape.iter();
    let mut names: Vec<_> = shape
        .flat_map(|shape| &shape.monitors)
        .map(|monitor| monitor.name.as_str())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn one_of_two_monitors_is_shown_until_it_is_gone() {
    let desk = Desk::new();
    let person = desk.person();
    person.x.randr_query_version(1, 5).unwrap().reply().unwrap();
    person.paint(0x00c8_0000, 0, 0, 320, 480);
    person.paint(0x0000_00c8, 320, 0, 320, 480);
    let mut viewer = Viewer::new(&desk, &order(Codec::Tiles));
    viewer.until_pixel((0, 0), [0xc8, 0, 0], 0);

    let right = set(&person, "RIGHT", 320);
    set(&person, "LEFT", 0);
    person.x.flush().unwrap();
    viewer.until("both monitors are told", |viewer| {
        let names = names(viewer);
        names.contains(&"LEFT") && names.contains(&"RIGHT")
    });
    let is_whole = |viewer: &Viewer| {
        let shape = viewer.shape.as_ref().unwrap();
        (shape.width, shape.height, shape.shown) == (WIDTH, HEIGHT, None)
    };
    assert!(is_whole(&viewer));

    viewer.say(&showing(Some(right)));
    viewer.until("the right one is shown", |viewer| {
        let shape = viewer.shape.as_ref().unwrap();
        (shape.width, shape.height, shape.shown) == (320, 480, Some(right))
    });
    viewer.until_pixel((0, 0), [0, 0, 0xc8], 0);
    viewer.say(&FromOperator::Pointer {
        x: 10,
        y: 20,
        buttons: 0,
    });
    crate::desk::until("the pointer is on it", || person.pointer() == (330, 20));

    person.x.randr_delete_monitor(person.root, right).unwrap();
    person.x.sync().unwrap();
    viewer.until("all is shown", is_whole);
    viewer.until_pixel((639, 479), [0, 0, 0xc8], 0);
    viewer.until_pixel((0, 0), [0xc8, 0, 0], 0);
}

#[test]
fn a_screen_that_gets_another_size_is_shown_in_it() {
    let desk = Desk::new();
    let person = desk.person();
    person.paint(0x0000_c800, 0, 0, WIDTH, HEIGHT);
    let mut viewer = Viewer::new(&desk, &order(Codec::Tiles));
    viewer.until_pixel((639, 479), [0, 0xc8, 0], 0);
    let resources = person.x.randr_get_screen_resources(person.root);
    let crtc = resources.unwrap().reply().unwrap().crtcs[0];
    let rotation = x11rb::protocol::randr::Rotation::ROTATE0;
    let off = person
        .x
        .randr_set_crtc_config(crtc, 0, 0, 0, 0, 0, rotation, &[]);
    off.unwrap().reply().unwrap();
    person
        .x
        .randr_set_screen_size(person.root, 320, 200, 100, 60)
        .unwrap()
        .check()
        .unwrap();
    viewer.until("the size is told", |viewer| {
        let shape = viewer.shape.as_ref().unwrap();
        (shape.width, shape.height) == (320, 200)
    });
    person.paint(0x0000_c800, 0, 0, WIDTH, HEIGHT);
    viewer.until_pixel((319, 199), [0, 0xc8, 0], 0);
}
