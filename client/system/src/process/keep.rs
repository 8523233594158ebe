//! What a guest's programs run below where systemd does not: a keeper that none of them outlives, whatever they become.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::Command;
use std::time::Duration;

use rustix::process::{
    Signal, getpid, ioctl_tiocsctty, set_child_subreaper, set_parent_process_death_signal, setsid,
};
use tokio::signal::unix::{SignalKind, signal};

use super::table::Table;

/// `<program> @keep PROGRAM ARGUMENT…`
pub(super) const KEEP: &str = "@keep";
/// `<program> @on-terminal PROGRAM ARGUMENT…`
pub(super) const ON_TERMINAL: &str = "@on-terminal";

/// Between two looks at what still runs.
const LOOK: Duration = Duration::from_millis(20);
/// Looks until the rest is left to the system.
const LOOKS: usize = 50;

/// Runs `line`; when it ends or this is told to, nothing that it started goes on. Answers with its exit status.
pub(super) fn keep(line: &[OsString]) -> io::Result<u8> {
    // The keeper goes with the daemon, and they with the keeper.
    set_parent_process_death_signal(Some(Signal::TERM))?;
    set_child_subreaper(Some(getpid()))?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(follow(line))
}

async fn follow(line: &[OsString]) -> io::Result<u8> {
    let mut terminate = signal(SignalKind::terminate())?;
    // A terminal that hangs up is told to the programs on it.
    let _hang_up = signal(SignalKind::hangup())?;
    let (program, arguments) = split(line)?;
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .spawn()?;
    let ended = tokio::select! {
        ended = child.wait() => Some(ended?),
        _ = terminate.recv() => None,
    };
    for _ in 0..LOOKS {
        let below = Table::read().below(getpid().as_raw_nonzero().get());
        let alive: Vec<_> = below
            .into_iter()
            .map(|fact| fact.process)
            .filter(|process| process.is_alive())
            .collect();
        if alive.is_empty() {
            break;
        }
        for process in alive {
            process.signal(Signal::KILL);
        }
        tokio::time::sleep(LOOK).await;
    }
    let status = ended.map_or(128 + 9, |ended| {
        ended
            .code()
            .unwrap_or_else(|| 128 + ended.signal().unwrap_or_default())
    });
    Ok(u8::try_from(status).unwrap_or(u8::MAX))
}

/// Becomes `line` in a session of its own, whose terminal the standard input is.
pub(super) fn on_terminal(line: &[OsString]) -> io::Error {
    // Fails where it is a leader already, which is as good.
    let _ = setsid();
    let becomes = || -> io::Result<io::Error> {
        ioctl_tiocsctty(io::stdin())?;
        let (program, arguments) = split(line)?;
        Ok(Command::new(program).args(arguments).exec())
    };
    becomes().unwrap_or_else(|error| error)
}

fn split(line: &[OsString]) -> io::Result<(&OsStr, &[OsString])> {
    let (program, arguments) = line
        .split_first()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    Ok((program.as_os_str(), arguments))
}
