//! Takes in changed settings without a restart.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use tokio::sync::Notify;

use super::access::Access;
use super::catalog::{Catalog, Offer, Requests};
use super::computer::Computer;
use super::known::{Facts, Known};
use super::news::{Happened, News};
use super::opener::{Stamp, drop_in_folder};
use super::refresh::Refresh;
use super::tasks::Tasks;
use crate::config::Settings;
use crate::sync::Engine;

/// Has the settings in force be those of the files.
#[derive(Debug, Clone)]
pub struct SettingsKeeper {
    pub(super) computer: Arc<Computer>,
    pub(super) access: Arc<Access>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) known: Arc<Known>,
    pub(super) requests: Arc<Requests>,
    pub(super) refresh: Refresh,
    pub(super) news: News,
    pub(super) tasks: Tasks,
}

impl SettingsKeeper {
    /// Takes in the settings when their files are other ones than before.
    pub async fn apply(&self) {
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

    async fn adopt(&self, engine: Arc<dyn Engine>, settings: Settings) {
        let before = self.computer.settings();
        let other_server = before.server != settings.server;
        let elsewhere = other_server || before.project != settings.project;
        tracing::info!(server = %settings.server.base(), "the settings changed");
        settings.tell_misread(Some(before.as_ref()));
        self.access.name_computer(&settings.computer_name);
        self.computer.replace(engine, settings);
        if elsewhere {
            self.forget_server().await;
        }
        if other_server && let Err(error) = self.requests.clear() {
            tracing::warn!(%error, "old requests could not be forgotten");
        }
        self.news.tell(Happened::ManagerChanged).await;
        let refresh = self.refresh.clone();
        self.tasks
            .start("refresh", async move { refresh.all().await });
    }

    /// What another server offered and said holds no longer.
    async fn forget_server(&self) {
        match self.catalog.replace_offer(Offer::default()) {
            Ok(Some(changed)) => self.news.tell(Happened::CatalogChanged(changed)).await,
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "the catalogue could not be emptied"),
        }
        if self.known.replace(Facts::default()) {
            self.news.tell(Happened::ComputerChanged).await;
            self.news.tell(Happened::TagsChanged).await;
        }
    }

    /// Waits for changes of the settings, for ever.
    pub async fn keep(self) {
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
            self.apply().await;
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
