//! An X server, and the person at it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use x11rb::COPY_DEPTH_FROM_PARENT;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ConnectionExt as _, CreateGCAux, CreateWindowAux, EventMask, InputFocus, Keycode, Keysym,
    MapState, Rectangle, Window, WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// How long something may take on a machine that is busy.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub const WIDTH: u16 = 640;
pub const HEIGHT: u16 = 480;

/// An X server.
pub struct Desk {
    server: Child,
    pub name: String,
}

impl Desk {
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// One with other arguments.
    pub fn with(arguments: &[&str]) -> Self {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-nolisten",
                "tcp",
                "-noreset",
                "-screen",
                "0",
            ])
            .arg(format!("{WIDTH}x{HEIGHT}x24"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        let mut said = BufReader::new(server.stdout.take().unwrap());
        said.read_line(&mut number).unwrap();
        Self {
            server,
            name: format!(":{}", number.trim()),
        }
    }

    /// Somebody with a window over all of it.
    pub fn person(&self) -> Person {
        Person::at(&self.name)
    }

    /// Changes the layout of the keyboard. Whether that is possible here.
    pub fn lays_out(&self, layout: &str) -> bool {
        let status = Command::new("setxkbmap")
            .args(["-display", &self.name, "-layout", layout])
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A person with a window.
pub struct Person {
    pub x: RustConnection,
    pub root: Window,
    pub window: Window,
    black: u32,
}

impl Person {
    fn at(display: &str) -> Self {
        let (x, screen) = x11rb::connect(Some(display)).unwrap();
        let root = x.setup().roots[screen].root;
        let window = x.generate_id().unwrap();
        let black = x.generate_id().unwrap();
        let person = Self {
            x,
            root,
            window,
            black,
        };
        person.open();
        person
    }

    fn open(&self) {
        let x = &self.x;
        let size = x.get_geometry(self.root).unwrap().reply().unwrap();
        let values = CreateWindowAux::new()
            .override_redirect(1)
            .background_pixel(0)
            .event_mask(
                EventMask::KEY_PRESS
                    | EventMask::KEY_RELEASE
                    | EventMask::BUTTON_PRESS
                    | EventMask::BUTTON_RELEASE
                    | EventMask::PROPERTY_CHANGE,
            );
        x.create_window(
            COPY_DEPTH_FROM_PARENT,
            self.window,
            self.root,
            0,
            0,
            size.width,
            size.height,
            0,
            WindowClass::INPUT_OUTPUT,
            0,
            &values,
        )
        .unwrap();
        x.map_window(self.window).unwrap();
        x.create_gc(self.black, self.window, &CreateGCAux::new())
            .unwrap();
        until("the window is there", || {
            let window = x.get_window_attributes(self.window).unwrap().reply();
            window.unwrap().map_state == MapState::VIEWABLE
        });
        x.set_input_focus(InputFocus::NONE, self.window, x11rb::CURRENT_TIME)
            .unwrap();
        x.sync().unwrap();
    }

    /// Paints a rectangle in a colour, `0xrrggbb`.
    pub fn paint(&self, colour: u32, x: i16, y: i16, width: u16, height: u16) {
        let values = x11rb::protocol::xproto::ChangeGCAux::new().foreground(colour);
        self.x.change_gc(self.black, &values).unwrap();
        let rectangle = Rectangle {
            x,
            y,
            width,
            height,
        };
        self.x
            .poly_fill_rectangle(self.window, self.black, &[rectangle])
            .unwrap();
        self.x.sync().unwrap();
    }

    /// The next event for which there is an answer to `what`.
    pub fn next<T>(&self, text: &str, mut what: impl FnMut(&Event) -> Option<T>) -> T {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            match self.x.poll_for_event().unwrap() {
                Some(event) => {
                    if let Some(answer) = what(&event) {
                        return answer;
                    }
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        }
        panic!("{text} did not happen");
    }

    /// Moves the pointer as the person's own mouse does.
    pub fn points_at(&self, x: i16, y: i16) {
        self.x
            .xtest_fake_input(6, 0, 0, self.root, x, y, 0)
            .unwrap();
        self.x.sync().unwrap();
    }

    pub fn pointer(&self) -> (i16, i16) {
        let pointer = self.x.query_pointer(self.root).unwrap().reply().unwrap();
        (pointer.root_x, pointer.root_y)
    }

    /// What keys mean: of each key, in a row.
    pub fn keys(&self) -> (usize, Vec<Keysym>) {
        let setup = self.x.setup();
        let count = setup.max_keycode - setup.min_keycode + 1;
        let map = self.x.get_keyboard_mapping(setup.min_keycode, count);
        let map = map.unwrap().reply().unwrap();
        (map.keysyms_per_keycode.into(), map.keysyms)
    }

    /// Whether any key is down.
    pub fn holds_a_key(&self) -> bool {
        let keys = self.x.query_keymap().unwrap().reply().unwrap().keys;
        keys.iter().any(|keys| *keys != 0)
    }

    /// What a key that was pressed means, as a program finds out.
    pub fn meaning(&self, keycode: Keycode, state: u16) -> Keysym {
        let (width, keys) = self.keys();
        let first = usize::from(keycode - self.x.setup().min_keycode) * width;
        let key = &keys[first..first + width];
        let third = if state & 0x80 == 0 { 0 } else { 4 };
        let is_letter = xkeysym::Keysym::new(key[0])
            .key_char()
            .is_some_and(char::is_alphabetic);
        let turns = is_letter && state & 0x02 != 0;
        let level = third + usize::from((state & 0x01 != 0) != turns);
        key.get(level)
            .copied()
            .filter(|keysym| *keysym != 0)
            .unwrap_or(key[0])
    }
}

/// Waits until something is so.
pub fn until(text: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "{text}: it never was so");
        std::thread::sleep(Duration::from_millis(10));
    }
}
