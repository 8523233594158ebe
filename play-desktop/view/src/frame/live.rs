//! What screen readers are told.

use crate::state::use_store;
use leptos::prelude::*;

/// The live region.
#[component]
pub fn LiveRegion() -> impl IntoView {
    let store = use_store();
    view! {
        <div class="visually-hidden" role="status" aria-live="polite" data-testid="live">
            {store.announcer.text}
        </div>
    }
}
