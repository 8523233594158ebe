//! The root: contexts, the session's gate, and which page an address means.
use crate::{
    address::{self, Address},
    api::{
        events,
        session::{self, Session},
    },
    entities,
    form::CreatePage,
    list::ListPage,
    object::ObjectPage,
    pages::{
        computers::ComputerPage, login::LoginPage, not_found::NotFound, overview::OverviewPage,
        packages::PackagePage, preferences::PreferencesPage,
    },
    preferences,
    shell::Frame,
    text::{self, Locale, t},
};
use leptos::prelude::*;
use migasfree_ui_kit::{ErrorState, ToastArea, Toasts, relative_time, texts};

/// The language, chosen anywhere; the whole view is made anew with it.
#[derive(Clone, Copy)]
pub struct LanguageChoice(RwSignal<Locale>);

impl LanguageChoice {
    /// Speaks another language from now on.
    pub fn choose(self, locale: Locale) {
        text::keep(locale);
        self.0.set(locale);
    }
}

/// The view.
#[component]
pub fn App() -> impl IntoView {
    let locale = text::stored();
    text::choose(locale);
    let language = RwSignal::new(locale);
    provide_context(LanguageChoice(language));
    Toasts::provide();
    relative_time::provide_clock();
    texts::provide_language(Signal::derive(move || {
        language.track();
        text::tag().to_owned()
    }));
    preferences::start();
    address::start();
    session::start();
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
    Login { expired: bool },
    Failed,
    Inside { user: i64 },
}

/// Login page or frame.
#[component]
fn Gate() -> impl IntoView {
    let session = session::session();
    let stage = Memo::new(move |_| {
        session.with(|session| match session {
            Session::Unknown => Stage::Waiting,
            Session::Nobody { expired } => Stage::Login { expired: *expired },
            Session::Failed(_) => Stage::Failed,
            Session::User(user) => Stage::Inside { user: user.id },
        })
    });
    move || match stage.get() {
        Stage::Waiting => ().into_any(),
        Stage::Login { expired } => {
            set_title(t!(login.title));
            view! { <LoginPage expired /> }.into_any()
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
        Stage::Inside { .. } => view! { <Frame><Page /></Frame> }.into_any(),
    }
}

/// What a path means; filters and tabs of the same page do not make it anew.
#[derive(Clone, PartialEq)]
enum Destination {
    Overview,
    Preferences,
    List(&'static str),
    New(&'static str),
    Object(&'static str, i64),
    Nowhere,
}

impl Destination {
    fn of(address: &Address) -> Self {
        let Some(first) = address.part(0) else {
            return Self::Overview;
        };
        if first == "preferences" {
            return Self::Preferences;
        }
        let Some(entity) = entities::by_path(first) else {
            return Self::Nowhere;
        };
        match (address.part(1), address.part(2)) {
            (None, _) => Self::List(entity.path),
            (Some("new"), None) if entity.create.is_some() => Self::New(entity.path),
            (Some(id), _) => match id.parse() {
                Ok(id) if entity.page => Self::Object(entity.path, id),
                _ => Self::Nowhere,
            },
        }
    }
}

/// Addresses of the older console lead to the same things here.
fn legacy(address: &Address) -> Option<String> {
    let path: Vec<&str> = address.path.iter().map(String::as_str).collect();
    let (first, rest) = path.split_first()?;
    let first = match *first {
        "user-profiles" => "users",
        "features" => "attributes",
        "syncs" => "synchronizations",
        other => other,
    };
    let rest: Vec<&str> = match rest {
        ["results", rest @ ..] => rest.to_vec(),
        ["add"] => vec!["new"],
        other => other.to_vec(),
    };
    let new = std::iter::once(first).chain(rest).collect::<Vec<_>>();
    (new != path).then(|| format!("/{}{}", new.join("/"), address.query.text()))
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
    move || {
        let destination = destination.get();
        set_title(title_of(&destination));
        match destination {
            Destination::Overview => view! { <OverviewPage /> }.into_any(),
            Destination::Preferences => view! { <PreferencesPage /> }.into_any(),
            Destination::List(path) => {
                with_entity(path, |entity| view! { <ListPage entity /> }.into_any())
            }
            Destination::New(path) => {
                with_entity(path, |entity| view! { <CreatePage entity /> }.into_any())
            }
            Destination::Object("computers", id) => view! { <ComputerPage id /> }.into_any(),
            Destination::Object("packages", id) => view! { <PackagePage id /> }.into_any(),
            Destination::Object(path, id) => with_entity(path, move |entity| {
                view! { <ObjectPage entity id /> }.into_any()
            }),
            Destination::Nowhere => view! { <NotFound /> }.into_any(),
        }
    }
}

fn with_entity(
    path: &str,
    draw: impl FnOnce(&'static crate::entity::Entity) -> AnyView,
) -> AnyView {
    entities::by_path(path).map_or_else(|| view! { <NotFound /> }.into_any(), draw)
}

fn title_of(destination: &Destination) -> &'static str {
    match destination {
        Destination::Overview => t!(overview.title),
        Destination::Preferences => t!(preferences.title),
        Destination::List(path) | Destination::New(path) | Destination::Object(path, _) => {
            entities::by_path(path).map_or("", |entity| (entity.plural)())
        }
        Destination::Nowhere => t!(error.no_page),
    }
}

fn set_title(title: &str) {
    document().set_title(&format!("{title} · migasfree"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_the_older_console_lead_on() {
        let old = Address {
            path: vec!["user-profiles".into(), "results".into(), "4".into()],
            ..Address::default()
        };
        assert_eq!(legacy(&old).as_deref(), Some("/users/4"));
        let own = Address {
            path: vec!["computers".into(), "4".into()],
            ..Address::default()
        };
        assert_eq!(legacy(&own), None);
    }

    #[test]
    fn a_path_means_a_page() {
        let address = |path: &[&str]| Address {
            path: path.iter().map(|part| (*part).to_owned()).collect(),
            ..Address::default()
        };
        assert!(Destination::of(&address(&[])) == Destination::Overview);
        assert!(
            Destination::of(&address(&["computers", "7", "software"]))
                == Destination::Object("computers", 7)
        );
        assert!(Destination::of(&address(&["computers", "new"])) == Destination::Nowhere);
        assert!(Destination::of(&address(&["nothing"])) == Destination::Nowhere);
    }
}
