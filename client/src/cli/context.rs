//! What every command may use: the language, the daemon, an engine.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

use migasfree_dbus::names::BUS_NAME;
use migasfree_dbus::{CallOptions, Connectivity, ManagerProxy};
use time::OffsetDateTime;
use zbus::Connection;
use zbus::fdo::DBusProxy;
use zbus::names::WellKnownName;

use super::exit::Exit;
use super::failure::Failure;
use super::prompt;
use super::report;
use crate::clock::{Clock as _, SystemClock};
use crate::config::Settings;
use crate::daemon::jobs::Done;
use crate::daemon::schedule::{Schedule, random};
use crate::output::complain;
use crate::paths::Layout;
use crate::sync::{LocalEngine, OpenOptions, load_settings};
use crate::texts::{Language, Text};

pub struct Context {
    pub language: Language,
    pub quiet: bool,
    pub session: bool,
    pub root: Option<PathBuf>,
}

impl Context {
    /// The daemon's bus; `None` when no daemon is there or another root is asked for.
    pub async fn daemon(&self) -> Option<Connection> {
        if self.root.is_some() && !self.session {
            return None;
        }
        let bus = if self.session {
            Connection::session().await
        } else {
            Connection::system().await
        };
        let bus = bus.ok()?;
        let names = DBusProxy::new(&bus).await.ok()?;
        let owned = names
            .name_has_owner(BUS_NAME.try_into().ok()?)
            .await
            .unwrap_or(false);
        (owned || started(&names).await).then_some(bus)
    }

    /// When synchronisations were, as the daemon keeps it; `None` for who may not read that.
    pub fn schedule(&self) -> Option<Schedule> {
        let file = self.daemons_folder().join("schedule.json");
        self.may_write().then(|| Schedule::open(&file))
    }

    /// Keeps how a full synchronisation without a daemon ended where the daemon keeps it.
    pub fn keep_end_of_sync(&self, done: &Done) {
        let folder = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(self.daemons_folder());
        if let Some(schedule) = folder.ok().and_then(|()| self.schedule()) {
            schedule.ended(done, SystemClock.now().unix_timestamp(), random());
        }
    }

    fn daemons_folder(&self) -> PathBuf {
        self.layout().state().join("daemon")
    }

    /// Says how old the daemon's knowledge is, where the server is away.
    pub async fn tell_age(&self, bus: &Connection) -> Result<(), Failure> {
        let manager = ManagerProxy::new(bus).await?;
        let way = Connectivity::parse(&manager.connectivity().await?);
        // A daemon that was not started again since an upgrade does not know.
        let contact = manager.last_contact().await.unwrap_or_default();
        if way.is_away()
            && contact > 0
            && let Ok(at) = OffsetDateTime::from_unix_timestamp(contact)
            && !self.quiet
        {
            complain(&self.language.fill(Text::AsOf, &[&report::moment(at)]));
        }
        Ok(())
    }

    /// The daemon's bus, for commands that make no sense without it.
    pub async fn needed_daemon(&self) -> Result<Connection, Failure> {
        let missing = || Failure::said(Text::ErrorNeedsDaemon, Exit::TEMPORARY);
        self.daemon().await.ok_or_else(missing)
    }

    pub fn layout(&self) -> Layout {
        Layout::new(self.root.clone().unwrap_or_else(|| "/".into()))
    }

    pub fn settings(&self) -> Result<Settings, Failure> {
        Ok(load_settings(&self.layout(), None)?)
    }

    /// An engine that only looks at this computer.
    pub async fn engine(&self) -> Result<LocalEngine, Failure> {
        let options = OpenOptions {
            root: self.root.clone(),
            ..OpenOptions::default()
        };
        Ok(LocalEngine::open(&options).await?)
    }

    /// An engine that may use the keys and change things.
    pub async fn trusted_engine(&self) -> Result<LocalEngine, Failure> {
        if self.may_write() {
            self.engine().await
        } else {
            Err(Failure::said(Text::ErrorNeedsRoot, Exit::ACCESS))
        }
    }

    /// As [`Self::trusted_engine`], for what the daemon does for nobody.
    pub async fn administrators_engine(&self) -> Result<LocalEngine, Failure> {
        if self.may_write() {
            self.engine().await
        } else {
            Err(Failure::said(Text::ErrorNeedsAdministrator, Exit::ACCESS))
        }
    }

    /// Whether this user may do everything below the root.
    pub fn may_write(&self) -> bool {
        let owner = || {
            let root = std::fs::metadata(self.layout().root()).ok()?;
            Some(std::os::unix::fs::MetadataExt::uid(&root))
        };
        let me = rustix::process::geteuid();
        me.is_root() || (self.root.is_some() && owner() == Some(me.as_raw()))
    }

    /// What goes with every call that does something.
    pub fn call_options(&self) -> CallOptions {
        CallOptions {
            locale: Some(self.locale().to_owned()),
            ..CallOptions::default()
        }
    }

    pub fn locale(&self) -> &'static str {
        self.language.tag()
    }

    pub fn text(&self, text: Text) -> &'static str {
        self.language.text(text)
    }

    /// Says that there is nothing to show, unless only what was asked for is to be said.
    pub fn nothing(&self, text: Text) {
        if !self.quiet {
            complain(self.text(text));
        }
    }

    /// Asks a question with yes and no for answers; `true` where nobody can be asked.
    pub fn confirm(&self, text: Text, values: &[&str]) -> Result<(), Failure> {
        if !prompt::is_possible() {
            return Ok(());
        }
        match prompt::yes(&self.language.fill(text, values), true) {
            Ok(true) => Ok(()),
            _ => Err(Failure::said(Text::ErrorDeclined, Exit::AGAIN)),
        }
    }
}

/// Whether the bus could start the daemon. One that is installed and does not come up must not keep an administrator
/// from working.
async fn started(names: &DBusProxy<'_>) -> bool {
    let activatable = names.list_activatable_names().await.unwrap_or_default();
    let Ok(name) = WellKnownName::try_from(BUS_NAME) else {
        return false;
    };
    activatable.iter().any(|known| known.as_str() == BUS_NAME)
        && names.start_service_by_name(name, 0).await.is_ok()
}
