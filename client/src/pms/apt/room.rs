//! Whether there is room for a plan, partition by partition: apt itself only looks at where it downloads to.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{Apt, commands, database};
use crate::pms::space::{self, Exchange, Mounts};
use crate::pms::{Plan, PlannedPackage, PmsError};

/// Where archives are downloaded to.
const ARCHIVES: &str = "/var/cache/apt/archives";

impl Apt {
    /// # Errors
    /// [`PmsError::NoRoom`], when the plan cannot fit.
    pub(super) async fn check_room_to_download(&self, plan: &Plan) -> Result<(), PmsError> {
        let (plan, root) = (plan.clone(), self.inside(""));
        let check =
            move || space::before_download(&plan, Path::new(ARCHIVES), &Mounts::of(&root), &root);
        blocking(check).await?
    }

    /// The same once the archives are there and say where their files go.
    ///
    /// # Errors
    /// [`PmsError::NoRoom`], when they do not fit there.
    pub(super) async fn check_room_to_unpack(&self, plan: &Plan) -> Result<(), PmsError> {
        let coming: Vec<&PlannedPackage> = plan.install.iter().chain(&plan.update).collect();
        if coming.is_empty() {
            return Ok(());
        }
        let root = self.inside("");
        let mounts = blocking(move || Mounts::of(&root)).await?;
        if !space::may_be_short(&mounts, self.unpacked(&coming).await?) {
            return Ok(());
        }
        let native = self.native().await?;
        let mut exchanges = Vec::new();
        for package in coming {
            let comes = self.query(commands::contents(&archive_of(package))).await?;
            // What cannot be read apt will tell about; it is not refused for its size.
            let comes = if comes.success() {
                read_contents(&comes.stdout_text())
            } else {
                Vec::new()
            };
            let lists = match package.replaces {
                Some(_) => self.lists_of(package, native),
                None => Vec::new(),
            };
            exchanges.push((comes, lists));
        }
        let gone = plan.remove.iter();
        exchanges.extend(gone.map(|package| (Vec::new(), self.lists_of(package, native))));
        let root = self.inside("");
        let check = move || {
            let exchange = |(comes, lists): (Vec<(PathBuf, u64)>, Vec<PathBuf>)| Exchange {
                comes,
                goes: installed_files(&root, &lists),
            };
            let exchanges: Vec<Exchange> = exchanges.into_iter().map(exchange).collect();
            space::before_unpacking(&exchanges, &mounts)
        };
        blocking(check).await?
    }

    /// What these packages say they take; all there is where one of them does not say.
    async fn unpacked(&self, packages: &[&PlannedPackage]) -> Result<u64, PmsError> {
        let names = packages
            .iter()
            .map(|package| format!("{}={}", package.name, package.version));
        let shown = self.query(commands::show(names)).await?.stdout_text();
        let sizes: BTreeMap<(String, String), u64> = database::stanzas(&shown)
            .filter_map(|stanza| {
                let field = |name: &str| stanza.get(name).map(|value| (*value).to_owned());
                let size = field("installed-size")?.parse().ok()?;
                Some((field("package").zip(field("version"))?, size))
            })
            .collect();
        let size = |package: &&PlannedPackage| {
            let name = package.name.split(':').next().unwrap_or_default();
            let kibibytes = sizes.get(&(name.to_owned(), package.version.clone()));
            kibibytes.map_or(u64::MAX, |size: &u64| size.saturating_mul(1024))
        };
        let sizes = packages.iter().map(size);
        Ok(sizes.fold(0, u64::saturating_add))
    }

    /// Where dpkg keeps the list of a package's files: one of these.
    fn lists_of(&self, package: &PlannedPackage, native: &str) -> Vec<PathBuf> {
        let name = package.name.split(':').next().unwrap_or_default();
        let architecture = match package.architecture.as_str() {
            "all" | "" => native,
            own => own,
        };
        [
            format!("var/lib/dpkg/info/{name}:{architecture}.list"),
            format!("var/lib/dpkg/info/{name}.list"),
        ]
        .map(|path| self.inside(&path))
        .into()
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, PmsError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(std::io::Error::other)?)
}

/// Where apt keeps the archive of a package: colons are escaped, and the underscores between its parts are the only ones.
fn archive_of(package: &PlannedPackage) -> String {
    let name = package.name.split(':').next().unwrap_or_default();
    let escaped = |text: &str| text.replace('_', "%5f").replace(':', "%3a");
    format!(
        "{ARCHIVES}/{}_{}_{}.deb",
        escaped(name),
        escaped(&package.version),
        escaped(&package.architecture)
    )
}

/// Folders and the bytes that come there: `-rw-r--r-- root/root 1234 2026-01-31 12:00 ./usr/share/a file`
fn read_contents(text: &str) -> Vec<(PathBuf, u64)> {
    let mut folders: BTreeMap<PathBuf, u64> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with('-')) {
        let mut rest = line;
        let mut word = || {
            let (word, after) = rest.trim_start().split_once(' ')?;
            rest = after;
            Some(word)
        };
        let size = word()
            .and_then(|_| word())
            .and_then(|_| word())
            .and_then(|size| size.parse::<u64>().ok());
        let Some((size, _)) = size.zip(word().and_then(|_| word())) else {
            continue;
        };
        let path = rest.trim_start().trim_start_matches('.');
        let folder = Path::new(path).parent().unwrap_or(Path::new("/"));
        let sum = folders.entry(Path::new("/").join(folder)).or_default();
        *sum = sum.saturating_add(size);
    }
    folders.into_iter().collect()
}

/// Folders and the bytes of the files there that the first of these lists names.
fn installed_files(root: &Path, lists: &[PathBuf]) -> Vec<(PathBuf, u64)> {
    let text = lists.iter().find_map(|list| fs::read(list).ok());
    let text = text.unwrap_or_default();
    let mut folders: BTreeMap<PathBuf, u64> = BTreeMap::new();
    for path in String::from_utf8_lossy(&text).lines() {
        let Ok(file) = fs::symlink_metadata(root.join(path.trim_start_matches('/'))) else {
            continue;
        };
        if file.is_file() {
            let folder = Path::new(path).parent().unwrap_or(Path::new("/"));
            let taken = file.len().max(file.blocks().saturating_mul(512));
            let sum = folders.entry(folder.to_owned()).or_default();
            *sum = sum.saturating_add(taken);
        }
    }
    folders.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_lie_under_the_names_apt_gives_them() {
        let package = PlannedPackage {
            name: "libc6:i386".to_owned(),
            version: "1:2.36-9+deb12u1~x".to_owned(),
            replaces: None,
            architecture: "i386".to_owned(),
        };
        assert_eq!(
            archive_of(&package),
            "/var/cache/apt/archives/libc6_1%3a2.36-9+deb12u1~x_i386.deb"
        );
    }

    #[test]
    fn files_are_added_up_by_their_folders() {
        let text = "drwxr-xr-x root/root         0 2026-01-31 12:00 ./opt/\n\
                    -rw-r--r-- root/root      1234 2026-01-31 12:00 ./opt/a b/one file\n\
                    -rwsr-xr-x root/root        66 2026-01-31 12:00 ./opt/a b/two\n\
                    lrwxrwxrwx root/root         0 2026-01-31 12:00 ./opt/link -> a b\n\
                    -rw-r--r-- root/root         1 2026-01-31 12:00 ./top\n\
                    -rw-r--r-- nonsense\n";
        assert_eq!(
            read_contents(text),
            [(PathBuf::from("/"), 1), (PathBuf::from("/opt/a b"), 1300)]
        );
    }
}
