//! Where an open session is not enough: the server asks once more who is there. What was refused waits for that.
use futures_channel::oneshot;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};

thread_local! {
    static WAITING: RefCell<Vec<oneshot::Sender<bool>>> = const { RefCell::new(Vec::new()) };
    static DIALOG: Cell<Option<RwSignal<bool>>> = const { Cell::new(None) };
}

/// From now on this signal opens the dialog that asks, as long as the calling part of the view is there.
pub fn asks(open: RwSignal<bool>) {
    DIALOG.set(Some(open));
    on_cleanup(|| tell(false));
}

/// Asks, and waits for whether they have shown it.
pub async fn ask() -> bool {
    let Some(open) = DIALOG.get() else {
        return false;
    };
    let (sender, shown) = oneshot::channel();
    WAITING.with_borrow_mut(|waiting| waiting.push(sender));
    if open.try_set(true).is_some() {
        // The page with the dialog is gone.
        tell(false);
    }
    shown.await.unwrap_or(false)
}

/// Tells whoever waits whether they have shown it.
pub fn tell(shown: bool) {
    for sender in WAITING.take() {
        let _ = sender.send(shown);
    }
}
