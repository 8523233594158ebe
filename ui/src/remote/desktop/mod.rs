//! The screen of a computer, from the first word to the last.
pub mod canvas;
mod clipboard;
mod keys;
mod live;
mod tools;

use super::{
    asking::Begun,
    head::{Head, Stage},
};
use crate::text::t;
pub use clipboard::Clipboard;
use leptos::{html, prelude::*, task::spawn_local};
use live::{Facts, Live};
use migasfree_ui_kit::Tone;
use tools::Tools;
pub use tools::ViewTools;

#[component]
pub fn ScreenSession(session: Begun, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let facts = Facts::new();
    let live = StoredValue::new_local(Live::new(facts));
    on_cleanup(move || {
        if let Some(live) = live.try_get_value() {
            live.close();
        }
    });
    Effect::new(move |begun: Option<bool>| {
        if begun == Some(true) {
            return true;
        }
        let Some(place) = place.get() else {
            return false;
        };
        let session = session.clone();
        spawn_local(async move {
            let is_here = canvas::fetch().await;
            let codecs = canvas::codecs().await;
            // The page may have been left.
            match live.try_get_value() {
                Some(live) if is_here => live.begin(&place, session, codecs),
                _ => Stage::end(facts.stage, Tone::Error, t!(error.part).to_owned()),
            }
        });
        true
    });
    let with = move |act: fn(&Live)| {
        if let Some(live) = live.try_get_value() {
            act(&live);
        }
    };
    let sends = Signal::derive(move || {
        let is_let_in = |shape: &migasfree_tunnel::screen::Shape| shape.clipboard_in;
        facts.controls()
            && facts
                .shape
                .with(|shape| shape.as_ref().is_some_and(is_let_in))
    });
    let send = move |text| {
        if let Some(live) = live.try_get_value() {
            live.send(text);
        }
    };
    view! {
        <section class="surface remote-session" aria-label=t!(remote.screen)>
            <Head stage=facts.stage recorded=facts.recorded on_end=move || with(Live::end) on_close>
                <Tools live facts />
            </Head>
            <div class="remote-screen" data-scale="fit" node_ref=place></div>
            <Show when=move || facts.controls()>
                <p class="remote-hint">{t!(remote.leave_hint)}</p>
            </Show>
            <Clipboard open=facts.clipboard_open copied=facts.copied sends on_send=send />
        </section>
    }
}
