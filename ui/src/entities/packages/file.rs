//! The file of a package: fetching it, and what is in it.
use crate::{
    api::{Query, query},
    entity::value,
    failure,
    object::once_there,
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::{ButtonSize, Card, LinkButton, Markdown, SkeletonLines};
use serde_json::Value;

/// Whether it is in a store. Others are only known from computers that have them.
pub fn is_stored(package: &Value) -> bool {
    value::id(value::at(package, "store")) != 0
}

/// In the title line.
pub fn download(_: i64, package: Query<Value>) -> AnyView {
    let url = Signal::derive(move || {
        package.value.with(|package| {
            package
                .as_ref()
                .map(|one| value::file(one, "url"))
                .unwrap_or_default()
        })
    });
    view! {
        <Show when=move || url.with(|url| !url.is_empty())>
            <LinkButton size=ButtonSize::Small icon=icondata::LuDownload download=String::new() href=url>{t!(package.download)}</LinkButton>
        </Show>
    }
    .into_any()
}

/// On the package's page.
pub fn contents(id: i64, package: Query<Value>) -> AnyView {
    once_there(package, move |package| {
        if is_stored(&package) {
            view! { <Contents id /> }.into_any()
        } else {
            view! { <Card><p class="text-muted card-pad">{t!(package.only_reported)}</p></Card> }
                .into_any()
        }
    })
}

#[component]
fn Contents(id: i64) -> impl IntoView {
    let info = query::<Value>(move || Some(format!("packages/{id}/info/")));
    view! {
        <Card title=t!(package.contents)>
            <div class="card-pad package-info">
                {move || match (info.value.get(), info.error.get()) {
                    (Some(info), _) => view! { <Markdown text=value::text(&info, "data") /> }.into_any(),
                    (None, Some(error)) => failure::line(&error, move || info.refresh()),
                    (None, None) => view! { <SkeletonLines lines=10 /> }.into_any(),
                }}
            </div>
        </Card>
    }
}
