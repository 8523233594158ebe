//! Takes in changed settings without a restart.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use tokio::sync::Notify;

use super::catalog::Offer;
use super::core::Core;
use super::known::Facts;
use crate::config::Settings;
use crate::sync::{Engine, EngineError};

/// Opens the engine with the settings of now.
#[async_trait]
pub trait Opener: Send + Sync + std::fmt::Debug {
    /// The engine and what it was opened with.
    async fn open(&self) -> Result<(Arc<dyn Engine>, Settings), EngineError>;
}

/// How the files of the settings look; another value after somebody changed them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp(Vec<(PathBuf, u64, i64, i64, u64)>);

impl Stamp {
    /// How they look now.
    #[must_use]
    pub fn of(file: &Path) -> Self {
        let mut paths = vec![file.to_path_buf()];
        let drop_ins = fs::read_dir(drop_in_folder(file)).into_iter().flatten();
        paths.extend(drop_ins.flatten().map(|entry| entry.path()));
        paths.sort();
        let look = |path: PathBuf| {
            let file = fs::metadata(&path).ok()?;
            let (seconds, nanoseconds) = (file.mtime(), file.mtime_nsec());
            Some((path, file.ino(), seconds, nanoseconds, file.size()))
        };
        Self(paths.into_iter().filter_map(look).collect())
    }
}

impl Core {
    /// Takes in the settings when their files are other ones than before.
    pub async fn heed_settings(self: &Arc<Self>) {
        let mut known = self.settings_stamp.lock().await;
        let now = Stamp::of(&self.settings().file);
        if *known == now {
            return;
        }
        match self.opener.open().await {
            Ok((engine, settings)) => self.adopt(engine, settings).await,
            Err(error) => {
                tracing::error!(%error, "the changed settings cannot be used; those from before stay in force");
            }
        }
        *known = now;
    }

    async fn adopt(self: &Arc<Self>, engine: Arc<dyn Engine>, settings: Settings) {
        let before = self.settings();
        let other_server = before.server != settings.server;
        let elsewhere = other_server || before.project != settings.project;
        tracing::info!(server = %settings.server.base(), "the settings changed");
        settings.tell_misread(&before.misread);
        self.access.name_computer(&settings.computer_name);
        self.put_to_work(engine, settings);
        if elsewhere {
            self.forget_server().await;
        }
        if other_server && let Err(error) = self.requests.clear() {
            tracing::warn!(%error, "old requests could not be forgotten");
        }
        self.signals.manager_changed(self).await;
        let core = Arc::clone(self);
        tokio::spawn(async move { core.refresh_from_server().await });
    }

    /// What another server offered and said holds no longer.
    async fn forget_server(self: &Arc<Self>) {
        match self.catalog.replace_offer(Offer::default()) {
            Ok(Some(changed)) => self.signals.catalog_changed(self, changed).await,
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "the catalogue could not be emptied"),
        }
        if self.known.replace(Facts::default()) {
            self.signals.computer_changed().await;
            self.signals.tags_changed().await;
        }
    }

    /// Waits for changes of the settings, for ever.
    pub async fn keep_settings(self: Arc<Self>) {
        let watch = match Watch::new() {
            Ok(watch) => watch,
            Err(error) => {
                tracing::warn!(%error, "changes of the settings are noticed only with the next call");
                return;
            }
        };
        loop {
            let file = self.settings().file.clone();
            watch.look_at(&file);
            self.heed_settings().await;
            watch.changed.notified().await;
        }
    }
}

/// Tells when something in a folder changes.
struct Watch {
    events: Arc<OwnedFd>,
    changed: Arc<Notify>,
}

impl Watch {
    fn new() -> io::Result<Self> {
        let watch = Self {
            events: Arc::new(inotify::init(CreateFlags::CLOEXEC)?),
            changed: Arc::default(),
        };
        let (events, changed) = (Arc::clone(&watch.events), Arc::clone(&watch.changed));
        // It sleeps in the kernel, and ends with the program.
        std::thread::Builder::new()
            .name("settings".into())
            .spawn(move || listen(&events, &changed))?;
        Ok(watch)
    }

    /// Looks at the folders of the settings, if they are there. Doing so again does no harm.
    fn look_at(&self, file: &Path) {
        let flags = WatchFlags::CLOSE_WRITE | WatchFlags::MOVE | WatchFlags::DELETE;
        let folders = [
            file.parent().map(Path::to_path_buf),
            Some(drop_in_folder(file)),
        ];
        for folder in folders.into_iter().flatten() {
            if let Err(error) = inotify::add_watch(&*self.events, folder.as_path(), flags) {
                tracing::debug!(folder = %folder.display(), %error, "is not watched");
            }
        }
    }
}

/// Passes on that something happened; which change it was does not matter.
fn listen(events: &OwnedFd, changed: &Notify) {
    let mut buffer = [0_u8; 4096];
    loop {
        match rustix::io::read(events, &mut buffer) {
            Ok(_) => changed.notify_one(),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => {
                tracing::warn!(%error, "the settings are not watched any more");
                return;
            }
        }
    }
}

fn drop_in_folder(file: &Path) -> PathBuf {
    let mut folder = file.as_os_str().to_owned();
    folder.push(".d");
    folder.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_way_to_change_the_settings_shows() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("migasfree.conf");
        let mut seen = vec![Stamp::of(&file)];
        fs::write(&file, "[client]\n").unwrap();
        seen.push(Stamp::of(&file));
        fs::create_dir(folder.path().join("migasfree.conf.d")).unwrap();
        fs::write(folder.path().join("migasfree.conf.d/1.conf"), "").unwrap();
        seen.push(Stamp::of(&file));
        fs::write(folder.path().join("new"), "[client]\n").unwrap();
        fs::rename(folder.path().join("new"), &file).unwrap();
        seen.push(Stamp::of(&file));
        assert_eq!(seen.last(), Some(&Stamp::of(&file)));
        for (one, other) in seen.iter().zip(&seen[1..]) {
            assert_ne!(one, other);
        }
    }
}
