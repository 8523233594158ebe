//! A screen nobody looks at, except through pictures of it.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt as _, Window};
use x11rb::rust_connection::RustConnection;

use crate::pictures;
use crate::process::Process;

/// Sends `WM_DELETE_WINDOW` to the windows that understand it.
const CLOSE: &str = r#"
import ctypes, sys
x = ctypes.CDLL("libX11.so.6")
long, pointer = ctypes.c_ulong, ctypes.c_void_p
x.XOpenDisplay.restype = pointer
x.XDefaultRootWindow.restype = long
x.XInternAtom.restype = long
class Message(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", long), ("send_event", ctypes.c_int), ("display", pointer),
                ("window", long), ("message_type", long), ("format", ctypes.c_int), ("data", long * 5),
                ("rest", long * 24)]
display = pointer(x.XOpenDisplay(None))
protocols = x.XInternAtom(display, b"WM_PROTOCOLS", 0)
delete = x.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
def understands(window):
    atoms, count = ctypes.POINTER(long)(), ctypes.c_int()
    if not x.XGetWMProtocols(display, long(window), ctypes.byref(atoms), ctypes.byref(count)):
        return False
    return delete in atoms[:count.value]
def below(window):
    root, parent, children, count = long(), long(), ctypes.POINTER(long)(), ctypes.c_uint()
    x.XQueryTree(display, long(window), ctypes.byref(root), ctypes.byref(parent), ctypes.byref(children), ctypes.byref(count))
    for child in children[:count.value]:
        yield child
        yield from below(child)
asked = [window for window in below(x.XDefaultRootWindow(display)) if understands(window)]
for window in asked:
    message = Message(type=33, window=window, message_type=protocols, format=32, data=(delete, 0, 0, 0, 0))
    x.XSendEvent(display, long(window), 0, long(0), ctypes.byref(message))
x.XSync(display, 0)
sys.exit(0 if asked else "no window understands it")
"#;

/// Takes the focus of the keyboard from every window.
const LOOK_AWAY: &str = r#"
import ctypes
x = ctypes.CDLL("libX11.so.6")
x.XOpenDisplay.restype = ctypes.c_void_p
display = ctypes.c_void_p(x.XOpenDisplay(None))
x.XSetInputFocus(display, ctypes.c_ulong(0), 0, ctypes.c_ulong(0))
x.XSync(display, 0)
"#;

/// What VNC servers of tests ask for.
pub const VNC_PASSWORD: &str = "password";
/// The same as VNC servers keep it.
const VNC_PASSWORD_FILE: [u8; 8] = [0xdb, 0xd8, 0x3c, 0xfd, 0x72, 0x7a, 0x14, 0x58];

/// An X server without a monitor.
#[derive(Debug)]
pub struct Display {
    _process: Process,
    _folder: TempDir,
    name: String,
}

impl Display {
    /// Starts Xvfb on a free display.
    pub fn start(width: u32, height: u32) -> Result<Self> {
        let server = format!("Xvfb -screen 0 {width}x{height}x24 -nolisten tcp -noreset");
        Self::run(&server, tempfile::tempdir()?)
    }

    /// Starts a VNC server on a free display and this port of this computer, with the password [`VNC_PASSWORD`].
    pub fn vnc(width: u32, height: u32, port: u16) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let password = folder.path().join("password");
        std::fs::write(&password, VNC_PASSWORD_FILE)?;
        let server = format!(
            "Xtigervnc -geometry {width}x{height} -depth 24 -rfbport {port} -localhost -SecurityTypes VncAuth \
             -PasswordFile {} -nolisten tcp -noreset",
            password.display()
        );
        Self::run(&server, folder)
    }

    fn run(server: &str, folder: TempDir) -> Result<Self> {
        let number = folder.path().join("number");
        let mut command = Command::new("sh");
        // The display's number comes on a descriptor of its own.
        command
            .arg("-c")
            .arg("number=$1; shift; exec \"$@\" -displayfd 3 3>\"$number\"")
            .arg("sh")
            .arg(&number)
            .args(server.split(' '));
        let process = Process::start("an X server", &mut command, &folder.path().join("log"))?;
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(90) {
            let text = std::fs::read_to_string(&number).unwrap_or_default();
            if let Some(display) = text.strip_suffix('\n') {
                return Ok(Self {
                    name: format!(":{display}"),
                    _process: process,
                    _folder: folder,
                });
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        bail!("the X server did not start: {}", process.log())
    }

    /// What `DISPLAY` has to be for a program to show here.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Asks every window to close, as the cross in its frame does.
    pub fn close_windows(&self) -> Result<()> {
        self.python(CLOSE).context("no window was asked to close")
    }

    /// Turns to something else: no window has the focus any more.
    pub fn look_away(&self) -> Result<()> {
        self.python(LOOK_AWAY).context("the focus stays")
    }

    /// Paints all of it in one colour, `0xRRGGBB`.
    pub fn paint(&self, colour: u32) -> Result<()> {
        let (x, root) = self.root()?;
        let background = ChangeWindowAttributesAux::new().background_pixel(colour);
        x.change_window_attributes(root, &background)?.check()?;
        x.clear_area(false, root, 0, 0, 0, 0)?.check()?;
        Ok(())
    }

    /// Where the pointer is.
    pub fn pointer(&self) -> Result<(i16, i16)> {
        let (x, root) = self.root()?;
        let pointer = x.query_pointer(root)?.reply()?;
        Ok((pointer.root_x, pointer.root_y))
    }

    fn root(&self) -> Result<(RustConnection, Window)> {
        let (x, screen) = x11rb::connect(Some(&self.name))?;
        let root = x.setup().roots.get(screen).context("a screen")?.root;
        Ok((x, root))
    }

    fn python(&self, script: &str) -> Result<()> {
        let output = Command::new("python3")
            .args(["-c", script])
            .env("DISPLAY", &self.name)
            .output()
            .context("could not start python3")?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }

    /// Takes a picture of the whole screen into `target/pictures/NAME.png`.
    pub fn picture(&self, name: &str) -> Result<()> {
        let status = Command::new("import")
            .args(["-display", &self.name, "-window", "root"])
            .arg(pictures::path(name)?)
            .status()
            .context("could not start imagemagick's import")?;
        if !status.success() {
            bail!("import ended with {status}");
        }
        Ok(())
    }
}
