//! How many questions to the package manager one person may have going at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use migasfree_dbus::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::caller::Caller;
use crate::texts::Text;

/// Answered side by side.
const AT_ONCE: usize = 2;
/// Answered or waiting.
const ASKED: usize = 8;

/// The questions of each person. Those of one never keep those of another waiting for long.
#[derive(Debug, Clone, Default)]
pub struct Slots(Arc<Mutex<HashMap<u32, Person>>>);

#[derive(Debug)]
struct Person {
    asked: usize,
    turns: Arc<Semaphore>,
}

/// A person's turn, until it is dropped.
#[derive(Debug)]
pub struct Slot {
    _asked: Asked,
    _turn: Option<OwnedSemaphorePermit>,
}

#[derive(Debug)]
struct Asked {
    slots: Slots,
    uid: u32,
}

impl Slots {
    /// Waits for a turn of the caller, or refuses when too many wait already.
    pub async fn take(&self, caller: &Caller) -> Result<Slot, Error> {
        let (asked, turns) = self.ask(caller.uid)?;
        Ok(Slot {
            _asked: asked,
            // It is never closed.
            _turn: turns.acquire_owned().await.ok(),
        })
    }

    fn ask(&self, uid: u32) -> Result<(Asked, Arc<Semaphore>), Error> {
        let mut people = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let person = people.entry(uid).or_insert_with(|| Person {
            asked: 0,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        });
        if person.asked >= ASKED {
            return Err(Error::LimitExceeded(
                Text::LimitQuestions.with([ASKED.into()]),
            ));
        }
        person.asked += 1;
        let slots = self.clone();
        Ok((Asked { slots, uid }, Arc::clone(&person.turns)))
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let mut people = self.slots.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(person) = people.get_mut(&self.uid) {
            person.asked -= 1;
            if person.asked == 0 {
                people.remove(&self.uid);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use super::*;

    fn user(uid: u32) -> Caller {
        Caller {
            name: None,
            uid,
            pid: 1,
        }
    }

    #[tokio::test]
    async fn one_person_waits_for_their_own_questions_and_another_does_not() {
        let slots = Slots::default();
        let first = slots.take(&user(1000)).await.unwrap();
        let _second = slots.take(&user(1000)).await.unwrap();
        let soon = Duration::from_millis(50);
        let third = tokio::time::timeout(soon, slots.take(&user(1000))).await;
        assert!(third.is_err(), "it waits");
        slots.take(&user(1001)).await.unwrap();
        drop(first);
        slots.take(&user(1000)).await.unwrap();

        let waiting: Vec<_> = (0..ASKED - 1).map(|_| slots.ask(1000).unwrap()).collect();
        let refused = slots.take(&user(1000)).await.unwrap_err();
        assert_eq!(refused.code(), Some("LimitExceeded"));
        drop(waiting);
        slots.take(&user(1000)).await.unwrap();
    }
}
