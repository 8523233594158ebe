//! Files of a computer: folders to walk through, and files that come and go.
mod download;
mod folder;
mod list;
mod sink;
mod transfer;
mod upload;

use super::{
    Policy,
    asking::Begun,
    head::{Head, Stage as Course},
    link::{Heard, Link},
    words,
};
use crate::text::{t, tf};
use download::Download;
use folder::Folder;
use leptos::{ev, html, prelude::*, reactive::owner::WeakOwner, task::spawn_local};
use list::FolderTable;
use migasfree_tunnel::{
    files::{Entry, EntryKind},
    message::SessionState,
};
use migasfree_types::shown::shown_line;
use migasfree_ui_kit::{
    Button, ButtonLook, ButtonSize, ConfirmDialog, Icon, IconButton, Notice, SkeletonLines, Switch,
    Tone,
    table::{Sort, is_typing},
};
use sink::Sink;
use transfer::{Job, Stage, Transfer, TransferLine};
use upload::{Upload, size_of};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File, FileList};

/// As many are on their way at once.
const AT_ONCE: usize = 3;

/// Which ways files go in a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Ways {
    from: bool,
    to: bool,
}

impl Ways {
    fn of(session: &SessionState) -> Self {
        use migasfree_grant::Mode::{Read, ReadWrite, Write};
        let switches = session.switches;
        Self {
            from: switches.files_out && matches!(session.mode, Read | ReadWrite),
            to: switches.files_in && matches!(session.mode, Write | ReadWrite),
        }
    }
}

/// All that a session of files is made of.
#[derive(Clone, Copy)]
pub struct Desk {
    link: StoredValue<Option<Link>, LocalStorage>,
    course: RwSignal<Course>,
    ways: RwSignal<Option<Ways>>,
    path: RwSignal<String>,
    folder: RwSignal<Option<Folder>>,
    /// Why the folder that was wanted last is not shown.
    trouble: RwSignal<Option<String>>,
    /// Another one is on its way.
    loading: RwSignal<bool>,
    /// Counts what was wanted: an answer that comes late is of no use.
    wanted: StoredValue<u32>,
    hidden: RwSignal<bool>,
    /// The column that folders are ordered by, and whether backwards.
    sort: RwSignal<Sort>,
    transfers: RwSignal<Vec<Transfer>>,
    next: StoredValue<u32>,
    /// Files that would take the place of others.
    doubtful: StoredValue<Vec<(File, String)>, LocalStorage>,
    question: RwSignal<String>,
    asks: RwSignal<bool>,
    /// What is on its way lasts as long as the session is shown.
    owner: StoredValue<Option<WeakOwner>>,
}

impl Desk {
    fn new() -> Self {
        Self {
            link: StoredValue::new_local(None),
            course: RwSignal::new(Course::Connecting),
            ways: RwSignal::new(None),
            path: RwSignal::new("/".to_owned()),
            folder: RwSignal::new(None),
            trouble: RwSignal::new(None),
            loading: RwSignal::new(false),
            wanted: StoredValue::new(0),
            hidden: RwSignal::new(false),
            sort: RwSignal::new(Some(("name".to_owned(), false))),
            transfers: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
            doubtful: StoredValue::new_local(Vec::new()),
            question: RwSignal::new(String::new()),
            asks: RwSignal::new(false),
            owner: StoredValue::new(Owner::current().map(|owner| owner.downgrade())),
        }
    }

    fn link(self) -> Option<Link> {
        self.link.try_get_value().flatten()
    }

    fn hear(self, heard: Heard, home: &str) {
        // The page may have been left.
        let show = |course| {
            let _ = self.course.try_set(course);
        };
        match heard {
            Heard::Asking => show(Course::Asking),
            Heard::Began(session) => {
                let _ = self.ways.try_set(Some(Ways::of(&session)));
                show(Course::Open);
                self.go_home(home.to_owned());
            }
            Heard::Back => show(Course::Open),
            Heard::Lost => show(Course::Lost),
            Heard::Over(failure) => {
                Course::end(self.course, words::tone(&failure), words::failure(&failure));
            }
            Heard::Opened | Heard::Bytes(_) | Heard::Ended | Heard::Exit(_) => {}
        }
    }

    fn end(self) {
        let link = self.link.try_update_value(Option::take).flatten();
        if let Some(link) = link {
            link.end();
        }
    }

    /// Where whoever the files are of has theirs; else where all are.
    fn go_home(self, home: String) {
        self.walk(home, |desk, path, _| {
            if path != "/" {
                desk.go("/".to_owned());
            }
        });
    }

    /// Shows a folder.
    fn go(self, path: String) {
        self.walk(path, |desk, _, why| desk.trouble.set(Some(why)));
    }

    fn walk(self, path: String, otherwise: fn(Self, &str, String)) {
        let Some(link) = self.link() else { return };
        let wanted = self.wanted.get_value().wrapping_add(1);
        self.wanted.set_value(wanted);
        self.loading.set(true);
        spawn_local(async move {
            let found = folder::read(&link, &path).await;
            if self.wanted.try_get_value() != Some(wanted) {
                return;
            }
            self.loading.set(false);
            match found {
                Ok(found) => {
                    self.trouble.set(None);
                    self.path.set(path);
                    self.folder.set(Some(found));
                }
                Err(failure) => otherwise(self, &path, words::file_failure(&failure)),
            }
        });
    }

