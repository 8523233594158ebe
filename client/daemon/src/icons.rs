//! The icons of the catalogue: fetched from the server, and kept while they are fresh.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::catalog::{Catalog, Icon};
use super::computer::Computer;
use crate::clock::is_younger;
use crate::transport::messages::App;

/// Icons fetched side by side.
const AT_ONCE: usize = 4;
/// Icons are asked for again after this time, seconds.
const AGE: i64 = 24 * 3600;

/// The icons of these applications, by application.
pub async fn fetch(computer: &Computer, catalog: &Catalog, apps: &[App]) -> BTreeMap<u32, Icon> {
    let offer = catalog.offer();
    let with_icon: Vec<(&App, &str)> = apps
        .iter()
        .filter_map(|app| {
            Some((
                app,
                app.icon.as_deref().filter(|address| !address.is_empty())?,
            ))
        })
        .collect();
    let mut icons = BTreeMap::new();
    for some in with_icon.chunks(AT_ONCE) {
        let fetched = join_all(some.iter().map(|(app, address)| {
            let old = offer.icons.get(&app.id.0);
            let same_record = offer.app(app.id.0) == Some(*app);
            async move {
                Some((
                    app.id.0,
                    icon(computer, catalog, address, old.filter(|_| same_record)).await?,
                ))
            }
        }))
        .await;
        icons.extend(fetched.into_iter().flatten());
    }
    icons
}

/// The icon at an address: the one at hand while it is fresh, else what the server has, else the one at hand.
async fn icon(
    computer: &Computer,
    catalog: &Catalog,
    address: &str,
    old: Option<&Icon>,
) -> Option<Icon> {
    let now = computer.now();
    let at_hand = old.filter(|old| old.address == address && catalog.icons.has(old.revision));
    if let Some(icon) = at_hand.filter(|icon| is_younger(now, icon.fetched_at, AGE)) {
        return Some(icon.clone());
    }
    match computer.engine().public_file(address).await {
        Ok(file) => match catalog.icons.store(&file.content) {
            Ok(revision) => Some(Icon {
                address: address.to_owned(),
                revision,
                fetched_at: now,
            }),
            Err(error) => {
                tracing::warn!(%error, "an icon could not be kept");
                None
            }
        },
        Err(error) => {
            tracing::warn!(address, %error, "an icon could not be fetched");
            at_hand.cloned()
        }
    }
}

/// Deletes the images that no application of the offer has.
pub fn forget_old(catalog: &Catalog) {
    let revisions: Vec<u64> = catalog
        .offer()
        .icons
        .values()
        .map(|icon| icon.revision)
        .collect();
    if let Err(error) = catalog.icons.keep_only(&revisions) {
        tracing::warn!(%error, "old icons could not be deleted");
    }
}
