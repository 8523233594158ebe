//! What comes out of an execution, while it does.
use crate::{
    api::{events, request},
    text::t,
};
use leptos::prelude::*;
use migasfree_types::events::Event;
use migasfree_ui_kit::{Notice, Tone};
use serde::Deserialize;

/// What came out since the answer before.
#[derive(Debug, Deserialize)]
struct Part {
    #[serde(default)]
    output: String,
    #[serde(default)]
    next: u64,
    #[serde(default)]
    truncated: bool,
}

#[component]
pub fn Output(id: i64) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let next = RwSignal::new(0_u64);
    let truncated = RwSignal::new(false);
    let failed = RwSignal::new(None::<String>);
    let [busy, missed] = [(); 2].map(|()| RwSignal::new(false));
    let read = move || {
        if busy.get_untracked() {
            missed.set(true);
            return;
        }
        busy.set(true);
        leptos::task::spawn_local(async move {
            loop {
                let Some(from) = next.try_get_untracked() else {
                    return;
                };
                let path = format!("executions/{id}/output/?from={from}");
                match request::get_as::<Part>(&path).await {
                    Ok(part) => {
                        let _ = text.try_update(|text| text.push_str(&part.output));
                        let _ = next.try_set(part.next);
                        let _ = truncated.try_set(part.truncated);
                        let _ = failed.try_set(None);
                    }
                    Err(error) => {
                        let _ = failed.try_set(Some(error.line()));
                    }
                }
                let again = missed.try_update(std::mem::take).unwrap_or_default();
                if !again {
                    break;
                }
            }
            let _ = busy.try_set(false);
        });
    };
    events::on_event(move |event| match event {
        Event::Changed {
            entity,
            id: Some(changed),
            ..
        } if entity == "remote.execution" && changed == id => read(),
        Event::Resync => read(),
        _ => {}
    });
    read();
    view! {
        {move || failed.get().map(|error| view! { <Notice tone=Tone::Error>{error}</Notice> })}
        {move || match text.with(String::is_empty) {
            true => view! { <p class="text-muted">{t!(execution.no_output)}</p> }.into_any(),
            false => view! { <pre class="execution-output" tabindex="0">{move || text.get()}</pre> }.into_any(),
        }}
        <Show when=move || truncated.get()>
            <p class="text-muted">{t!(execution.truncated)}</p>
        </Show>
    }
}
