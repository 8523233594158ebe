use crate::{ComputerInfo, ComputerLabel, Error, Network};

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

    /// The record changed.
    #[zbus(signal, name = "Changed")]
    fn computer_changed(&self) -> zbus::Result<()>;
}
