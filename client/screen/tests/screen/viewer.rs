//! An operator who looks at what comes.

use std::io::{Cursor as Bytes, ErrorKind, Read as _, Write as _};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use image_webp::WebPDecoder;
use migasfree_grant::{Mode, Switches};
use migasfree_tunnel::screen::{
    Codec, FromComputer, FromOperator, Reader, ScreenOrder, ScreenRequest, Shape, Tiles,
};
use migasfree_video::{Decoder, Picture};
use rustix::process::{Pid, Signal, kill_process};

use crate::desk::{Desk, PATIENCE};

/// What is asked for: control, and the clipboard both ways.
pub fn order(codec: Codec) -> ScreenOrder {
    ScreenOrder {
        mode: Mode::Control,
        switches: Switches {
            clipboard_in: true,
            clipboard_out: true,
            ..Switches::default()
        },
        request: ScreenRequest {
            codecs: vec![codec],
            ..ScreenRequest::default()
        },
    }
}

/// An operator.
pub struct Viewer {
    program: Child,
    socket: UnixStream,
    reader: Reader<FromComputer>,
    decoder: Option<Decoder>,
    /// Whether it says what it has seen.
    pub answers: bool,
    pub shape: Option<Shape>,
    pub picture: Option<Picture>,
    pub heard: Vec<FromComputer>,
}

impl Viewer {
    pub fn new(desk: &Desk, order: &ScreenOrder) -> Self {
        Self::with_environment(desk, order, &[])
    }

    pub fn with_environment(desk: &Desk, order: &ScreenOrder, variables: &[(&str, &str)]) -> Self {
        let (socket, theirs) = UnixStream::pair().unwrap();
        socket
            .set_read_timeout(Some(Duration::from_millis(20)))
            .unwrap();
        let program = Command::new(env!("CARGO_BIN_EXE_migasfree-screen"))
            .arg("--order")
            .arg(serde_json::to_string(order).unwrap())
            .env("DISPLAY", &desk.name)
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("XDG_SESSION_TYPE")
            .envs(variables.iter().copied())
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .spawn()
            .unwrap();
        Self {
            program,
            socket,
            reader: Reader::new(),
            decoder: None,
            answers: true,
            shape: None,
            picture: None,
            heard: Vec::new(),
        }
    }

    pub fn say(&mut self, message: &FromOperator) {
        self.say_bytes(&message.encode());
    }

    pub fn say_bytes(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).unwrap();
    }

    /// Looks at what has come. Whether it goes on.
    pub fn look(&mut self) -> bool {
        let mut bytes = [0; 65_536];
        match self.socket.read(&mut bytes) {
            Ok(0) => return false,
            Ok(length) => self.reader.push(&bytes[..length]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            // What was said last was not read any more.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return false,
            Err(error) => panic!("{error}"),
        }
        while let Some(message) = self.reader.next().unwrap() {
            self.see(&message);
            self.heard.push(message);
        }
        true
    }

    /// Looks until something is so.
    pub fn until(&mut self, text: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let start = Instant::now();
        while !is_so(self) {
            assert!(self.look(), "{text}: the stream has ended");
            assert!(start.elapsed() < PATIENCE, "{text}: it never was so");
        }
    }

    /// Looks for a while. How many messages came.
    pub fn wait(&mut self, time: Duration) -> usize {
        let (start, before) = (Instant::now(), self.heard.len());
        while start.elapsed() < time {
            assert!(self.look(), "the stream has ended");
        }
        self.heard.len() - before
    }

    /// Looks until nothing comes any more.
    pub fn until_it_is_still(&mut self) {
        let start = Instant::now();
        while self.wait(Duration::from_millis(700)) > 0 {
            assert!(start.elapsed() < PATIENCE, "it never is still");
        }
    }

    /// Waits for a pixel of a colour, which video changes a little.
    pub fn until_pixel(&mut self, (x, y): (u16, u16), colour: [u8; 3], tolerance: u8) {
        let text = format!("{colour:?} at {x}, {y}");
        self.until(&text, |viewer| {
            let seen = viewer
                .picture
                .as_ref()
                .and_then(|picture| picture.pixel(x, y));
            seen.is_some_and(|seen| {
                let channels = seen.into_iter().zip(colour);
                channels
                    .into_iter()
                    .all(|(seen, colour)| seen.abs_diff(colour) <= tolerance)
            })
        });
    }

    /// The screen ends when its operator is gone.
    pub fn leave(mut self) -> ExitStatus {
        self.socket.shutdown(Shutdown::Both).unwrap();
        self.program.wait().unwrap()
    }

    /// The program is told to end.
    pub fn stop(mut self) -> ExitStatus {
        let program = Pid::from_child(&self.program);
        kill_process(program, Signal::TERM).unwrap();
        self.program.wait().unwrap()
    }

    fn see(&mut self, message: &FromComputer) {
        match message {
            FromComputer::Shape(shape) => self.begin(shape),
            FromComputer::Frame(frame) => {
                let picture = self.decoder.as_mut().unwrap().decode(&frame.data);
                self.picture = Some(picture.unwrap());
                self.seen(frame.sequence);
            }
            FromComputer::Tiles(tiles) => {
                self.put(tiles);
                self.seen(tiles.sequence);
            }
            _ => {}
        }
    }

    fn begin(&mut self, shape: &Shape) {
        self.decoder = Decoder::new(shape.codec).ok();
        let (width, height) = (shape.width, shape.height);
        self.picture = Some(Picture {
            width,
            height,
            rgb: vec![1; 3 * usize::from(width) * usize::from(height)],
        });
        self.shape = Some(shape.clone());
    }

    fn seen(&mut self, sequence: u32) {
        if self.answers {
            self.say(&FromOperator::Seen { sequence });
        }
    }

    fn put(&mut self, tiles: &Tiles) {
        let picture = self.picture.as_mut().unwrap();
        for tile in &tiles.tiles {
            let mut decoder = WebPDecoder::new(Bytes::new(&tile.webp)).unwrap();
            let size = (u32::from(tile.width), u32::from(tile.height));
            assert_eq!(decoder.dimensions(), size);
            let row = 3 * usize::from(tile.width);
            let mut rgb = vec![0; row * usize::from(tile.height)];
            decoder.read_image(&mut rgb).unwrap();
            for (line, pixels) in rgb.chunks_exact(row).enumerate() {
                let y = usize::from(tile.y) + line;
                let at = 3 * (y * usize::from(picture.width) + usize::from(tile.x));
                picture.rgb[at..at + row].copy_from_slice(pixels);
            }
        }
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
