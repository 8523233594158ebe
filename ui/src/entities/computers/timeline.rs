//! What happened to a computer, from everywhere it is recorded.
use crate::{
    api::{Query, events, query},
    entities::{AUDIT, ERRORS, FAULTS, SYNCHRONIZATIONS, audit},
    entity::{Entity, value},
    failure,
    object::right_text,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_types::rest::{audit::AuditRecord, page::Page};
use migasfree_ui_kit::{
    Button, ButtonLook, ButtonSize, Card, EmptyState, Icon, RelativeTime, SkeletonLines, Tone,
    format,
};
use serde_json::Value;

/// Entries that are shown before somebody asks for all.
const FIRST: usize = 16;

struct Entry {
    at: String,
    icon: icondata::Icon,
    tone: Tone,
    words: String,
    second: String,
}

type Draw = fn(&Value) -> Entry;

/// In its summary.
pub fn timeline(id: i64) -> AnyView {
    view! { <Timeline id /> }.into_any()
}

/// Synchronisations, errors, faults, changes of software and changes by people, newest first.
#[component]
fn Timeline(id: i64) -> impl IntoView {
    let synchronizations = happened(&SYNCHRONIZATIONS, id, 10);
    let software = query::<Value>(move || Some(format!("computers/{id}/software/history/")));
    let errors = happened(&ERRORS, id, 5);
    let faults = happened(&FAULTS, id, 5);
    let changes = query::<Page<AuditRecord>>(move || {
        AUDIT.may("view").then(|| {
            format!(
                "audit/?entity=client.computer&object_id={id}&ordering=-created_at&page_size=10"
            )
        })
    });
    events::on_event(move |event| {
        if event
            .synchronized()
            .is_some_and(|computer| computer.id == id)
        {
            synchronizations.refresh();
            software.refresh();
            errors.refresh();
            faults.refresh();
        }
    });
    let all = RwSignal::new(false);
    let entries = move || entries(synchronizations, software, [errors, faults], changes);
    let failed = [
        synchronizations.error,
        software.error,
        errors.error,
        faults.error,
        changes.error,
    ];
    let failed = Memo::new(move |_| failed.iter().find_map(|query| query.get()));
    let retry = move || {
        for query in [synchronizations, errors, faults] {
            query.refresh();
        }
        software.refresh();
        changes.refresh();
    };
    view! {
        <Card title=t!(computer.timeline) class="timeline-card">
            {hidden()}
            {move || match entries() {
                None => view! { <div class="card-pad"><SkeletonLines lines=6 /></div> }.into_any(),
                Some(entries) if entries.is_empty() && failed.with(Option::is_some) => {
                    failed.get().map(|error| failure::place(&error, retry)).into_any()
                }
                Some(entries) if entries.is_empty() => {
                    view! { <EmptyState icon=icondata::LuHistory title=t!(computer.nothing_happened) text=t!(computer.nothing_happened_text) /> }.into_any()
                }
                Some(mut entries) => {
                    let more = entries.len() > FIRST && !all.get();
                    if more {
                        entries.truncate(FIRST);
                    }
                    view! {
                        {failed.get().map(|error| failure::line(&error, retry))}
                        <ol class="events">{entries.into_iter().map(line).collect_view()}</ol>
                        {more
                            .then(|| {
                                view! {
                                    <div class="card-pad">
                                        <Button look=ButtonLook::Quiet size=ButtonSize::Small on_press=move |_| all.set(true)>{t!(common.show_all)}</Button>
                                    </div>
                                }
                            })}
                    }
                    .into_any()
                }
            }}
        </Card>
    }
}

/// What happened on the computer, if the person may see it.
fn happened(entity: &'static Entity, id: i64, number: u8) -> Query<Page<Value>> {
    query(move || {
        entity.may("view").then(|| {
            format!(
                "{}?computer__id={id}&ordering=-created_at&page_size={number}",
                entity.api
            )
        })
    })
}

/// What is left out because the person may not see it.
fn hidden() -> Option<AnyView> {
    let hidden: Vec<String> = [&SYNCHRONIZATIONS, &ERRORS, &FAULTS, &AUDIT]
        .into_iter()
        .filter(|entity| !entity.may("view"))
        .map(|entity| right_text(entity, "view"))
        .collect();
    (!hidden.is_empty()).then(|| {
        view! { <p class="text-muted card-pad">{tf!(right.left_out, rights = hidden.join(", "))}</p> }.into_any()
    })
}

fn line(entry: Entry) -> impl IntoView {
    view! {
        <li class="event">
            <span class=format!("attention-icon {}", entry.tone.class())><Icon icon=entry.icon /></span>
            <span class="attention-text">
                <span>{entry.words}</span>
                <span class="text-muted">{entry.second}</span>
            </span>
            <span class="text-muted now-time"><RelativeTime at=entry.at /></span>
        </li>
    }
}

fn entries(
    synchronizations: Query<Page<Value>>,
    software: Query<Value>,
    [errors, faults]: [Query<Page<Value>>; 2],
    changes: Query<Page<AuditRecord>>,
) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    // Nothing is shown before the first answer, which may be that nothing is answered.
    let waits = software.value.with(Option::is_none) && software.error.with(Option::is_none)
        || synchronizations.loading.get() && synchronizations.value.with(Option::is_none);
    if waits {
        return None;
    }
    synchronizations.value.with(|page| {
        if let Some(page) = page {
            entries.extend(page.results.iter().map(synchronization));
        }
    });
    software.value.with(|history| {
        if let Some(Value::Object(history)) = history {
            entries.extend(
                // Its keys are moments, the oldest first.
                history
                    .iter()
                    .rev()
                    .take(10)
                    .map(|(at, changes)| software_change(at, changes)),
            );
        }
    });
    for (rows, draw) in [(errors, error as Draw), (faults, fault as Draw)] {
        rows.value.with(|page| {
            if let Some(page) = page {
                entries.extend(page.results.iter().map(draw));
            }
        });
    }
    changes.value.with(|page| {
        if let Some(page) = page {
            entries.extend(page.results.iter().map(change));
        }
    });
    let moment = |entry: &Entry| format::parse_time(&entry.at).unwrap_or_default();
    entries.sort_by(|one, other| moment(other).total_cmp(&moment(one)));
    Some(entries)
}

