//! Whether there is room for a change: before anything is fetched, and before anything is unpacked.
//!
//! Where the files of a package go is known once it is fetched. Until then it may be any partition packages write to, and
//! only what cannot fit anywhere is refused.

mod mounts;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::change::Plan;

pub use mounts::Mounts;

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

/// One package of a change: the files that come with it, and those that go for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exchange {
    /// Folders, as paths inside the root, with the bytes that come there.
    pub comes: Vec<(PathBuf, u64)>,
    /// The same for what goes.
    pub goes: Vec<(PathBuf, u64)>,
}

/// What is about to come, and where it goes first. Paths are inside the root.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coming<'a> {
    pub plan: &'a Plan,
    pub downloads: &'a Path,
    /// Where the package manager keeps its own records.
    pub records: &'a Path,
    /// How many of the packages are kernels.
    pub kernels: usize,
}

/// Fails when what a change takes cannot fit: the download where it goes, what it becomes on all partitions packages write
/// to taken together, and a kernel with its image in the partition it starts from.
///
/// # Errors
/// What is missing.
pub(super) fn before_download(
    coming: &Coming<'_>,
    mounts: &Mounts,
    root: &Path,
) -> Result<(), Shortage> {
    let kernel = largest_kernel(&root.join("boot")).unwrap_or(KERNEL);
    unfit(coming, mounts, kernel).map_or(Ok(()), Err)
}

fn unfit(coming: &Coming<'_>, mounts: &Mounts, kernel: u64) -> Option<Shortage> {
    let plan = coming.plan;
    let mut needed = vec![0_u64; mounts.partitions().len()];
    let mut need = |folder: &Path, bytes: u64| {
        let partition = mounts.at(folder).and_then(|number| needed.get_mut(number));
        if let Some(partition) = partition {
            *partition = partition.saturating_add(bytes);
        }
    };
    need(coming.downloads, plan.download_bytes);
    let kernels = u64::try_from(coming.kernels).unwrap_or(u64::MAX);
    need(Path::new("/boot"), kernel.saturating_mul(kernels));
    if !plan.install.is_empty() || !plan.update.is_empty() {
        need(coming.records, RECORDS);
        // Configuration.
        need(Path::new("/etc"), 1);
    }
    let mut places = Vec::new();
    let mut free = 0_u64;
    let mut rest = Some(0_u64);
    for (partition, needed) in mounts.partitions().iter().zip(needed) {
        let fits = partition.free.is_none_or(|free| needed <= free);
        if !fits {
            return Some(shortage(partition, needed));
        }
        if partition.takes_packages {
            places.push(partition.place.display().to_string());
            free = free.saturating_add(partition.free.unwrap_or(0));
            rest = rest
                .zip(partition.free)
                .map(|(rest, free)| rest.saturating_add(free.saturating_sub(needed)));
        }
    }
    let growth = u64::try_from(plan.disk_bytes).unwrap_or(0);
    // Where one of them cannot be measured, it may all go there.
    let rest = rest.filter(|rest| growth > *rest)?;
    Some(Shortage {
        place: places.join(", "),
        needed: growth.saturating_add(free.saturating_sub(rest)),
        free,
    })
}

/// Whether some partition packages write to has less room than this: then their lists of files are worth a look.
#[must_use]
pub(super) fn may_be_short(mounts: &Mounts, bytes: u64) -> bool {
    let taking = mounts.partitions().iter().filter(|one| one.takes_packages);
    taking.clone().count() > 1 && taking.filter_map(|one| one.free).any(|free| free < bytes)
}

