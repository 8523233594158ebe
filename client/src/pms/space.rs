//! Whether there is room for a change, before anything is fetched.

use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{Plan, PmsError};

/// What a package manager needs for its own records and its caches, whatever it changes.
const RECORDS: u64 = 16 << 20;
/// What a kernel and its start-up image take where there is none to go by.
const KERNEL: u64 = 64 << 20;

/// What does not fit where, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// Where the partition is attached.
    pub place: String,
    pub needed: u64,
    pub free: u64,
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} are needed on {}, and {} are free: {} are missing",
            amount(self.needed),
            self.place,
            amount(self.free),
            amount(self.needed.saturating_sub(self.free))
        )
    }
}

/// One partition and what a change takes from it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Partition {
    device: u64,
    place: PathBuf,
    free: u64,
    needed: u64,
}

/// What a change needs of each partition.
#[derive(Debug, Default)]
struct Needs(Vec<Partition>);

impl Needs {
    /// Adds to what is needed where a folder is, or will be.
    fn add(&mut self, folder: &Path, bytes: u64, look: impl Fn(&Path) -> Option<(u64, u64)>) {
        let Some((device, free)) = look(folder) else {
            return;
        };
        match self.0.iter_mut().find(|one| one.device == device) {
            Some(known) => known.needed = known.needed.saturating_add(bytes),
            None => self.0.push(Partition {
                device,
                place: mount_point(folder, device, &look),
                free,
                needed: bytes,
            }),
        }
    }

    fn shortage(self) -> Option<Shortage> {
        let short = self.0.into_iter().find(|one| one.needed > one.free)?;
        Some(Shortage {
            place: short.place.display().to_string(),
            needed: short.needed,
            free: short.free,
        })
    }
}

/// Fails when what a change takes does not fit: the download where it goes, what it becomes where packages write, and a
/// kernel with its image in the partition it starts from. Folders on one partition share its room.
///
/// # Errors
/// [`PmsError::NoRoom`], for the first partition that is too small.
pub(super) fn check(plan: &Plan, downloads: &Path, root: &Path) -> Result<(), PmsError> {
    let kernel = largest_kernel(&root.join("boot")).unwrap_or(KERNEL);
    match needs(plan, downloads, root, kernel, partition_of).shortage() {
        Some(shortage) => Err(PmsError::NoRoom(shortage)),
        None => Ok(()),
    }
}

fn needs(
    plan: &Plan,
    downloads: &Path,
    root: &Path,
    kernel: u64,
    look: impl Fn(&Path) -> Option<(u64, u64)>,
) -> Needs {
    let mut needs = Needs::default();
    let growth = u64::try_from(plan.disk_bytes).unwrap_or(0);
    needs.add(&root.join("usr"), growth, &look);
    needs.add(downloads, plan.download_bytes, &look);
    let kernels = plan.install.iter().chain(&plan.update);
    let kernels = kernels.filter(|package| is_kernel(&package.name)).count();
    let kernels = u64::try_from(kernels).unwrap_or(u64::MAX);
    needs.add(&root.join("boot"), kernel.saturating_mul(kernels), &look);
    if !plan.install.is_empty() || !plan.update.is_empty() {
        needs.add(&root.join("var/lib/dpkg"), RECORDS, &look);
        // Configuration.
        needs.add(&root.join("etc"), 1, &look);
    }
    needs
}

/// What the largest kernel there takes together with its start-up image.
fn largest_kernel(boot: &Path) -> Option<u64> {
    let files = fs::read_dir(boot).ok()?.flatten();
    let sized = files.filter_map(|file| {
        let size = file.metadata().ok()?.len();
        Some((file.file_name().into_string().ok()?, size))
    });
    let sized: Vec<(String, u64)> = sized.collect();
    let largest = |prefix: &str| {
        let some = sized.iter().filter(|(name, _)| name.starts_with(prefix));
        some.map(|(_, size)| *size).max()
    };
    Some(largest("initrd.img-")?.saturating_add(largest("vmlinuz-").unwrap_or(0)))
}

/// Whether a package brings a kernel, of which a start-up image is made.
fn is_kernel(name: &str) -> bool {
    let name = name.split_once(':').map_or(name, |(name, _)| name);
    let version = name
        .strip_prefix("linux-image-unsigned-")
        .or_else(|| name.strip_prefix("linux-image-"));
    version.is_some_and(|version| version.starts_with(|first: char| first.is_ascii_digit()))
}

/// Partition and free bytes of a folder, or of the next one above it that is there.
fn partition_of(folder: &Path) -> Option<(u64, u64)> {
    let there = folder.ancestors().find(|path| path.exists())?;
    let disk = rustix::fs::statvfs(there).ok()?;
    let device = fs::metadata(there).ok()?.dev();
    Some((device, disk.f_bavail.saturating_mul(disk.f_frsize)))
}

