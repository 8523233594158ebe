//! `org.migasfree.Client1.Catalog`.

use std::collections::{BTreeMap, HashMap};
use std::io::{Seek, SeekFrom, Write};
use std::os::fd;
use std::sync::Arc;

use migasfree_dbus::{
    AppQuery, AppRecord, AppState, Error, Message, RequestRecord, RequestState, StateDetail,
};
use zbus::object_server::SignalEmitter;
use zbus::{OwnedFd, interface};

use super::world::{World, now};
use crate::organisation::icon;

#[derive(Debug)]
pub(super) struct Catalog(pub Arc<World>);

#[interface(name = "org.migasfree.Client1.Catalog")]
impl Catalog {
    async fn list_apps(&self, _query: AppQuery) -> (u64, Vec<AppRecord>) {
        self.0.speaks().await;
        let apps = self.0.facts().apps.clone();
        let short = |app: AppRecord| AppRecord {
            description: String::new(),
            ..app
        };
        (1, apps.into_iter().map(short).collect())
    }

    async fn get_app(&self, id: u32) -> Result<AppRecord, Error> {
        self.0.speaks().await;
        let facts = self.0.facts();
        (facts.apps.iter())
            .find(|app| app.id == id)
            .cloned()
            .ok_or_else(|| Error::NotFound(Message::verbatim("no such application")))
    }

    async fn list_categories(&self) -> Vec<(u32, String, u32)> {
        let mut counts: BTreeMap<(String, u32), u32> = BTreeMap::new();
        for app in &self.0.facts().apps {
            *counts
                .entry((app.category.name.clone(), app.category.id))
                .or_default() += 1;
        }
        counts
            .into_iter()
            .map(|((name, id), count)| (id, name, count))
            .collect()
    }

    async fn get_states(&self, ids: Vec<u32>) -> HashMap<u32, (AppState, StateDetail)> {
        self.0.speaks().await;
        let facts = self.0.facts();
        (facts.apps.iter())
            .filter(|app| ids.is_empty() || ids.contains(&app.id))
            .map(|app| (app.id, (app.state, app.detail.clone())))
            .collect()
    }

    async fn get_image(
        &self,
        id: u32,
        _kind: &str,
        _size: u32,
    ) -> Result<(OwnedFd, String), Error> {
        let package = {
            let facts = self.0.facts();
            let app = facts.apps.iter().find(|app| app.id == id && app.icon != 0);
            app.and_then(|app| app.packages.first().cloned())
        };
        let package =
            package.ok_or_else(|| Error::NotFound(Message::verbatim("it has no icon")))?;
        let file = picture(&icon(&package))
            .map_err(|error| Error::NotFound(Message::verbatim(error.to_string())))?;
        Ok((file, "image/svg+xml".to_owned()))
    }

    async fn request_app(&self, id: u32, justification: String) -> Result<String, Error> {
        let app = self.get_app(id).await?;
        let mut facts = self.0.facts();
        let request = RequestRecord {
            id: (facts.requests.len() + 1).to_string(),
            app_id: id,
            app_name: app.name,
            justification,
            state: RequestState::Pending,
            created: now(),
            comment: None,
        };
        facts.requests.insert(0, request.clone());
        Ok(request.id)
    }

    async fn cancel_request(&self, id: String) -> Result<(), Error> {
        self.0.facts().requests.retain(|request| request.id != id);
        Ok(())
    }

    async fn list_requests(&self) -> Vec<RequestRecord> {
        self.0.speaks().await;
        self.0.facts().requests.clone()
    }

    #[zbus(signal)]
    pub(super) async fn changed(
        emitter: &SignalEmitter<'_>,
        revision: u64,
        ids: Vec<u32>,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    pub(super) async fn states_changed(
        emitter: &SignalEmitter<'_>,
        states: HashMap<u32, AppState>,
    ) -> zbus::Result<()>;

    #[zbus(property)]
    fn revision(&self) -> u64 {
        1
    }

    #[zbus(property)]
    fn fetched_at(&self) -> i64 {
        now() - 3600
    }
}

fn picture(svg: &str) -> std::io::Result<OwnedFd> {
    let mut file = tempfile::tempfile()?;
    file.write_all(svg.as_bytes())?;
    file.seek(SeekFrom::Start(0))?;
    Ok(fd::OwnedFd::from(file).into())
}
