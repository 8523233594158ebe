use crate::{ComputerInfo, ComputerLabel, Error, Network, TraitRecord};

/// `org.migasfree.Client1.Computer`: who this computer is.
#[zbus::proxy(
    interface = "org.migasfree.Client1.Computer",
    default_service = "org.migasfree.Client1",
    default_path = "/org/migasfree/Client1"
)]
pub trait Computer {
    /// The server's record of this computer, as of the last time it was asked.
    fn get_info(&self) -> Result<ComputerInfo, Error>;

    /// What goes on its label.
    fn get_label(&self) -> Result<ComputerLabel, Error>;

    /// Its network.
    fn get_network(&self) -> Result<Network, Error>;

    /// The attributes that the last full synchronisation assigned, those of one prefix or all for an empty text. Needs the
    /// right `read-inventory`.
    #[zbus(allow_interactive_auth)]
    fn list_traits(&self, prefix: &str) -> Result<Vec<TraitRecord>, Error>;

    /// The record changed.
    #[zbus(signal, name = "Changed")]
    fn computer_changed(&self) -> zbus::Result<()>;
}
