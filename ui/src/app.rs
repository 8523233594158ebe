//! The root: contexts, the session's gate, the page of the address.
use crate::{
    address::{self, Destination, legacy},
    api::{
        events,
        session::{self, Session},
    },
    entities::sections,
    not_found::NotFound,
    pages::{
        account::Account,
        login::{LoginFrame, LoginPage, SignInAgain},
        overview::OverviewPage,
    },
    parts, preferences,
    shell::{Frame, crumbs},
    text::{self, t, tf},
    work::{AccountPart, WorkPage},
};
use leptos::{prelude::*, task::spawn_local};
use migasfree_locales::Language;
use migasfree_ui_kit::{Button, ButtonLook, ErrorState, ToastArea, Toasts, relative_time, texts};

/// First part of the address of a link that a mail has for who forgot their password.
const RESET: &str = "reset-password";

/// The language, chosen anywhere; the whole view is made anew with it.
#[derive(Clone, Copy)]
pub struct LanguageChoice {
    language: RwSignal<Language>,
    toasts: Toasts,
}

impl LanguageChoice {
    /// Speaks another language as soon as it is there.
    pub fn choose(self, language: Language) {
        spawn_local(async move {
            let loaded = text::load(language).await;
            address::leave(move || {
                match loaded {
                    Ok(()) => text::keep(language),
                    Err(text::Missing) => {
                        text::remember(language);
                        self.tell_missing();
                    }
                }
                self.language.set(text::language());
            });
        });
    }

    fn tell_missing(self) {
        self.toasts.error(t!(preferences.language_missing));
    }
}

/// The view; `spoken` is whether it can speak the language of the browser.
#[component]
pub fn App(spoken: Result<(), text::Missing>) -> impl IntoView {
    let toasts = Toasts::provide();
    let language = RwSignal::new(text::language());
    let choice = LanguageChoice { language, toasts };
    provide_context(choice);
    if spoken.is_err() {
        choice.tell_missing();
    }
    relative_time::provide_clock();
    texts::provide_language(language.into());
    preferences::start();
    address::start();
    crumbs::provide();
    session::start(toasts);
    events::start();
    view! {
        {move || {
            language.track();
            view! { <Gate /> }
        }}
        <ToastArea />
    }
}

#[derive(Clone, PartialEq)]
enum Stage {
    Waiting,
    Login,
    Failed,
    /// Somebody whose programs alone may sign in.
    Refused(String),
    /// Another domain or scope shows other things: everything is drawn anew.
    Inside {
        user: i64,
        domain: Option<i64>,
        scope: Option<i64>,
    },
}

/// Login page or frame.
#[component]
fn Gate() -> impl IntoView {
    let session = session::session();
    let stage = Memo::new(move |_| {
        session.with(|session| match session {
            Session::Unknown => Stage::Waiting,
            Session::Nobody => Stage::Login,
            Session::Failed(_) => Stage::Failed,
            Session::User(user) | Session::Expired(user)
                if !(user.is_staff || user.is_superuser) =>
            {
                Stage::Refused(user.username.clone())
            }
            Session::User(user) | Session::Expired(user) => Stage::Inside {
                user: user.id,
                domain: user.domain_preference.as_ref().map(|one| one.id),
                scope: user.scope_preference.as_ref().map(|one| one.id),
            },
        })
    });
    let expired =
        Memo::new(move |_| session.with(|session| matches!(session, Session::Expired(_))));
    // Whoever comes by a link of a mail may be signed in or not.
    let resets =
        Memo::new(move |_| address::address().with(|address| address.part(0) == Some(RESET)));
    let inside = move || match stage.get() {
        Stage::Waiting => ().into_any(),
        _ if resets.get() => {
            set_title(t!(reset.title));
            view! { <LoginFrame title=t!(reset.title)><AccountPart what=Account::Reset /></LoginFrame> }
                .into_any()
        }
        Stage::Login => {
            set_title(t!(login.title));
            view! { <LoginPage /> }.into_any()
        }
        Stage::Failed => {
            let error = session.get_untracked();
            let Session::Failed(error) = error else {
                return ().into_any();
            };
            view! {
                <main class="login" id="main">
                    <ErrorState title=error.title() text=error.text() details=error.details() on_retry=Callback::new(|()| session::refresh()) />
                </main>
            }
            .into_any()
        }
        Stage::Refused(username) => {
            set_title(t!(error.forbidden));
            view! {
                <main class="login" id="main">
                    <ErrorState title=t!(error.forbidden) text=tf!(login.no_console, name = username)>
                        <Button look=ButtonLook::Primary on_press=|_| session::sign_out()>{t!(shell.sign_out)}</Button>
                    </ErrorState>
                </main>
            }
            .into_any()
        }
        Stage::Inside { .. } => view! { <Frame><Page /></Frame> }.into_any(),
    };
    view! {
        {inside}
        <Show when=move || expired.get()>
            <SignInAgain />
        </Show>
    }
}

#[component]
fn Page() -> impl IntoView {
    let address = address::address();
    Effect::new(move || {
        if let Some(new) = address.with(legacy) {
            address::replace(&new);
        }
    });
    let destination = Memo::new(move |_| address.with(Destination::of));
    parts::preload();
    move || {
        let destination = destination.get();
        set_title(destination.title());
        match destination {
            Destination::Page(sections::Page::Overview) => view! { <OverviewPage /> }.into_any(),
            Destination::Nowhere => view! { <NotFound /> }.into_any(),
            destination => view! { <WorkPage destination /> }.into_any(),
        }
    }
}

/// Names the page in the browser's tab and history.
pub fn set_title(title: &str) {
    document().set_title(&format!("{title} · migasfree"));
}
