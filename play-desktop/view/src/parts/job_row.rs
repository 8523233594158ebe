//! A job in a list: what it does, how far it is or how it ended, and its log.

use super::{AppPicture, LogView, Right, Shield, TimeText, right_to};
use crate::{
    state::{Page, use_actions, use_store},
    text::{
        details, duration, filled, i18n::td_string, job_progress, job_result, job_title, problem,
        use_i18n,
    },
};
use leptos::prelude::*;
use migasfree_play_records::{AppState, Job, JobResult, JobRole, JobState};
use migasfree_ui_kit::{
    Button, ButtonLook, ButtonSize, Icon, Progress, Status, badge::Tone, error_state::Details,
};

/// What a result's colour is.
fn result_tone(job: &Job) -> Tone {
    match job.result {
        None => Tone::Brand,
        Some(JobResult::Success) => Tone::Success,
        Some(JobResult::Partial | JobResult::Refused) => Tone::Warning,
        Some(JobResult::Failed | JobResult::Unknown) => Tone::Error,
        Some(JobResult::Cancelled) => Tone::Neutral,
    }
}

fn role_icon(role: JobRole) -> icondata::Icon {
    match role {
        JobRole::Install => icondata::LuDownload,
        JobRole::Remove => icondata::LuTrash2,
        JobRole::Upgrade => icondata::LuArrowUp,
        JobRole::Device => icondata::LuPrinter,
        JobRole::Tags => icondata::LuTag,
        JobRole::Register => icondata::LuIdCard,
        JobRole::Repair => icondata::LuWrench,
        JobRole::Sync | JobRole::Refresh | JobRole::Unknown => icondata::LuRefreshCw,
    }
}

/// The row. Follows the job as it changes.
#[component]
pub fn JobRow(
    /// Number of the job.
    #[prop(into)]
    id: String,
    /// The job, following its changes.
    #[prop(into)]
    job: Signal<Job>,
) -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let open = RwSignal::new(false);
    let over = Memo::new(move |_| job.with(Job::is_over));
    let title = Memo::new(move |_| job.with(|job| job_title(job, i18n.get_locale())));
    let app = Memo::new(move |_| {
        let first = job.with(|job| job.apps.first().copied());
        first.and_then(|id| store.face(id))
    });
    let log_id = format!("log-{id}");
    let controls = log_id.clone();
    let log_of = id.clone();
    view! {
        <article class="job-row" data-testid="job" data-job=id data-role=move || job.with(|job| job.role.as_str()) data-result=move || job.with(result_word)>
            <div class="job-picture" aria-hidden="true">
                {move || match app.get() {
                    Some(app) => view! { <AppPicture app size=32 /> }.into_any(),
                    None => {
                        let icon = job.with(|job| role_icon(job.role));
                        view! { <span class="job-symbol"><Icon icon size=16 /></span> }.into_any()
                    }
                }}
            </div>
            <div class="job-text">
                <h3>
                    {move || match app.get() {
                        Some(app) => {
                            view! {
                                <button type="button" class="link-button" on:click=move |_| store.navigation.go(Page::App(app.id))>
                                    {title}
                                </button>
                            }
                                .into_any()
                        }
                        None => view! { <span>{title}</span> }.into_any(),
                    }}
                </h3>
                {move || {
                    if over.get() {
                        view! { <Ended job /> }.into_any()
                    } else {
                        view! { <Running job title /> }.into_any()
                    }
                }}
            </div>
            <div class="job-actions">
                <Show when=move || !over.get()>
                    <CancelButton job title />
                </Show>
                <AgainButton job title />
                <button
                    type="button"
                    class="btn btn-ghost btn-sm"
                    data-testid="log-toggle"
                    aria-expanded=move || open.get().to_string()
                    aria-controls=controls
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    <Icon icon=Signal::derive(move || {
                        if open.get() { icondata::LuChevronUp } else { icondata::LuChevronDown }
                    }) />
                    {move || td_string!(i18n.get_locale(), job.log)}
                </button>
            </div>
            <div id=log_id class="job-log" hidden=move || !open.get()>
                <Show when=move || open.get()>
                    <LogView job=log_of.clone() live=!over.get_untracked() />
                </Show>
            </div>
        </article>
    }
}

fn result_word(job: &Job) -> &'static str {
    job.result
        .map_or(JobState::Running.as_str(), JobResult::as_str)
}

#[component]
fn Running(job: Signal<Job>, title: Memo<String>) -> impl IntoView {
    let i18n = use_i18n();
    let percent = Signal::derive(move || job.with(|job| job.percent.map(f64::from)));
    let waits = Memo::new(move |_| job.with(Job::is_waiting));
    let words = move || {
        job.with(|job| {
            let locale = i18n.get_locale();
            let mut words = job_progress(job, locale);
            if job.remaining > 0 {
                let left = filled!(locale, stage.remaining, time = duration(job.remaining));
                words = format!("{words}, {left}");
            }
            words
        })
    };
    view! {
        <p class="job-words">{words}</p>
        <Show when=move || !waits.get()>
            <Progress percent label=move || title.get() />
        </Show>
    }
}

