//! Something that a button does: busy meanwhile, and what goes wrong is told in a toast.
use crate::api::ApiError;
use leptos::prelude::*;
use migasfree_ui_kit::Toasts;
use serde_json::Value;

/// Does it, and then what follows; nothing while it is being done already, as by the second press of a double click.
pub fn run(
    toasts: Toasts,
    busy: RwSignal<bool>,
    work: impl Future<Output = Result<Value, ApiError>> + 'static,
    then: impl FnOnce(Value) + 'static,
) {
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    leptos::task::spawn_local(async move {
        let answer = work.await;
        // The page may have been left meanwhile.
        let _ = busy.try_set(false);
        match answer {
            Ok(answer) => then(answer),
            // They were asked who they are, and did not want to say.
            Err(ApiError::Unproved) => {}
            Err(error) => toasts.error(error.line()),
        }
    });
}
