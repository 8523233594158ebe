//! How a member of a row is drawn.
use super::{Choices, Entity, value};
use crate::text::{number, t};
use leptos::prelude::*;
use migasfree_ui_kit::{Badge, Chip, Icon, RelativeTime, Status, Tone};
use serde_json::Value;

/// The ways.
pub enum Cell {
    /// The row's name, leading to its page.
    Name,
    Text,
    /// A long text: its first line, the rest unfolds.
    Fold,
    /// Ids, versions, addresses.
    Mono,
    Number,
    Flag,
    /// A date-time, told relatively.
    When,
    /// Another object, leading to its page: the member holds `{id, name}`.
    Link(&'static Entity),
    /// A value of few, in words.
    Choice(Choices),
    /// A state in words with its meaning.
    State(fn(&Value) -> (Tone, &'static str)),
    /// Anything else.
    Own(fn(&Value) -> AnyView),
}

impl Cell {
    /// Whether it stands at the end of its cell.
    pub fn is_numeric(&self) -> bool {
        matches!(self, Self::Number)
    }

    /// Draws a member of a row.
    pub fn draw(&self, entity: &'static Entity, row: &Value, key: &str) -> AnyView {
        match self {
            Self::Name => name(entity, row),
            Self::Text => value::text(row, key).into_any(),
            Self::Fold => fold(value::text(row, key)),
            Self::Mono => view! { <span class="mono">{value::text(row, key)}</span> }.into_any(),
            Self::Number => value::number(row, key).map(number).into_any(),
            Self::Flag => flag(value::flag(row, key)),
            Self::When => when(&value::text(row, key)),
            Self::Link(target) => link(target, value::at(row, key)),
            Self::Choice(choices) => choices.text_of(value::text(row, key)).into_any(),
            Self::State(state) => {
                let (tone, label) = state(row);
                view! { <Status tone label /> }.into_any()
            }
            Self::Own(draw) => draw(row),
        }
    }
}

fn name(entity: &'static Entity, row: &Value) -> AnyView {
    let text = entity.text_of(row);
    if entity.page {
        view! { <a class="name-link" href=entity.object_href(value::id(row))>{text}</a> }.into_any()
    } else {
        text.into_any()
    }
}

/// A tick, or nothing that shouts.
pub fn flag(on: bool) -> AnyView {
    if on {
        view! { <span class="flag-on"><Icon icon=icondata::LuCheck /><span class="visually-hidden">{t!(common.yes)}</span></span> }.into_any()
    } else {
        view! { <span class="text-muted" aria-label=t!(common.no)>"–"</span> }.into_any()
    }
}

/// A time, or a dash.
pub fn when(at: &str) -> AnyView {
    if at.is_empty() {
        view! { <span class="text-muted">"–"</span> }.into_any()
    } else {
        view! { <RelativeTime at=at.to_owned() /> }.into_any()
    }
}

/// A link to another object.
pub fn link(target: &'static Entity, object: &Value) -> AnyView {
    let text = target.text_of(object);
    if text.is_empty() {
        view! { <span class="text-muted">"–"</span> }.into_any()
    } else if target.hides(object) {
        muted(text)
    } else if target.page {
        view! { <a href=target.object_href(value::id(object))>{text}</a> }.into_any()
    } else {
        text.into_any()
    }
}

/// A name that leads nowhere, and says so where the reader may not see the object.
pub fn plain_name(object: &Value, members: &[&str]) -> AnyView {
    let text = value::name_of(object, members);
    if value::is_hidden(object) {
        muted(text)
    } else {
        text.into_any()
    }
}

fn muted(text: String) -> AnyView {
    view! { <span class="text-muted">{text}</span> }.into_any()
}

/// An object as a chip that leads to its page.
pub fn chip(target: &'static Entity, object: &Value) -> AnyView {
    let label = target.text_of(object);
    if target.hides(object) {
        view! { <Chip label muted=true /> }.into_any()
    } else {
        view! { <Chip label icon=target.icon href=target.object_href(value::id(object)) /> }
            .into_any()
    }
}

/// A file by its address, to be fetched; nothing where there is none, or it is only chosen.
pub fn file(address: &str) -> Option<AnyView> {
    let is_address = ["/", "http://", "https://"]
        .iter()
        .any(|start| address.starts_with(start));
    let name = address.rsplit('/').next()?.to_owned();
    is_address.then(|| {
        view! {
            <a class="file-link" href=address.to_owned() download="">
                <Icon icon=icondata::LuDownload />
                {name}
            </a>
        }
        .into_any()
    })
}

/// Enabled or not, as a state.
pub fn enabled(row: &Value) -> (Tone, &'static str) {
    if value::flag(row, "enabled") {
        (Tone::Success, t!(common.enabled))
    } else {
        (Tone::Neutral, t!(common.disabled))
    }
}

/// A quiet word.
pub fn badge(text: String, tone: Tone) -> AnyView {
    view! { <Badge tone>{text}</Badge> }.into_any()
}

/// The first line, and the rest when asked.
pub fn fold(text: String) -> AnyView {
    let text = text.trim().to_owned();
    let first = value::gist(&text).to_owned();
    if first.len() == text.len() && text.len() < 60 {
        return first.into_any();
    }
    view! {
        <details class="text-fold">
            <summary>{first}</summary>
            <pre>{text}</pre>
        </details>
    }
    .into_any()
}
