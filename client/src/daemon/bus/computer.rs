//! `org.migasfree.Client1.Computer`.

use std::sync::Arc;

use migasfree_dbus::{ComputerInfo, ComputerLabel, Error, Network};
use zbus::interface;
use zbus::message::Header;
use zbus::object_server::SignalEmitter;

use crate::daemon::core::Core;
use crate::daemon::describe;

/// The computer's interface.
#[derive(Debug)]
pub struct Computer(pub Arc<Core>);

#[interface(name = "org.migasfree.Client1.Computer")]
impl Computer {
    #[zbus(out_args("info"))]
    async fn get_info(&self, #[zbus(header)] header: Header<'_>) -> Result<ComputerInfo, Error> {
        self.0.access.read(&header).await?;
        Ok(describe::info(&self.0))
    }

    #[zbus(out_args("label"))]
    async fn get_label(&self, #[zbus(header)] header: Header<'_>) -> Result<ComputerLabel, Error> {
        self.0.access.read(&header).await?;
        Ok(describe::label(&self.0))
    }

    #[zbus(out_args("network"))]
    async fn get_network(&self, #[zbus(header)] header: Header<'_>) -> Result<Network, Error> {
        self.0.access.read(&header).await?;
        let network = self.0.engine().network();
        Ok(Network {
            network: network.network,
            mask: network.mask,
            ip_address: network.ip_address,
        })
    }

    #[zbus(signal, name = "Changed")]
    pub async fn computer_changed(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}
