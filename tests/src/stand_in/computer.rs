//! `org.migasfree.Client1.Computer`.

use std::sync::Arc;

use migasfree_dbus::{ComputerInfo, ComputerLabel, Error, Message};
use zbus::interface;

use super::world::World;

#[derive(Debug)]
pub(super) struct Computer(pub Arc<World>);

#[interface(name = "org.migasfree.Client1.Computer")]
impl Computer {
    async fn get_info(&self) -> Result<ComputerInfo, Error> {
        self.0.speaks().await;
        if self.0.scene.unregistered {
            return Err(Error::NotRegistered(Message::verbatim("register first")));
        }
        Ok(ComputerInfo {
            id: 214,
            name: "reception-02".to_owned(),
            status: "intended".to_owned(),
            user: "ana~Ana Ruiz".to_owned(),
            fqdn: "reception-02.office.example.org".to_owned(),
            mac_address: "525400a1b2c3".to_owned(),
            ip_address: "10.20.4.18".to_owned(),
            cpu: "AMD Ryzen 5 PRO 5650U".to_owned(),
            architecture: 64,
            ram: 16 * (1 << 30),
            storage: 512_000_000_000,
            disks: 1,
            product: "ThinkCentre M75q".to_owned(),
            product_system: "desktop".to_owned(),
            ..ComputerInfo::default()
        })
    }

    async fn get_label(&self) -> Result<ComputerLabel, Error> {
        self.0.speaks().await;
        if self.0.scene.unregistered {
            return Err(Error::NotRegistered(Message::verbatim("register first")));
        }
        Ok(ComputerLabel {
            id: 214,
            name: "reception-02".to_owned(),
            server: "migasfree.example.org".to_owned(),
            qr: r#"{"model":"computer","id":214,"server":"migasfree.example.org"}"#.to_owned(),
            ..ComputerLabel::default()
        })
    }
}
