//! `org.migasfree.Client1.Packages`.

use std::sync::Arc;

use migasfree_dbus::{Action, Error, HistoryRecord, UpdateRecord};
use zbus::interface;
use zbus::message::Header;
use zbus::object_server::SignalEmitter;

use crate::access::{Access, Details, check_names, prompt_is_welcome};
use crate::catalog::{Catalog, package_names};
use crate::computer::Computer;
use crate::error::bus_error;
use crate::jobs::Jobs;
use crate::offered::shelf;
use crate::pms::{InstalledPackage, search_words};
use crate::questions::Questions;
use crate::stock::Stock;
use crate::texts::Text;

/// Names of one question of `CheckInstalled`.
const NAMES: usize = 5000;
/// Packages a search answers at most.
const FOUND: usize = 500;

/// The packages' interface.
#[derive(Debug)]
pub struct Packages {
    pub access: Arc<Access>,
    pub computer: Arc<Computer>,
    pub catalog: Arc<Catalog>,
    pub jobs: Arc<Jobs>,
    pub questions: Arc<Questions>,
    pub stock: Stock,
}

impl Packages {
    async fn installed(&self) -> Result<Vec<InstalledPackage>, Error> {
        let engine = self.computer.engine();
        self.questions.installed(engine.as_ref()).await
    }
}

#[interface(name = "org.migasfree.Client1.Packages")]
impl Packages {
    #[zbus(out_args("packages"))]
    async fn list_installed(
        &self,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<Vec<(String, String, String, String)>, Error> {
        let caller = self.access.read(&header).await?;
        let _slot = self.questions.slots.take(&caller).await?;
        let packages = self.installed().await?;
        Ok(packages
            .into_iter()
            .map(|package| {
                (
                    package.name,
                    package.version,
                    package.architecture,
                    package.origin,
                )
            })
            .collect())
    }

    #[zbus(out_args("installed"))]
    async fn check_installed(
        &self,
        names: Vec<String>,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<Vec<String>, Error> {
        let caller = self.access.read(&header).await?;
        if names.len() > NAMES {
            return Err(Error::InvalidArgument(
                Text::TooManyPackages.with([NAMES.into()]),
            ));
        }
        let _slot = self.questions.slots.take(&caller).await?;
        let packages = self.installed().await?;
        let installed = package_names(&packages);
        Ok(names
            .into_iter()
            .filter(|name| installed.contains(name.as_str()))
            .collect())
    }

    #[zbus(out_args("names"))]
    async fn list_available(
        &self,
        prefix: String,
        limit: u32,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<Vec<String>, Error> {
        let caller = self.access.read(&header).await?;
        if !prefix.is_empty() {
            check_names(std::slice::from_ref(&prefix))?;
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let _slot = self.questions.slots.take(&caller).await?;
        let _turn = self.questions.turn().await;
        let available = self.computer.engine().available(&prefix, limit).await;
        available.map_err(|e| bus_error(&e))
    }

    #[zbus(out_args("packages"))]
    async fn search(
        &self,
        pattern: String,
        limit: u32,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<Vec<(String, String, String, bool)>, Error> {
        let caller = self.access.read(&header).await?;
        search_words(&pattern).map_err(|error| bus_error(&error.into()))?;
        let limit = match usize::try_from(limit) {
            Ok(limit @ 1..FOUND) => limit,
            _ => FOUND,
        };
        let _slot = self.questions.slots.take(&caller).await?;
        let _turn = self.questions.turn().await;
        let found = self
            .computer
            .engine()
            .search(&pattern, limit)
            .await
            .map_err(|e| bus_error(&e))?;
        Ok(found
            .into_iter()
            .map(|package| {
                (
                    package.name,
                    package.version,
                    package.summary,
                    package.installed,
                )
            })
            .collect())
    }

    #[zbus(out_args("updates"))]
    async fn list_updates(
        &self,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<Vec<UpdateRecord>, Error> {
        self.access.read(&header).await?;
        self.stock.look_if_stale().await;
        Ok(shelf(&self.catalog, &self.jobs, self.computer.now()).updates())
    }

    #[zbus(out_args("changes"))]
    async fn get_history(
        &self,
        since: u64,
        limit: u32,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<Vec<HistoryRecord>, Error> {
        let caller = self.access.caller(&header).await?;
        let (details, ask) = (Details::default(), prompt_is_welcome(&header));
        self.access
            .require(&caller, Action::ReadInventory, &details, ask)
            .await?;
        let since = i64::try_from(since).unwrap_or(i64::MAX);
        let limit = match limit {
            0 => usize::MAX,
            limit => usize::try_from(limit).unwrap_or(usize::MAX),
        };
        Ok(self.jobs.history(since, limit))
    }

    #[zbus(signal, name = "Changed")]
    pub async fn packages_changed(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}
