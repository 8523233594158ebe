//! The web view's renderer.

#![expect(clippy::disallowed_methods, reason = "Play starts itself again")]

use std::{
    env,
    io::{self, Write as _},
    os::unix::process::CommandExt,
    path::Path,
    process::Command,
};

const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Starts this program again with WebKitGTK's DMA-BUF renderer switched off where it paints blank windows: with
/// NVIDIA's own driver. What the person set is left alone.
///
/// A new start, because the environment of a running program cannot be changed safely.
pub fn choose_renderer() {
    if env::var_os(VARIABLE).is_some() || !Path::new("/proc/driver/nvidia/version").exists() {
        return;
    }
    let error = Command::new("/proc/self/exe")
        .args(env::args_os().skip(1))
        .env(VARIABLE, "1")
        .exec();
    // Nobody may be listening.
    let _ = writeln!(io::stderr(), "{VARIABLE} could not be set: {error}");
}
