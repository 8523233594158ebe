//! A known computer that calls, in whichever protocol, and why what it says is not taken.

use std::net::IpAddr;

use migasfree_server_audit::Author;
use migasfree_server_db::{self as db, Tx};
use migasfree_types::events::{ChangeAction, Event, EventComputer, EventProject};
use migasfree_types::message::Message;
use serde_json::{Map, Value};
use time::Date;

use super::{
    computers::{self, Computer},
    novelties::{self, Novelty},
    projects::Project,
};
use crate::core::rules::status::Status;
use crate::ids::ComputerId;
use crate::messages;
use crate::services::{OfDomain as _, Services};
use crate::settings::Settings;

/// A computer that calls, as it was when it was found.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    pub state: &'a Services,
    pub computer: &'a Computer,
    pub project: &'a Project,
    /// Where it calls from.
    pub address: IpAddr,
    pub now: db::Ts,
}

/// Why what a computer says is not taken.
#[derive(Debug)]
pub enum Refused {
    /// What is wrong, by member, as version 5 says it.
    Values(Map<String, Value>),
    Said(Message),
    /// The computer was unsubscribed meanwhile.
    Unsubscribed,
    /// The computer was deleted meanwhile.
    Gone,
    /// The message came before.
    Again,
    Database(db::Error),
}

impl From<db::Error> for Refused {
    fn from(error: db::Error) -> Self {
        Self::Database(error)
    }
}

impl Refused {
    /// As it is told, where it is told.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Values(values) => {
                let names: Vec<&str> = values.keys().map(String::as_str).collect();
                messages::values_refused(names.join(", "))
            }
            Self::Said(message) => message.clone(),
            Self::Unsubscribed => messages::computer_unsubscribed(),
            Self::Gone | Self::Again | Self::Database(_) => {
                migasfree_server_auth::messages::internal()
            }
        }
    }
}

impl Caller<'_> {
    pub(super) fn settings(&self) -> &Settings {
        &self.state.domain().settings
    }

    /// The day in the organisation's time zone.
    #[must_use]
    pub fn today(&self) -> Date {
        self.settings().clients.time_zone.date(self.now)
    }

    /// How it is called in lists.
    #[must_use]
    pub fn name(&self) -> String {
        self.computer.display_name(&self.settings().search_fields())
    }

    /// Tells administrators what it is doing.
    pub fn tell(&self, doing: Message) {
        self.state.events.send(Event::Progress {
            computer: self.shown(),
            doing,
            at: self.now.rfc3339(),
        });
    }

    /// Tells administrators that it finished a synchronisation.
    pub fn synchronised(&self, pms_status_ok: bool) {
        self.state.events.send(Event::Synchronization {
            computer: self.shown(),
            pms_status_ok,
            at: self.now.rfc3339(),
        });
    }

    /// Tells everybody that something changed, because of it.
    pub(super) fn changed(&self, entity: String, id: i64, action: ChangeAction) {
        // Told at once here, and through the bus everywhere.
        self.state.domain().settled.forget(self.computer.id);
        self.state.events.send(Event::Changed {
            entity,
            id: Some(id),
            action,
            at: self.now.rfc3339(),
        });
    }

    fn shown(&self) -> EventComputer {
        EventComputer {
            id: self.computer.id.0,
            name: self.computer.name.clone().unwrap_or_default(),
            text: self.name(),
            project: EventProject {
                id: self.project.id.0,
                name: self.project.name.clone(),
            },
        }
    }

    /// The computer as the author of what it changes.
    pub(super) fn author(&self) -> Author {
        Author {
            user: None,
            name: format!("CID-{}", self.computer.id),
            address: self.address.to_string(),
        }
    }

    /// Refuses a computer that was unsubscribed or deleted since the call came in. Its row is to be locked before.
    ///
    /// # Errors
    /// Then, and when the database fails.
    pub async fn still_served(&self, tx: &mut Tx) -> Result<(), Refused> {
        still_served(tx, self.computer.id).await
    }

    /// Counts what the computer is the first to report, together with what is written because of it.
    ///
    /// # Errors
    /// When it is too much: then nothing of it is to be kept.
    pub(super) async fn brings(
        &self,
        tx: &mut Tx,
        what: Novelty,
        many: usize,
    ) -> Result<(), Refused> {
        let reports = &self.settings().reports;
        let per_day = match what {
            Novelty::Package => reports.new_packages_per_day,
            Novelty::Attribute => reports.new_attributes_per_day,
            Novelty::User => reports.new_users_per_day,
        };
        if novelties::count(tx, self.computer.id, (what, many), per_day, self.now).await? {
            return Ok(());
        }
        Err(Refused::Said(match what {
            Novelty::Package => messages::too_many_new_packages(per_day),
            Novelty::Attribute => messages::too_many_new_attributes(per_day),
            Novelty::User => messages::too_many_new_users(per_day),
        }))
    }
}

async fn still_served(tx: &mut Tx, computer: ComputerId) -> Result<(), Refused> {
    match computers::status(tx, computer).await? {
        Some(Status::Unsubscribed) => Err(Refused::Unsubscribed),
        Some(_) => Ok(()),
        None => Err(Refused::Gone),
    }
}
