//! What the signed-in person set up for itself.
use super::account::Account;
use crate::{
    address,
    api::{query, session},
    app::LanguageChoice,
    entities::{DOMAINS, sections::Page, users::PasswordCard},
    list::Density,
    preferences,
    shell::{keys::KeyList, restriction::prefer},
    text::{self, t},
    work::AccountPart,
};
use leptos::prelude::*;
use migasfree_locales::{LANGUAGES, Language};
use migasfree_types::rest::{page, reference::Ref};
use migasfree_ui_kit::{
    Card, Choice, Field, PageTitle, Select, Switch, Tab, Tabs, texts, theme::ThemeChoice,
};

/// The tab that is of the account; the first one is of this browser.
const SECURITY: &str = "security";

/// The page.
#[component]
pub fn PreferencesPage() -> impl IntoView {
    let secures =
        Memo::new(move |_| address::address().with(|address| address.part(1) == Some(SECURITY)));
    let tabs = Signal::derive(move || {
        let base = Page::Preferences.href();
        let security = format!("{base}/{SECURITY}");
        let tab = |href, label: &str, current| Tab {
            href,
            label: label.to_owned(),
            count: None,
            current,
        };
        let secures = secures.get();
        vec![
            tab(base, t!(preferences.general), !secures),
            tab(security, t!(preferences.security), secures),
        ]
    });
    let about = Signal::derive(move || {
        let about = if secures.get() {
            t!(preferences.security_about)
        } else {
            t!(preferences.about)
        };
        about.to_owned()
    });
    view! {
        <div class="page">
            <PageTitle title=t!(preferences.title) subtitle=about />
            <Tabs tabs label=t!(preferences.title) />
            <div class="page-narrow">
                {move || {
                    if secures.get() {
                        view! { <AccountPart what=Account::Security /> }.into_any()
                    } else {
                        view! { <General /> }.into_any()
                    }
                }}
            </div>
        </div>
    }
}

#[component]
fn General() -> impl IntoView {
    let user = session::user();
    view! {
        <Card title=t!(preferences.view)>
            <div class="card-form">
                <LanguageField />
                <ThemeField />
                <PageSizeField />
                <DomainField />
                <Density help=t!(preferences.compact_help) />
            </div>
        </Card>
        <PasswordCard id=user.id own=true name=user.username.clone() />
        <Card title=t!(preferences.keys)>
            <div class="card-form"><SingleKeys /></div>
            <KeyList />
        </Card>
    }
}

/// Calls `apply` when a select is changed by the person.
fn on_choice(value: RwSignal<String>, apply: impl Fn(String) + 'static) {
    Effect::new(move |before: Option<String>| {
        let chosen = value.get();
        if before.is_some_and(|before| before != chosen) {
            apply(chosen.clone());
        }
        chosen
    });
}

#[component]
fn LanguageField() -> impl IntoView {
    let choice = expect_context::<LanguageChoice>();
    let value = RwSignal::new(text::tag().to_owned());
    on_choice(value, move |tag| {
        choice.choose(Language::of(&tag));
    });
    let choices: Vec<Choice> = LANGUAGES
        .iter()
        .map(|language| Choice::new(language.tag, language.name))
        .collect();
    view! { <Field label=t!(preferences.language)><Select value choices /></Field> }
}

#[component]
fn ThemeField() -> impl IntoView {
    let words = texts::use_texts().get_untracked();
    let value = RwSignal::new(
        match ThemeChoice::stored() {
            ThemeChoice::System => "system",
            ThemeChoice::Light => "light",
            ThemeChoice::Dark => "dark",
        }
        .to_owned(),
    );
    on_choice(value, |name| {
        match name.as_str() {
            "light" => ThemeChoice::Light,
            "dark" => ThemeChoice::Dark,
            _ => ThemeChoice::System,
        }
        .apply();
    });
    let choices = vec![
        Choice::new("system", words.theme_system),
        Choice::new("light", words.theme_light),
        Choice::new("dark", words.theme_dark),
    ];
    view! { <Field label=words.theme><Select value choices /></Field> }
}

#[component]
fn SingleKeys() -> impl IntoView {
    let value = RwSignal::new(preferences::single_keys().get_untracked());
    Effect::new(move |before: Option<bool>| {
        let on = value.get();
        if before.is_some_and(|before| before != on) {
            preferences::set_single_keys(on);
        }
        on
    });
    view! { <Switch value label=t!(preferences.single_keys) help=t!(preferences.single_keys_help).to_owned() /> }
}

#[component]
fn PageSizeField() -> impl IntoView {
    let value = RwSignal::new(preferences::page_size().get_untracked().to_string());
    on_choice(value, |size| {
        if let Ok(size) = size.parse() {
            preferences::set_page_size(size);
        }
    });
    let choices: Vec<Choice> = preferences::PAGE_SIZES
        .iter()
        .map(|size| Choice::new(size.to_string(), size.to_string()))
        .collect();
    view! { <Field label=t!(list.rows)><Select value choices /></Field> }
}

/// Shows everything through one domain; only where there are domains.
#[component]
fn DomainField() -> impl IntoView {
    let domains = query::<page::Page<Ref>>(|| {
        DOMAINS
            .may("view")
            .then(|| "domains/?page_size=200".to_owned())
    });
    let own = session::user().domains;
    let chosen = session::user()
        .domain_preference
        .map(|one| one.id.to_string())
        .unwrap_or_default();
    let value = RwSignal::new(chosen);
    on_choice(value, |id| prefer("domain_preference", id.parse().ok()));
    let choices = Signal::derive(move || {
        let found = domains
            .value
            .get()
            .map_or_else(|| own.clone(), |page| page.results);
        let all = std::iter::once(Choice::new("", t!(preferences.all_domains)));
        all.chain(
            found
                .into_iter()
                .map(|one| Choice::new(one.id.to_string(), one.name)),
        )
        .collect::<Vec<_>>()
    });
    view! {
        <Show when=move || { choices.with(|choices| choices.len() > 1) }>
            <Field label=t!(domain.singular) help=t!(preferences.domain_help).to_owned()><Select value choices /></Field>
        </Show>
    }
}
