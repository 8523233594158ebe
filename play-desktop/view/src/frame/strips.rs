//! Quiet strips above the page: trial mode, no server, restart.

use crate::{
    state::use_store,
    text::{ago, filled, i18n::td_string, use_i18n},
};
use leptos::prelude::*;
use migasfree_play_records::{Connectivity, Link};
use migasfree_ui_kit::{Icon, badge::Tone};

/// The strips.
#[component]
pub fn Strips() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let fetched = move || {
        store
            .index
            .with(|index| index.as_ref().map_or(0, |index| index.fetched_at()))
    };
    let away = move || {
        let locale = i18n.get_locale();
        let computer = store
            .computer
            .get()
            .filter(|computer| computer.registered)?;
        let when = fetched();
        match (computer.connectivity, when) {
            (Connectivity::Offline, 0) => Some(td_string!(locale, strip.offline_never).to_owned()),
            (Connectivity::Offline, when) => {
                Some(filled!(locale, strip.offline, when = ago(when, locale)))
            }
            (Connectivity::ServerUnreachable, 0) => {
                Some(td_string!(locale, strip.unreachable_never).to_owned())
            }
            (Connectivity::ServerUnreachable, when) => {
                Some(filled!(locale, strip.unreachable, when = ago(when, locale)))
            }
            (Connectivity::Saturated, _) => Some(td_string!(locale, strip.saturated).to_owned()),
            (Connectivity::Online | Connectivity::Metered | Connectivity::Unknown, _) => None,
        }
    };
    let restart = move || {
        let locale = i18n.get_locale();
        match store.computer.get()?.reboot.as_str() {
            "required" => Some(td_string!(locale, strip.reboot_required).to_owned()),
            "recommended" => Some(td_string!(locale, strip.reboot_recommended).to_owned()),
            _ => None,
        }
    };
    let ready = move || store.link.get() == Link::Ready;
    view! {
        <div class="strips" aria-live="polite">
            {move || {
                store
                    .session
                    .get()
                    .then(|| {
                        let text = td_string!(i18n.get_locale(), strip.session).to_owned();
                        strip("session", Tone::Accent, icondata::LuFlaskConical, text)
                    })
            }}
            {move || {
                ready()
                    .then(away)
                    .flatten()
                    .map(|text| strip("offline", Tone::Neutral, icondata::LuCloudOff, text))
            }}
            {move || {
                ready()
                    .then(restart)
                    .flatten()
                    .map(|text| strip("reboot", Tone::Info, icondata::LuPower, text))
            }}
        </div>
    }
}

fn strip(name: &'static str, tone: Tone, icon: icondata::Icon, text: String) -> impl IntoView {
    view! {
        <p class=format!("strip {}", tone.class()) data-testid=format!("strip-{name}")>
            <Icon icon />
            <span>{text}</span>
        </p>
    }
}