/// Fails when files do not fit where they go. A package is unpacked as a whole before its older version goes.
///
/// # Errors
/// What is missing on the first partition that is too small.
pub(super) fn before_unpacking(exchanges: &[Exchange], mounts: &Mounts) -> Result<(), Shortage> {
    let on_each: Vec<(Vec<u64>, Vec<u64>)> = exchanges
        .iter()
        .map(|exchange| {
            (
                on_each(&exchange.comes, mounts),
                on_each(&exchange.goes, mounts),
            )
        })
        .collect();
    for (number, partition) in mounts.partitions().iter().enumerate() {
        let Some(free) = partition.free else {
            continue;
        };
        let of = |bytes: &[u64]| i128::from(bytes.get(number).copied().unwrap_or(0));
        let growth = |one: &(Vec<u64>, Vec<u64>)| of(&one.0) - of(&one.1);
        let all: i128 = on_each.iter().map(growth).sum();
        // What the others may have made room for by then.
        let gains: i128 = on_each.iter().map(|one| (-growth(one)).max(0)).sum();
        let alone = on_each
            .iter()
            .map(|one| of(&one.0) - (gains - (-growth(one)).max(0)))
            .max();
        let needed = all.max(alone.unwrap_or(0)).max(0);
        let needed = u64::try_from(needed).unwrap_or(u64::MAX);
        if needed > free {
            return Err(shortage(partition, needed));
        }
    }
    Ok(())
}

/// Bytes per partition.
fn on_each(folders: &[(PathBuf, u64)], mounts: &Mounts) -> Vec<u64> {
    let mut sums = vec![0_u64; mounts.partitions().len()];
    for (folder, bytes) in folders {
        let sum = mounts.at(folder).and_then(|number| sums.get_mut(number));
        if let Some(sum) = sum {
            *sum = sum.saturating_add(*bytes);
        }
    }
    sums
}

