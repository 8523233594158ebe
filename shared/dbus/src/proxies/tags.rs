use std::collections::HashMap;

use zbus::OwnedObjectPath;

use crate::{Error, TagOptions};

/// `org.migasfree.Client1.Tags`: the tags of this computer, each `PREFIX-value`.
#[zbus::proxy(
    interface = "org.migasfree.Client1.Tags",
    default_service = "org.migasfree.Client1",
    default_path = "/org/migasfree/Client1"
)]
pub trait Tags {
    /// The assigned tags, and the available ones by property.
    fn get(&self) -> Result<(Vec<String>, HashMap<String, Vec<String>>), Error>;

    /// Replaces the assigned tags; with `apply` what follows from them is installed and removed too.
    fn set(
        &self,
        tags: &[&str],
        apply: bool,
        options: TagOptions,
    ) -> Result<OwnedObjectPath, Error>;

    /// The tags changed.
    #[zbus(signal, name = "Changed")]
    fn tags_changed(&self) -> zbus::Result<()>;
}
