//! Connections of which nobody knows yet whose they are: few, and few of one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use migasfree_server_auth::bucket;

/// All of them.
const MOST: usize = 4_096;
/// Those of one address, behind which many may come back at once.
const OF_ADDRESS: usize = 512;

/// Counts them. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waiting(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    of: HashMap<String, usize>,
}

/// The place of one, free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    waiting: Waiting,
    of: String,
    /// Whose connection it is.
    pub(crate) address: IpAddr,
}

impl Waiting {
    /// A place for one more, if there is one.
    pub(crate) fn enter(&self, address: IpAddr) -> Option<Place> {
        let of = bucket(address);
        let mut counts = self.locked();
        let known = counts.of.get(&of).copied().unwrap_or_default();
        if counts.all >= MOST || known >= OF_ADDRESS {
            return None;
        }
        counts.all += 1;
        counts.of.insert(of.clone(), known + 1);
        drop(counts);
        Some(Place {
            waiting: self.clone(),
            of,
            address,
        })
    }

    fn locked(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.waiting.locked();
        counts.all -= 1;
        match counts.of.get_mut(&self.of) {
            Some(1) | None => {
                counts.of.remove(&self.of);
            }
            Some(count) => *count -= 1,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn one_address_leaves_room_for_others() {
        let waiting = Waiting::default();
        let one = IpAddr::from([192, 0, 2, 1]);
        let mut places: Vec<_> = (0..OF_ADDRESS)
            .map(|_| waiting.enter(one).unwrap())
            .collect();
        assert!(waiting.enter(one).is_none());
        assert!(waiting.enter(IpAddr::from([192, 0, 2, 2])).is_some());
        places.pop();
        assert!(waiting.enter(one).is_some());
    }
}