fn shortage(partition: &mounts::Partition, needed: u64) -> Shortage {
    Shortage {
        place: partition.place.display().to_string(),
        needed,
        free: partition.free.unwrap_or(0),
    }
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

    use crate::change::PlannedPackage;

    fn packages(names: &[&str]) -> Vec<PlannedPackage> {
        let package = |name: &&str| PlannedPackage {
            name: (*name).to_owned(),
            version: "1".to_owned(),
            replaces: None,
            architecture: "amd64".to_owned(),
        };
        names.iter().map(package).collect()
    }

    /// A computer with these partitions: where they are attached and how much is free.
    fn computer(partitions: &[(&str, u64)]) -> Mounts {
        let partitions: Vec<(&str, Option<u64>)> = partitions
            .iter()
            .map(|(place, free)| (*place, Some(*free)))
            .collect();
        mounts::computer(Path::new("/no/such/root"), &partitions)
    }

    /// A plan of a package manager like apt.
    fn coming(plan: &Plan) -> Coming<'_> {
        let names = plan.install.iter().map(|package| &package.name);
        Coming {
            plan,
            downloads: Path::new("/var/cache/apt/archives"),
            records: Path::new("/var/lib/dpkg"),
            kernels: names
                .filter(|name| name.starts_with("linux-image-6"))
                .count(),
        }
    }

    /// What is missing before anything is fetched.
    fn missing(plan: &Plan, partitions: &[(&str, u64)]) -> Option<String> {
        let shortage = unfit(&coming(plan), &computer(partitions), KERNEL);
        shortage.map(|shortage| shortage.to_string())
    }

    /// What is missing before anything is unpacked. Each package has what comes and what goes, by folder.
    fn missing_for(packages: &[Files], partitions: &[(&str, u64)]) -> Option<String> {
        let folders = |files: &[(&str, u64)]| -> Vec<(PathBuf, u64)> {
            let folder = |(folder, bytes): &(&str, u64)| (PathBuf::from(folder), *bytes);
            files.iter().map(folder).collect()
        };
        let exchange = |(comes, goes): &Files| Exchange {
            comes: folders(comes),
            goes: folders(goes),
        };
        let exchanges: Vec<Exchange> = packages.iter().map(exchange).collect();
        let result = before_unpacking(&exchanges, &computer(partitions));
        result.err().map(|error| error.to_string())
    }

    type Files<'a> = (&'a [(&'a str, u64)], &'a [(&'a str, u64)]);

    #[test]
    fn only_what_cannot_fit_anywhere_is_refused_before_it_is_fetched() {
        const GB: u64 = 1_000_000_000;
        let plan = Plan {
            install: packages(&["office"]),
            download_bytes: 2 * GB,
            disk_bytes: 5_000_000_000,
            ..Plan::default()
        };
        for fits in [
            &[("/", 8 * GB)][..],
            // It may be an application below /opt.
            &[("/", 3 * GB), ("/opt", 9 * GB)],
            &[("/", 9 * GB), ("/usr", GB)],
        ] {
            assert_eq!(missing(&plan, fits), None, "{fits:?}");
        }
        for (partitions, words) in [
            (&[("/", 6 * GB)][..], ["on /, and", "7.0 GB"]),
            (
                &[("/", 9 * GB), ("/var", GB)][..],
                ["on /var, and", "2.0 GB"],
            ),
            (
                &[("/", 3 * GB), ("/opt", 3 * GB), ("/home", 99 * GB)][..],
                [
                    "7.0 GB are needed on /, /opt, and 6.0 GB",
                    "1.0 GB are missing",
                ],
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
        let far = [("/", Some(0)), ("/var", Some(9 * GB)), ("/opt", None)];
        let far = mounts::computer(Path::new("/no/such/root"), &far);
        let plan = Plan {
            install: Vec::new(),
            ..plan
        };
        assert_eq!(unfit(&coming(&plan), &far, KERNEL), None);
    }

    #[test]
    fn files_are_judged_where_they_go_before_anything_is_unpacked() {
        let partitions = [("/", 1000), ("/opt", 100), ("/boot", 10)];
        let office: Files = (&[("/usr/bin", 10), ("/opt/office", 90)], &[]);
        assert_eq!(missing_for(&[office], &partitions), None);
        let told = missing_for(&[office, (&[("/opt/b", 20)], &[])], &partitions);
        assert!(
            told.is_some_and(|told| told.contains("110 B are needed on /opt, and 100 B are free")),
        );
        // An older version goes only once the newer one is there.
        let newer: Files = (&[("/opt/office", 120)], &[("/opt/office", 110)]);
        assert!(missing_for(&[newer], &partitions).is_some());
        // Unless another one makes room before.
        let smaller: Files = (&[("/opt/c", 10)], &[("/opt/c", 60)]);
        assert_eq!(missing_for(&[newer, smaller], &partitions), None);
        let removed: Files = (&[], &[("/opt/c", 40)]);
        assert_eq!(missing_for(&[newer, removed], &partitions), None);
    }

    #[test]
    fn lists_of_files_are_looked_at_only_where_a_partition_may_be_short() {
        assert!(!may_be_short(&computer(&[("/", 10)]), 100));
        assert!(!may_be_short(&computer(&[("/", 100), ("/home", 10)]), 100));
        assert!(may_be_short(&computer(&[("/", 100), ("/opt", 10)]), 100));
        assert!(!may_be_short(&computer(&[("/", 100), ("/opt", 100)]), 100));
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
        let mounts = Mounts::of(Path::new("/"));
        let check = |download_bytes, disk_bytes| {
            let plan = Plan {
                download_bytes,
                disk_bytes,
                ..Plan::default()
            };
            let coming = Coming {
                downloads: folder,
                ..coming(&plan)
            };
            before_download(&coming, &mounts, Path::new("/"))
        };
        assert!(check(1000, 1000).is_ok());
        assert!(check(0, i64::MIN).is_ok());
        let error = check(1_000_000, 900_000_000_000_000).err();
        let text = error.map(|error| error.to_string()).unwrap_or_default();
        assert!(
            text.contains("900.0 TB") && text.contains("missing"),
            "{text}"
        );
        assert!(check(u64::MAX, 0).is_err());
    }

    #[test]
    fn amounts_are_short() {
        assert_eq!(amount(999), "999 B");
        assert_eq!(amount(1_234_567), "1.2 MB");
    }
}