#[component]
fn Ended(job: Signal<Job>) -> impl IntoView {
    let i18n = use_i18n();
    let tone = Signal::derive(move || job.with(result_tone));
    let at = Signal::derive(move || job.with(|job| job.ended));
    let took = move || {
        job.with(|job| {
            let seconds = u64::try_from(job.ended - job.started).unwrap_or(0);
            (job.started > 0 && seconds > 0)
                .then(|| filled!(i18n.get_locale(), job.took, time = duration(seconds)))
        })
    };
    let trouble = move || {
        job.with(|job| {
            job.went_wrong()
                .then(|| problem(job.code.as_str(), i18n.get_locale()))
        })
    };
    // What is said beyond the code; the log has only what scripts and package manager said.
    let why = Memo::new(move |_| {
        job.with(|job| {
            let said = job.said.as_ref().filter(|_| job.went_wrong())?;
            Some(details(job.code.as_str(), Some(said), i18n.get_locale()))
        })
    });
    let reboot = move || {
        job.with(|job| match job.reboot.as_str() {
            "required" => Some(td_string!(i18n.get_locale(), job.reboot_required)),
            "recommended" => Some(td_string!(i18n.get_locale(), job.reboot_recommended)),
            _ => None,
        })
    };
    view! {
        <p class="job-words">
            <Status tone label=move || job.with(|job| job_result(job, i18n.get_locale())) />
            <TimeText at />
            {move || took().map(|took| view! { <span>{took}</span> })}
        </p>
        {move || {
            trouble()
                .map(|words| {
                    view! { <p class="job-trouble"><strong>{words.title}</strong> " " {words.text}</p> }
                })
        }}
        {move || why.get().map(|why| view! { <Details details=why /> })}
        {move || reboot().map(|words| view! { <p class="job-words">{words}</p> })}
    }
}

/// Offers to do again what did not work, while the application is still as it was.
#[component]
fn AgainButton(job: Signal<Job>, title: Memo<String>) -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let actions = use_actions();
    let again = Memo::new(move |_| {
        let (app, wanted) = job.with(unfinished)?;
        let state = store.face(app).map(|_| store.state(app).state)?;
        (wanted.fits(state) && store.work.of_app(app).is_none()).then_some((app, wanted))
    });
    let press = move |_| match again.get_untracked() {
        Some((app, Wanted::Remove)) => store.removing.set(Some(app)),
        Some((app, Wanted::Update)) => actions.update(app),
        Some((app, Wanted::Install)) => actions.install(app),
        None => {}
    };
    view! {
        <Show when=move || again.with(Option::is_some)>
            <Button
                look=ButtonLook::Quiet
                size=ButtonSize::Small
                icon=icondata::LuRotateCw
                title=Signal::derive(move || {
                    Some(filled!(i18n.get_locale(), button.again_named, name = title.get()))
                })
                class="job-again"
                on_press=press
            >
                {move || td_string!(i18n.get_locale(), button.again)}
            </Button>
        </Show>
    }
}

/// What somebody wanted of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Install,
    Update,
    Remove,
}

impl Wanted {
    /// Whether it still makes sense.
    fn fits(self, state: AppState) -> bool {
        match state {
            AppState::Available | AppState::NeedsAdmin => self == Self::Install,
            AppState::PartlyInstalled | AppState::Broken => self != Self::Update,
            AppState::UpdateAvailable => self != Self::Install,
            AppState::Installed => self == Self::Remove,
            _ => false,
        }
    }
}

/// The one application of a job that did not do what it was asked for, and what that was.
fn unfinished(job: &Job) -> Option<(u32, Wanted)> {
    let [app] = job.apps.as_slice() else {
        return None;
    };
    let wanted = match job.role {
        JobRole::Install => Wanted::Install,
        JobRole::Upgrade => Wanted::Update,
        JobRole::Remove => Wanted::Remove,
        _ => return None,
    };
    job.went_wrong().then_some((*app, wanted))
}

#[component]
fn CancelButton(job: Signal<Job>, title: Memo<String>) -> impl IntoView {
    let i18n = use_i18n();
    let actions = use_actions();
    let right = right_to("job-cancel-foreign");
    // While packages are being changed, an administrator may stop the script that runs.
    let is_for_admin =
        Memo::new(move |_| job.with(|job| !job.allow_cancel && job.allow_admin_cancel));
    let disabled = Signal::derive(move || {
        let by_an_administrator = is_for_admin.get() && right.get() != Right::Never;
        !(job.with(|job| job.allow_cancel) || by_an_administrator)
    });
    let why = Signal::derive(move || {
        let locale = i18n.get_locale();
        if is_for_admin.get() {
            Some(td_string!(locale, button.cancel_admin).to_owned())
        } else if disabled.get() {
            Some(td_string!(locale, button.cannot_cancel).to_owned())
        } else {
            Some(filled!(locale, button.cancel_named, name = title.get()))
        }
    });
    view! {
        <Button
            look=ButtonLook::Quiet
            size=ButtonSize::Small
            icon=icondata::LuX
            disabled
            title=why
            class="job-cancel"
            on_press=move |_| actions.cancel(job.with_untracked(|job| job.id.clone()))
        >
            {move || td_string!(i18n.get_locale(), button.cancel)}
            <Show when=move || is_for_admin.get()>
                <Shield right />
            </Show>
        </Button>
    }
}
