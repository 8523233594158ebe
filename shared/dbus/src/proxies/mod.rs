//! Typed access to the daemon, one proxy for each interface.
//!
//! `XProxy::new(&connection)` reaches the daemon at its well-known name; `builder(&connection)` takes another
//! destination. Properties are cached and follow `PropertiesChanged`.

mod catalog;
mod computer;
mod config;
mod job;
mod manager;
mod packages;
mod remote;
mod support;
mod tags;

pub use catalog::{CatalogProxy, Changed as CatalogChanged, StatesChanged};
pub use computer::ComputerProxy;
pub use config::ConfigProxy;
pub use job::{Finished, Item, JobProxy, Output, Question};
pub use manager::{JobAdded, JobRemoved, ManagerProxy};
pub use packages::PackagesProxy;
pub use remote::{Acting, Asking, RemoteProxy, ServicesChanged, SessionEnded, TerminalExited};
pub use support::{
    Ended as SupportEnded, Message as SupportMessage, Question as SupportQuestion, QuestionClosed,
    Started as SupportStarted, SupportProxy,
};
pub use tags::TagsProxy;