    fn refresh(self) {
        if let Some(path) = self.path.try_get_untracked() {
            self.go(path);
        }
    }

    /// Fetches a file of the folder that is shown.
    fn download(self, entry: &Entry) {
        let path = folder::inside(&self.path.get_untracked(), &entry.name);
        let (name, size) = (entry.name.clone(), entry.size);
        spawn_local(async move {
            if let Some(sink) = Sink::choose(&name).await {
                let job = Job::Get(Box::new(Download::new(path, name.clone(), sink)));
                self.add(name, size, job);
            }
        });
    }

    /// Sends files into the folder that is shown, after a question where that takes the place of others.
    fn take(self, files: Option<FileList>) {
        let (Some(files), Some(link)) = (files, self.link()) else {
            return;
        };
        if !self.ways.get_untracked().is_some_and(|ways| ways.to) {
            return;
        }
        let files: Vec<File> = (0..files.length())
            .filter_map(|index| files.get(index))
            .collect();
        let into = self.path.get_untracked();
        spawn_local(async move {
            let mut doubtful = Vec::new();
            for file in files {
                let path = folder::inside(&into, &file.name());
                match folder::known(&link, &path).await {
                    Ok(Some(entry)) if entry.kind == EntryKind::Folder => {
                        let why = tf!(remote.file_is_folder, name = shown_line(&file.name()));
                        let _ = self.trouble.try_set(Some(why));
                    }
                    Ok(Some(_)) => doubtful.push((file, path)),
                    // What cannot be known cannot be written either, and that says why.
                    Ok(None) | Err(_) => self.send(file, path),
                }
            }
            if !doubtful.is_empty() {
                let names = doubtful.iter().map(|(file, _)| file.name());
                let names = names.collect::<Vec<_>>().join(", ");
                let _ = self.question.try_set(shown_line(&names).into_owned());
                let _ = self.doubtful.try_set_value(doubtful);
                let _ = self.asks.try_set(true);
            }
        });
    }

    fn replace(self) {
        self.asks.set(false);
        let files = self.doubtful.try_update_value(std::mem::take);
        for (file, path) in files.unwrap_or_default() {
            self.send(file, path);
        }
    }

    fn send(self, file: File, path: String) {
        let (name, size) = (file.name(), size_of(&file));
        self.add(name, size, Job::Put(Upload::new(file, path)));
    }

    fn add(self, name: String, size: u64, job: Job) {
        let owner = self.owner.try_get_value().flatten();
        let Some(owner) = owner.as_ref().and_then(WeakOwner::upgrade) else {
            return;
        };
        let number = self.next.get_value();
        self.next.set_value(number.wrapping_add(1));
        let name = shown_line(&name).into_owned();
        let transfer = owner.with(|| Transfer::new(number, name, size, job));
        self.transfers.update(|transfers| transfers.push(transfer));
        self.start_some();
    }

    /// Starts what waits, as far as there is room.
    fn start_some(self) {
        let Some(transfers) = self.transfers.try_get_untracked() else {
            return;
        };
        let is = |transfer: &&Transfer, going: bool| {
            let stage = transfer.stage.get_untracked();
            !stage.is_over() && (stage != Stage::Waiting) == going
        };
        let going = transfers.iter().filter(|one| is(one, true)).count();
        let room = AT_ONCE.saturating_sub(going);
        for transfer in transfers.iter().filter(|one| is(one, false)).take(room) {
            self.start(*transfer);
        }
    }

    fn start(self, transfer: Transfer) {
        let Some(link) = self.link() else { return };
        transfer.start(link, move || {
            if transfer.changed_folder() {
                self.refresh();
            }
            self.start_some();
        });
    }
}

/// Files of a computer, from the first word to the last.
#[component]
pub fn FilesSession(
    session: Begun,
    policy: Signal<Policy>,
    #[prop(into)] on_close: Callback<()>,
) -> impl IntoView {
    let desk = Desk::new();
    let home = session.home();
    let heard = move |heard| desk.hear(heard, &home);
    desk.link
        .set_value(Some(Link::idle(session.relay, session.grant, heard)));
    on_cleanup(move || desk.end());
    view! {
        <section class="surface remote-files" aria-label=t!(remote.files)>
            <Head stage=desk.course recorded=RwSignal::new(false) on_end=move |()| desk.end() on_close />
            <Show when=move || desk.ways.with(Option::is_some)>
                <Tools desk policy />
                {move || desk.trouble.get().map(|why| view! { <Notice tone=Tone::Error>{why}</Notice> })}
                {move || match desk.folder.get() {
                    Some(folder) => view! { <FolderTable desk folder /> }.into_any(),
                    None => view! { <div class="card-pad"><SkeletonLines lines=6 /></div> }.into_any(),
                }}
                <Transfers desk />
            </Show>
            <ConfirmDialog
                open=desk.asks
                title=t!(remote.replace_title)
                message=move || tf!(remote.replace_text, names = desk.question.get())
                confirm=t!(remote.replace)
                on_confirm=move || desk.replace()
            />
        </section>
    }
}

