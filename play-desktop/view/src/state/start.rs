//! Reading everything, first from the cache, then from the daemon.

use super::{Actions, Index, Store};
use crate::bridge;
use leptos::{prelude::*, task::spawn_local};
use migasfree_play_records::{Link, States};
use std::sync::Arc;

/// Shows the catalogue of last time, until the daemon says how it is now.
pub(super) async fn show_remembered(store: Store) {
    if let Ok(Some(catalog)) = bridge::remembered_apps().await
        && !store.fresh.get_untracked()
    {
        store.index.set(Some(Arc::new(Index::new(catalog))));
    }
}

/// Asks for what the view needs before anything else, and reads everything if the daemon is already there.
pub(super) async fn start(store: Store, actions: Actions) {
    match bridge::start().await {
        Ok(start) => {
            store.version.set(start.version);
            store.session.set(start.session);
            store.settings.set(start.settings);
            store.navigation.follow(&start.place, store.filter.query);
            // The link may have come up before anybody listened.
            if store.link.get_untracked() == Link::Connecting && start.link != Link::Connecting {
                store.link.set(start.link);
                if start.link == Link::Ready {
                    read_all(store, actions);
                }
            }
        }
        Err(fault) => {
            store.link.set(Link::Missing);
            actions.report(fault, String::new());
        }
    }
}

/// Reads everything from the daemon.
pub fn read_all(store: Store, actions: Actions) {
    spawn_local(read_catalog(store));
    spawn_local(read_requests(store));
    spawn_local(actions.read_jobs());
    spawn_local(read_updates(store));
    spawn_local(read_computer(store));
}

/// Reads what this computer is.
pub async fn read_computer(store: Store) {
    match bridge::computer_info().await {
        Ok(computer) => {
            store.computer_fault.set(None);
            store.computer.set(Some(computer));
        }
        Err(fault) => store.computer_fault.set(Some(fault)),
    }
}

/// Reads the catalogue from the daemon.
pub async fn read_catalog(store: Store) {
    match bridge::list_apps().await {
        Ok(catalog) => {
            let index = Arc::new(Index::new(catalog));
            store.states.set(States::new());
            store.index.set(Some(index));
            store.catalog_fault.set(None);
            store.fresh.set(true);
        }
        Err(fault) => store.catalog_fault.set(Some(fault)),
    }
}

/// Reads what has a newer version.
pub async fn read_updates(store: Store) {
    store.updates.set(Some(bridge::updates().await));
}

/// Reads the person's requests. Who may not ask for anything has none.
pub async fn read_requests(store: Store) {
    if let Ok(requests) = bridge::requests().await
        && requests != store.requests.get_untracked()
    {
        store.requests.set(requests);
    }
}

/// Reads states anew.
pub async fn read_states(store: Store, ids: Vec<u32>) {
    if let Ok(states) = bridge::states(&ids).await {
        store.states.update(|known| known.extend(states));
    }
}
