//! `org.migasfree.Client1.Catalog`.

use std::collections::HashMap;
use std::sync::Arc;

use migasfree_dbus::{
    Action, AppQuery, AppRecord, AppState, Dictionary, Error, RequestRecord, RequestState,
    StateDetail,
};
use zbus::message::Header;
use zbus::object_server::SignalEmitter;
use zbus::{OwnedFd, interface};

use crate::access::{
    Access, Caller, Details, check_asked_ids, check_justification, check_text, prompt_is_welcome,
};
use crate::catalog::{Catalog, Requests, Shelf, Viewer, select};
use crate::computer::Computer;
use crate::exchange::Courier;
use crate::jobs::Jobs;
use crate::offered::shelf;
use crate::properties::{Collector, Properties};
use crate::stock::Stock;
use crate::texts::Text;

/// Pixels of an icon that may be asked for.
const SIZES: std::ops::RangeInclusive<u32> = 16..=512;

/// The catalogue's interface.
#[derive(Debug)]
pub struct CatalogObject {
    pub access: Arc<Access>,
    pub catalog: Arc<Catalog>,
    pub requests: Arc<Requests>,
    pub jobs: Arc<Jobs>,
    pub computer: Arc<Computer>,
    pub stock: Stock,
    pub courier: Courier,
}

impl CatalogObject {
    fn shelf(&self) -> Shelf {
        shelf(&self.catalog, &self.jobs, self.computer.now())
    }

    async fn viewer(&self, caller: &Caller) -> Viewer {
        Viewer {
            is_admin: self.access.has(caller, Action::AppInstallAdmin).await,
        }
    }

    async fn requester(&self, header: &Header<'_>) -> Result<Caller, Error> {
        let caller = self.access.caller(header).await?;
        let ask = prompt_is_welcome(header);
        self.access
            .require(&caller, Action::AppRequest, &Details::default(), ask)
            .await?;
        Ok(caller)
    }
}

#[interface(name = "org.migasfree.Client1.Catalog")]
impl CatalogObject {
    #[zbus(out_args("revision", "apps"))]
    async fn list_apps(
        &self,
        query: Dictionary,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<(u64, Vec<AppRecord>), Error> {
        let query = AppQuery::read(&query)?;
        let caller = self.access.read(&header).await?;
        check_text(query.query.as_deref().unwrap_or_default())?;
        self.stock.look_if_stale().await;
        let viewer = self.viewer(&caller).await;
        let shelf = self.shelf();
        let mut apps = select(shelf.records(viewer), &query);
        for app in &mut apps {
            app.description.clear();
        }
        Ok((shelf.offer.revision, apps))
    }

    #[zbus(out_args("app"))]
    async fn get_app(
        &self,
        id: u32,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<AppRecord, Error> {
        let caller = self.access.read(&header).await?;
        self.stock.look_if_stale().await;
        let viewer = self.viewer(&caller).await;
        let shelf = self.shelf();
        let app = shelf.offer.app(id).ok_or_else(|| unknown_app(id))?;
        Ok(shelf.record(app, viewer))
    }

    #[zbus(out_args("categories"))]
    async fn list_categories(
        &self,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<Vec<(u32, String, u32)>, Error> {
        self.access.read(&header).await?;
        Ok(self.shelf().categories())
    }

    #[zbus(out_args("states"))]
    async fn get_states(
        &self,
        ids: Vec<u32>,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<HashMap<u32, (AppState, StateDetail)>, Error> {
        let caller = self.access.read(&header).await?;
        check_asked_ids(&ids)?;
        self.stock.look_if_stale().await;
        let viewer = self.viewer(&caller).await;
        let states = self.shelf().states(viewer);
        Ok(states
            .into_iter()
            .filter(|(id, _)| ids.is_empty() || ids.contains(id))
            .collect())
    }

    #[zbus(out_args("image", "media_type"))]
    async fn get_image(
        &self,
        id: u32,
        kind: String,
        size: u32,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<(OwnedFd, String), Error> {
        self.access.read(&header).await?;
        if !SIZES.contains(&size) {
            return Err(Error::InvalidArgument(Text::ImageSize.told(&[])));
        }
        if kind != "icon" {
            return Err(Error::NotFound(Text::NoSuchImage.told(&[])));
        }
        let offer = self.catalog.offer();
        offer.app(id).ok_or_else(|| unknown_app(id))?;
        let icon = offer
            .icons
            .get(&id)
            .ok_or_else(|| Error::NotFound(Text::NoIcon.told(&[])))?;
        let png = self
            .catalog
            .icons
            .open_png(icon.revision, size)
            .await
            .map_err(|error| {
                Error::NotAvailable(Text::ImageUnreadable.told(&[&error.to_string()]))
            })?;
        Ok((png.into(), "image/png".into()))
    }

    async fn request_app(
        &self,
        id: u32,
        justification: String,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<String, Error> {
        check_justification(&justification)?;
        let caller = self.requester(&header).await?;
        self.access.limits().write(&caller)?;
        let offer = self.catalog.offer();
        let app = offer.app(id).ok_or_else(|| unknown_app(id))?;
        let record = RequestRecord {
            id: crate::random::uuid().simple().to_string(),
            app_id: id,
            app_name: app.name.clone(),
            justification,
            state: RequestState::Unsent,
            created: self.computer.now(),
            comment: None,
        };
        self.courier.request_app(caller.uid, record).await
    }

    async fn cancel_request(
        &self,
        id: String,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<(), Error> {
        let caller = self.requester(&header).await?;
        self.access.limits().write(&caller)?;
        self.courier.cancel_request(caller.uid, &id).await
    }

    async fn list_requests(
        &self,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<Vec<RequestRecord>, Error> {
        let caller = self.requester(&header).await?;
        self.courier.look_for_decisions();
        Ok(self.requests.of(caller.uid))
    }

    #[zbus(signal, name = "Changed")]
    pub async fn catalog_changed(
        emitter: &SignalEmitter<'_>,
        revision: u64,
        ids: Vec<u32>,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    pub async fn states_changed(
        emitter: &SignalEmitter<'_>,
        states: HashMap<u32, AppState>,
    ) -> zbus::Result<()>;

    #[zbus(property)]
    fn revision(&self) -> u64 {
        self.catalog.offer().revision
    }

    #[zbus(property)]
    fn fetched_at(&self) -> i64 {
        self.catalog.offer().fetched_at
    }
}

/// The properties that change, to tell what did.
pub fn properties(catalog: &Catalog) -> Properties {
    let offer = catalog.offer();
    Collector::default()
        .with("Revision", offer.revision)
        .with("FetchedAt", offer.fetched_at)
        .all()
}

fn unknown_app(id: u32) -> Error {
    Error::NotFound(Text::UnknownApp.told(&[&id.to_string()]))
}
