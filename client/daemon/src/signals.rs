//! The way to the bus, and what was told over it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use migasfree_dbus::{AppState, PendingChange};
use zbus::fdo::Properties as PropertiesInterface;
use zbus::names::InterfaceName;
use zbus::object_server::SignalEmitter;
use zbus::{Connection, Variant};

use super::properties::Properties;

/// The way to the bus. Before it is connected, nobody hears anything.
#[derive(Debug, Default)]
pub struct Signals {
    connection: OnceLock<(Connection, bool)>,
    told: Mutex<Told>,
}

/// What was told last: only what changed is told.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub manager: Properties,
    pub jobs: HashMap<u64, (Properties, Instant)>,
    pub states: BTreeMap<u32, AppState>,
    pub updates: (u32, u32),
    pub pending: Vec<PendingChange>,
}

impl Signals {
    /// Speaks over this connection from now on; `system` says that it is one to the system bus.
    pub fn connect(&self, connection: Connection, system: bool) {
        let _ = self.connection.set((connection, system));
    }

    /// The jobs that have an object.
    pub fn jobs_on_the_bus(&self) -> Vec<u64> {
        self.lock().jobs.keys().copied().collect()
    }

    /// The connection to the system bus, if that is where the daemon is.
    pub fn system_bus(&self) -> Option<&Connection> {
        let (connection, system) = self.connection.get()?;
        system.then_some(connection)
    }

    pub(super) fn connection(&self) -> Option<&Connection> {
        let (connection, _) = self.connection.get()?;
        Some(connection)
    }

    pub(super) async fn properties_changed(
        &self,
        path: &str,
        interface: &'static str,
        changed: &Properties,
    ) {
        let Some(emitter) = self.emitter(path).filter(|_| !changed.is_empty()) else {
            return;
        };
        let changed: HashMap<&str, Variant<'_>> = changed
            .iter()
            .filter_map(|(name, value)| Some((*name, Variant::try_from(value).ok()?)))
            .collect();
        let interface = InterfaceName::from_static_str_unchecked(interface);
        let nothing = Cow::Borrowed(&[][..]);
        heard(PropertiesInterface::properties_changed(&emitter, interface, changed, nothing).await);
    }

    pub(super) fn emitter(&self, path: &str) -> Option<SignalEmitter<'static>> {
        let connection = self.connection()?;
        SignalEmitter::new(connection, path.to_owned()).ok()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes that a signal did not reach the bus.
pub(super) fn heard(told: zbus::Result<()>) {
    if let Err(error) = told {
        tracing::warn!(%error, "a signal could not be sent");
    }
}
