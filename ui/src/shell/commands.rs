//! Search and commands: Ctrl K. Pages, things to begin, and objects of every kind.
use crate::{
    address::{self, encode},
    api::{ApiError, request, session},
    entities::{
        self, COMPUTERS,
        sections::{self, Page as OwnPage},
    },
    entity::value,
    failure,
    text::{t, tf},
};
use leptos::{ev::KeyboardEvent, html, prelude::*};
use migasfree_types::rest::{page::Page, search::SearchHit};
use migasfree_ui_kit::{
    Icon, Later,
    scrolling::{has_moved, keep_in_view},
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

#[derive(Clone)]
struct Command {
    icon: icondata::Icon,
    text: String,
    /// The host name of a computer, after its number as everywhere.
    host: Option<String>,
    second: String,
    kind: &'static str,
    act: Arc<dyn Fn() + Send + Sync>,
}

impl Command {
    fn page(icon: icondata::Icon, text: String, kind: &'static str, href: String) -> Self {
        Self {
            icon,
            text,
            host: None,
            second: String::new(),
            kind,
            act: Arc::new(move || address::go(&href)),
        }
    }
}

/// The palette.
#[component]
pub fn Commands(open: RwSignal<bool>) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        if open.get() && !dialog.open() {
            let _ = dialog.show_modal();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    view! {
        <dialog
            node_ref=dialog
            class="dialog palette"
            aria-label=t!(shell.search)
            on:close=move |_| open.set(false)
            on:click=move |event| {
                let backdrop = dialog.get_untracked().is_some_and(|dialog| {
                    event.target().is_some_and(|target| {
                        let own: &web_sys::EventTarget = dialog.as_ref();
                        *own == target
                    })
                });
                if backdrop {
                    open.set(false);
                }
            }
        >
            <Show when=move || open.get()>
                <Palette open />
            </Show>
        </dialog>
    }
}

#[component]
fn Palette(open: RwSignal<bool>) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let hits = RwSignal::new(Vec::<Hit>::new());
    let failed = RwSignal::new(None::<ApiError>);
    let waits = RwSignal::new(false);
    let at = RwSignal::new(0_usize);
    let pending = Later::new();
    let newest = StoredValue::new(0_u32);
    let search = move || {
        let number = newest.get_value().wrapping_add(1);
        newest.set_value(number);
        let text = typed.get_untracked().trim().to_owned();
        if !is_searched(&text) {
            hits.set(Vec::new());
            failed.set(None);
            return;
        }
        leptos::task::spawn_local(async move {
            let answer = found(&text).await;
            if newest.try_get_value() != Some(number) {
                return;
            }
            failed.set(answer.as_ref().err().cloned());
            hits.set(answer.unwrap_or_default());
            waits.set(false);
        });
    };
    let commands =
        Memo::new_with_compare(move |_| matching(&typed.get(), &hits.get()), |_, _| true);
    let run = move |index: usize| {
        let command = commands.with_untracked(|commands| commands.get(index).cloned());
        if let Some(command) = command {
            open.set(false);
            (command.act)();
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let count = commands.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1).min(count.saturating_sub(1))),
            "ArrowUp" => at.update(|at| *at = at.saturating_sub(1)),
            "Enter" => run(at.get_untracked()),
            _ => return,
        }
        keep_in_view(&format!("palette-{}", at.get_untracked()));
        event.prevent_default();
    };
    let input = NodeRef::<html::Input>::new();
    Effect::new(move || {
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    });
    view! {
        <div class="palette-box">
            <div class="palette-input">
                <Icon icon=icondata::LuSearch size=20 />
                <input
                    node_ref=input
                    role="combobox"
                    aria-expanded="true"
                    aria-controls="palette-list"
                    aria-activedescendant=move || format!("palette-{}", at.get())
                    aria-label=t!(shell.search)
                    placeholder=t!(shell.search_placeholder)
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=typed
                    on:keydown=on_key
                    on:input=move |event| {
                        typed.set(event_target_value(&event));
                        at.set(0);
                        waits.set(typed.with_untracked(|typed| is_searched(typed.trim())));
                        pending.run(Duration::from_millis(150), search);
                    }
                />
            </div>
            <div class="palette-failure">{move || failed.get().map(|error| failure::line(&error, search))}</div>
            <ul class="palette-list" id="palette-list" role="listbox">
                {move || {
                    let commands = commands.get();
                    if commands.is_empty() && (waits.get() || failed.with(Option::is_some)) {
                        return ().into_any();
                    }
                    if commands.is_empty() {
                        return view! { <li class="picker-nothing" role="option" aria-disabled="true">{tf!(shell.nothing, text = typed.get())}</li> }.into_any();
                    }
                    commands
                        .into_iter()
                        .enumerate()
                        .map(|(index, command)| {
                            view! {
                                <li
                                    id=format!("palette-{index}")
                                    class="palette-item"
                                    role="option"
                                    aria-selected=move || if at.get() == index { "true" } else { "false" }
                                    on:click=move |_| run(index)
                                    on:mousemove=move |event| {
                                        if has_moved(&event) {
                                            at.set(index);
                                        }
                                    }
                                >
                                    <Icon icon=command.icon />
                                    <span class="palette-text">
                                        {command.text}
                                        {command.host.map(|host| view! { <span class="host-name">{host}</span> })}
                                    </span>
                                    <span class="palette-second">{command.second}</span>
                                    <span class="palette-kind">{command.kind}</span>
                                </li>
                            }
                        })
                        .collect_view()
                        .into_any()
                }}
            </ul>
            <footer class="palette-foot"><kbd>"↑"</kbd><kbd>"↓"</kbd>{t!(shell.palette_move)}<kbd>"↵"</kbd>{t!(shell.palette_open)}<kbd>"Esc"</kbd>{t!(common.close)}</footer>
        </div>
    }
}

