//! Takes in changed settings without a restart.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use tokio::sync::Notify;

use super::catalog::Offer;
use super::core::Core;
use super::known::Facts;
use super::opener::{Stamp, drop_in_folder};
use crate::config::Settings;
use crate::sync::Engine;

impl Core {
    /// Takes in the settings when their files are other ones than before.
    pub async fn apply_settings(self: &Arc<Self>) {
        let mut known = self.computer.stamp.lock().await;
        let now = Stamp::of(&self.computer.settings().file);
        if *known == now {
            return;
        }
        match self.computer.opener.open().await {
            Ok((engine, settings)) => self.adopt(engine, settings).await,
            Err(error) => {
                tracing::error!(%error, "the changed settings cannot be used; those from before stay in force");
            }
        }
        *known = now;
    }

    async fn adopt(self: &Arc<Self>, engine: Arc<dyn Engine>, settings: Settings) {
        let before = self.computer.settings();
        let other_server = before.server != settings.server;
        let elsewhere = other_server || before.project != settings.project;
        tracing::info!(server = %settings.server.base(), "the settings changed");
        settings.tell_misread(&before.misread);
        self.access.name_computer(&settings.computer_name);
        self.computer.replace(engine, settings);
        if elsewhere {
            self.forget_server().await;
        }
        if other_server && let Err(error) = self.requests.clear() {
            tracing::warn!(%error, "old requests could not be forgotten");
        }
        self.signals.manager_changed(self).await;
        let core = Arc::clone(self);
        let refresh = async move { core.refresh_from_server().await };
        self.tasks.start("refresh", refresh);
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
                return std::future::pending().await;
            }
        };
        loop {
            let file = self.computer.settings().file.clone();
            watch.look_at(&file);
            self.apply_settings().await;
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
