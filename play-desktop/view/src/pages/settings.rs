//! Language, theme, text size, notices, and what Play is.

use crate::{
    parts::Segmented,
    state::{use_actions, use_store},
    text::{Locale, i18n::td_string, percent, use_i18n},
};
use leptos::prelude::*;
use migasfree_locales::LANGUAGES;
use migasfree_play_records::{Language, Settings as Chosen, Theme};
use migasfree_ui_kit::{Card, PageTitle, Switch, Wordmark};

/// Text sizes, in percent.
const SIZES: [u16; 4] = [100, 125, 150, 200];

/// The page.
#[component]
pub fn Settings() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="page settings" data-testid="settings">
            <PageTitle title=move || td_string!(i18n.get_locale(), settings.title) />
            <Card class="setting-list">
                <LanguageRow />
                <ThemeRow />
                <SizeRow />
                <NoticesRow />
            </Card>
            <Keys />
            <About />
        </div>
    }
}

fn change(how: impl Fn(&mut Chosen)) {
    let mut settings = use_store().settings.get_untracked();
    how(&mut settings);
    use_actions().choose(settings);
}

#[component]
fn Row(#[prop(into)] label: Signal<String>, children: Children) -> impl IntoView {
    view! {
        <div class="setting">
            <span class="setting-name">{label}</span>
            {children()}
        </div>
    }
}

#[component]
fn LanguageRow() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let owner = Owner::current();
    let label = Signal::derive(move || td_string!(i18n.get_locale(), settings.language).to_owned());
    let choices = Signal::derive(move || {
        let system = td_string!(i18n.get_locale(), settings.language_system);
        let own = |language: &Locale| (Language::Own(*language), language.name.to_owned());
        std::iter::once((Language::System, system.to_owned()))
            .chain(LANGUAGES.iter().map(own))
            .collect::<Vec<_>>()
    });
    let choose = move |language| within(&owner, || change(|settings| settings.language = language));
    view! {
        <Row label>
            <Segmented
                name="language"
                label
                choices
                value=Signal::derive(move || store.settings.get().language)
                on_choose=choose
            />
        </Row>
    }
}

#[component]
fn ThemeRow() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let owner = Owner::current();
    let label = Signal::derive(move || td_string!(i18n.get_locale(), settings.theme).to_owned());
    let choices = Signal::derive(move || {
        let locale = i18n.get_locale();
        vec![
            (
                Theme::System,
                td_string!(locale, settings.theme_system).to_owned(),
            ),
            (
                Theme::Light,
                td_string!(locale, settings.theme_light).to_owned(),
            ),
            (
                Theme::Dark,
                td_string!(locale, settings.theme_dark).to_owned(),
            ),
        ]
    });
    let choose = move |theme| within(&owner, || change(|settings| settings.theme = theme));
    view! {
        <Row label>
            <Segmented
                name="theme"
                label
                choices
                value=Signal::derive(move || store.settings.get().theme)
                on_choose=choose
            />
        </Row>
    }
}

#[component]
fn SizeRow() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let owner = Owner::current();
    let label =
        Signal::derive(move || td_string!(i18n.get_locale(), settings.text_size).to_owned());
    let choices = Signal::derive(move || {
        let locale = i18n.get_locale();
        SIZES.map(|size| (size, percent(size, locale))).to_vec()
    });
    let choose = move |size| within(&owner, || change(|settings| settings.text_size = size));
    view! {
        <Row label>
            <Segmented
                name="text-size"
                label
                choices
                value=Signal::derive(move || store.settings.get().text_size)
                on_choose=choose
            />
        </Row>
    }
}

#[component]
fn NoticesRow() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let actions = use_actions();
    let wanted = RwSignal::new(store.settings.get_untracked().notices);
    Effect::new(move || {
        let notices = wanted.get();
        let settings = store.settings.get_untracked();
        if settings.notices != notices {
            actions.choose(Chosen {
                notices,
                ..settings
            });
        }
    });
    view! {
        <div class="setting" data-testid="notices">
            <Switch
                value=wanted
                label=move || td_string!(i18n.get_locale(), settings.notices)
                help=Signal::derive(move || {
                    Some(td_string!(i18n.get_locale(), settings.notices_help).to_owned())
                })
            />
        </div>
    }
}

fn within(owner: &Option<Owner>, action: impl FnOnce()) {
    match owner {
        Some(owner) => owner.with(action),
        None => action(),
    }
}

#[component]
fn Keys() -> impl IntoView {
    let i18n = use_i18n();
    let rows = move || {
        let locale = i18n.get_locale();
        [
            (td_string!(locale, settings.key_search), "/  Ctrl F"),
            (td_string!(locale, settings.key_pages), "Ctrl 1 … 6"),
            (td_string!(locale, settings.key_grid), "← ↑ → ↓"),
            (td_string!(locale, settings.key_refresh), "F5"),
            (td_string!(locale, settings.key_back), "Esc  Alt ←"),
        ]
    };
    view! {
        <Card title=move || td_string!(i18n.get_locale(), settings.keyboard) class="setting-card">
            <dl class="fact-list">
                {move || {
                    rows()
                        .into_iter()
                        .map(|(name, keys)| {
                            let keys = keys
                                .split("  ")
                                .map(|key| view! { <kbd class="kbd">{key}</kbd> })
                                .collect_view();
                            view! { <div><dt>{name}</dt><dd class="keys">{keys}</dd></div> }
                        })
                        .collect_view()
                }}
            </dl>
        </Card>
    }
}

#[component]
fn About() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let daemon = move || {
        (store.computer).with(|computer| computer.as_ref().map(|one| one.client_version.clone()))
    };
    view! {
        <Card title=move || td_string!(i18n.get_locale(), settings.about) class="setting-card">
            <div class="card-body about">
                <Wordmark name=move || td_string!(i18n.get_locale(), app_title) />
                <p class="text-muted">{move || td_string!(i18n.get_locale(), settings.about_text)}</p>
            </div>
            <dl class="fact-list">
                <div>
                    <dt>{move || td_string!(i18n.get_locale(), settings.version)}</dt>
                    <dd>{store.version}</dd>
                </div>
                <div>
                    <dt>{move || td_string!(i18n.get_locale(), settings.daemon_version)}</dt>
                    <dd>{move || daemon().unwrap_or_else(|| "–".to_owned())}</dd>
                </div>
                <div>
                    <dt>{move || td_string!(i18n.get_locale(), settings.licence)}</dt>
                    <dd>"GPL-3.0-or-later"</dd>
                </div>
            </dl>
        </Card>
    }
}
