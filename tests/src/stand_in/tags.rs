//! `org.migasfree.Client1.Tags`.

use std::collections::HashMap;
use std::sync::Arc;

use migasfree_dbus::{Error, JobRole, JobSubject, TagOptions};
use zbus::{Connection, OwnedObjectPath, interface};

use super::work;
use super::world::World;

const AVAILABLE: [(&str, &[&str]); 2] = [
    ("LOC", &["LOC-headquarters", "LOC-north", "LOC-harbour"]),
    ("ROL", &["ROL-pilot", "ROL-reception"]),
];

#[derive(Debug)]
pub(super) struct Tags(pub Arc<World>);

#[interface(name = "org.migasfree.Client1.Tags")]
impl Tags {
    async fn get(&self) -> (Vec<String>, HashMap<String, Vec<String>>) {
        self.0.speaks().await;
        let available = AVAILABLE.map(|(prefix, tags)| {
            let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
            (prefix.to_owned(), tags)
        });
        (self.0.facts().tags.clone(), HashMap::from(available))
    }

    async fn set(
        &self,
        tags: Vec<String>,
        _apply: bool,
        _options: TagOptions,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<OwnedObjectPath, Error> {
        self.0.facts().tags = tags;
        work::start(connection, &self.0, JobRole::Tags, JobSubject::default())
            .await
            .map_err(Error::ZBus)
    }
}