/// The highest folder above one that is on the same partition.
fn mount_point(folder: &Path, device: u64, look: impl Fn(&Path) -> Option<(u64, u64)>) -> PathBuf {
    let same = |path: &&Path| look(path).is_some_and(|(other, _)| other == device);
    let top = folder.ancestors().take_while(same).last();
    top.unwrap_or(folder).to_owned()
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
    #![allow(clippy::unwrap_used)]
    use super::*;

    use crate::pms::PlannedPackage;

    fn packages(names: &[&str]) -> Vec<PlannedPackage> {
        let package = |name: &&str| PlannedPackage {
            name: (*name).to_owned(),
            version: "1".to_owned(),
            replaces: None,
            architecture: "amd64".to_owned(),
        };
        names.iter().map(package).collect()
    }

    /// What is missing on a computer with these partitions: where they are attached and how much is free.
    fn missing(plan: &Plan, partitions: &[(&str, u64)]) -> Option<String> {
        let look = |folder: &Path| {
            let found = partitions.iter().enumerate();
            let found = found.filter(|(_, (place, _))| folder.starts_with(place));
            let (number, (_, free)) = found.max_by_key(|(_, (place, _))| place.len())?;
            Some((u64::try_from(number).ok()?, *free))
        };
        let downloads = Path::new("/var/cache/apt/archives");
        let needs = needs(plan, downloads, Path::new("/"), KERNEL, look);
        needs.shortage().map(|shortage| shortage.to_string())
    }

    #[test]
    fn each_partition_is_looked_at_by_itself_and_named() {
        const GB: u64 = 1_000_000_000;
        let plan = Plan {
            install: packages(&["office"]),
            download_bytes: 2 * GB,
            disk_bytes: 5_000_000_000,
            ..Plan::default()
        };
        assert_eq!(missing(&plan, &[("/", 8 * GB)]), None);
        for (partitions, words) in [
            (&[("/", 6 * GB)][..], ["on /, and", "7.0 GB"]),
            (
                &[("/", 9 * GB), ("/var", GB)][..],
                ["on /var, and", "2.0 GB"],
            ),
            (
                &[("/", 9 * GB), ("/usr", GB)][..],
                ["on /usr, and", "4.0 GB are missing"],
            ),
            (
                &[("/", 9 * GB), ("/var/lib", 0)][..],
                ["on /var/lib, and", "0 B are free"],
            ),
            (
                &[("/", 0), ("/usr", 9 * GB), ("/var", 9 * GB)][..],
                ["on /, and", "0 B"],
            ),
        ] {
            let told = missing(&plan, partitions).unwrap_or_default();
            assert!(words.iter().all(|word| told.contains(word)), "{told}");
        }
        let none = Plan {
            remove: packages(&["office"]),
            disk_bytes: -5_000_000_000,
            ..Plan::default()
        };
        assert_eq!(
            missing(&none, &[("/", 0), ("/boot", 0)]),
            None,
            "a removal makes room"
        );
    }

    #[test]
    fn a_kernel_needs_room_for_its_image_where_the_computer_starts_from() {
        let plan = |names: &[&str]| Plan {
            install: packages(names),
            download_bytes: 1_000_000,
            disk_bytes: 1_000_000,
            ..Plan::default()
        };
        let small = [("/", 10_000_000_000), ("/boot", 50_000_000)];
        let told = missing(&plan(&["linux-image-6.1.0-40-amd64"]), &small).unwrap_or_default();
        assert!(told.contains("on /boot, and 50.0 MB are free"), "{told}");
        for harmless in [
            "linux-image-amd64",
            "linux-headers-6.1.0-40-amd64",
            "office",
        ] {
            assert_eq!(missing(&plan(&[harmless]), &small), None, "{harmless}");
        }
        let large = [("/", 10_000_000_000), ("/boot", 500_000_000)];
        assert_eq!(
            missing(&plan(&["linux-image-6.1.0-40-amd64"]), &large),
            None
        );
    }

    #[test]
    fn the_room_for_a_kernel_is_that_of_the_largest_one_there() {
        let boot = tempfile::tempdir().unwrap();
        assert_eq!(largest_kernel(boot.path()), None);
        for (name, size) in [
            ("vmlinuz-6.1", 10),
            ("initrd.img-6.1", 70),
            ("initrd.img-6.0", 90),
        ] {
            fs::write(boot.path().join(name), vec![0; size]).unwrap();
        }
        assert_eq!(largest_kernel(boot.path()), Some(100));
    }

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
        assert!(
            text.contains("900.0 TB") && text.contains("missing"),
            "{text}"
        );
        assert!(check(&plan(u64::MAX, 0), folder, Path::new("/")).is_err());
    }

    #[test]
    fn amounts_are_short() {
        assert_eq!(amount(999), "999 B");
        assert_eq!(amount(1_234_567), "1.2 MB");
    }
}
