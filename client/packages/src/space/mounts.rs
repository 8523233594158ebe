//! The partitions of a computer, by its mount table.

use std::collections::VecDeque;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

/// Where packages write. Homes, temporary folders and what is attached for people are not among them.
const PACKAGES_WRITE: [&str; 11] = [
    "/usr", "/opt", "/srv", "/var", "/boot", "/etc", "/bin", "/sbin", "/lib", "/lib32", "/lib64",
];
/// Of a link to a link to a link, so many are followed.
const MOST_LINKS: usize = 40;

/// One partition, whose room is shared by all that is attached from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Partition {
    /// Where it is attached.
    pub(super) place: PathBuf,
    /// `None` where that cannot be known, or should not be asked: nothing is refused for it.
    pub(super) free: Option<u64>,
    /// Whether packages may write there, as far as can be told without their lists of files.
    pub(super) takes_packages: bool,
    identity: String,
}

/// The mount table below a root folder. All its paths are those inside.
#[derive(Debug, Clone, Default)]
pub struct Mounts {
    root: PathBuf,
    partitions: Vec<Partition>,
    /// Where which partition is attached.
    places: Vec<(PathBuf, usize)>,
}

/// One line of the mount table.
struct Line {
    place: PathBuf,
    kind: String,
    source: String,
}

impl Mounts {
    /// As the kernel tells it now.
    #[must_use]
    pub fn of(root: &Path) -> Self {
        let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        let table = fs::read("/proc/self/mountinfo").unwrap_or_default();
        let mut mounts = Self {
            root: root.clone(),
            ..Self::default()
        };
        for Line {
            place,
            kind,
            source,
        } in inside(&root, &String::from_utf8_lossy(&table))
        {
            let outside = beneath(&root, &place);
            let free = measured(&place, &kind).then(|| room(&outside)).flatten();
            let device = fs::symlink_metadata(&outside).map_or(0, |folder| folder.dev());
            let identity = if source.starts_with("/dev/") {
                source
            } else {
                format!("{device} {kind}")
            };
            mounts.add(&place, &identity, &kind, free);
        }
        if mounts.places.is_empty() {
            mounts.add(Path::new("/"), "", "", room(&root));
        }
        mounts
    }

    fn add(&mut self, place: &Path, identity: &str, kind: &str, free: Option<u64>) {
        // Partitions to start from have no owners of files.
        let holds_owners = !["vfat", "msdos", "exfat"].contains(&kind);
        let takes_packages = holds_owners && takes_packages(place, kind);
        let known = self
            .partitions
            .iter()
            .position(|one| one.identity == identity);
        let number = known.unwrap_or_else(|| {
            self.partitions.push(Partition {
                place: place.to_owned(),
                free,
                takes_packages,
                identity: identity.to_owned(),
            });
            self.partitions.len() - 1
        });
        if let Some(partition) = self.partitions.get_mut(number) {
            partition.takes_packages |= takes_packages;
            if place.components().count() < partition.place.components().count() {
                partition.place = place.to_owned();
            }
        }
        // What is attached later hides what was there.
        self.places.retain(|(known, _)| known != place);
        self.places.push((place.to_owned(), number));
    }

    pub(super) fn partitions(&self) -> &[Partition] {
        &self.partitions
    }

    /// The partition a folder is on, or will be. Links are followed, and none of them leaves the root.
    pub(super) fn at(&self, folder: &Path) -> Option<usize> {
        let mut waiting: VecDeque<Part> = parts(folder).collect();
        let mut at = PathBuf::from("/");
        let mut links = 0;
        while let Some(part) = waiting.pop_front() {
            match part {
                Part::Up => {
                    at.pop();
                }
                Part::Named(name) => {
                    let next = at.join(name);
                    // What cannot be measured is not looked at, either.
                    let is_known = self
                        .mount_of(&at)
                        .and_then(|number| self.partitions.get(number))
                        .is_some_and(|partition| partition.free.is_some());
                    let target = is_known
                        .then(|| fs::read_link(beneath(&self.root, &next)).ok())
                        .flatten();
                    match target {
                        Some(target) if links < MOST_LINKS => {
                            links += 1;
                            if target.is_absolute() {
                                at = PathBuf::from("/");
                            }
                            for part in parts(&target).collect::<Vec<_>>().into_iter().rev() {
                                waiting.push_front(part);
                            }
                        }
                        _ => at = next,
                    }
                }
            }
        }
        self.mount_of(&at)
    }

    /// The partition of a path without links.
    fn mount_of(&self, path: &Path) -> Option<usize> {
        let above = self
            .places
            .iter()
            .filter(|(place, _)| path.starts_with(place));
        let nearest = above.max_by_key(|(place, _)| place.components().count());
        nearest.map(|(_, number)| *number)
    }
}

enum Part {
    Up,
    Named(std::ffi::OsString),
}

fn parts(path: &Path) -> impl Iterator<Item = Part> + '_ {
    path.components().filter_map(|component| match component {
        Component::ParentDir => Some(Part::Up),
        Component::Normal(name) => Some(Part::Named(name.to_owned())),
        _ => None,
    })
}

/// A path inside as one outside.
pub(super) fn beneath(root: &Path, path: &Path) -> PathBuf {
    root.join(path.strip_prefix("/").unwrap_or(path))
}

/// The lines of a mount table that are about this root, with the paths inside it.
fn inside(root: &Path, table: &str) -> Vec<Line> {
    let mut own: Option<Line> = None;
    let mut below = Vec::new();
    for mut line in table.lines().filter_map(line) {
        if root.starts_with(&line.place) {
            let length = |line: &Line| line.place.components().count();
            if own.as_ref().is_none_or(|own| length(own) <= length(&line)) {
                own = Some(line);
            }
        } else if let Ok(place) = line.place.strip_prefix(root) {
            line.place = Path::new("/").join(place);
            below.push(line);
        }
    }
    if let Some(own) = own {
        let place = PathBuf::from("/");
        below.insert(0, Line { place, ..own });
    }
    below
}

