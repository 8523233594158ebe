//! A window of one colour on a display, over all of it, that writes down what is done in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use super::PATIENCE;
use crate::display::Display;
use crate::process::Process;

/// The colour of the window: red, green, blue.
pub const COLOUR: [u8; 3] = [0xc0, 0x20, 0x40];

/// Characters as they are typed, `[1 40,30]` where a button is pressed.
const PROGRAM: &str = r#"
import ctypes, sys
x = ctypes.CDLL("libX11.so.6")
long, pointer, number = ctypes.c_ulong, ctypes.c_void_p, ctypes.c_int
x.XOpenDisplay.restype = pointer
x.XDefaultRootWindow.restype = long
x.XCreateSimpleWindow.restype = long
class Event(ctypes.Structure):
    _fields_ = [("type", number), ("serial", long), ("send_event", number), ("display", pointer), ("window", long),
                ("root", long), ("child", long), ("time", long), ("x", number), ("y", number), ("x_root", number),
                ("y_root", number), ("state", ctypes.c_uint), ("detail", ctypes.c_uint), ("rest", long * 24)]
KEY, BUTTON, MAPPED, MAPPING = 2, 4, 19, 34
path, colour = sys.argv[1], int(sys.argv[2], 16)
display = pointer(x.XOpenDisplay(None))
window = long(x.XCreateSimpleWindow(display, long(x.XDefaultRootWindow(display)), 0, 0, 4000, 4000, 0, long(0), long(colour)))
x.XSelectInput(display, window, ctypes.c_long(1 | 1 << 2 | 1 << 17))
x.XMapRaised(display, window)
event, keysym, text = Event(), long(), ctypes.create_string_buffer(32)
with open(path, "w", encoding="utf-8") as said:
    while True:
        x.XNextEvent(display, ctypes.byref(event))
        if event.type == MAPPED:
            x.XSetInputFocus(display, window, 2, long(0))
            x.XSync(display, 0)
            said.write("ready ")
        elif event.type == BUTTON:
            said.write(f"[{event.detail} {event.x},{event.y}]")
        elif event.type == MAPPING:
            x.XRefreshKeyboardMapping(ctypes.byref(event))
        elif event.type == KEY:
            x.XLookupString(ctypes.byref(event), text, 32, ctypes.byref(keysym), None)
            code = keysym.value
            if 0x20 <= code <= 0xff:
                said.write(chr(code))
            elif code >> 24 == 1:
                said.write(chr(code & 0xffffff))
        said.flush()
"#;

/// The window, until it is dropped.
#[derive(Debug)]
pub struct Window {
    process: Process,
    said: PathBuf,
}

impl Window {
    /// Opens it, and waits until it has the focus.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn on(display: &Display, folder: &Path) -> Result<Self> {
        let said = folder.join("window-said");
        let [red, green, blue] = COLOUR;
        let mut command = Command::new("python3");
        command
            .args(["-c", PROGRAM])
            .arg(&said)
            .arg(format!("{red:02x}{green:02x}{blue:02x}"))
            .env("DISPLAY", display.name());
        let process = Process::start("a window", &mut command, &folder.join("window.log"))?;
        let window = Self { process, said };
        window.hears("ready").await?;
        Ok(window)
    }

    /// What was done in it.
    #[must_use]
    pub fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap_or_default()
    }

    /// Waits until this was done in it.
    ///
    /// # Errors
    /// When it is not.
    pub async fn hears(&self, what: &str) -> Result<()> {
        let begun = Instant::now();
        while !self.said().contains(what) {
            if begun.elapsed() > PATIENCE {
                bail!("no {what}, but: {}\n{}", self.said(), self.process.log());
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        Ok(())
    }
}
