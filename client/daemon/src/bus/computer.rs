//! `org.migasfree.Client1.Computer`.

use std::sync::Arc;

use migasfree_dbus::{Action, ComputerInfo, ComputerLabel, Error, Network, TraitRecord};
use zbus::interface;
use zbus::message::Header;
use zbus::object_server::SignalEmitter;

use crate::access::{Access, Details, check_text, prompt_is_welcome};
use crate::computer;
use crate::describe;
use crate::known::Known;

/// The computer's interface.
#[derive(Debug)]
pub struct Computer {
    pub access: Arc<Access>,
    pub computer: Arc<computer::Computer>,
    pub known: Arc<Known>,
}

#[interface(name = "org.migasfree.Client1.Computer")]
impl Computer {
    #[zbus(out_args("info"))]
    async fn get_info(&self, #[zbus(header)] header: Header<'_>) -> Result<ComputerInfo, Error> {
        self.access.read(&header).await?;
        Ok(describe::info(&self.computer, &self.known))
    }

    #[zbus(out_args("label"))]
    async fn get_label(&self, #[zbus(header)] header: Header<'_>) -> Result<ComputerLabel, Error> {
        self.access.read(&header).await?;
        Ok(describe::label(&self.computer, &self.known))
    }

    #[zbus(out_args("network"))]
    async fn get_network(&self, #[zbus(header)] header: Header<'_>) -> Result<Network, Error> {
        self.access.read(&header).await?;
        let network = self.computer.engine().network();
        Ok(Network {
            network: network.network,
            mask: network.mask,
            ip_address: network.ip_address,
        })
    }

    #[zbus(out_args("traits"))]
    async fn list_traits(
        &self,
        prefix: String,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<Vec<TraitRecord>, Error> {
        let caller = self.access.caller(&header).await?;
        check_text(&prefix)?;
        let (details, ask) = (Details::default(), prompt_is_welcome(&header));
        self.access
            .require(&caller, Action::ReadInventory, &details, ask)
            .await?;
        Ok(describe::traits(&self.computer, &prefix))
    }

    #[zbus(signal, name = "Changed")]
    pub async fn computer_changed(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}
