//! The screen, and the web view's renderer.

#![expect(clippy::disallowed_methods, reason = "Play starts itself again")]

use std::{
    env,
    io::{self, Write as _},
    os::unix::process::CommandExt,
    path::Path,
    process::Command,
};

const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Whether there is a screen to open a window on.
pub fn has_screen() -> bool {
    // Without a wish GTK looks for a web browser to show itself in, too, and complains on its own when there is none.
    if env::var_os("GDK_BACKEND").is_none() {
        gtk::gdk::set_allowed_backends("wayland,x11");
    }
    gtk::init().is_ok()
}

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
