//! What is on the screen, as pictures.

use std::time::Duration;

use migasfree_tunnel::screen::{Codec, FromComputer, FromOperator, ScreenRequest};

use crate::desk::{Desk, HEIGHT, Person, WIDTH};
use crate::viewer::{Viewer, order};

const CODECS: [(Codec, u8); 3] = [(Codec::Vp9, 12), (Codec::Vp8, 12), (Codec::Tiles, 0)];

fn frames(viewer: &Viewer) -> usize {
    let is_frame = |message: &&FromComputer| matches!(message, FromComputer::Frame(_));
    viewer.heard.iter().filter(is_frame).count()
}

/// Four fields.
fn paint(person: &Person) {
    person.paint(0x00c8_3214, 0, 0, 320, 240);
    person.paint(0x0014_a03c, 320, 0, 320, 240);
    person.paint(0x001e_46dc, 0, 240, 320, 240);
    person.paint(0x00f0_f0f0, 320, 240, 320, 240);
}

#[test]
fn what_is_on_the_screen_is_seen() {
    let desk = Desk::new();
    let person = desk.person();
    paint(&person);
    for (codec, tolerance) in CODECS {
        let mut viewer = Viewer::new(&desk, &order(codec));
        viewer.until_pixel((160, 120), [0xc8, 0x32, 0x14], tolerance);
        viewer.until_pixel((480, 120), [0x14, 0xa0, 0x3c], tolerance);
        viewer.until_pixel((160, 360), [0x1e, 0x46, 0xdc], tolerance);
        viewer.until_pixel((639, 479), [0xf0, 0xf0, 0xf0], tolerance);
        let shape = viewer.shape.as_ref().unwrap();
        assert_eq!((shape.width, shape.height), (WIDTH, HEIGHT));
        assert_eq!((shape.codec, shape.system.as_str()), (codec, "x11"));
        assert!(viewer.leave().success());
    }
}

#[test]
fn what_changes_is_seen_and_what_stands_still_costs_nothing() {
    let desk = Desk::new();
    let person = desk.person();
    for (codec, tolerance) in CODECS {
        let mut viewer = Viewer::new(&desk, &order(codec));
        viewer.until_it_is_still();
        for (step, shade) in (0..5).zip([0x40, 0x60, 0x80, 0xa0, 0xc0]) {
            person.paint(u32::from(shade) << 16, 100 * step, 50, 64, 64);
            let x = u16::try_from(100 * step).unwrap() + 32;
            viewer.until_pixel((x, 82), [shade, 0, 0], tolerance);
        }
        viewer.until_it_is_still();
        let again = viewer.wait(Duration::from_secs(1));
        assert_eq!(again, 0, "{codec:?} repeats itself");
        person.paint(0, 0, 0, WIDTH, HEIGHT);
    }
}

#[test]
fn only_what_changed_comes_as_tiles() {
    let desk = Desk::new();
    let person = desk.person();
    paint(&person);
    let mut viewer = Viewer::new(&desk, &order(Codec::Tiles));
    viewer.until_it_is_still();
    viewer.heard.clear();
    person.paint(0x00ff_ff00, 70, 70, 20, 20);
    viewer.until_pixel((80, 80), [0xff, 0xff, 0], 0);
    let tiles = viewer.heard.iter().filter_map(|message| match message {
        FromComputer::Tiles(tiles) => Some(&tiles.tiles),
        _ => None,
    });
    let places: Vec<_> = tiles.flatten().map(|tile| (tile.x, tile.y)).collect();
    assert_eq!(places, [(64, 64)]);
}

#[test]
fn a_small_window_gets_small_pictures() {
    let desk = Desk::new();
    let person = desk.person();
    paint(&person);
    for (codec, tolerance) in CODECS {
        let mut small = order(codec);
        (small.request.width, small.request.height) = (200, 200);
        let mut viewer = Viewer::new(&desk, &small);
        viewer.until_pixel((50, 37), [0xc8, 0x32, 0x14], tolerance);
        viewer.until_pixel((150, 112), [0xf0, 0xf0, 0xf0], tolerance);
        let shape = viewer.shape.as_ref().unwrap();
        assert_eq!((shape.width, shape.height), (200, 150));
        person.paint(0x0000_0000, 400, 300, 100, 100);
        viewer.until_pixel((140, 109), [0, 0, 0], tolerance);
        let request = ScreenRequest {
            codecs: vec![codec],
            ..ScreenRequest::default()
        };
        viewer.say(&FromOperator::Show(request));
        viewer.until("it is large again", |viewer| {
            viewer
                .shape
                .as_ref()
                .is_some_and(|shape| shape.width == WIDTH)
        });
        viewer.until_pixel((450, 350), [0, 0, 0], tolerance);
        paint(&person);
    }
}

#[test]
fn the_latest_picture_wins() {
    let desk = Desk::new();
    let person = desk.person();
    let mut viewer = Viewer::new(&desk, &order(Codec::Vp8));
    viewer.answers = false;
    viewer.until("there are two pictures", |viewer| frames(viewer) == 2);
    for step in 0..10 {
        person.paint(0x0000_8000 + step, 0, 0, 200, 200);
        viewer.wait(Duration::from_millis(50));
    }
    person.paint(0x00c8_0000, 0, 0, 200, 200);
    viewer.wait(Duration::from_millis(300));
    assert_eq!(frames(&viewer), 2, "nobody has seen those yet");
    viewer.say(&FromOperator::Seen { sequence: 2 });
    viewer.until("there is another picture", |viewer| frames(viewer) == 3);
    viewer.until_pixel((100, 100), [0xc8, 0, 0], 24);
}

#[test]
fn a_key_frame_comes_when_it_is_asked_for() {
    let desk = Desk::new();
    let person = desk.person();
    paint(&person);
    for codec in [Codec::Vp8, Codec::Vp9] {
        let mut viewer = Viewer::new(&desk, &order(codec));
        viewer.until_it_is_still();
        viewer.heard.clear();
        viewer.say(&FromOperator::KeyFrame);
        viewer.until("a key frame comes", |viewer| {
            let mut heard = viewer.heard.iter();
            heard.any(|message| matches!(message, FromComputer::Frame(frame) if frame.key))
        });
    }
    let mut viewer = Viewer::new(&desk, &order(Codec::Tiles));
    viewer.until_it_is_still();
    viewer.picture.as_mut().unwrap().rgb.fill(9);
    viewer.say(&FromOperator::KeyFrame);
    viewer.until_pixel((160, 120), [0xc8, 0x32, 0x14], 0);
}

#[test]
fn without_a_codec_there_are_tiles() {
    let desk = Desk::new();
    let mut none = order(Codec::Vp9);
    none.request.codecs.clear();
    let mut viewer = Viewer::new(&desk, &none);
    viewer.until("the shape comes", |viewer| viewer.shape.is_some());
    assert_eq!(viewer.shape.as_ref().unwrap().codec, Codec::Tiles);
}

#[test]
fn without_shared_memory_pictures_are_the_same() {
    let desk = Desk::with(&["-extension", "MIT-SHM"]);
    let person = desk.person();
    paint(&person);
    let mut viewer = Viewer::new(&desk, &order(Codec::Tiles));
    viewer.until_pixel((639, 479), [0xf0, 0xf0, 0xf0], 0);
    person.paint(0x0000_ff00, 101, 103, 1, 1);
    viewer.until_pixel((101, 103), [0, 0xff, 0], 0);
    viewer.until_pixel((102, 103), [0xc8, 0x32, 0x14], 0);
}
