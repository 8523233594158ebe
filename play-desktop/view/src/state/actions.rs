//! What a person can do, from the press of a button to the daemon's answer.

use super::{Store, read_requests};
use crate::{
    bridge,
    text::{I18n, Problem, details, objection_words, problem},
};
use leptos::{prelude::*, task::spawn_local};
use migasfree_play_records::{Fault, Job, JobRole, Settings};
use migasfree_types::message::Message;

/// A problem to show, until it is dismissed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Tells it from others.
    pub number: u32,
    /// In words.
    pub words: Problem,
    /// What stands in the way, a sentence each.
    pub reasons: Vec<String>,
    /// The thing it is about; empty when there is none.
    pub about: String,
    /// For the helpdesk.
    pub detail: String,
}

/// The actions, with the problems they met.
#[derive(Clone, Copy)]
pub struct Actions {
    store: Store,
    i18n: I18n,
    /// Problems on show, the oldest first.
    pub troubles: RwSignal<Vec<Trouble>>,
    next: StoredValue<u32>,
}

impl std::fmt::Debug for Actions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Actions").finish_non_exhaustive()
    }
}

impl Actions {
    /// Makes the actions and hands them to everything below.
    pub fn provide(store: Store, i18n: I18n) -> Self {
        let actions = Self {
            store,
            i18n,
            troubles: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
        };
        provide_context(actions);
        actions
    }

    /// Installs an application.
    pub fn install(self, app: u32) {
        self.change(app, async move { bridge::install(app).await });
    }

    /// Removes an application; the person was asked before.
    pub fn remove(self, app: u32) {
        self.change(app, async move { bridge::remove(app).await });
    }

    /// Brings an application to its newest version.
    pub fn update(self, app: u32) {
        self.change(app, async move { bridge::update(Some(app)).await });
    }

    /// Brings everything on the computer to its newest version.
    pub fn update_all(self) {
        self.begin(bridge::update(None));
    }

    /// Has newer versions looked for.
    pub fn look_for_updates(self) {
        self.begin(bridge::look_for_updates());
    }

    fn change(self, app: u32, call: impl Future<Output = Result<String, Fault>> + 'static) {
        self.store.work.press(app, true);
        let name = self.store.app(app).map(|app| app.name).unwrap_or_default();
        spawn_local(async move {
            match call.await {
                Ok(_job) => self.read_jobs().await,
                Err(fault) => self.report(fault, name),
            }
            self.store.work.press(app, false);
        });
    }

    /// Asks the organisation for an application.
    pub fn ask_for(self, app: u32, justification: String) {
        let name = self.store.app(app).map(|app| app.name).unwrap_or_default();
        spawn_local(async move {
            match bridge::request_app(app, &justification).await {
                Ok(_request) => read_requests(self.store).await,
                // The daemon says so of the organisation's server.
                Err(fault) if fault.code == "unsupported" => {
                    let code = "no-requests".to_owned();
                    self.report(Fault { code, ..fault }, name);
                }
                Err(fault) => self.report(fault, name),
            }
        });
    }

    /// Takes a request back.
    pub fn take_back(self, request: String) {
        spawn_local(async move {
            if let Err(fault) = bridge::cancel_request(&request).await {
                self.report(fault, String::new());
            }
            read_requests(self.store).await;
        });
    }

    /// Synchronises.
    pub fn sync(self) {
        self.begin(bridge::sync());
    }

    /// Sets the tags.
    pub fn set_tags(self, tags: Vec<String>) {
        self.begin(async move { bridge::set_tags(&tags).await });
    }

    /// Starts a job that is about no application.
    fn begin(self, call: impl Future<Output = Result<String, Fault>> + 'static) {
        spawn_local(async move {
            match call.await {
                Ok(_job) => self.read_jobs().await,
                Err(fault) => self.report(fault, String::new()),
            }
        });
    }

    /// Answers what a job asks.
    pub fn answer(self, job: String, question: u32, accept: bool) {
        spawn_local(async move {
            match bridge::answer(&job, question, accept).await {
                Ok(()) => {}
                // Another window answered, or its time is over: the job says what became of it.
                Err(fault) if fault.code == "not-found" => {}
                Err(fault) => self.report(fault, String::new()),
            }
        });
    }

    /// Asks a job to stop.
    pub fn cancel(self, job: String) {
        spawn_local(async move {
            if let Err(fault) = bridge::cancel(&job).await {
                self.report(fault, String::new());
            }
        });
    }

    /// Puts settings in force and keeps them.
    pub fn choose(self, settings: Settings) {
        self.store.settings.set(settings);
        spawn_local(async move {
            if let Err(fault) = bridge::save_settings(settings).await {
                self.report(fault, String::new());
            }
        });
    }

    /// Opens a web page in the person's browser.
    pub fn open_link(self, link: String) {
        spawn_local(async move {
            if let Err(fault) = bridge::open_link(&link).await {
                self.report(fault, link);
            }
        });
    }

    /// Reads the list of jobs.
    pub async fn read_jobs(self) {
        match bridge::jobs().await {
            Ok(jobs) => self.store.work.replace(jobs),
            Err(fault) => {
                self.report(fault, String::new());
                self.store.work.loaded.set(true);
            }
        }
    }

    /// Shows why a job was not allowed, naming the packages that stand in its way.
    pub fn report_refusal(self, job: Job, about: String) {
        let role = match job.role {
            JobRole::Install => Some("install"),
            JobRole::Remove => Some("remove"),
            JobRole::Upgrade => Some("update"),
            _ => None,
        };
        spawn_local(async move {
            let mut reasons = Vec::new();
            if let (Some(role), [app]) = (role, job.apps.as_slice())
                && let Ok(plan) = bridge::plan(role, *app).await
                && plan.is_refused()
            {
                reasons = objection_words(&plan, self.i18n.get_locale_untracked());
            }
            self.show(job.code.as_str(), about, job.said.as_ref(), reasons);
        });
    }

    /// Shows why a job did not do what it was asked for.
    pub fn report_end(self, job: Job, about: String) {
        self.show(job.code.as_str(), about, job.said.as_ref(), Vec::new());
    }

    /// Shows a problem.
    pub fn report(self, fault: Fault, about: String) {
        self.show(&fault.code, about, Some(&fault.said), Vec::new());
    }

    fn show(self, code: &str, about: String, said: Option<&Message>, reasons: Vec<String>) {
        let locale = self.i18n.get_locale_untracked();
        let number = self.next.get_value();
        self.next.set_value(number.wrapping_add(1));
        let trouble = Trouble {
            number,
            words: problem(code, locale),
            reasons,
            about,
            detail: details(code, said, locale),
        };
        self.troubles.update(|troubles| {
            troubles.retain(|other| other.words != trouble.words || other.about != trouble.about);
            troubles.push(trouble);
            if troubles.len() > 3 {
                troubles.remove(0);
            }
        });
    }

    /// Takes a problem away.
    pub fn dismiss(self, number: u32) {
        self.troubles
            .update(|troubles| troubles.retain(|trouble| trouble.number != number));
    }
}

/// The actions.
pub fn use_actions() -> Actions {
    expect_context::<Actions>()
}
