//! `org.migasfree.Client1.Config`.

use std::collections::HashMap;
use std::sync::Arc;

use migasfree_dbus::{ConfigValue, Error};
use zbus::interface;
use zbus::message::Header;

use crate::access::Access;
use crate::computer::Computer;
use crate::describe;
use crate::settings::SettingsKeeper;

/// The settings' interface.
#[derive(Debug)]
pub struct Config {
    pub access: Arc<Access>,
    pub computer: Arc<Computer>,
    pub settings: SettingsKeeper,
}

#[interface(name = "org.migasfree.Client1.Config")]
impl Config {
    #[zbus(out_args("settings"))]
    async fn get(
        &self,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<HashMap<String, ConfigValue>, Error> {
        self.access.read(&header).await?;
        self.settings.apply().await;
        Ok(describe::settings(&self.computer.settings()))
    }
}
