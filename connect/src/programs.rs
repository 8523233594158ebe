//! Other programs: `ssh`, viewers and the browser.

#![expect(
    clippy::disallowed_methods,
    reason = "this is where Connect starts programs"
)]

use std::io;
use std::process::{ExitStatus, Stdio};

use migasfree_connect_core::texts::Text;
use migasfree_connect_core::trouble::{Kind, Trouble};
use tokio::process::Command;

use crate::Exit;

/// Whether a program is on the path.
pub fn is_there(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// Runs a program in this terminal until it ends.
pub async fn run(name: &str, arguments: &[String]) -> Result<Exit, Trouble> {
    let ended = Command::new(name)
        .args(arguments)
        .kill_on_drop(true)
        .status()
        .await;
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