/// `ID PARENT MAJOR:MINOR ROOT PLACE OPTIONS … - TYPE SOURCE OPTIONS`
fn line(text: &str) -> Option<Line> {
    let (before, after) = text.split_once(" - ")?;
    let place = before.split(' ').nth(4)?;
    let mut after = after.split(' ');
    Some(Line {
        place: PathBuf::from(unescaped(place)),
        kind: after.next()?.to_owned(),
        source: unescaped(after.next()?),
    })
}

/// Blanks and the like are written as three octal digits.
fn unescaped(text: &str) -> String {
    let mut pieces = text.split('\\');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let code = piece
            .get(..3)
            .and_then(|code| u8::from_str_radix(code, 8).ok());
        match code {
            Some(code) => {
                plain.push(char::from(code));
                plain.push_str(&piece[3..]);
            }
            None => {
                plain.push('\\');
                plain.push_str(piece);
            }
        }
    }
    plain
}

/// Whether the room there is asked for. A server that is away would not answer, and many do not know what is free.
fn measured(place: &Path, kind: &str) -> bool {
    const REMOTE: [&str; 14] = [
        "9p",
        "afs",
        "autofs",
        "ceph",
        "cifs",
        "davfs",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "smb3",
        "smbfs",
    ];
    place == Path::new("/") || !(REMOTE.contains(&kind) || kind.starts_with("fuse"))
}

/// Whether packages may write to what is attached there. Layers of containers and images are not for them.
fn takes_packages(place: &Path, kind: &str) -> bool {
    place == Path::new("/")
        || (!["overlay", "squashfs", "iso9660", "erofs"].contains(&kind)
            && PACKAGES_WRITE.iter().any(|top| place.starts_with(top)))
}

/// Free bytes; `None` for what has no size.
fn room(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let cannot_be_written = disk.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY);
    (disk.f_blocks > 0 && !(cannot_be_written && free == 0)).then_some(free)
}

/// A computer with these partitions: where they are attached, and how much is free.
#[cfg(test)]
pub(super) fn computer(root: &Path, partitions: &[(&str, Option<u64>)]) -> Mounts {
    let mut mounts = Mounts {
        root: root.to_owned(),
        ..Mounts::default()
    };
    for (place, free) in partitions {
        mounts.add(Path::new(place), place, "ext4", *free);
    }
    mounts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TABLE: &str = "\
22 27 0:21 / /proc rw - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 27 254:1 / /opt rw - xfs /dev/vdb rw
41 27 254:0 /srv /srv rw - ext4 /dev/vda rw
42 27 0:50 / /opt/shared rw - nfs4 server:/x rw
43 27 0:51 / /roots/a\\040b/var rw - tmpfs tmpfs rw
";

    #[test]
    fn a_table_is_read_for_the_whole_computer_and_for_a_folder_of_it() {
        let places = |root: &str| -> Vec<String> {
            let lines = inside(Path::new(root), TABLE);
            let place = |line: Line| format!("{} {}", line.place.display(), line.source);
            lines.into_iter().map(place).collect()
        };
        assert_eq!(
            places("/"),
            [
                "/ /dev/vda",
                "/proc proc",
                "/opt /dev/vdb",
                "/srv /dev/vda",
                "/opt/shared server:/x",
                "/roots/a b/var tmpfs",
            ]
        );
        assert_eq!(places("/roots/a b"), ["/ /dev/vda", "/var tmpfs"]);
        assert_eq!(places("/opt/root"), ["/ /dev/vdb"]);
    }

    #[test]
    fn what_is_far_away_is_not_measured_and_pictures_of_containers_take_no_packages() {
        assert!(!measured(Path::new("/opt"), "nfs4"));
        assert!(!measured(Path::new("/srv"), "fuse.sshfs"));
        assert!(measured(Path::new("/"), "9p"));
        assert!(takes_packages(Path::new("/usr/share/games"), "ext4"));
        for (place, kind) in [
            ("/var/lib/docker/overlay2/x/merged", "overlay"),
            ("/home", "ext4"),
            ("/optional", "ext4"),
        ] {
            assert!(!takes_packages(Path::new(place), kind), "{place}");
        }
    }

    #[test]
    fn links_are_followed_and_stay_inside() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("usr/lib")).unwrap();
        for (link, target) in [
            ("lib", "usr/lib"),
            ("opt", "/srv/../../../data/opt"),
            ("a", "b"),
            ("b", "a"),
        ] {
            std::os::unix::fs::symlink(target, root.path().join(link)).unwrap();
        }
        let partitions = [("/", Some(1)), ("/usr", Some(2)), ("/data", Some(3))];
        let mounts = computer(root.path(), &partitions);
        for (folder, free) in [
            ("/lib/modules", 2),
            ("/opt/app", 3),
            ("/srv/new", 1),
            ("/a", 1),
        ] {
            let at = mounts.at(Path::new(folder)).unwrap();
            assert_eq!(mounts.partitions()[at].free, Some(free), "{folder}");
        }
    }

    #[test]
    fn this_computer_has_a_root_with_room() {
        let mounts = Mounts::of(Path::new("/"));
        let root = mounts.at(Path::new("/")).unwrap();
        assert_eq!(mounts.partitions()[root].place, Path::new("/"));
        assert!(mounts.partitions()[root].takes_packages);
    }
}
