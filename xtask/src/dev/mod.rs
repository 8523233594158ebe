//! Working on the views: built quickly, served with something behind them, built and loaded anew when their sources change.

mod child;
mod part;
mod watch;

use std::process::Command;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;

use crate::{paths, system};
use child::Child;
use part::{Part, Parts};

/// How to work on the views.
#[derive(Debug, Args)]
pub struct Options {
    /// Forget the server's data and begin again
    #[arg(long)]
    fresh: bool,
    /// Where the admin UI is
    #[arg(long, default_value = "127.0.0.1:8090")]
    ui: String,
    /// Where the view of Play is
    #[arg(long, default_value = "127.0.0.1:8091")]
    play: String,
    /// How many simulated computers there are
    #[arg(long, default_value_t = 20)]
    computers: usize,
    /// What the daemon behind Play pretends, as `migasfreed-stand-in --help` tells
    #[arg(last = true)]
    scene: Vec<String>,
}

/// What happens while somebody works.
#[derive(Debug)]
enum Event {
    /// Sources changed.
    Changed(Parts),
    /// Ctrl C, or somebody else wants this to end.
    Stop,
}

/// How often the programs are looked after.
const LOOK: Duration = Duration::from_millis(100);

/// Builds, serves and watches until it is interrupted.
pub fn run(options: &Options) -> Result<()> {
    system::ensure(&[system::Need::BUILD, system::Need::DEV])?;
    paths::data(paths::dev().join("data"), options.fresh)?;

    let (sender, events) = mpsc::channel();
    let stop = sender.clone();
    ctrlc::set_handler(move || {
        // Nobody listens any more: it ends already.
        let _ = stop.send(Event::Stop);
    })?;
    // Before anything is built, so that no change is missed.
    let _watcher = watch::start(sender)?;
    let mut work = Work {
        options,
        events,
        waiting: Part::ALL.into_iter().collect(),
        stage: None,
    };
    let outcome = work.go_on();
    println!("\nStopping");
    drop(work);
    outcome
}

/// What is going on.
#[derive(Debug)]
struct Work<'a> {
    options: &'a Options,
    events: Receiver<Event>,
    /// What is to be built.
    waiting: Parts,
    /// The program that serves the views, with the server and the stand-in behind them.
    stage: Option<Child>,
}

impl Work<'_> {
    /// Builds whatever changed, until it is told to stop.
    fn go_on(&mut self) -> Result<()> {
        loop {
            if let Some(part) = self.waiting.take_first()
                && !self.build(part)?
            {
                return Ok(());
            }
            if self.stage.is_none() && Part::Stage.is_built() {
                self.serve()?;
            }
            let patience = if self.waiting.is_empty() {
                LOOK
            } else {
                Duration::ZERO
            };
            match self.next_event(patience) {
                Some(Event::Stop) => return Ok(()),
                Some(Event::Changed(parts)) => self.waiting.extend(parts),
                None => self.look_after()?,
            }
        }
    }

    /// Builds one part; false when it was told to stop meanwhile. What cannot be built leaves everything as it is.
    fn build(&mut self, part: Part) -> Result<bool> {
        println!("\n── {}", part.name());
        let before = part.stamp();
        let start = Instant::now();
        let mut build = Child::start(&mut part.build()?)?;
        let status = loop {
            if let Some(status) = build.ended()? {
                break status;
            }
            match self.next_event(LOOK) {
                Some(Event::Stop) => return Ok(false),
                Some(Event::Changed(parts)) => self.waiting.extend(parts),
                None => {}
            }
        };
        let seconds = start.elapsed().as_secs_f64();
        if !status.success() {
            println!("── {}: see above; what was there before stays", part.name());
        } else if part.stamp() == before {
            println!("── {}: as it was ({seconds:.1} s)", part.name());
        } else {
            println!("── {}: new ({seconds:.1} s)", part.name());
            if part == Part::Stage {
                // It is started again with the new programs.
                self.stage = None;
            }
        }
        Ok(true)
    }

    fn serve(&mut self) -> Result<()> {
        let data = paths::dev().join("data");
        let mut command = Command::new(paths::binary("debug", "migasfree-dev"));
        command
            .arg("--data")
            .arg(&data)
            .args(["--ui", &self.options.ui, "--play", &self.options.play])
            .arg("--views")
            .arg(paths::dev())
            .args(["--computers", &self.options.computers.to_string()])
            .args(&self.options.scene);
        self.stage = Some(Child::start(&mut command)?);
        Ok(())
    }

    fn next_event(&self, patience: Duration) -> Option<Event> {
        match self.events.recv_timeout(patience) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Event::Stop),
        }
    }

    /// Without what is behind the views there is nothing to look at.
    fn look_after(&mut self) -> Result<()> {
        if let Some(stage) = &mut self.stage
            && let Some(status) = stage.ended()?
        {
            bail!("what serves the views ended with {status}; is an address taken (--ui, --play)?");
        }
        Ok(())
    }
}
