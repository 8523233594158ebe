//! Notices that people are shown, and who says that they are.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Those that are on their way.
#[derive(Debug, Default)]
pub(super) struct Notices(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    open: HashMap<u32, oneshot::Sender<()>>,
    last: u32,
}

impl Notices {
    /// A new one, and where is said that it is shown.
    pub(super) fn open(&self) -> (u32, oneshot::Receiver<()>) {
        let (sender, receiver) = oneshot::channel();
        let mut known = self.lock();
        known.last = known.last.wrapping_add(1);
        let id = known.last;
        known.open.insert(id, sender);
        (id, receiver)
    }

    /// One is shown; `false` where nobody waits for that.
    pub(super) fn shown(&self, id: u32) -> bool {
        let open = self.lock().open.remove(&id);
        open.is_some_and(|open| open.send(()).is_ok())
    }

    pub(super) fn close(&self, id: u32) {
        self.lock().open.remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
