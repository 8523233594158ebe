//! Identity of callers, from the bus alone.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use migasfree_dbus::Error;
use zbus::Connection;
use zbus::fdo::DBusProxy;
use zbus::message::Header;
use zbus::names::{OwnedUniqueName, UniqueName};

use crate::texts::Text;

/// A program that calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Its connection; `None` on a direct connection without a bus.
    pub name: Option<OwnedUniqueName>,
    /// Its user.
    pub uid: u32,
    /// Its process; 0 when the bus does not tell.
    pub pid: u32,
}

impl Caller {
    /// Whether it runs as the superuser.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.uid == 0
    }

    /// The connection as text, empty without a bus.
    #[must_use]
    pub fn address(&self) -> &str {
        self.name.as_ref().map_or("", |name| name.as_str())
    }
}

/// Tells who sent a message.
#[async_trait]
pub trait Callers: Send + Sync + std::fmt::Debug {
    /// Who sent the message with this header.
    async fn identify(&self, header: &Header<'_>) -> Result<Caller, Error>;

    /// The caller of this connection, while it is there and this user's.
    async fn find(&self, address: &str, uid: u32) -> Option<Caller>;

    /// A connection is gone; what was remembered about it is worthless.
    fn forget(&self, _address: &str) {}
}

/// Asks the bus, once for each connection: names of connections are never used again.
#[derive(Debug)]
pub struct BusCallers {
    bus: Connection,
    known: Mutex<HashMap<String, Caller>>,
}

impl BusCallers {
    /// Asks the bus of this connection.
    #[must_use]
    pub fn new(bus: Connection) -> Self {
        Self {
            bus,
            known: Mutex::default(),
        }
    }
}

#[async_trait]
impl Callers for BusCallers {
    async fn identify(&self, header: &Header<'_>) -> Result<Caller, Error> {
        let sender = header
            .sender()
            .ok_or_else(|| Error::NotAuthorized(Text::UnknownSender.told(&[])))?;
        if let Some(caller) = self.lock().get(sender.as_str()) {
            return Ok(caller.clone());
        }
        let credentials = DBusProxy::new(&self.bus)
            .await?
            .get_connection_credentials(sender.clone().into())
            .await
            .map_err(|error| Error::ZBus(error.into()))?;
        let uid = credentials
            .unix_user_id()
            .ok_or_else(|| Error::NotAuthorized(Text::UnknownUser.told(&[])))?;
        let caller = Caller {
            name: Some(sender.to_owned().into()),
            uid,
            pid: credentials.process_id().unwrap_or_default(),
        };
        self.lock().insert(sender.to_string(), caller.clone());
        Ok(caller)
    }

    async fn find(&self, address: &str, uid: u32) -> Option<Caller> {
        let name = UniqueName::try_from(address).ok()?;
        // Asked anew: a name from before the bus was started again may be somebody else's.
        let credentials = DBusProxy::new(&self.bus)
            .await
            .ok()?
            .get_connection_credentials(name.clone().into())
            .await
            .ok()?;
        (credentials.unix_user_id() == Some(uid)).then(|| Caller {
            name: Some(name.to_owned().into()),
            uid,
            pid: credentials.process_id().unwrap_or_default(),
        })
    }

    fn forget(&self, address: &str) {
        self.lock().remove(address);
    }
}

impl BusCallers {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Caller>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
