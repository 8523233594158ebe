//! Other programs: `ssh`, viewers and the browser.

#![expect(
    clippy::disallowed_methods,
    reason = "this is where Connect starts programs"
)]

use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use migasfree_connect_core::texts::Text;
use migasfree_connect_core::trouble::{Kind, Trouble};
use tokio::process::{Child, Command};

use crate::Exit;

/// The window for screens.
const WINDOW: &str = "migasfree-connect-screen";
/// Where it is, beside the folder of this program.
const PARTS: &str = "../lib/migasfree";

/// Whether a program is on the path.
pub fn is_there(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// Runs a program in this terminal until it ends, with settings of its own in a folder where one is named.
pub async fn run(
    name: &str,
    arguments: &[String],
    settings: Option<&Path>,
) -> Result<Exit, Trouble> {
    let mut command = Command::new(name);
    command.args(arguments).kill_on_drop(true);
    if let Some(folder) = settings {
        command.env("XDG_CONFIG_HOME", folder);
    }
    let ended = command.status().await;
    ended.map(exit_of).map_err(|error| unstarted(name, &error))
}

fn exit_of(status: ExitStatus) -> Exit {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(Exit(255), Exit)
}

fn unstarted(name: &str, error: &io::Error) -> Trouble {
    if error.kind() == io::ErrorKind::NotFound {
        return Trouble::of(Kind::Usage, Text::ErrorNoProgram, &[name]);
    }
    let reason = error.to_string();
    Trouble::of(Kind::Failed, Text::ErrorProgram, &[name, &reason])
}

/// Starts the window for screens, with pipes to it. It is to begin with this monitor.
pub fn window(monitor: Option<u32>) -> Result<Child, Trouble> {
    let program = part(WINDOW);
    let child = Command::new(&program)
        .args(monitor.map(|number| number.to_string()))
        // What interrupts this program in its terminal is not for the window, which ends with it.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    child.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Trouble::of(Kind::Usage, Text::ErrorNoWindow, &[]),
        _ => unstarted(WINDOW, &error),
    })
}

/// A program that belongs to this one: beside it while it is developed, else where such programs are.
fn part(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    let folder = own.parent().unwrap_or(Path::new("/usr/bin"));
    let beside = folder.join(name);
    if beside.is_file() {
        return beside;
    }
    folder.join(PARTS).join(name)
}

/// Opens an address in the browser, where there is a desktop. Whoever has none reads it in the terminal.
pub fn browse(address: &str) {
    let has_desktop = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    if has_desktop && address.starts_with("http") {
        let _ = Command::new("xdg-open")
            .arg(address)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
    }
}
