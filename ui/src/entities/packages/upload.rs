//! Uploading: files are dropped or chosen, each tells how far it is and what went wrong with it.
use crate::{
    address,
    api::{
        ApiError,
        error::in_one_line,
        upload::{self, Upload},
    },
    entities::{self, PACKAGES, STORES},
    entity::value,
    form::Picker,
    object::cannot_make,
    text::{self, plural, t, tf},
};
use leptos::{ev, html, prelude::*, reactive::owner::WeakOwner};
use migasfree_ui_kit::{
    Button, ButtonLook, ButtonSize, Dialog, Field, Icon, IconButton, Notice, Progress, Tone,
    format, use_toasts,
};
use serde_json::Value;
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File, FileList, FormData};

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Waiting,
    Sending,
    Done,
    Failed,
}

#[derive(Clone, Copy)]
struct Item {
    number: u32,
    file: StoredValue<File, LocalStorage>,
    stage: RwSignal<Stage>,
    sent: RwSignal<f64>,
    error: RwSignal<String>,
    transfer: StoredValue<Option<Upload>, LocalStorage>,
}

impl Item {
    fn new(number: u32, file: File) -> Self {
        Self {
            number,
            file: StoredValue::new_local(file),
            stage: RwSignal::new(Stage::Waiting),
            sent: RwSignal::new(0.0),
            error: RwSignal::new(String::new()),
            transfer: StoredValue::new_local(None),
        }
    }
}

thread_local! {
    /// Opens the dialog of the list that is shown.
    static OPEN: Cell<Option<RwSignal<bool>>> = const { Cell::new(None) };
}

/// The first step in the empty list of packages.
pub fn upload_first() -> AnyView {
    if !entities::can_make(&PACKAGES) {
        return ().into_any();
    }
    let open = |_| {
        if let Some(open) = OPEN.get() {
            let _ = open.try_set(true);
        }
    };
    view! { <Button look=ButtonLook::Primary icon=icondata::LuUpload on_press=open>{t!(package.upload)}</Button> }.into_any()
}

/// The button above the list of packages; files may also be dropped anywhere on the page.
pub fn upload_tool() -> AnyView {
    if !PACKAGES.may("add") {
        return ().into_any();
    }
    cannot_make(&PACKAGES).unwrap_or_else(|| view! { <UploadTool /> }.into_any())
}

#[component]
fn UploadTool() -> impl IntoView {
    let open = RwSignal::new(false);
    OPEN.set(Some(open));
    let items = RwSignal::new(Vec::<Item>::new());
    let next = StoredValue::new(0_u32);
    let over = RwSignal::new(false);
    // What is on its way outlives the dialog in which it was chosen.
    let owner = Owner::current().map(|owner| owner.downgrade());
    let take = move |files: Option<FileList>| {
        let Some(files) = files else { return };
        let Some(owner) = owner.as_ref().and_then(WeakOwner::upgrade) else {
            return;
        };
        let new: Vec<Item> = (0..files.length())
            .filter_map(|index| files.get(index))
            .map(|file| {
                let number = next.get_value();
                next.set_value(number.wrapping_add(1));
                owner.with(|| Item::new(number, file))
            })
            .collect();
        if !new.is_empty() {
            items.update(|items| items.extend(new));
            open.set(true);
        }
    };
    let take = Callback::new(move |files: Option<FileList>| take(files));
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
        take.run(event.data_transfer().and_then(|data| data.files()));
    });
    on_cleanup(move || {
        dragged.remove();
        left.remove();
        dropped.remove();
    });
    view! {
        <Button look=ButtonLook::Primary icon=icondata::LuUpload on_press=move |_| open.set(true)>{t!(package.upload)}</Button>
        <Show when=move || over.get() && !open.get()>
            <div class="drop-veil" aria-hidden="true"><Icon icon=icondata::LuUpload size=32 />{t!(package.drop_here)}</div>
        </Show>
        <Dialog open title=t!(package.upload) wide=true>
            <UploadForm items take open />
        </Dialog>
    }
}

