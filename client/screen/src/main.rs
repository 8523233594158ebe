//! `migasfree-screen`: shows the desktop of the person who started it to who helps them, and lets these use it as far as they may.
//! `migasfree-session` starts it, with the stream to the operator as standard input.

mod capture;
mod clipboard;
mod cursor;
mod damage;
mod display;
mod geometry;
mod keymap;
mod keys;
mod link;
mod monitors;
mod order;
mod pace;
mod painter;
mod pixels;
mod pointer;
mod session;
mod stage;
mod tiles;

use std::os::fd::AsFd as _;
use std::process::ExitCode;

use anyhow::Result;
use migasfree_tunnel::message::{Code, Failure};
use migasfree_tunnel::screen::{FromComputer, ScreenError};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use self::display::Display;
use self::link::Link;
use self::session::Session;

fn main() -> ExitCode {
    let filter =
        EnvFilter::try_from_env("MIGASFREE_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .without_time()
        .init();
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut link = Link::new(std::io::stdin().as_fd().try_clone_to_owned()?)?;
    leave_when_told(link.ending()?)?;
    let Err(error) = show(&mut link) else {
        return Ok(());
    };
    // Who is gone need not be told.
    let _ = link.finish(&FromComputer::Failed(failure(&error)));
    Err(error)
}

/// Whoever stops this program gets the keyboard back as it was, too.
fn leave_when_told(end: impl FnOnce() + Send + 'static) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let mut terminate = {
        let _inside = runtime.enter();
        signal(SignalKind::terminate())?
    };
    std::thread::spawn(move || {
        runtime.block_on(terminate.recv());
        end();
    });
    Ok(())
}

fn show(link: &mut Link) -> Result<()> {
    let (allowed, request) = order::read(std::env::args().skip(1))?;
    if is_wayland() {
        let text = "the desktop is drawn by Wayland, and only that of an X server can be shown";
        return Err(Failure::new(Code::NotReachable, text).into());
    }
    let display =
        Display::open().map_err(|error| Failure::new(Code::NotReachable, format!("{error:#}")))?;
    let mut session = Session::open(&display, link, allowed, request)?;
    let shown = session.run();
    let closed = session.close();
    shown.and(closed)
}

/// What an X server shows there is not the desktop.
fn is_wayland() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    is_set("WAYLAND_DISPLAY")
        || std::env::var_os("XDG_SESSION_TYPE").is_some_and(|kind| kind == "wayland")
}

fn failure(error: &anyhow::Error) -> Failure {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return failure.clone();
    }
    let code = if error.is::<ScreenError>() {
        Code::Protocol
    } else {
        Code::Failed
    };
    Failure::new(code, format!("{error:#}"))
}
