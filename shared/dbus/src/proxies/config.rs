use std::collections::HashMap;

use crate::{ConfigValue, Error};

/// `org.migasfree.Client1.Config`: the settings in force.
#[zbus::proxy(
    interface = "org.migasfree.Client1.Config",
    default_service = "org.migasfree.Client1",
    default_path = "/org/migasfree/Client1"
)]
pub trait Config {
    /// Every setting with its value and origin, no secrets. Keys: `server`, `project`, `computer_name`,
    /// `auto_update_packages`, `manage_devices`, `upload_hardware`, `unattended_removals`, `debug`, `proxy`,
    /// `package_proxy_cache`.
    fn get(&self) -> Result<HashMap<String, ConfigValue>, Error>;
}
