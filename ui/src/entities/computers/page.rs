//! The frame of the page: title line and tabs.
use super::{
    attributes::AttributesTab, hardware::HardwareTab, overview::OverviewTab, reasons::ReasonsTab,
    software::SoftwareTab, status::StatusMenu, synchronizations::SynchronizationsTab,
};
use crate::{
    address,
    api::events,
    entities::{self, AUDIT, COMPUTERS, DEPLOYMENTS, SYNCHRONIZATIONS, status_state},
    entity::{Entity, value},
    form::EditForm,
    object::{DeleteButton, GoneNotice, History, Lacking, Trouble, UNNAMED, load, name_tab},
    text::{said, t},
};
use leptos::prelude::*;
use migasfree_types::events::Event;
use migasfree_ui_kit::{Icon, PageTitle, Status, Tab, Tabs};

/// The page.
#[component]
pub fn ComputerPage(id: i64) -> impl IntoView {
    let computer = load(&COMPUTERS, id);
    let doing = RwSignal::new(None::<String>);
    events::on_event(move |event| match event {
        Event::Progress {
            computer: one,
            doing: step,
            ..
        } if one.id == id => doing.set(Some(value::line(&said(&step)))),
        Event::Synchronization { computer: one, .. } if one.id == id => {
            doing.set(None);
            computer.refresh();
        }
        _ => {}
    });
    let tab = Memo::new(move |_| {
        address::address().with(|address| address.part(2).unwrap_or_default().to_owned())
    });
    let failed = computer.failed();
    let there = Memo::new(move |_| computer.value.with(Option::is_some));
    let name = move || {
        computer.value.with(|computer| {
            computer
                .as_ref()
                .map_or_else(|| UNNAMED.to_owned(), |one| COMPUTERS.text_of(one))
        })
    };
    name_tab(&COMPUTERS, id, Signal::derive(name));
    let aside = move || {
        computer.value.with(|computer| {
            computer.as_ref().map(|computer| {
                let (tone, label) = status_state(computer);
                view! { <Status tone label /> }
            })
        })
    };
    let subtitle = Signal::derive(move || {
        computer.value.with(|computer| {
            let computer = computer.as_ref()?;
            let parts = [
                entities::host_name(computer).unwrap_or_default(),
                value::text(computer, "product"),
                value::related(computer, "project"),
                value::text(computer, "ip_address"),
            ];
            Some(
                parts
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect::<Vec<_>>()
                    .join(" · "),
            )
        })
    });
    let tabs = Signal::derive(move || {
        [
            ("", t!(overview.title)),
            ("software", t!(computer.software)),
            ("hardware", t!(computer.hardware)),
            ("deployments", t!(deployment.plural)),
            ("attributes", t!(attribute.plural)),
            ("synchronizations", t!(synchronization.plural)),
            ("settings", t!(object.settings)),
            ("history", t!(object.history)),
        ]
        .into_iter()
        .filter(|(name, _)| needed_for(name).is_none_or(|entity| entity.may("view")))
        .map(|(name, label)| Tab {
            href: if name.is_empty() {
                format!("/computers/{id}")
            } else {
                format!("/computers/{id}/{name}")
            },
            label: label.to_owned(),
            count: None,
            current: tab.get() == name,
        })
        .collect::<Vec<_>>()
    });
    view! {
        <div class="page">
            {move || match failed.get() {
                Some(error) => {
                    view! { <Trouble entity=&COMPUTERS error on_retry=Callback::new(move |()| computer.refresh()) /> }.into_any()
                }
                None => {
                    view! {
                        <PageTitle title=name aside=ViewFn::from(aside) subtitle>
                            {COMPUTERS.may("change").then(|| view! { <StatusMenu id computer /> })}
                            {COMPUTERS.may("delete").then(|| view! { <DeleteButton entity=&COMPUTERS id name=Signal::derive(name) object=computer /> })}
                        </PageTitle>
                        <GoneNotice entity=&COMPUTERS object=computer />
                        {move || {
                            doing
                                .get()
                                .map(|words| {
                                    view! {
                                        <p class="doing" role="status">
                                            <Icon icon=icondata::LuRefreshCw />
                                            <b>{t!(computer.synchronizing)}</b>
                                            <span class="text-muted">{words}</span>
                                        </p>
                                    }
                                })
                        }}
                        <Tabs tabs label=t!(computer.singular) />
                        {move || match tab.get().as_str() {
                            name if is_refused(name) => needed_for(name).map(|entity| view! { <Lacking entity action="view" /> }).into_any(),
                            "" => view! { <OverviewTab id computer /> }.into_any(),
                            "software" => view! { <SoftwareTab id /> }.into_any(),
                            "hardware" => view! { <HardwareTab id /> }.into_any(),
                            "deployments" => view! { <ReasonsTab id /> }.into_any(),
                            "attributes" => view! { <AttributesTab id /> }.into_any(),
                            "synchronizations" => view! { <SynchronizationsTab id /> }.into_any(),
                            "settings" if there.get() => view! { <EditForm entity=&COMPUTERS id object=computer /> }.into_any(),
                            "settings" => ().into_any(),
                            "history" => view! { <History entity=&COMPUTERS id /> }.into_any(),
                            _ => view! { <crate::not_found::NotFound /> }.into_any(),
                        }}
                    }
                    .into_any()
                }
            }}
        </div>
    }
}

/// The entity without whose `view` right the server refuses a tab.
fn needed_for(tab: &str) -> Option<&'static Entity> {
    match tab {
        "deployments" => Some(&DEPLOYMENTS),
        "synchronizations" => Some(&SYNCHRONIZATIONS),
        "history" => Some(&AUDIT),
        _ => None,
    }
}

fn is_refused(tab: &str) -> bool {
    needed_for(tab).is_some_and(|entity| !entity.may("view"))
}
