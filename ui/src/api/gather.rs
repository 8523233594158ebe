//! Small questions that are asked in the same moment, as one request.
use super::{error::ApiError, request};
use futures_channel::oneshot;
use gloo_timers::future::TimeoutFuture;
use serde_json::{Map, Value};
use std::{cell::RefCell, collections::BTreeMap, thread::LocalKey};

type Answer = Result<Value, ApiError>;

/// Who waits for the answer about which id.
pub type Waiting = RefCell<BTreeMap<i64, Vec<oneshot::Sender<Answer>>>>;

/// What the resource at `path` has for `id`: it is asked with `id__in` and answers an object by id.
pub async fn one_of_many(
    waiting: &'static LocalKey<Waiting>,
    path: &'static str,
    id: i64,
) -> Answer {
    let (sender, answer) = oneshot::channel();
    let is_first = waiting.with_borrow_mut(|waiting| {
        let is_first = waiting.is_empty();
        waiting.entry(id).or_default().push(sender);
        is_first
    });
    if is_first {
        leptos::task::spawn_local(ask(waiting, path));
    }
    answer.await.unwrap_or(Err(ApiError::Unreachable))
}

async fn ask(waiting: &'static LocalKey<Waiting>, path: &'static str) {
    // By then everybody of this moment has asked.
    TimeoutFuture::new(0).await;
    let waiting = waiting.take();
    let ids: Vec<String> = waiting.keys().map(i64::to_string).collect();
    let answer = request::get(&format!("{path}?id__in={}", ids.join(","))).await;
    for (id, senders) in waiting {
        let own = match &answer {
            Ok(all) => Ok(all
                .get(id.to_string())
                .cloned()
                .unwrap_or_else(|| Map::new().into())),
            Err(error) => Err(error.clone()),
        };
        for sender in senders {
            let _ = sender.send(own.clone());
        }
    }
}
