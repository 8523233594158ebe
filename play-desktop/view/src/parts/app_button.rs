//! The state button of an application: the same width in every state.

use crate::{
    state::{Page, Status, use_actions, use_store},
    text::{Locale, filled, i18n::td_string, percent, state_label, use_i18n},
};
use leptos::prelude::*;
use migasfree_play_records::{App, AppState};
use migasfree_ui_kit::{Icon, Menu, MenuItem, StateButton, StateLook};

/// The button.
#[component]
pub fn AppButton(
    /// The application.
    app: App,
    /// Its standing.
    status: Memo<Status>,
    /// Larger, for its own page.
    #[prop(optional)]
    large: bool,
    /// Whether Tab reaches it.
    #[prop(default = true.into(), into)]
    tab_stop: Signal<bool>,
) -> impl IntoView {
    let has_menu = Memo::new(
        move |_| matches!(status.get(), Status::Still(info) if info.state == AppState::Installed),
    );
    let is_information =
        Memo::new(move |_| status.with(|status| status.state() == AppState::Information));
    let app = StoredValue::new(app);
    view! {
        <span
            class="app-button"
            class:app-button-large=large
            data-testid="state-button"
            data-state=move || status.with(|status| word(status.state()))
        >
            {move || {
                if is_information.get() {
                    ().into_any()
                } else if has_menu.get() {
                    view! { <InstalledMenu app=app.get_value() large tab_stop /> }.into_any()
                } else {
                    view! { <PressButton app=app.get_value() status tab_stop /> }.into_any()
                }
            }}
        </span>
    }
}

#[component]
fn InstalledMenu(app: App, large: bool, tab_stop: Signal<bool>) -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let (id, name) = (app.id, app.name);
    let label = Signal::derive(move || {
        Some(filled!(
            i18n.get_locale(),
            button.menu_named,
            name = name.clone()
        ))
    });
    let trigger = move || {
        view! {
            <Icon icon=icondata::LuCheck />
            <span class="state-label">{move || td_string!(i18n.get_locale(), button.installed)}</span>
            <Icon icon=icondata::LuChevronDown size=14 />
        }
    };
    view! {
        <Menu trigger label class="state-button state-have" tab_stop>
            {(!large)
                .then(|| {
                    view! {
                        <MenuItem
                            icon=icondata::LuInfo
                            label=move || td_string!(i18n.get_locale(), button.details)
                            on_press=move |()| store.navigation.go(Page::App(id))
                        />
                    }
                })}
            <MenuItem
                icon=icondata::LuTrash2
                danger=true
                label=move || td_string!(i18n.get_locale(), button.remove)
                on_press=move |()| store.removing.set(Some(id))
            />
        </Menu>
    }
}

#[component]
fn PressButton(app: App, status: Memo<Status>, tab_stop: Signal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let actions = use_actions();
    let id = app.id;
    let name = StoredValue::new(app.name);
    let look = Signal::derive(move || status.with(look_of));
    let label = move || status.with(|status| label_of(status, i18n.get_locale()));
    let spoken =
        move || status.with(|status| spoken_of(status, &name.get_value(), i18n.get_locale()));
    let disabled = Signal::derive(move || status.with(is_off));
    let press = move |()| match status.get_untracked() {
        Status::Working(job) => actions.cancel(job.id),
        Status::Still(info) if info.state == AppState::UpdateAvailable => actions.update(id),
        Status::Still(info) if can_press(info.state) => actions.install(id),
        Status::Still(_) | Status::Pressed => {}
    };
    view! {
        <StateButton
            look
            label
            accessible_label=spoken
            cancel_label=move || td_string!(i18n.get_locale(), button.cancel)
            disabled
            tab_stop
            on_press=press
        />
    }
}

fn can_press(state: AppState) -> bool {
    matches!(
        state,
        AppState::Available
            | AppState::NeedsAdmin
            | AppState::PartlyInstalled
            | AppState::Broken
            | AppState::UpdateAvailable
    )
}

fn look_of(status: &Status) -> StateLook {
    match status {
        Status::Pressed => StateLook::Running(None),
        Status::Working(job) if job.is_waiting() => StateLook::Running(Some(0.0)),
        Status::Working(job) => StateLook::Running(job.percent.map(f64::from)),
        Status::Still(info) => match info.state {
            AppState::NeedsAdmin => StateLook::NeedsAdministrator,
            AppState::UpdateAvailable => StateLook::Update,
            AppState::Available | AppState::PartlyInstalled | AppState::Broken => StateLook::Get,
            _ => StateLook::Unavailable,
        },
    }
}

/// Nothing can be pressed: the work cannot be stopped, or there is nothing to do.
fn is_off(status: &Status) -> bool {
    match status {
        Status::Pressed => true,
        Status::Working(job) => !job.allow_cancel,
        Status::Still(info) => !can_press(info.state),
    }
}

fn label_of(status: &Status, locale: Locale) -> String {
    match status {
        Status::Pressed => td_string!(locale, button.starting).to_string(),
        Status::Working(job) if job.is_waiting() => td_string!(locale, button.waiting).to_string(),
        Status::Working(job) => match job.percent {
            Some(done) => percent(done.into(), locale),
            None => td_string!(locale, button.busy).to_string(),
        },
        Status::Still(info) => state_label(info.state, locale).to_owned(),
    }
}

fn spoken_of(status: &Status, name: &str, locale: Locale) -> String {
    let name = name.to_owned();
    match status {
        Status::Working(job) if job.allow_cancel => {
            filled!(locale, button.cancel_named, name = name)
        }
        Status::Working(job) => {
            let percent = job.percent.unwrap_or(0);
            filled!(
                locale,
                button.progress_named,
                name = name,
                percent = percent
            )
        }
        Status::Still(info) if info.state == AppState::Available => {
            filled!(locale, button.get_named, name = name)
        }
        Status::Still(info) if info.state == AppState::NeedsAdmin => {
            filled!(locale, button.get_admin, name = name)
        }
        Status::Still(info) if info.state == AppState::UpdateAvailable => {
            filled!(locale, button.update_named, name = name)
        }
        Status::Still(info) if info.state == AppState::PartlyInstalled => {
            filled!(locale, button.repair_named, name = name)
        }
        Status::Still(info) if info.state == AppState::Broken => {
            filled!(locale, button.again_named, name = name)
        }
        Status::Pressed | Status::Still(_) => format!("{name}: {}", label_of(status, locale)),
    }
}

/// The daemon's word for a state, for tests and style sheets.
fn word(state: AppState) -> &'static str {
    match state {
        AppState::Queued => "queued",
        AppState::Installing => "installing",
        AppState::Removing => "removing",
        AppState::Broken => "broken",
        AppState::Required => "required",
        AppState::UpdateAvailable => "update-available",
        AppState::Installed => "installed",
        AppState::PartlyInstalled => "partly-installed",
        AppState::Information => "information",
        AppState::NotAvailable => "not-available",
        AppState::NeedsAdmin => "needs-admin",
        AppState::Available => "available",
    }
}
