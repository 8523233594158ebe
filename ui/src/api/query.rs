//! Reading with a memory: what was seen before is shown at once, then made fresh; old rows stay while new ones come.
use super::{error::ApiError, request};
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{cell::RefCell, collections::HashMap, rc::Rc};

/// Answers kept for an instant first view; far more than anybody has open.
const KEPT: usize = 60;

thread_local! {
    static MEMORY: RefCell<HashMap<String, Value>> = RefCell::new(HashMap::new());
    static ROUND: ArcRwSignal<u32> = ArcRwSignal::new(0);
}

/// A resource as the view sees it.
#[derive(Debug)]
pub struct Query<T: Send + Sync + 'static> {
    /// The newest answer there is.
    pub value: RwSignal<Option<T>>,
    /// Why the newest attempt failed.
    pub error: RwSignal<Option<ApiError>>,
    /// An attempt is on its way.
    pub loading: RwSignal<bool>,
    turn: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Query<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Query<T> {}

impl<T: Send + Sync + 'static> Query<T> {
    /// Why there is nothing to show. While there is something it stays, with whatever was begun in it, even if it cannot be made fresh.
    pub fn failed(self) -> Memo<Option<ApiError>> {
        Memo::new(move |_| {
            self.error
                .get()
                .filter(|_| self.value.with(Option::is_none))
        })
    }

    /// Keeps an answer, or why there is none.
    fn take(self, path: &str, answer: Result<Value, ApiError>)
    where
        T: DeserializeOwned,
    {
        if let Ok(value) = &answer {
            remember(path, value.clone());
        }
        match answer.and_then(|value| request::typed(path, value)) {
            Ok(value) => {
                self.value.set(Some(value));
                if self.error.with_untracked(Option::is_some) {
                    self.error.set(None);
                }
            }
            Err(error) => self.error.set(Some(error)),
        }
    }

    /// Asks again.
    pub fn refresh(self) {
        self.turn.update(|turn| *turn = turn.wrapping_add(1));
    }

    /// Asks again because something happened on the server. What it did not accept it would not accept now.
    pub fn follow_up(self) {
        let refused = self
            .error
            .with_untracked(|error| error.as_ref().is_some_and(ApiError::is_refusal));
        if !refused {
            self.refresh();
        }
    }
}

/// Reads what `path` names, and again whenever it changes. `None` reads nothing.
pub fn query<T>(path: impl Fn() -> Option<String> + 'static) -> Query<T>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    query_by(path, |path| async move { request::get(&path).await })
}

/// Like [`query`], but asks in its own way for what `path` names.
pub fn query_by<T, A>(
    path: impl Fn() -> Option<String> + 'static,
    ask: impl Fn(String) -> A + 'static,
) -> Query<T>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
    A: Future<Output = Result<Value, ApiError>> + 'static,
{
    let query = Query {
        value: RwSignal::new(None),
        error: RwSignal::new(None),
        loading: RwSignal::new(false),
        turn: RwSignal::new(0),
    };
    let newest = StoredValue::new(0_u32);
    let asked = StoredValue::new(None::<String>);
    let again = StoredValue::new(false);
    let ask = Rc::new(ask);
    Effect::new(move || {
        query.turn.track();
        ROUND.with(ArcRwSignal::clone).track();
        let path = path();
        if path.is_some() && asked.with_value(|asked| *asked == path) {
            // What changes all the time is shown all the same: the answer that comes counts, then it is asked once more.
            again.set_value(true);
            return;
        }
        let number = newest.get_value().wrapping_add(1);
        newest.set_value(number);
        again.set_value(false);
        asked.set_value(path.clone());
        let Some(path) = path else {
            query.value.set(None);
            query.loading.set(false);
            return;
        };
        if let Some(known) = remembered(&path).and_then(|value| serde_json::from_value(value).ok())
        {
            query.value.set(Some(known));
        }
        query.loading.set(true);
        let first = ask(path.clone());
        let ask = Rc::clone(&ask);
        leptos::task::spawn_local(async move {
            let mut answer = first.await;
            loop {
                if newest.try_get_value() != Some(number) {
                    return;
                }
                query.take(&path, answer);
                if !again.get_value() {
                    break;
                }
                again.set_value(false);
                answer = ask(path.clone()).await;
            }
            asked.set_value(None);
            query.loading.set(false);
        });
    });
    query
}

fn remembered(path: &str) -> Option<Value> {
    MEMORY.with_borrow(|memory| memory.get(path).cloned())
}

fn remember(path: &str, value: Value) {
    MEMORY.with_borrow_mut(|memory| {
        if memory.len() >= KEPT {
            memory.clear();
        }
        memory.insert(path.to_owned(), value);
    });
}

/// Asks for everything that is shown again: what failed while nobody was signed in works now.
pub fn ask_again() {
    ROUND
        .with(ArcRwSignal::clone)
        .update(|round| *round = round.wrapping_add(1));
}

/// Forgets every answer: another user, or another scope.
pub fn forget_everything() {
    MEMORY.with_borrow_mut(HashMap::clear);
}
