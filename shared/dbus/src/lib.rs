//! The D-Bus interface `org.migasfree.Client1`: names, records, proxies and errors.
//!
//! The daemon serves it; the command line and Play are its clients. Everything that crosses the bus
//! as a dictionary (`a{sv}`) is a struct of [`records`]: unknown keys are ignored and missing ones
//! take their default, so either side may be newer than the other. The same structs serialise to plain
//! JSON, which is what Play hands to its view.
//!
//! What a person may read crosses it twice: in English, and as a [`Message`] with code and arguments, see [`said`].
//!
//! ```no_run
//! # async fn example() -> Result<(), migasfree_dbus::Error> {
//! use migasfree_dbus::{AppQuery, CallOptions, CatalogProxy, ManagerProxy};
//!
//! let bus = zbus::Connection::system().await?;
//! let (_revision, apps) = CatalogProxy::new(&bus).await?.list_apps(AppQuery::default()).await?;
//! let job = ManagerProxy::new(&bus)
//!     .await?
//!     .install_apps(&[apps[0].id], CallOptions::default())
//!     .await?;
//! # let _ = job;
//! # Ok(())
//! # }
//! ```

mod action;
mod error;
pub mod messages;
pub mod names;
pub mod proxies;
pub mod records;
pub mod said;
mod wire;

pub use action::Action;
pub use error::Error;
pub use migasfree_types::message::Message;
pub use proxies::{
    CatalogProxy, ComputerProxy, ConfigProxy, JobProxy, ManagerProxy, PackagesProxy, RemoteProxy,
    SupportProxy, TagsProxy,
};
pub use records::*;
pub use wire::Dictionary;
