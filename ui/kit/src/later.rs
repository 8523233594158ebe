//! Doing something a little later, if it is still wanted then.
use leptos::prelude::*;
use std::time::Duration;

/// One thing to be done later. It is dropped when another takes its place, and with the part of the view that made this.
#[derive(Debug, Clone, Copy)]
pub struct Later(StoredValue<Option<TimeoutHandle>>);

impl Later {
    /// Nothing yet; ends with the calling part of the view.
    pub fn new() -> Self {
        let own = Self(StoredValue::new(None));
        on_cleanup(move || own.cancel());
        own
    }

    /// Does `act` after `pause`, instead of what waits now.
    pub fn run(self, pause: Duration, act: impl FnOnce() + 'static) {
        self.cancel();
        self.0.set_value(set_timeout_with_handle(act, pause).ok());
    }

    /// Drops what waits.
    pub fn cancel(self) {
        if let Some(handle) = self.0.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    }
}

impl Default for Later {
    fn default() -> Self {
        Self::new()
    }
}
