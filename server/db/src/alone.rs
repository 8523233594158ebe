//! Nothing asks for a second connection while it holds a transaction: as many requests as there are connections would
//! each hold one and wait for another, for ever. Debug builds, and so all tests, stop where that happens.

#[cfg(debug_assertions)]
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

#[cfg(debug_assertions)]
use tokio::task::Id;

/// Transactions by the task that began them.
#[cfg(debug_assertions)]
static HELD: Mutex<Option<HashMap<Id, usize>>> = Mutex::new(None);

/// Stands for the connection of a transaction.
#[derive(Debug)]
pub(super) struct Alone {
    #[cfg(debug_assertions)]
    task: Option<Id>,
}

#[cfg(debug_assertions)]
fn change<T>(change: impl FnOnce(&mut HashMap<Id, usize>) -> T) -> T {
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    change(held.get_or_insert_default())
}

impl Alone {
    /// Notes that the task that runs has a transaction from now on.
    pub(super) fn begin() -> Self {
        Self {
            #[cfg(debug_assertions)]
            task: tokio::task::try_id()
                .inspect(|task| change(|held| *held.entry(*task).or_default() += 1)),
        }
    }
}

#[cfg(debug_assertions)]
impl Drop for Alone {
    fn drop(&mut self) {
        let Some(task) = self.task else {
            return;
        };
        change(|held| match held.get_mut(&task) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                held.remove(&task);
            }
        });
    }
}

/// Stops a task that takes a connection while it holds a transaction.
pub(super) fn take() {
    #[cfg(debug_assertions)]
    if let Some(task) = tokio::task::try_id() {
        let holds = change(|held| held.contains_key(&task));
        assert!(
            !holds,
            "a second connection was asked for while the task holds a transaction: read in the transaction, or before it"
        );
    }
}