/// Whether the server is asked for it.
fn is_searched(text: &str) -> bool {
    text.chars().count() >= 2
}

/// Something that was found, and what a computer calls itself.
#[derive(Clone)]
struct Hit {
    hit: SearchHit,
    host: Option<String>,
}

async fn found(text: &str) -> Result<Vec<Hit>, ApiError> {
    let text = entities::computer_number(text).unwrap_or_else(|| text.to_owned());
    let hits = request::get_as::<Vec<SearchHit>>(&format!("search/?q={}", encode(&text))).await?;
    let computers: Vec<String> = hits
        .iter()
        .filter(|hit| hit.entity == COMPUTERS.model)
        .map(|hit| hit.id.to_string())
        .collect();
    let named = if computers.is_empty() {
        Vec::new()
    } else {
        let path = format!(
            "{}?id__in={}&page_size={}",
            COMPUTERS.api,
            computers.join(","),
            computers.len()
        );
        // Without the names the numbers still lead there.
        let page = request::get_as::<Page<Value>>(&path).await;
        page.map(|page| page.results).unwrap_or_default()
    };
    let host = |hit: &SearchHit| {
        let is_it = |row: &&Value| hit.entity == COMPUTERS.model && value::id(row) == hit.id;
        named.iter().find(is_it).and_then(entities::host_name)
    };
    let with_host = |hit: SearchHit| Hit {
        host: host(&hit),
        hit,
    };
    Ok(hits.into_iter().map(with_host).collect())
}

/// Pages whose name begins so, then objects, other pages, and things to begin.
fn matching(typed: &str, hits: &[Hit]) -> Vec<Command> {
    let words = typed.trim().to_lowercase();
    let fits = |text: &str| words.is_empty() || text.to_lowercase().contains(&words);
    let objects = hits.iter().filter_map(|Hit { hit, host }| {
        let entity = entities::by_model(&hit.entity)?;
        Some(Command {
            host: host.clone(),
            second: value::line(&hit.summary),
            ..Command::page(
                entity.icon,
                value::line(&hit.text),
                entity.singular.text(),
                entity.object_href(hit.id),
            )
        })
    });
    let pages = sections::all()
        .filter(|entity| entity.may("view") && fits(entity.plural.text()))
        .map(|entity| {
            Command::page(
                entity.icon,
                entity.plural.text().to_owned(),
                t!(shell.page),
                entity.href(),
            )
        });
    let begin = sections::all()
        .filter(|entity| entities::can_make(entity))
        .filter_map(|entity| {
            let text = entity.create?.text();
            fits(text).then(|| {
                Command::page(
                    icondata::LuPlus,
                    text.to_owned(),
                    t!(shell.action),
                    format!("/{}/new", entity.path),
                )
            })
        });
    let own = OwnPage::ALL
        .into_iter()
        .filter(|page| page.is_there() && fits(page.title().text()))
        .map(|page| {
            Command::page(
                page.icon(),
                page.title().text().to_owned(),
                t!(shell.page),
                page.href(),
            )
        });
    let sign_out = fits(t!(shell.sign_out)).then(|| Command {
        icon: icondata::LuLogOut,
        text: t!(shell.sign_out).to_owned(),
        host: None,
        second: String::new(),
        kind: t!(shell.action),
        act: Arc::new(|| address::leave(session::sign_out)),
    });
    let (meant, other): (Vec<Command>, Vec<Command>) = own
        .chain(pages)
        .partition(|page| page.text.to_lowercase().starts_with(&words));
    meant
        .into_iter()
        .chain(objects)
        .chain(other)
        .chain(begin)
        .chain(sign_out)
        .take(30)
        .collect()
}
