//! What is on its way: how far it is, and what became of it.
use super::{
    super::{link::Link, words},
    download::Download,
    sink::MOST_IN_MEMORY,
    upload::Upload,
};
use crate::text::{self, t, tf};
use futures_util::future::{AbortHandle, Abortable};
use leptos::{prelude::*, task::spawn_local};
use migasfree_tunnel::message::{Code, Failure};
use migasfree_ui_kit::{
    Button, ButtonLook, ButtonSize, Icon, IconButton, Progress as Bar, Status, Tone, format,
};
use std::{cell::RefCell, rc::Rc};

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Others are before it.
    Waiting,
    /// Its hash is made.
    Checking,
    /// It is on its way.
    Going,
    /// It is in its place.
    Done(Done),
    /// It is not; whether another attempt makes sense.
    Failed(String, bool),
    /// Nobody wanted it any longer.
    Cancelled,
}

impl Stage {
    /// Whether nothing goes on any more.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Failed(..) | Self::Cancelled)
    }
}

/// What arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The SHA-256 of all of it.
    pub sha256: String,
    /// Whether the other side said it, too.
    pub is_compared: bool,
}

/// Why it did not.
#[derive(Debug)]
pub enum Why {
    Failure(Failure),
    /// It became another file on the way.
    Changed,
    /// The memory of the browser is too small for it.
    TooLarge,
    /// It cannot be written here.
    NotWritten,
    /// It cannot be read here.
    Unreadable,
}

impl From<Failure> for Why {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl Why {
    fn words(&self) -> String {
        match self {
            Self::Failure(failure) => words::file_failure(failure),
            Self::Changed => t!(remote.file_changed).to_owned(),
            Self::TooLarge => {
                let most = format::bytes(MOST_IN_MEMORY, text::tag());
                tf!(remote.file_too_large, most = most)
            }
            Self::NotWritten => t!(remote.file_not_written).to_owned(),
            Self::Unreadable => t!(remote.file_unreadable).to_owned(),
        }
    }

    fn may_go_better(&self) -> bool {
        match self {
            Self::TooLarge | Self::NotWritten => false,
            Self::Failure(failure) => !matches!(failure.code, Code::NoRight | Code::Policy),
            Self::Changed | Self::Unreadable => true,
        }
    }
}

/// Tells how far it is.
#[derive(Clone, Copy)]
pub struct Progress {
    stage: RwSignal<Stage>,
    done: RwSignal<u64>,
    size: RwSignal<u64>,
}

// The page may have been left meanwhile.
impl Progress {
    pub fn size(self, size: u64) {
        let _ = self.size.try_set(size);
    }

    pub fn done(self, done: u64) {
        let _ = self.done.try_set(done);
    }

    pub fn checks(self) {
        let _ = self.stage.try_set(Stage::Checking);
    }

    pub fn sends(self) {
        let _ = self.stage.try_set(Stage::Going);
    }

    fn percent(self) -> Option<f64> {
        let (done, size) = (self.done.get(), self.size.get());
        (size > 0).then(|| done as f64 * 100.0 / size as f64)
    }
}

/// What is done.
pub enum Job {
    Get(Box<Download>),
    Put(Upload),
}

impl Job {
    async fn run(&mut self, link: &Link, told: Progress) -> Result<Done, Why> {
        match self {
            Self::Get(download) => download.run(link, told).await,
            Self::Put(upload) => upload.run(link, told).await,
        }
    }

    async fn discard(self) {
        if let Self::Get(download) = self {
            download.discard().await;
        }
    }
}

#[derive(Default)]
struct Work {
    job: RefCell<Option<Job>>,
    abort: RefCell<Option<AbortHandle>>,
}

/// A transfer.
#[derive(Clone, Copy)]
pub struct Transfer {
    pub number: u32,
    name: StoredValue<String>,
    is_upload: bool,
    pub stage: RwSignal<Stage>,
    told: Progress,
    work: StoredValue<Rc<Work>, LocalStorage>,
}

impl Transfer {
    /// One that waits.
    pub fn new(number: u32, name: String, size: u64, job: Job) -> Self {
        let stage = RwSignal::new(Stage::Waiting);
        let is_upload = matches!(job, Job::Put(_));
        let work = Rc::new(Work::default());
        *work.job.borrow_mut() = Some(job);
        Self {
            number,
            name: StoredValue::new(name),
            is_upload,
            stage,
            told: Progress {
                stage,
                done: RwSignal::new(0),
                size: RwSignal::new(size),
            },
            work: StoredValue::new_local(work),
        }
    }