/// Where one is, and what can be done there.
#[component]
fn Tools(desk: Desk, policy: Signal<Policy>) -> impl IntoView {
    let above = move || desk.path.with(|path| folder::above(path));
    let up = move || {
        if let Some(above) = desk.path.with_untracked(|path| folder::above(path)) {
            desk.go(above);
        }
    };
    let keys = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Backspace" && !is_typing(&event) && !event.default_prevented() {
            event.prevent_default();
            up();
        }
    });
    on_cleanup(move || keys.remove());
    let ways = move || desk.ways.get().unwrap_or_default();
    let why_not = move || {
        let (ways, policy) = (ways(), policy.get());
        let from = (!ways.from).then(|| match policy.files_out {
            false => t!(remote.no_downloads_by_policy),
            true => t!(remote.no_downloads),
        });
        let to = (!ways.to).then(|| match policy.files_in {
            false => t!(remote.no_uploads_by_policy),
            true => t!(remote.no_uploads),
        });
        [from, to]
            .into_iter()
            .flatten()
            .map(|why| view! { <p class="text-muted remote-why-not">{why}</p> })
            .collect_view()
    };
    view! {
        <div class="remote-tools">
            <IconButton
                icon=icondata::LuArrowUp
                label=t!(remote.folder_up)
                disabled=Signal::derive(move || above().is_none())
                on_press=move |_| up()
            />
            <IconButton icon=icondata::LuRefreshCw label=t!(remote.folder_refresh) on_press=move |_| desk.refresh() />
            <Way desk />
            <span class="remote-space"></span>
            <Switch value=desk.hidden label=t!(remote.hidden_files) />
            {move || ways().to.then(|| view! { <Sending desk /> })}
        </div>
        {why_not}
    }
}

/// The folders on the way to the one that is shown.
#[component]
fn Way(desk: Desk) -> impl IntoView {
    let parts = move || {
        let way = desk.path.with(|path| folder::way(path));
        let last = way.len().saturating_sub(1);
        way.into_iter()
            .enumerate()
            .map(|(index, (name, path))| {
                let name = shown_line(&name).into_owned();
                let current = (index == last).then_some("page");
                view! {
                    <li>
                        <button type="button" class="link-button" aria-current=current on:click=move |_| desk.go(path.clone())>{name}</button>
                    </li>
                }
            })
            .collect_view()
    };
    view! { <nav class="remote-way" aria-label=t!(remote.folder_way)><ol>{parts}</ol></nav> }
}

/// The button for files to send; they may also be dropped anywhere on the page.
#[component]
fn Sending(desk: Desk) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let over = RwSignal::new(false);
    let dragged = window_event_listener(ev::dragover, move |event| {
        event.prevent_default();
        over.set(true);
    });
    let left = window_event_listener(ev::dragleave, move |event| {
        if event.related_target().is_none() {
            over.set(false);
        }
    });
    let dropped = window_event_listener(ev::drop, move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        desk.take(event.data_transfer().and_then(|data| data.files()));
    });
    on_cleanup(move || {
        dragged.remove();
        left.remove();
        dropped.remove();
    });
    let chosen = move |_| {
        if let Some(input) = input.get_untracked() {
            desk.take(input.files());
            // The same file may be chosen once more.
            input.set_value("");
        }
    };
    view! {
        <Button
            size=ButtonSize::Small
            look=ButtonLook::Primary
            icon=icondata::LuUpload
            on_press=move |_| {
                if let Some(input) = input.get_untracked() {
                    input.unchecked_ref::<web_sys::HtmlElement>().click();
                }
            }
        >
            {t!(remote.upload)}
        </Button>
        <input
            node_ref=input
            class="visually-hidden"
            type="file"
            multiple=true
            tabindex="-1"
            aria-hidden="true"
            on:change=chosen
        />
        <Show when=move || over.get()>
            <div class="drop-veil" aria-hidden="true"><Icon icon=icondata::LuUpload size=32 />{t!(remote.drop_here)}</div>
        </Show>
    }
}

/// What is on its way, and what became of it.
#[component]
fn Transfers(desk: Desk) -> impl IntoView {
    let transfers = desk.transfers;
    let goes_on = Signal::derive(move || !desk.course.with(Course::is_over));
    view! {
        <Show when=move || transfers.with(|all| !all.is_empty())>
            <ul class="upload-list remote-transfers" aria-label=t!(remote.transfers)>
                <For each=move || transfers.get() key=|transfer| transfer.number let:transfer>
                    <TransferLine
                        transfer
                        goes_on
                        on_retry=move || desk.start(transfer)
                        on_remove=move || transfers.update(|all| all.retain(|own| own.number != transfer.number))
                    />
                </For>
            </ul>
        </Show>
    }
}