#[component]
fn UploadForm(
    items: RwSignal<Vec<Item>>,
    take: Callback<Option<FileList>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let toasts = use_toasts();
    let input = NodeRef::<html::Input>::new();
    let store = RwSignal::new(Value::Null);
    let missing = RwSignal::new(Vec::<String>::new());
    let running = RwSignal::new(false);
    preselect(store);
    let waiting = move || {
        items.with(|items| {
            items
                .iter()
                .filter(|item| matches!(item.stage.get(), Stage::Waiting | Stage::Failed))
                .count()
        })
    };
    let start = move |_| {
        let Some(id) = store.with_untracked(|store| store.get("id").and_then(Value::as_i64)) else {
            missing.set(vec![t!(package.choose_store).to_owned()]);
            return;
        };
        missing.set(Vec::new());
        running.set(true);
        let queue: Vec<Waiting> = items
            .get_untracked()
            .into_iter()
            .filter(|item| matches!(item.stage.get_untracked(), Stage::Waiting | Stage::Failed))
            .map(|item| (item, item.file.get_value()))
            .collect();
        let on_end = Rc::new(move |done: u64| {
            running.set(false);
            if done > 0 {
                toasts.success(plural(done, t!(package.uploaded_one), t!(package.uploaded)));
            }
        });
        send_next(id, queue, 0, on_end);
    };
    let close = move |_| {
        items.update(|items| items.retain(|item| item.stage.get_untracked() != Stage::Done));
        open.set(false);
    };
    view! {
        <div class="upload">
            <Field label=t!(store.singular) help=t!(package.store_help).to_owned() errors=missing required=true>
                <Picker entity=&STORES value=store single=true required=true />
            </Field>
            <div
                class="drop-zone"
                on:click=move |_| {
                    if let Some(input) = input.get_untracked() {
                        input.unchecked_ref::<web_sys::HtmlElement>().click();
                    }
                }
            >
                <Icon icon=icondata::LuFileUp size=24 />
                <p>{t!(package.drop_or)}" "<button type="button" class="link-button">{t!(package.choose_files)}</button></p>
                <input
                    node_ref=input
                    class="visually-hidden"
                    type="file"
                    multiple=true
                    tabindex="-1"
                    aria-hidden="true"
                    on:click=|event| event.stop_propagation()
                    on:change=move |_| take.run(input.get_untracked().and_then(|input| input.files()))
                />
            </div>
            <ul class="upload-list" aria-live="polite">
                <For each=move || items.get() key=|item| item.number let:item>
                    <ItemLine item on_remove=Callback::new(move |()| items.update(|items| items.retain(|own| own.number != item.number))) />
                </For>
            </ul>
            <Show when=move || { items.with(|items| items.iter().any(|item| item.stage.get() == Stage::Failed)) && !running.get() }>
                <Notice tone=Tone::Warning>
                    {move || if items.with(|items| items.iter().any(|item| item.stage.get() == Stage::Done)) {
                        t!(package.some_failed)
                    } else {
                        t!(package.none_taken)
                    }}
                </Notice>
            </Show>
            <div class="dialog-form-actions">
                <Button look=ButtonLook::Quiet on_press=close>{t!(common.close)}</Button>
                <Button look=ButtonLook::Primary icon=icondata::LuUpload busy=running disabled=Signal::derive(move || waiting() == 0) on_press=start>
                    {move || plural(waiting() as u64, t!(package.upload_one), t!(package.upload_many))}
                </Button>
            </div>
        </div>
    }
}

/// The store of the list's filter, or the only one there is.
fn preselect(store: RwSignal<Value>) {
    let query = address::address().get_untracked().query;
    let path = match (query.get("store__id"), query.get("project__id")) {
        (Some(id), _) => format!("stores/?id={}&page_size=2", address::encode(id)),
        (None, Some(project)) => format!(
            "stores/?project__id={}&page_size=2",
            address::encode(project)
        ),
        (None, None) => "stores/?page_size=2".to_owned(),
    };
    leptos::task::spawn_local(async move {
        let found = crate::api::request::get(&path).await.unwrap_or_default();
        if let [only] = value::list(&found, "results") {
            let _ = store.try_set(only.clone());
        }
    });
}

/// A file to send, and its line: the list may be left before its turn comes.
type Waiting = (Item, File);

