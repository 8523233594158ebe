//! What the shell tells, taken over into the store.

use super::{
    Actions, Store,
    start::{
        read_all, read_catalog, read_requests, read_states, read_updates, show_remembered, start,
    },
};
use crate::{
    bridge,
    text::{I18n, filled, job_result, job_title},
};
use leptos::{prelude::*, task::spawn_local};
use migasfree_play_records::{Event, Job, Link, OutputPiece, ResultCode};

/// Where parts of logs arrive.
#[derive(Clone, Copy, Debug)]
pub struct Output(pub RwSignal<Option<OutputPiece>>);

/// Begins. Events are heard before the first question is asked: nothing can change unnoticed between the two.
pub fn begin(store: Store, actions: Actions, i18n: I18n) {
    let output = Output(RwSignal::new(None));
    provide_context(output);
    spawn_local(show_remembered(store));
    spawn_local(async move {
        let heard = bridge::listen(move |event| handle(event, store, actions, i18n, output));
        if let Err(fault) = heard.await {
            leptos::logging::warn!("no events: {}", fault.said);
        }
        start(store, actions).await;
    });
}

fn handle(event: Event, store: Store, actions: Actions, i18n: I18n, output: Output) {
    match event {
        Event::Link(link) => {
            store.link.set(link);
            match link {
                Link::Ready => read_all(store, actions),
                _ => store.work.forget_active(),
            }
        }
        Event::Job(job) => take_job(*job, store, actions, i18n),
        Event::JobGone(_) => {}
        Event::Output(piece) => output.0.set(Some(piece)),
        Event::Catalog => {
            spawn_local(read_catalog(store));
            spawn_local(read_requests(store));
        }
        Event::States(states) => store.states.update(|known| known.extend(states)),
        Event::Updates => spawn_local(read_updates(store)),
        Event::Computer(computer) => store.computer.set(Some(*computer)),
        Event::Tags => store
            .tags_changed
            .update(|count| *count = count.wrapping_add(1)),
        Event::Go(place) => store.navigation.follow(&place, store.filter.query),
        Event::Closing => store.closing.set(true),
    }
}

fn take_job(job: Job, store: Store, actions: Actions, i18n: I18n) {
    let locale = i18n.get_locale_untracked();
    let title = job_title(&job, locale);
    let was_over = store
        .work
        .put(job.clone())
        .is_some_and(|before| before.is_over());
    if job.foreign {
        return;
    }
    if !job.is_over() {
        if let Some(percent) = job.percent {
            store.announcer.progress(&job.id, || {
                filled!(locale, announce.progress, title = title, percent = percent)
            });
        }
        return;
    }
    if was_over {
        return;
    }
    let result = job_result(&job, locale);
    store.announcer.say(filled!(
        locale,
        announce.finished,
        title = title.clone(),
        result = result
    ));
    if !job.apps.is_empty() {
        spawn_local(read_states(store, job.apps.clone()));
    }
    if job.went_wrong() {
        match job.code {
            ResultCode::Policy => actions.report_refusal(job, title),
            _ => actions.report_end(job, title),
        }
    }
}
