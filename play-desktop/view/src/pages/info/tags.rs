//! Tags of this computer, and changing them.

use crate::{
    bridge,
    parts::{Right, Shield, right_to},
    state::{use_actions, use_store},
    text::{i18n::td_string, use_i18n},
};
use leptos::{prelude::*, task::spawn_local};
use migasfree_play_records::Tags as Known;
use migasfree_ui_kit::{Button, ButtonLook, ButtonSize, Card, Chip, Dialog};
use std::collections::BTreeSet;

/// The card.
#[component]
pub fn Tags() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let known = RwSignal::new(Known::default());
    let open = RwSignal::new(false);
    let right = right_to("tags-set");
    Effect::new(move || {
        store.tags_changed.track();
        spawn_local(async move {
            if let Ok(tags) = bridge::tags().await {
                // The page may have been left meanwhile.
                let _left = known.try_set(tags);
            }
        });
    });
    let change = move || {
        view! {
            <Show when=move || right.get() != Right::Never>
                <Button size=ButtonSize::Small on_press=move |_| open.set(true)>
                    <Shield right />
                    {move || td_string!(i18n.get_locale(), info.tags_change)}
                </Button>
            </Show>
        }
    };
    view! {
        <Card title=move || td_string!(i18n.get_locale(), info.tags) actions=change>
            <div class="card-body stack-small" data-testid="tags">
                <p class="text-muted">{move || td_string!(i18n.get_locale(), info.tags_text)}</p>
                <div class="chip-row">
                    <For each=move || known.get().assigned key=Clone::clone let:tag>
                        {
                            let (prefix, value) = split(&tag);
                            view! { <Chip prefix=Some(prefix) label=value /> }
                        }
                    </For>
                </div>
                <Show when=move || known.with(|tags| tags.assigned.is_empty())>
                    <p>{move || td_string!(i18n.get_locale(), info.tags_none)}</p>
                </Show>
            </div>
        </Card>
        <ChangeDialog open known right />
    }
}

/// `PREFIX-value` in its two parts.
fn split(tag: &str) -> (String, String) {
    let (prefix, value) = tag.split_once('-').unwrap_or(("", tag));
    (prefix.to_owned(), value.to_owned())
}

#[component]
fn ChangeDialog(
    open: RwSignal<bool>,
    known: RwSignal<Known>,
    right: Signal<Right>,
) -> impl IntoView {
    let i18n = use_i18n();
    let actions = use_actions();
    let chosen = RwSignal::new(BTreeSet::<String>::new());
    Effect::new(move || {
        if open.get() {
            chosen.set(known.get_untracked().assigned.into_iter().collect());
        }
    });
    let groups = move || {
        known.with(|known| {
            let mut groups = known.available.clone();
            for tag in &known.assigned {
                let group = groups.entry(split(tag).0).or_default();
                if !group.contains(tag) {
                    group.push(tag.clone());
                }
            }
            groups.into_iter().collect::<Vec<_>>()
        })
    };
    let apply = move |_| {
        actions.set_tags(chosen.get_untracked().into_iter().collect());
        open.set(false);
    };
    let buttons = move || {
        view! {
            <Button look=ButtonLook::Quiet on_press=move |_| open.set(false)>
                {move || td_string!(i18n.get_locale(), button.cancel)}
            </Button>
            <Button look=ButtonLook::Primary on_press=apply>
                <Shield right />
                {move || td_string!(i18n.get_locale(), info.tags_apply)}
            </Button>
        }
    };
    view! {
        <Dialog
            open
            title=move || td_string!(i18n.get_locale(), info.tags_title)
            actions=buttons
        >
            <div class="stack">
                <p class="text-muted">
                    <Show when=move || right.get() == Right::AfterAsking>
                        {move || td_string!(i18n.get_locale(), info.tags_admin)} " "
                    </Show>
                    {move || td_string!(i18n.get_locale(), info.tags_note)}
                </p>
                {move || {
                    groups()
                        .into_iter()
                        .map(|(name, tags)| view! { <Group name tags chosen /> })
                        .collect_view()
                }}
                <Show when=move || groups().is_empty()>
                    <p>{move || td_string!(i18n.get_locale(), info.tags_free)}</p>
                </Show>
            </div>
        </Dialog>
    }
}

#[component]
fn Group(name: String, tags: Vec<String>, chosen: RwSignal<BTreeSet<String>>) -> impl IntoView {
    view! {
        <fieldset class="tag-group">
            <legend>{name}</legend>
            <div class="chip-row">
                {tags
                    .into_iter()
                    .map(|tag| {
                        let (mark, press) = (tag.clone(), tag.clone());
                        let (_, value) = split(&tag);
                        view! {
                            <Chip
                                label=value
                                selected=Signal::derive(move || Some(chosen.with(|all| all.contains(&mark))))
                                on_press=move |()| {
                                    chosen
                                        .update(|all| {
                                            if !all.remove(&press) {
                                                all.insert(press.clone());
                                            }
                                        });
                                }
                            />
                        }
                    })
                    .collect_view()}
            </div>
        </fieldset>
    }
}
