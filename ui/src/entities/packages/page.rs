//! What is in a package, and which deployments offer it.
use crate::{
    api::query,
    entities::{DEPLOYMENTS, PACKAGES, PROJECTS, STORES},
    entity::{cell, value},
    failure,
    object::{DeleteButton, GoneNotice, Trouble, UNNAMED, fact, load, name_tab, text_fact},
    text::t,
};
use leptos::prelude::*;
use migasfree_types::rest::page::Page;
use migasfree_ui_kit::{ButtonSize, Card, LinkButton, Markdown, PageTitle, SkeletonLines};
use serde_json::Value;

/// The page.
#[component]
pub fn PackagePage(id: i64) -> impl IntoView {
    let package = load(&PACKAGES, id);
    let is_stored = Memo::new(move |_| {
        package.value.with(|package| {
            package
                .as_ref()
                .map(|one| value::id(value::at(one, "store")) != 0)
        })
    });
    let info = query::<Value>(move || {
        (is_stored.get() == Some(true)).then(|| format!("packages/{id}/info/"))
    });
    let failed = package.failed();
    let name = move || {
        package.value.with(|package| {
            package
                .as_ref()
                .map_or_else(|| UNNAMED.to_owned(), |one| PACKAGES.text_of(one))
        })
    };
    name_tab(&PACKAGES, id, Signal::derive(name));
    let url = Signal::derive(move || {
        package.value.with(|package| {
            package
                .as_ref()
                .map(|one| value::file(one, "url"))
                .unwrap_or_default()
        })
    });
    view! {
        <div class="page">
            {move || match failed.get() {
                Some(error) => {
                    view! { <Trouble entity=&PACKAGES error on_retry=Callback::new(move |()| package.refresh()) /> }.into_any()
                }
                None => {
                    view! {
                        <PageTitle title=name>
                            <Show when=move || !url.get().is_empty()>
                                <LinkButton size=ButtonSize::Small icon=icondata::LuDownload download=String::new() href=url>{t!(package.download)}</LinkButton>
                            </Show>
                            <Show when=move || PACKAGES.may("delete") && is_stored.get() == Some(true)>
                                <DeleteButton entity=&PACKAGES id name=Signal::derive(name) object=package />
                            </Show>
                        </PageTitle>
                        <GoneNotice entity=&PACKAGES object=package />
                        <div class="object-columns object-columns-right">
                            <div class="object-left">
                                {move || match package.value.get() {
                                    Some(package) => facts(package),
                                    None => view! { <Card><div class="card-pad"><SkeletonLines lines=5 /></div></Card> }.into_any(),
                                }}
                                <OfferedBy id />
                            </div>
                            <Card title=t!(package.contents)>
                                <div class="card-pad package-info">
                                    {move || match (info.value.get(), info.error.get()) {
                                        _ if is_stored.get() == Some(false) => view! { <p class="text-muted">{t!(package.only_reported)}</p> }.into_any(),
                                        (Some(info), _) => view! { <Markdown text=value::text(&info, "data") /> }.into_any(),
                                        (None, Some(error)) => failure::line(&error, move || info.refresh()),
                                        (None, None) => view! { <SkeletonLines lines=10 /> }.into_any(),
                                    }}
                                </div>
                            </Card>
                        </div>
                    }
                    .into_any()
                }
            }}
        </div>
    }
}

fn facts(package: Value) -> AnyView {
    view! {
        <Card title=t!(package.singular)>
            <dl class="facts">
                {text_fact(t!(common.name), &package, "name")}
                {text_fact(t!(package.version), &package, "version")}
                {text_fact(t!(package.architecture), &package, "architecture")}
                {fact(t!(project.singular), cell::link(&PROJECTS, value::at(&package, "project")))}
                {fact(t!(store.singular), cell::link(&STORES, value::at(&package, "store")))}
            </dl>
        </Card>
    }
    .into_any()
}

#[component]
fn OfferedBy(id: i64) -> impl IntoView {
    let deployments = query::<Page<Value>>(move || {
        Some(format!(
            "deployments/?available_packages__id={id}&page_size=20"
        ))
    });
    view! {
        <Card title=t!(package.offered_by)>
            <ul class="plain-rows">
                {move || match (deployments.value.get(), deployments.error.get()) {
                    (Some(page), Some(error)) if page.results.is_empty() => view! { <li>{failure::line(&error, move || deployments.refresh())}</li> }.into_any(),
                    (Some(page), _) if page.results.is_empty() => {
                        view! { <li class="text-muted">{t!(package.offered_by_none)}</li> }.into_any()
                    }
                    (Some(page), _) => {
                        page.results.iter().map(|row| view! { <li>{cell::link(&DEPLOYMENTS, row)}</li> }).collect_view().into_any()
                    }
                    (None, Some(error)) => view! { <li>{failure::line(&error, move || deployments.refresh())}</li> }.into_any(),
                    (None, None) => view! { <li><SkeletonLines lines=1 /></li> }.into_any(),
                }}
            </ul>
        </Card>
    }
}
