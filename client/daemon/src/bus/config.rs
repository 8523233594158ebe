//! `org.migasfree.Client1.Config`.

use std::collections::HashMap;
use std::sync::Arc;

use migasfree_dbus::{ConfigValue, Error};
use zbus::interface;
use zbus::message::Header;

use crate::core::Core;
use crate::describe;

/// The settings' interface.
#[derive(Debug)]
pub struct Config(pub Arc<Core>);

#[interface(name = "org.migasfree.Client1.Config")]
impl Config {
    #[zbus(out_args("settings"))]
    async fn get(
        &self,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<HashMap<String, ConfigValue>, Error> {
        self.0.access.read(&header).await?;
        self.0.apply_settings().await;
        Ok(describe::settings(&self.0.computer.settings()))
    }
}
