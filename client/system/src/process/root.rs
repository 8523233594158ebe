//! Running programs of another root folder inside it, so that their scripts see that system and not this one.
//!
//! The administrator gets a mount namespace and `chroot`; anybody else a user namespace besides, in which they are
//! root over their own files. `/dev`, `/proc` and `/sys` are lent by the computer.

use std::io;
use std::os::unix::fs::chroot;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// `<program> @enter-root FOLDER PROGRAM ARGUMENT…`
pub(super) const ENTER_ROOT: &str = "@enter-root";

/// The root folder programs run in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    folder: PathBuf,
    /// The program that enters the folder: this one, which does hidden commands before anything else.
    helper: PathBuf,
    administrator: bool,
}

impl Root {
    #[must_use]
    pub fn new(folder: PathBuf, helper: PathBuf) -> Self {
        Self {
            folder,
            helper,
            administrator: rustix::process::geteuid().is_root(),
        }
    }

    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    #[must_use]
    pub fn is_host(&self) -> bool {
        self.folder == Path::new("/")
    }

    /// Whether programs run as the root of a user namespace that knows no other user.
    #[must_use]
    pub fn is_single_user(&self) -> bool {
        !self.is_host() && !self.administrator
    }

    /// Whether programs inside may become another user.
    #[must_use]
    pub fn has_users(&self) -> bool {
        self.administrator
    }

    /// The command line that runs `line` inside.
    #[must_use]
    pub fn wrap(&self, line: Vec<String>) -> Vec<String> {
        if self.is_host() {
            return line;
        }
        let mut wrapped = vec!["/usr/bin/unshare".to_owned(), "--mount".to_owned()];
        if !self.administrator {
            wrapped.extend(["--user".to_owned(), "--map-root-user".to_owned()]);
        }
        wrapped.push("--".to_owned());
        wrapped.push(self.helper.display().to_string());
        wrapped.push(ENTER_ROOT.to_owned());
        wrapped.push(self.folder.display().to_string());
        wrapped.extend(line);
        wrapped
    }
}

/// Becomes `line` inside `folder`. Only for the helper process, which is in its own mount namespace.
pub(super) fn enter(folder: &Path, line: &[String]) -> io::Error {
    for name in ["dev", "proc", "sys"] {
        let inside = folder.join(name);
        if let Err(error) = rustix::mount::mount_bind_recursive(Path::new("/").join(name), &inside)
        {
            crate::output::complain(&format!("{} stays empty: {error}", inside.display()));
        }
    }
    if let Err(error) = chroot(folder).and_then(|()| std::env::set_current_dir("/")) {
        return error;
    }
    match line.split_first() {
        Some((program, arguments)) => Command::new(program).args(arguments).exec(),
        None => io::Error::from(io::ErrorKind::InvalidInput),
    }
}