/// Sends one file after the other, so that a slow line is not shared.
fn send_next(store: i64, queue: Vec<Waiting>, done: u64, on_end: Rc<dyn Fn(u64)>) {
    let Some((first, rest)) = queue.split_first() else {
        on_end(done);
        return;
    };
    let ((item, file), rest) = (first.clone(), rest.to_vec());
    item.stage.set(Stage::Sending);
    item.error.set(String::new());
    let rest_after_failure = rest.clone();
    let after_failure = Rc::clone(&on_end);
    let started = form_of(store, &file).and_then(|form| {
        upload::send(
            "POST",
            PACKAGES.api,
            &form,
            move |sent, total| {
                let _ = item.sent.try_set(if total > 0.0 {
                    sent / total * 100.0
                } else {
                    0.0
                });
            },
            move |answer| {
                let worked = finish(item, answer.map(|_| ()));
                send_next(
                    store,
                    rest.clone(),
                    done + u64::from(worked),
                    Rc::clone(&on_end),
                );
            },
        )
    });
    match started {
        Ok(transfer) => item.transfer.set_value(Some(transfer)),
        Err(error) => {
            finish(item, Err(error));
            send_next(store, rest_after_failure, done, after_failure);
        }
    }
}

fn form_of(store: i64, file: &File) -> Result<FormData, ApiError> {
    let refused = |_| ApiError::Unreachable;
    let form = FormData::new().map_err(refused)?;
    form.append_with_str("store", &store.to_string())
        .map_err(refused)?;
    form.append_with_blob_and_filename("files", file, &file.name())
        .map_err(refused)?;
    Ok(form)
}

fn finish(item: Item, answer: Result<(), ApiError>) -> bool {
    let _ = item.transfer.try_set_value(None);
    match answer {
        Ok(()) => {
            let _ = item.stage.try_set(Stage::Done);
            true
        }
        Err(error) => {
            let words = match error {
                ApiError::Invalid(fields) => in_one_line(fields.values().flatten()),
                other => other.line(),
            };
            let _ = item.error.try_set(words);
            let _ = item.stage.try_set(Stage::Failed);
            false
        }
    }
}

#[component]
fn ItemLine(item: Item, on_remove: Callback<()>) -> impl IntoView {
    let (name, size) = item.file.with_value(|file| (file.name(), file.size()));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a file's size"
    )]
    let size = format::bytes(size as u64, text::tag());
    let stage = item.stage;
    let icon = Signal::derive(move || match stage.get() {
        Stage::Waiting => icondata::LuFile,
        Stage::Sending => icondata::LuFileUp,
        Stage::Done => icondata::LuCircleCheck,
        Stage::Failed => icondata::LuCircleAlert,
    });
    let tone = move || match stage.get() {
        Stage::Done => "tone-success",
        Stage::Failed => "tone-error",
        _ => "tone-neutral",
    };
    let label = name.clone();
    let shown_size = size.clone();
    view! {
        <li class="upload-item">
            <span class=move || format!("attention-icon {}", tone())><Icon icon /></span>
            <span class="attention-text">
                <span class="mono upload-name">{name}</span>
                {move || match stage.get() {
                    Stage::Sending => {
                        let percent = item.sent.get();
                        if percent >= 100.0 {
                            view! { <span class="text-muted">{t!(package.reading)}</span> }.into_any()
                        } else {
                            view! { <Progress percent=Signal::derive(move || Some(item.sent.get())) label=label.clone() /> }.into_any()
                        }
                    }
                    Stage::Failed => view! { <span class="upload-error" role="alert">{item.error.get()}</span> }.into_any(),
                    Stage::Done => view! { <span class="text-muted">{tf!(package.done, size = size)}</span> }.into_any(),
                    Stage::Waiting => view! { <span class="text-muted">{shown_size.clone()}</span> }.into_any(),
                }}
            </span>
            {move || {
                (stage.get() != Stage::Sending)
                    .then(|| view! { <IconButton icon=icondata::LuX label=t!(package.take_off) on_press=move |_| on_remove.run(()) /> })
            }}
            {move || {
                (stage.get() == Stage::Sending)
                    .then(|| {
                        view! {
                            <Button
                                size=ButtonSize::Small
                                look=ButtonLook::Quiet
                                on_press=move |_| {
                                    item.transfer
                                        .with_value(|transfer| {
                                            if let Some(transfer) = transfer {
                                                transfer.cancel();
                                            }
                                        });
                                }
                            >
                                {t!(common.cancel)}
                            </Button>
                        }
                    })
            }}
        </li>
    }
}
