//! The hidden commands with which our programs start themselves again.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use super::keep::{KEEP, ON_TERMINAL};
use super::root::ENTER_ROOT;
use super::supervise::SUPERVISE;
use crate::output::complain;

/// Does a hidden command and returns its exit status; `None` when the arguments are for somebody else. Every program
/// that opens an engine calls this before anything else, while it still is a single thread.
#[must_use]
pub fn run_if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    let command = arguments.next()?;
    if command == ENTER_ROOT {
        let folder = PathBuf::from(arguments.next()?);
        let line: Vec<String> = arguments
            .filter_map(|text| OsString::into_string(text).ok())
            .collect();
        let error = super::root::enter(&folder, &line);
        let (line, folder) = (line.join(" "), folder.display());
        complain(&format!("cannot run {line} in {folder}: {error}"));
        return Some(ExitCode::from(126));
    }
    if command == KEEP || command == ON_TERMINAL {
        let line: Vec<OsString> = arguments.collect();
        let ended = if command == KEEP {
            super::keep::keep(&line)
        } else {
            Err(super::keep::on_terminal(&line))
        };
        return Some(ended.map_or(ExitCode::from(126), ExitCode::from));
    }
    if command == SUPERVISE {
        let folder = PathBuf::from(arguments.next()?);
        return Some(match super::watch::supervise(&folder) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                complain(&format!("{}: {error}", folder.display()));
                ExitCode::from(126)
            }
        });
    }
    None
}
