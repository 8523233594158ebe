//! The screen of a computer by the VNC server that is there.
mod client;
mod viewer;

use super::{
    asking::Begun,
    desktop::{Clipboard, ViewTools},
    head::{Head, Stage},
};
use crate::text::t;
use client::Client;
use leptos::{ev::SubmitEvent, html, prelude::*, task::spawn_local};
use migasfree_ui_kit::{Button, ButtonLook, ButtonSize, Field, IconButton, TextInput, Tone};
use std::rc::Rc;
use viewer::{Facts, Viewer};
use wasm_bindgen::JsCast;

type Held = StoredValue<Rc<Viewer>, LocalStorage>;

fn with(viewer: Held, act: impl FnOnce(&Client)) {
    let client = viewer.try_get_value().and_then(|viewer| viewer.client());
    if let Some(client) = client {
        act(&client);
    }
}

#[component]
pub fn VncSession(session: Begun, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let facts = Facts::new();
    let viewer = StoredValue::new_local(Viewer::new(facts));
    on_cleanup(move || {
        if let Some(viewer) = viewer.try_get_value() {
            viewer.close();
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
            let is_here = client::fetch().await;
            // The page may have been left.
            match viewer.try_get_value() {
                Some(viewer) if is_here => viewer.begin(place.unchecked_into(), session),
                _ => Stage::end(facts.stage, Tone::Error, t!(error.part).to_owned()),
            }
        });
        true
    });
    let end = move || {
        if let Some(viewer) = viewer.try_get_value() {
            viewer.end();
        }
    };
    let sends = Signal::derive(move || facts.connected.get() && !facts.view_only.get());
    let send = move |text: String| with(viewer, |client| client.paste(&text));
    view! {
        <section class="surface remote-session" aria-label=t!(remote.vnc)>
            <Head stage=facts.stage recorded=facts.recorded on_end=end on_close>
                <Show when=move || facts.connected.get()>
                    <Tools viewer facts />
                </Show>
            </Head>
            <Show when=move || facts.asked.with(|asked| !asked.is_empty())>
                <Credentials viewer facts />
            </Show>
            <div class="remote-vnc" node_ref=place></div>
            <Show when=move || facts.connected.get()>
                <p class="remote-hint">{t!(remote.leave_hint)}</p>
            </Show>
            <Clipboard open=facts.clipboard_open copied=facts.copied sends on_send=send />
        </section>
    }
}

#[component]
fn Tools(viewer: Held, facts: Facts) -> impl IntoView {
    let fit = RwSignal::new(true);
    let view_only = facts.view_only;
    Effect::new(move || {
        let is_fit = fit.get();
        with(viewer, |client| client.fit(is_fit));
    });
    Effect::new(move || {
        // While the connection is away, what is pressed is not for a screen that nobody sees.
        let on = view_only.get() || facts.stage.with(|stage| *stage == Stage::Lost);
        with(viewer, |client| client.view_only(on));
    });
    let open = facts.clipboard_open;
    view! {
        <IconButton
            icon=Signal::stored(icondata::LuEye)
            label=t!(remote.view_only)
            pressed=Signal::derive(move || Some(view_only.get()))
            on_press=move |_| view_only.update(|on| *on = !*on)
        />
        <Button
            size=ButtonSize::Small
            look=ButtonLook::Quiet
            disabled=Signal::derive(move || view_only.get())
            on_press=move |_| with(viewer, Client::ctrl_alt_del)
        >
            {t!(remote.keys_ctrl_alt_del)}
        </Button>
        <IconButton
            icon=Signal::stored(icondata::LuClipboard)
            label=t!(remote.clipboard)
            pressed=Signal::derive(move || Some(open.get()))
            on_press=move |_| open.update(|open| *open = !*open)
        />
        <ViewTools fit on_full=move || with(viewer, |client| client.0.full()) />
    }
}

/// Asks for what the VNC server wants to know.
#[component]
fn Credentials(viewer: Held, facts: Facts) -> impl IntoView {
    let [account, password] = [(); 2].map(|()| RwSignal::new(String::new()));
    let wants = move |what: &'static str| {
        facts
            .asked
            .with(|asked| asked.split(' ').any(|one| one == what))
    };
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(viewer) = viewer.try_get_value() {
            viewer.answer(&account.get_untracked(), &password.get_untracked());
        }
    };
    view! {
        <form class="remote-credentials" on:submit=send>
            <Show when=move || wants("username")>
                <Field label=t!(remote.account)>
                    <TextInput value=account name="vnc-account" autocomplete="off" mono=true />
                </Field>
            </Show>
            <Show when=move || wants("password")>
                <Field label=t!(remote.vnc_password) help=t!(remote.vnc_password_help)>
                    <TextInput value=password kind="password" name="vnc-password" autocomplete="off" autofocus=true />
                </Field>
            </Show>
            <Button look=ButtonLook::Primary kind="submit">{t!(remote.connect)}</Button>
        </form>
    }
}
