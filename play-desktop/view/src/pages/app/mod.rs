//! One application: what it is, why it is here, what would happen, what happened.

mod facts;
mod history;
mod plan;
mod request;

use crate::{
    bridge,
    pages::discover::Loading,
    parts::{AppButton, AppPicture, CardHint},
    state::{Page, Status, status_of, use_store},
    text::{filled, i18n::td_string, problem, use_i18n},
};
use facts::Facts;
use history::History;
use leptos::{prelude::*, task::spawn_local};
use migasfree_play_records::{App, AppDetails, AppState, Fault, Level};
use migasfree_ui_kit::{
    Button, ButtonLook, ButtonSize, Card, EmptyState, Icon, Markdown, SkeletonLines,
};
use plan::PlanCard;
use request::{AskButton, RequestCard};

/// The page.
#[component]
pub fn AppPage(
    /// The application.
    id: u32,
) -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let app = Memo::new(move |_| store.face(id));
    let loaded = Memo::new(move |_| store.index.with(Option::is_some));
    view! {
        <div class="page app-page" data-testid="app-page" data-app=id.to_string()>
            <Button
                look=ButtonLook::Quiet
                size=ButtonSize::Small
                icon=icondata::LuArrowLeft
                class="back-button"
                on_press=move |_| store.navigation.back()
            >
                {move || td_string!(i18n.get_locale(), nav.back)}
            </Button>
            {move || match (app.get(), loaded.get()) {
                (Some(app), _) => view! { <Content app /> }.into_any(),
                (None, false) if store.catalog_fault.with(Option::is_some) => {
                    view! { <Loading /> }.into_any()
                }
                (None, false) => view! { <SkeletonLines lines=5 /> }.into_any(),
                (None, true) => view! { <Gone /> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Gone() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    view! {
        <h1 class="visually-hidden">{move || td_string!(i18n.get_locale(), page.gone_title)}</h1>
        <EmptyState
            icon=icondata::LuPackageX
            title=move || td_string!(i18n.get_locale(), page.gone_title)
            text=Signal::derive(move || Some(td_string!(i18n.get_locale(), page.gone_text).to_owned()))
        >
            <Button look=ButtonLook::Primary on_press=move |_| store.navigation.go(Page::Discover)>
                {move || td_string!(i18n.get_locale(), nav.discover)}
            </Button>
        </EmptyState>
    }
}

#[component]
fn Content(app: App) -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let id = app.id;
    let status = status_of(id);
    // What demands it stands beside the name already.
    let hinted = StoredValue::new(without_category(app.clone()));
    let (details, fault) = read_details(app.id, status, &app);
    let removable = Memo::new(move |_| match status.get() {
        Status::Still(info) => match info.state {
            AppState::UpdateAvailable => true,
            AppState::Broken => info.reason != "policy-demands",
            _ => false,
        },
        Status::Working(_) | Status::Pressed => false,
    });
    let description = Memo::new({
        let summary = app.summary.clone();
        move |_| {
            details.with(|details| {
                let details = details.as_ref()?;
                Some(below_summary(&details.description, &summary).to_owned())
            })
        }
    });
    let homepage = Memo::new(move |_| {
        details
            .with(|details| details.as_ref().map(|details| details.homepage.clone()))
            .unwrap_or_default()
    });
    view! {
        <header class="app-head">
            <AppPicture app=app.clone() size=128 />
            <div class="app-head-text">
                <h1>{app.name.clone()}</h1>
                <p class="app-summary">{app.summary.clone()}</p>
                <Origin app=app.clone() status homepage />
            </div>
            <div class="app-head-action">
                <AppButton app=app.clone() status large=true />
                <Show when=move || status.with(|status| status.state() != AppState::Required)>
                    <CardHint app=hinted.get_value() status />
                </Show>
                // Its button updates it, or tries again; removing it stays possible.
                <Show when=move || removable.get()>
                    <Button
                        look=ButtonLook::Quiet
                        size=ButtonSize::Small
                        icon=icondata::LuTrash2
                        class="app-remove"
                        on_press=move |_| store.removing.set(Some(id))
                    >
                        {move || td_string!(i18n.get_locale(), button.remove)}
                    </Button>
                </Show>
                <AskButton app=app.clone() status />
            </div>
        </header>
        <Facts app=app.clone() details />
        <div class="app-columns">
            <Card title=move || td_string!(i18n.get_locale(), page.description) class="app-description">
                <div class="card-body">
                    {move || match description.get() {
                        _ if fault.with(Option::is_some) => {
                            let locale = i18n.get_locale();
                            let words = fault.with(|fault| {
                                fault.as_ref().map(|fault| problem(&fault.code, locale).text)
                            });
                            view! { <p class="text-muted" data-testid="no-details">{words}</p> }
                                .into_any()
                        }
                        None => view! { <SkeletonLines lines=4 /> }.into_any(),
                        Some(text) if text.trim().is_empty() => {
                            view! {
                                <p class="text-muted">
                                    {move || td_string!(i18n.get_locale(), page.no_description)}
                                </p>
                            }
                                .into_any()
                        }
                        Some(text) => view! { <Markdown text=Signal::stored(text) /> }.into_any(),
                    }}
                </div>
            </Card>
            <div class="stack">
                <RequestCard id=app.id status />
                <PlanCard id=app.id status />
                <History id=app.id />
            </div>
        </div>
    }
}

/// The description without its first line where that is the summary, which already stands above.
fn below_summary<'a>(description: &'a str, summary: &str) -> &'a str {
    let text = description.trim_start();
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let letters = |line: &str| -> String { line.chars().filter(|c| c.is_alphanumeric()).collect() };
    if letters(first) == letters(summary) {
        rest
    } else {
        description
    }
}