fn synchronization(row: &Value) -> Entry {
    let failed = value::at(row, "pms_status_ok").as_bool() == Some(false);
    let user = value::name_of(value::at(row, "user"), &["__str__", "name"]);
    Entry {
        at: value::text(row, "created_at"),
        icon: if failed {
            icondata::LuTriangleAlert
        } else {
            icondata::LuRefreshCw
        },
        tone: if failed { Tone::Warning } else { Tone::Success },
        words: if failed {
            t!(computer.synced_with_errors)
        } else {
            t!(computer.synced)
        }
        .to_owned(),
        second: [user, value::text(row, "consumer")]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
    }
}

fn error(row: &Value) -> Entry {
    trouble(
        row,
        icondata::LuCircleAlert,
        Tone::Error,
        t!(computer_error.singular).to_owned(),
        "description",
    )
}

fn fault(row: &Value) -> Entry {
    let name = value::related(row, "fault_definition");
    trouble(
        row,
        icondata::LuStethoscope,
        Tone::Warning,
        format!("{}: {name}", t!(fault.singular)),
        "result",
    )
}

fn trouble(row: &Value, icon: icondata::Icon, tone: Tone, words: String, text: &str) -> Entry {
    let first = value::text(row, text);
    Entry {
        at: value::text(row, "created_at"),
        icon,
        tone,
        words,
        second: value::gist(&first).to_owned(),
    }
}

fn software_change(at: &str, changes: &Value) -> Entry {
    let rows = changes.as_array().map_or(&[][..], Vec::as_slice);
    let names = |mode: &str| {
        rows.iter()
            .filter(|row| value::text(row, "mode") == mode)
            .map(|row| value::text(row, "name"))
            .collect::<Vec<_>>()
    };
    let (added, removed) = (names("+"), names("-"));
    let shown: Vec<String> = added
        .iter()
        .map(|name| format!("+ {name}"))
        .chain(removed.iter().map(|name| format!("− {name}")))
        .take(3)
        .collect();
    Entry {
        at: if at.ends_with('Z') || at.contains('+') {
            at.to_owned()
        } else {
            format!("{at}Z")
        },
        icon: icondata::LuPackage,
        tone: Tone::Info,
        words: tf!(
            computer.software_changed,
            added = added.len(),
            removed = removed.len()
        ),
        second: shown.join(", "),
    }
}

fn change(record: &AuditRecord) -> Entry {
    Entry {
        at: record.created_at.clone(),
        icon: icondata::LuUserPen,
        tone: Tone::Neutral,
        words: audit::done(record),
        second: audit::told(record),
    }
}
