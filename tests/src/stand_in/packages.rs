//! `org.migasfree.Client1.Packages`.

use std::sync::Arc;

use migasfree_dbus::UpdateRecord;
use zbus::interface;

use super::world::World;

#[derive(Debug)]
pub(super) struct Packages(pub Arc<World>);

#[interface(name = "org.migasfree.Client1.Packages")]
impl Packages {
    async fn list_installed(&self) -> Vec<(String, String, String, String)> {
        self.0.speaks().await;
        (1..=1204)
            .map(|number| {
                (
                    format!("libpart{number}"),
                    format!("2.{}.{}-1", number % 17, number % 5),
                    "amd64".to_owned(),
                    "Debian".to_owned(),
                )
            })
            .collect()
    }

    async fn list_updates(&self) -> Vec<UpdateRecord> {
        self.0.speaks().await;
        self.0.updates()
    }
}
