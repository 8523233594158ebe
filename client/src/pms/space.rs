//! Whether there is room for a change, before anything is fetched.

use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{Plan, PmsError};

/// What does not fit where, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    pub place: String,
    pub needed: u64,
    pub free: u64,
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} are needed on {}, and {} are free",
            amount(self.needed),
            self.place,
            amount(self.free)
        )
    }
}

/// Fails when the download does not fit where it goes, or what it becomes where packages are. Where both share a disk,
/// they share its room.
///
/// # Errors
/// [`PmsError::NoRoom`].
pub(super) fn check(plan: &Plan, downloads: &Path, packages: &Path) -> Result<(), PmsError> {
    let (downloads, packages) = (existing(downloads), existing(packages));
    let (Some(room_below), Some(room)) = (free(&downloads), free(&packages)) else {
        return Ok(());
    };
    let device = |path: &Path| fs::metadata(path).map(|metadata| metadata.dev()).ok();
    let growth = u64::try_from(plan.disk_bytes).unwrap_or(0);
    let no_room = |place: &Path, needed, free| {
        Err(PmsError::NoRoom(Shortage {
            place: place.display().to_string(),
            needed,
            free,
        }))
    };
    if device(&downloads) == device(&packages) {
        let needed = growth.saturating_add(plan.download_bytes);
        if needed > room {
            return no_room(&packages, needed, room);
        }
    } else if plan.download_bytes > room_below {
        return no_room(&downloads, plan.download_bytes, room_below);
    } else if growth > room {
        return no_room(&packages, growth, room);
    }
    Ok(())
}

/// The folder, or the next one above it that is there.
fn existing(path: &Path) -> PathBuf {
    let there = path.ancestors().find(|path| path.exists());
    there.unwrap_or(Path::new("/")).to_owned()
}

fn free(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Bytes for people, in thousands.
#[must_use]
pub fn amount(bytes: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let mut unit = 0;
    let mut tenths = u128::from(bytes) * 10;
    while tenths >= 10_000 && unit < units.len() - 1 {
        tenths /= 1000;
        unit += 1;
    }
    if unit == 0 {
        format!("{bytes} B")
    } else {
        format!("{}.{} {}", tenths / 10, tenths % 10, units[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_with_numbers() {
        let folder = Path::new("/tmp/no/such/folder");
        let plan = |download_bytes, disk_bytes| Plan {
            download_bytes,
            disk_bytes,
            ..Plan::default()
        };
        assert!(check(&plan(1000, 1000), folder, Path::new("/")).is_ok());
        assert!(check(&plan(0, i64::MIN), folder, Path::new("/")).is_ok());
        let error = check(&plan(1_000_000, 900_000_000_000_000), folder, folder).err();
        let text = error.map(|error| error.to_string()).unwrap_or_default();
        assert!(text.contains("900.0 TB") && text.contains("/tmp"), "{text}");
        assert!(check(&plan(u64::MAX, 0), folder, Path::new("/")).is_err());
    }

    #[test]
    fn amounts_are_short() {
        assert_eq!(amount(999), "999 B");
        assert_eq!(amount(1_234_567), "1.2 MB");
    }
}
