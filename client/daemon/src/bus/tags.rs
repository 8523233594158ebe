//! `org.migasfree.Client1.Tags`.

use std::collections::HashMap;
use std::sync::Arc;

use migasfree_dbus::{Action, Dictionary, Error, TagOptions};
use zbus::message::Header;
use zbus::object_server::SignalEmitter;
use zbus::{OwnedObjectPath, interface};

use super::asked::{Asked, queue};
use crate::access::{Access, check_tags};
use crate::computer::Computer;
use crate::desk::Desk;
use crate::error::bus_error;
use crate::jobs::Task;
use crate::known::Known;
use crate::settings::SettingsKeeper;
use crate::sync::EngineError;
use crate::texts::Text;

/// The tags' interface.
#[derive(Debug)]
pub struct Tags {
    pub access: Arc<Access>,
    pub computer: Arc<Computer>,
    pub known: Arc<Known>,
    pub settings: SettingsKeeper,
    pub desk: Desk,
}

#[interface(name = "org.migasfree.Client1.Tags")]
impl Tags {
    #[zbus(out_args("assigned", "available"))]
    async fn get(
        &self,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<(Vec<String>, HashMap<String, Vec<String>>), Error> {
        self.access.read(&header).await?;
        let facts = self.known.facts();
        if facts.fetched_at == 0 {
            return Err(if self.computer.identity().registered {
                Error::Offline(Text::NeverReached.told(&[]))
            } else {
                bus_error(&EngineError::NotRegistered)
            });
        }
        let available = facts.tags.available.clone().into_iter().collect();
        Ok((facts.tags.assigned.clone(), available))
    }

    #[zbus(out_args("job"))]
    async fn set(
        &self,
        tags: Vec<String>,
        apply: bool,
        options: Dictionary,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<OwnedObjectPath, Error> {
        let options = TagOptions::read(&options)?;
        self.settings.apply().await;
        let caller = self.access.caller(&header).await?;
        check_tags(&tags)?;
        let action = if apply {
            Action::TagsSet
        } else {
            Action::TagsCommunicate
        };
        let asked = Asked::new(action, Task::Tags { tags, apply });
        queue(&self.desk, &caller, asked, options.into()).await
    }

    #[zbus(signal, name = "Changed")]
    pub async fn tags_changed(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}
