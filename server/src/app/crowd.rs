//! Connections by address: nobody has so many that others get none.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use migasfree_server_auth::{Networks, bucket};

/// Counts them. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Crowd(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// As many at the same time; 0 means no limit.
    most: u32,
    /// Proxies, behind which are many.
    spared: Networks,
    counts: Mutex<HashMap<String, Count>>,
}

#[derive(Debug, Default)]
struct Count {
    open: u32,
    /// The log has it that there were too many.
    told: bool,
}

/// A connection that is counted until it ends.
#[derive(Debug)]
pub(super) struct Place {
    crowd: Crowd,
    /// None where nothing is counted.
    of: Option<String>,
}

impl Crowd {
    pub(super) fn new(most: u32, spared: Networks) -> Self {
        Self(Arc::new(Shared {
            most,
            spared,
            counts: Mutex::default(),
        }))
    }

    /// Takes in one more connection, unless its address has too many.
    pub(super) fn enter(&self, address: IpAddr) -> Option<Place> {
        let Shared { most, spared, .. } = &*self.0;
        if *most == 0 || spared.contains(address) {
            return Some(self.place(None));
        }
        let of = bucket(address);
        let mut counts = self.counts();
        let count = counts.entry(of.clone()).or_default();
        if count.open >= *most {
            metrics::counter!("migasfree_refused_connections_total").increment(1);
            if !std::mem::replace(&mut count.told, true) {
                tracing::warn!(%address, most, "an address has too many connections: others of it are closed");
            }
            return None;
        }
        count.open += 1;
        Some(self.place(Some(of)))
    }

    fn place(&self, of: Option<String>) -> Place {
        Place {
            crowd: self.clone(),
            of,
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<String, Count>> {
        self.0.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(of) = &self.of else {
            return;
        };
        let mut counts = self.crowd.counts();
        if let Some(count) = counts.get_mut(of) {
            count.open -= 1;
            if count.open == 0 {
                counts.remove(of);
            }
        }
    }
}
