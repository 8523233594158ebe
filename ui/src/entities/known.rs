//! The sheets of the parts that are loaded.
use crate::entity::{Entity, Sheet};
use leptos::prelude::{ArcRwSignal, Track, Update};
use std::cell::RefCell;

/// An entity and how it is listed and edited.
pub type Known = (&'static Entity, &'static Sheet);

thread_local! {
    static KNOWN: RefCell<Vec<Known>> = RefCell::new(at_first());
    static LEARNT: ArcRwSignal<u32> = ArcRwSignal::new(0);
}

#[cfg(not(test))]
fn at_first() -> Vec<Known> {
    Vec::new()
}

/// Tests load nothing.
#[cfg(test)]
fn at_first() -> Vec<Known> {
    crate::parts::sheets()
}

/// Takes in the sheets of a part.
pub fn add(sheets: &[Known]) {
    let is_new = KNOWN.with_borrow_mut(|known| {
        let is_known = |model: &str| known.iter().any(|(entity, _)| entity.model == model);
        let is_new = sheets.iter().all(|(entity, _)| !is_known(entity.model));
        if is_new {
            known.extend_from_slice(sheets);
        }
        is_new
    });
    if is_new {
        LEARNT
            .with(ArcRwSignal::clone)
            .update(|times| *times = times.wrapping_add(1));
    }
}

/// Whoever draws by what is known here draws again once more of it is.
pub fn follow() {
    LEARNT.with(ArcRwSignal::clone).track();
}

/// How objects that the server calls by this name are listed and edited.
pub fn sheet(model: &str) -> Option<&'static Sheet> {
    KNOWN.with_borrow(|known| {
        let mut known = known.iter();
        let found = known.find(|(entity, _)| entity.model == model);
        found.map(|(_, sheet)| *sheet)
    })
}
