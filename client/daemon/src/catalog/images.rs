//! The icons of applications: as the server sent them, and as PNG in the sizes that were asked for.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::render::{ImageError, Renderer};

/// The sizes that are kept. Others are drawn each time, so that nobody fills the disk by asking.
const KEPT: [u32; 14] = [16, 22, 24, 32, 48, 64, 72, 96, 128, 144, 192, 256, 384, 512];

/// The icon of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Icon {
    /// Where the server has it.
    pub address: String,
    /// Changes with the content; never 0.
    pub revision: u64,
    /// When it was fetched, Unix seconds.
    pub fetched_at: i64,
}

/// The folder of icons.
#[derive(Debug)]
pub struct IconCache {
    folder: PathBuf,
    renderer: Renderer,
}

impl IconCache {
    /// Opens the folder, making it when it is not there.
    pub fn open(folder: &Path, renderer: Renderer) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.to_path_buf(),
            renderer,
        })
    }

    /// Keeps what the server sent. Answers with its revision.
    pub fn store(&self, content: &[u8]) -> io::Result<u64> {
        let revision = revision_of(content);
        let path = self.original(revision);
        if !path.exists() {
            let unfinished = path.with_extension("new");
            fs::write(&unfinished, content)?;
            fs::rename(unfinished, path)?;
        }
        Ok(revision)
    }

    /// Whether the icon of this revision is here.
    #[must_use]
    pub fn has(&self, revision: u64) -> bool {
        self.original(revision).exists()
    }

    /// An icon as PNG in a sealed memory file.
    pub async fn open_png(&self, revision: u64, size: u32) -> Result<OwnedFd, ImageError> {
        let finished = self.folder.join(format!("{revision:016x}-{size}.png"));
        let png = match fs::read(&finished) {
            Ok(png) => png,
            Err(_) => {
                let original = fs::read(self.original(revision))?;
                let png = self.renderer.render(&original, size).await?;
                if KEPT.contains(&size) {
                    let unfinished = finished.with_extension("new");
                    fs::write(&unfinished, &png)?;
                    fs::rename(unfinished, finished)?;
                }
                png
            }
        };
        Ok(sealed(&png)?)
    }

    /// Deletes what belongs to none of these revisions.
    pub fn keep_only(&self, revisions: &[u64]) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let kept = name
                .to_str()
                .and_then(|name| u64::from_str_radix(name.get(..16)?, 16).ok())
                .is_some_and(|revision| revisions.contains(&revision));
            if !kept {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    fn original(&self, revision: u64) -> PathBuf {
        self.folder.join(format!("{revision:016x}.image"))
    }
}

fn revision_of(content: &[u8]) -> u64 {
    let digest = Sha256::digest(content);
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(first).max(1)
}

fn sealed(content: &[u8]) -> io::Result<OwnedFd> {
    let memory = memfd_create(
        "migasfree-image",
        MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING,
    )?;
    let mut file = File::from(memory);
    file.write_all(content)?;
    let memory = OwnedFd::from(file);
    fcntl_add_seals(
        &memory,
        SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL,
    )?;
    rustix::fs::seek(&memory, rustix::fs::SeekFrom::Start(0))?;
    Ok(memory)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_icons_in_use_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let cache = IconCache::open(folder.path(), Renderer::new()).unwrap();
        let one = cache.store(b"one").unwrap();
        let two = cache.store(b"two").unwrap();
        fs::write(folder.path().join(format!("{two:016x}-64.png")), b"png").unwrap();
        cache.keep_only(&[one]).unwrap();
        assert!(cache.has(one));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_caller_gets_cannot_be_changed() {
        let mut file = File::from(sealed(b"png").unwrap());
        assert!(file.write_all(b"x").is_err());
    }
}
