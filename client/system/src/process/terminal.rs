//! Pseudo-terminals.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, ptsname, unlockpt};
use rustix::termios::{InputModes, OptionalActions, Winsize, tcgetattr, tcsetattr, tcsetwinsize};

/// A terminal that somebody far away looks at.
#[derive(Debug)]
pub struct Terminal {
    /// What is written there is typed, and what is read from it is shown.
    pub master: OwnedFd,
    /// The device that programs are started on.
    pub device: PathBuf,
}

impl Terminal {
    /// Opens one of this size.
    ///
    /// # Errors
    /// Those of the system, when there are no terminals left.
    pub fn open(columns: u16, rows: u16) -> io::Result<Self> {
        let master = openpt(flags())?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let name = ptsname(&master, Vec::new())?;
        let terminal = Self {
            master,
            device: PathBuf::from(OsString::from_vec(name.into_bytes())),
        };
        resize(&terminal.master, columns, rows)?;
        let mut modes = tcgetattr(&terminal.master)?;
        modes.input_modes |= InputModes::IUTF8;
        tcsetattr(&terminal.master, OptionalActions::Now, &modes)?;
        Ok(terminal)
    }

    /// The side of the programs.
    ///
    /// # Errors
    /// Those of the system.
    pub fn device(&self) -> io::Result<OwnedFd> {
        Ok(ioctl_tiocgptpeer(&self.master, flags())?)
    }
}

fn flags() -> OpenptFlags {
    OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC
}

/// Changes the size of a terminal by its master side.
///
/// # Errors
/// When it is none.
pub fn resize(master: impl AsFd, columns: u16, rows: u16) -> io::Result<()> {
    let size = Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    Ok(tcsetwinsize(master, size)?)
}
