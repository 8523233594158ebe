//! Whether there is room for a plan, partition by partition: package managers look at one of them at most.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::Driver;
use super::ask::blocking;
use crate::PmsError;
use crate::change::{Plan, PlannedPackage};
use crate::space::{self, Coming, Exchange, Mounts};

impl Driver {
    /// # Errors
    /// [`PmsError::NoRoom`], when the plan cannot fit.
    pub(super) async fn check_room_to_download(&self, plan: &Plan) -> Result<(), PmsError> {
        let (plan, root) = (plan.clone(), self.inside(""));
        let folders = self.back_end.folders();
        let coming = plan.install.iter().chain(&plan.update);
        let kernels = coming
            .filter(|package| self.back_end.is_kernel(&package.name))
            .count();
        let check = move || {
            let coming = Coming {
                plan: &plan,
                downloads: Path::new(folders.downloads),
                records: Path::new(folders.records),
                kernels,
            };
            space::before_download(&coming, &Mounts::of(&root), &root)
        };
        blocking(check).await?.map_err(PmsError::NoRoom)
    }

    /// The same once the packages are there and say where their files go.
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
        let size = self.ask(self.back_end.unpacked_size(&coming)).await?;
        if !space::may_be_short(&mounts, size) {
            return Ok(());
        }
        let native = self.native().await?;
        let mut exchanges = Vec::new();
        for package in coming {
            let comes = self.ask(self.back_end.contents_of(package)).await?;
            let goes = match package.replaces {
                Some(_) => self.ask(self.back_end.files_of(package, native)).await?,
                None => Vec::new(),
            };
            exchanges.push((comes, goes));
        }
        for package in &plan.remove {
            let goes = self.ask(self.back_end.files_of(package, native)).await?;
            exchanges.push((Vec::new(), goes));
        }
        let root = self.inside("");
        let check = move || {
            let exchange = |(comes, goes): (Vec<(PathBuf, u64)>, Vec<PathBuf>)| Exchange {
                comes,
                goes: by_folder(&root, &goes),
            };
            let exchanges: Vec<Exchange> = exchanges.into_iter().map(exchange).collect();
            space::before_unpacking(&exchanges, &mounts)
        };
        blocking(check).await?.map_err(PmsError::NoRoom)
    }
}

/// Folders and the bytes that these files take there.
fn by_folder(root: &Path, files: &[PathBuf]) -> Vec<(PathBuf, u64)> {
    let mut folders: BTreeMap<PathBuf, u64> = BTreeMap::new();
    for path in files {
        let inside = path.strip_prefix("/").unwrap_or(path);
        let Ok(file) = fs::symlink_metadata(root.join(inside)) else {
            continue;
        };
        if file.is_file() {
            let folder = path.parent().unwrap_or(Path::new("/"));
            let taken = file.len().max(file.blocks().saturating_mul(512));
            let sum = folders.entry(folder.to_owned()).or_default();
            *sum = sum.saturating_add(taken);
        }
    }
    folders.into_iter().collect()
}
