//! The units of systemd that the work of a job runs in, all of them called after the job: its worker is in
//! `migasfree-job-<id>`, and what the worker starts that outlives it or is confined in `migasfree-job-<id>-<part>`.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

/// Where systemd shows that it runs this computer.
const RUNS_HERE: &str = "/run/systemd/system";
const SYSTEMD_RUN: &str = "/usr/bin/systemd-run";

/// What has to wait, when the computer goes down, for work that must not be cut off.
pub const SHUTDOWN: &str = "shutdown.target";
/// How long it waits.
pub const STOP_LIMIT: Duration = Duration::from_secs(15 * 60);

/// Whether systemd runs this computer.
#[must_use]
pub fn systemd_runs() -> bool {
    Path::new(RUNS_HERE).is_dir()
}

/// Whether it starts units for us.
pub(super) fn can_be_started() -> bool {
    rustix::process::geteuid().is_root() && systemd_runs() && Path::new(SYSTEMD_RUN).exists()
}

/// The name of the unit of a job's worker.
#[must_use]
pub fn of_job(id: impl Display) -> String {
    format!("migasfree-job-{id}")
}

/// The name of the unit of something that the worker starts.
#[must_use]
pub fn of_part(id: impl Display, part: impl Display) -> String {
    format!("{}-{part}", of_job(id))
}

/// The name of the unit of something that a session of remote support runs.
#[must_use]
pub fn of_remote(session: impl Display, part: impl Display) -> String {
    format!("migasfree-remote-{session}-{part}")
}

/// The command line that has systemd run a program as a unit.
#[derive(Debug)]
pub(super) struct Unit(Vec<String>);

impl Unit {
    pub fn new(name: &str) -> Self {
        let line = [SYSTEMD_RUN, "--quiet", "--collect"].map(str::to_owned);
        Self(line.into()).with(format!("--unit={name}"))
    }

    /// Passes its output on, and ends when it does.
    pub fn awaited(self) -> Self {
        self.with("--pipe".to_owned()).followed()
    }

    /// Ends when it does, as it does.
    pub fn followed(self) -> Self {
        self.with("--wait".to_owned())
    }

    pub fn property(self, name: &str, value: impl Display) -> Self {
        self.with(format!("--property={name}={value}"))
    }

    pub fn environment(self, name: &str, value: &str) -> Self {
        self.with(format!("--setenv={name}={value}"))
    }

    /// The end of the computer's day waits for it.
    pub fn before_shutdown(self) -> Self {
        self.property("Before", SHUTDOWN)
            .property("Conflicts", SHUTDOWN)
            .property("TimeoutStopSec", STOP_LIMIT.as_secs())
    }

    pub fn running(self, program: impl IntoIterator<Item = String>) -> Vec<String> {
        let mut line = self.with("--".to_owned()).0;
        line.extend(program);
        line
    }

    fn with(mut self, word: String) -> Self {
        self.0.push(word);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_computer_goes_down_after_a_unit_that_must_not_be_cut_off() {
        let unit = Unit::new(&of_part(7, 0)).before_shutdown();
        let line = unit.running(["apt-get".to_owned()]);
        for word in [
            "--unit=migasfree-job-7-0",
            "--property=Before=shutdown.target",
            "--property=TimeoutStopSec=900",
        ] {
            assert!(line.iter().any(|one| one == word), "{word}");
        }
        assert!(line.ends_with(&["--".to_owned(), "apt-get".to_owned()]));
    }
}
