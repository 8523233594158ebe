//! Records of applications for the bus, from offer, facts and jobs.

use std::collections::BTreeMap;
use std::sync::Arc;

use migasfree_dbus::{AppRecord, AppState, Category, Level, StateDetail, UpdateRecord};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::facts::{PackageFacts, Update};
use super::offer::Offer;
use super::states::{AppWork, Viewer, state_of};
use super::text::summary;
use crate::transport::messages::App;

/// Everything that decides how applications look at one moment.
#[derive(Debug)]
pub struct Shelf {
    /// What the server offered.
    pub offer: Arc<Offer>,
    /// What the package manager said.
    pub facts: Arc<PackageFacts>,
    /// Jobs by application.
    pub work: BTreeMap<u32, AppWork>,
    /// Now, Unix seconds.
    pub now: i64,
}

impl Shelf {
    /// State and detail of an application for a viewer.
    #[must_use]
    pub fn state(&self, app: &App, viewer: Viewer) -> (AppState, StateDetail) {
        state_of(
            self.offer.packages(app),
            app.needs_administrator(),
            &self.facts,
            self.work.get(&app.id.0),
            viewer,
        )
    }

    /// The states of all applications for a viewer.
    #[must_use]
    pub fn states(&self, viewer: Viewer) -> BTreeMap<u32, (AppState, StateDetail)> {
        self.offer
            .snapshot
            .apps
            .iter()
            .map(|app| (app.id.0, self.state(app, viewer)))
            .collect()
    }

    /// The records of all applications, with descriptions.
    #[must_use]
    pub fn records(&self, viewer: Viewer) -> Vec<AppRecord> {
        self.offer
            .snapshot
            .apps
            .iter()
            .map(|app| self.record(app, viewer))
            .collect()
    }

    /// The record of an application, with its description.
    #[must_use]
    pub fn record(&self, app: &App, viewer: Viewer) -> AppRecord {
        let packages = self.offer.packages(app);
        let (state, detail) = self.state(app, viewer);
        let main = packages.first();
        let candidate = main.and_then(|name| self.facts.candidates.get(name));
        let text = |value: &str| Some(value.to_owned()).filter(|value| !value.is_empty());
        let total = |of: &dyn Fn(&crate::pms::Candidate) -> u64| -> Option<u64> {
            let candidates: Option<Vec<_>> = packages
                .iter()
                .map(|name| self.facts.candidates.get(name))
                .collect();
            Some(candidates?.into_iter().map(of).sum()).filter(|_| !packages.is_empty())
        };
        AppRecord {
            id: app.id.0,
            name: app.name.clone(),
            summary: summary(&app.description),
            description: app.description.clone(),
            icon: self
                .offer
                .icons
                .get(&app.id.0)
                .map_or(0, |icon| icon.revision),
            category: Category {
                id: app.category.id,
                name: app.category.name.clone(),
            },
            level: Level::parse(&app.level.id),
            score: app.score,
            packages: packages.to_vec(),
            state,
            installed: self.facts.has_all(packages),
            installed_version: main
                .and_then(|name| self.facts.installed.get(name))
                .cloned(),
            candidate_version: candidate.map(|candidate| candidate.version.clone()),
            download_bytes: total(&|candidate| candidate.download_bytes),
            installed_bytes: total(&|candidate| candidate.installed_bytes),
            licence: candidate.and_then(|candidate| text(&candidate.licence)),
            homepage: candidate.and_then(|candidate| text(&candidate.homepage)),
            required_by: detail.required_by.clone(),
            detail,
            created_at: app.created_at.as_deref().and_then(unix_seconds),
            age: u64::try_from(self.now - self.offer.fetched_at).unwrap_or_default(),
        }
    }

    /// Packages with a newer version, by name.
    #[must_use]
    pub fn updates(&self) -> Vec<UpdateRecord> {
        let app_with = |package: &String| {
            let mut apps = self.offer.snapshot.apps.iter();
            apps.find(|app| self.offer.packages(app).contains(package))
                .map(|app| app.id.0)
        };
        let record = |update: &Update| UpdateRecord {
            name: update.name.clone(),
            from: update.from.clone(),
            to: update.to.clone(),
            bytes: self
                .facts
                .candidates
                .get(&update.name)
                .map(|candidate| candidate.download_bytes),
            security: update.security,
            app: app_with(&update.name),
        };
        self.facts.updates.iter().map(record).collect()
    }

    /// Id, name and number of applications of each category that has any, by name.
    #[must_use]
    pub fn categories(&self) -> Vec<(u32, String, u32)> {
        let mut categories: BTreeMap<u32, (String, u32)> = BTreeMap::new();
        for app in &self.offer.snapshot.apps {
            let (_, count) = categories
                .entry(app.category.id)
                .or_insert_with(|| (app.category.name.clone(), 0));
            *count += 1;
        }
        let mut list: Vec<(u32, String, u32)> = categories
            .into_iter()
            .map(|(id, (name, count))| (id, name, count))
            .collect();
        list.sort_by(|one, other| one.1.cmp(&other.1));
        list
    }
}

fn unix_seconds(text: &str) -> Option<i64> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Some(time.unix_timestamp())
}
