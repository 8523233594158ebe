//! The window in which Connect shows the screen of another computer. `migasfree-connect screen` starts it and speaks with it over
//! its standard input and output: it is handed neither the connection nor anything that is secret.

mod app;
mod clipboard;
mod decode;
mod keys;
mod paint;
mod pipes;

use std::process::ExitCode;

use winit::event_loop::EventLoop;

use app::App;
use pipes::Told;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("migasfree-connect-screen: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let events = EventLoop::<Told>::with_user_event().build();
    let events = events.map_err(|error| error.to_string())?;
    let monitor = std::env::args().nth(1);
    let monitor = monitor.and_then(|number| number.parse().ok());
    let mut app = App::new(&events.create_proxy(), monitor);
    let ended = events.run_app(&mut app);
    ended.map_err(|error| error.to_string())?;
    app.ended()
}