    /// Whether a folder has something else now.
    pub fn changed_folder(self) -> bool {
        self.is_upload && matches!(self.stage.try_get_untracked(), Some(Stage::Done(_)))
    }

    /// Begins it, or goes on with it; `on_end` hears when it is over.
    pub fn start(self, link: Link, on_end: impl FnOnce() + 'static) {
        let Some(work) = self.work.try_get_value() else {
            return;
        };
        let Some(mut job) = work.job.take() else {
            return;
        };
        let (handle, registration) = AbortHandle::new_pair();
        *work.abort.borrow_mut() = Some(handle);
        self.stage.set(Stage::Going);
        spawn_local(async move {
            let ended = Abortable::new(job.run(&link, self.told), registration).await;
            let stage = match ended {
                Ok(Ok(done)) => Stage::Done(done),
                Ok(Err(why)) => {
                    let goes_on = why.may_go_better();
                    if goes_on {
                        *work.job.borrow_mut() = Some(job);
                    } else {
                        job.discard().await;
                    }
                    Stage::Failed(why.words(), goes_on)
                }
                Err(_) => {
                    job.discard().await;
                    Stage::Cancelled
                }
            };
            let _ = self.stage.try_set(stage);
            on_end();
        });
    }

    /// Stops it; what came of it is forgotten here.
    pub fn cancel(self) {
        let Some(work) = self.work.try_get_value() else {
            return;
        };
        if let Some(handle) = work.abort.take() {
            handle.abort();
        }
        if let Some(job) = work.job.take() {
            spawn_local(job.discard());
            self.stage.set(Stage::Cancelled);
        }
    }
}

/// A line of the list.
#[component]
pub fn TransferLine(
    transfer: Transfer,
    /// Whether there is still a session to try it in again.
    #[prop(into)]
    goes_on: Signal<bool>,
    #[prop(into)] on_retry: Callback<()>,
    #[prop(into)] on_remove: Callback<()>,
) -> impl IntoView {
    let Transfer { stage, told, .. } = transfer;
    let name = transfer.name.get_value();
    let icon = if transfer.is_upload {
        icondata::LuUpload
    } else {
        icondata::LuDownload
    };
    let label = format!("{}: {name}", t!(remote.cancel_transfer));
    view! {
        <li class="upload-item remote-transfer">
            <Icon icon />
            <div class="remote-transfer-text">
                <span class="upload-name">{name.clone()}</span>
                {move || match stage.get() {
                    Stage::Waiting => view! { <span class="text-muted">{t!(remote.transfer_waiting)}</span> }.into_any(),
                    Stage::Checking | Stage::Going => going(told, stage, &name),
                    Stage::Done(done) => arrived(&done),
                    Stage::Failed(words, _) => view! { <span class="upload-error" role="alert">{words}</span> }.into_any(),
                    Stage::Cancelled => view! { <span class="text-muted">{t!(remote.transfer_cancelled)}</span> }.into_any(),
                }}
            </div>
            {move || match stage.get() {
                Stage::Failed(_, true) if goes_on.get() => {
                    view! { <Button size=ButtonSize::Small look=ButtonLook::Plain on_press=move |_| on_retry.run(())>{t!(remote.transfer_retry)}</Button> }.into_any()
                }
                _ => ().into_any(),
            }}
            <IconButton
                icon=icondata::LuX
                label
                on_press=move |_| {
                    let is_over = stage.get_untracked().is_over();
                    transfer.cancel();
                    if is_over {
                        on_remove.run(());
                    }
                }
            />
        </li>
    }
}

fn going(told: Progress, stage: RwSignal<Stage>, name: &str) -> AnyView {
    let amounts = move || {
        let [done, size] =
            [told.done, told.size].map(|bytes| format::bytes(bytes.get(), text::tag()));
        match stage.get() {
            Stage::Checking => tf!(remote.transfer_checking, done = done, size = size),
            _ => tf!(remote.transfer_going, done = done, size = size),
        }
    };
    let label = name.to_owned();
    view! {
        <Bar percent=Signal::derive(move || told.percent()) label />
        <span class="text-muted tabular">{amounts}</span>
    }
    .into_any()
}

fn arrived(done: &Done) -> AnyView {
    let words = if done.is_compared {
        t!(remote.transfer_compared)
    } else {
        t!(remote.transfer_not_compared)
    };
    let sha256 = format!("SHA-256 {}", done.sha256);
    view! {
        <span role="status" title=sha256.clone()><Status tone=Tone::Success label=words /></span>
        <span class="visually-hidden remote-hash">{sha256}</span>
    }
    .into_any()
}
