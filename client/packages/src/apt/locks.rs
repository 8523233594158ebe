//! Who else is at the package database.

use std::path::Path;

use crate::locks::holder_of;
use crate::observer::LockHolder;

/// The files apt and dpkg lock while they work.
const LOCKS: [&str; 4] = [
    "var/lib/dpkg/lock-frontend",
    "var/lib/dpkg/lock",
    "var/cache/apt/archives/lock",
    "var/lib/apt/lists/lock",
];

/// The program that holds one of the locks below `root`.
pub(super) fn holder(root: &Path) -> Option<LockHolder> {
    LOCKS.iter().find_map(|lock| holder_of(&root.join(lock)))
}

/// The holder in apt's own words, when it waits itself:
/// `Waiting for cache lock: Could not get lock X. It is held by process 12 (apt-get)`.
pub(super) fn holder_in(line: &str) -> Option<LockHolder> {
    let (_, rest) = line
        .strip_prefix("Waiting for cache lock:")?
        .split_once("held by process ")?;
    let (pid, rest) = rest.split_once(' ')?;
    let name = rest.trim_start_matches('(').split(')').next()?;
    Some(LockHolder {
        pid: pid.parse().ok()?,
        name: name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holder_is_read_from_what_apt_says() {
        let line = "Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 41 (apt-get)... 3s";
        assert_eq!(
            holder_in(line),
            Some(LockHolder {
                pid: 41,
                name: "apt-get".into()
            })
        );
        assert_eq!(holder_in("Reading package lists..."), None);
    }
}
