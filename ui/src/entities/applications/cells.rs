//! Cells of the list of applications.
use crate::{
    entities::attributes::chip,
    entity::{cell, value},
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::{AppIcon, Tone};
use serde_json::Value;

/// Icon and name, leading to the page.
pub fn name_cell(row: &Value) -> AnyView {
    let name = value::text(row, "name");
    let icon = value::file(row, "icon");
    view! {
        <a class="name-link with-icon" href=format!("/applications/{}", value::id(row))>
            <AppIcon name=name.clone() src=Some(icon) size=24 />
            {name}
        </a>
    }
    .into_any()
}

/// Who may install it.
pub fn level_cell(row: &Value) -> AnyView {
    let level = value::text_of(row, &["level.id", "level"]);
    if level == "A" {
        cell::badge(t!(application.level_admin).to_owned(), Tone::Warning)
    } else {
        cell::badge(t!(application.level_user).to_owned(), Tone::Neutral)
    }
}

/// Its weight in the catalogue.
pub fn score_cell(row: &Value) -> AnyView {
    let score = value::number(row, "score").unwrap_or_default().min(5);
    let stars: String = (1..=5)
        .map(|star| if star <= score { '★' } else { '☆' })
        .collect();
    view! { <span class="stars" aria-label=format!("{score} / 5")>{stars}</span> }.into_any()
}

/// Projects it has packages in.
pub fn projects_cell(row: &Value) -> AnyView {
    let names: Vec<String> = value::list(row, "packages_by_project")
        .iter()
        .map(|one| value::related(one, "project"))
        .collect();
    if names.is_empty() {
        return cell::badge(t!(application.no_packages).to_owned(), Tone::Warning);
    }
    names.join(", ").into_any()
}

/// Who is offered it.
pub fn audience_cell(row: &Value) -> AnyView {
    let attributes = value::list(row, "available_for_attributes");
    if attributes.is_empty() {
        return cell::badge(t!(application.nobody).to_owned(), Tone::Warning);
    }
    let more = attributes.len().saturating_sub(2);
    view! {
        <span class="chip-row">
            {attributes.iter().take(2).map(chip).collect_view()}
            {(more > 0).then(|| view! { <span class="text-muted">{format!("+{more}")}</span> })}
        </span>
    }
    .into_any()
}