/// Beside the button only a reason is of interest; the category is among the facts.
fn without_category(app: App) -> App {
    App {
        category_name: String::new(),
        ..app
    }
}

/// Reads the details, and reads them again when the state changed. Where they cannot be had, what the card shows stands
/// in for them, beside the fault.
fn read_details(
    id: u32,
    status: Memo<Status>,
    app: &App,
) -> (RwSignal<Option<AppDetails>>, RwSignal<Option<Fault>>) {
    let details = RwSignal::new(None);
    let fault = RwSignal::new(None);
    let card = StoredValue::new(app.clone());
    let settled = Memo::new(move |_| match status.get() {
        Status::Still(info) => Some(info.state),
        Status::Working(_) | Status::Pressed => None,
    });
    Effect::new(move || {
        settled.track();
        spawn_local(async move {
            let read = bridge::app(id).await;
            // The page may have been left meanwhile.
            let Some(app) = card.try_get_value() else {
                return;
            };
            match read {
                Ok(read) => {
                    fault.set(None);
                    details.set(Some(read));
                }
                Err(problem) if details.with_untracked(Option::is_none) => {
                    details.set(Some(AppDetails {
                        app,
                        ..AppDetails::default()
                    }));
                    fault.set(Some(problem));
                }
                Err(_) => {}
            }
        });
    });
    (details, fault)
}

/// Why it is here, and where its authors say more.
#[component]
fn Origin(app: App, status: Memo<Status>, homepage: Memo<String>) -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let required = Memo::new(move |_| match status.get() {
        Status::Still(info) if info.state == AppState::Required => {
            Some(info.policies.first().cloned().unwrap_or_default())
        }
        _ => None,
    });
    let words = move || {
        let locale = i18n.get_locale();
        match required.get() {
            Some(policy) if policy.is_empty() => td_string!(locale, hint.required).to_string(),
            Some(policy) => filled!(locale, page.required, policy = policy),
            None => {
                let organization = (store.computer)
                    .with(|computer| computer.as_ref().map(|one| one.organization.clone()))
                    .unwrap_or_default();
                if organization.is_empty() {
                    td_string!(locale, page.from_organization).to_string()
                } else {
                    filled!(locale, page.from, organization = organization)
                }
            }
        }
    };
    let icon = Signal::derive(move || {
        if required.get().is_some() {
            icondata::LuShieldCheck
        } else {
            icondata::LuBuilding2
        }
    });
    view! {
        <p class="app-origin" data-testid="origin">
            <Icon icon />
            <span>{words}</span>
            {(app.level == Level::Admin)
                .then(|| {
                    view! {
                        <span class="badge-quiet tone-info">
                            <Icon icon=icondata::LuShield size=12 />
                            {move || td_string!(i18n.get_locale(), discover.state_admin)}
                        </span>
                    }
                })}
            {move || {
                Some(homepage.get())
                    .filter(|address| address.starts_with("https://") || address.starts_with("http://"))
                    .map(|address| {
                        view! {
                            <a class="app-homepage" href=address.clone() title=address>
                                {move || td_string!(i18n.get_locale(), page.homepage)}
                                <Icon icon=icondata::LuExternalLink size=12 />
                            </a>
                        }
                    })
            }}
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::below_summary;

    #[test]
    fn the_summary_is_not_said_twice() {
        assert_eq!(
            below_summary("# Draws *vectors*.\n\nMore.", "Draws vectors."),
            "\nMore."
        );
        assert_eq!(below_summary("Draws.", "Draws."), "");
        assert_eq!(below_summary("One.\nTwo.", "Other."), "One.\nTwo.");
    }
}
