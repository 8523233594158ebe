//! What happens right now, over the WebSocket; comes back by itself, ever more slowly.
use super::session::{Session, session};
use futures_util::StreamExt;
use gloo_net::websocket::{Message, State, futures::WebSocket};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use migasfree_types::events::Event;
use std::cell::RefCell;

const SHORTEST_WAIT: u32 = 1_000;
const LONGEST_WAIT: u32 = 60_000;
const OPENING: u32 = 50;

type Listener = Callback<Event>;

#[derive(Clone, Copy)]
struct Stream {
    live: RwSignal<bool>,
    listeners: StoredValue<Vec<(u32, Listener)>>,
    next: StoredValue<u32>,
    /// How many ask that events wait.
    holders: StoredValue<u32>,
    waiting: StoredValue<Vec<Event>>,
}

/// Events wait as long as this lives.
#[must_use]
#[derive(Debug)]
pub struct Hold(());

/// Lets events wait while the person's own request runs: what it deletes is not asked for again by the page that is about to be left.
pub fn hold() -> Hold {
    if let Some(stream) = STREAM.with_borrow(|stream| *stream) {
        stream.holders.update_value(|holders| *holders += 1);
    }
    Hold(())
}

impl Drop for Hold {
    fn drop(&mut self) {
        let Some(stream) = STREAM.with_borrow(|stream| *stream) else {
            return;
        };
        stream.holders.update_value(|holders| *holders -= 1);
        leptos::task::spawn_local(async move {
            // The page that is left goes first.
            TimeoutFuture::new(0).await;
            if stream.holders.get_value() == 0 {
                for event in stream
                    .waiting
                    .try_update_value(std::mem::take)
                    .unwrap_or_default()
                {
                    tell(stream, &event);
                }
            }
        });
    }
}

thread_local! {
    static STREAM: RefCell<Option<Stream>> = const { RefCell::new(None) };
}

/// Starts listening while somebody is signed in.
pub fn start() {
    let stream = Stream {
        live: RwSignal::new(false),
        listeners: StoredValue::new(Vec::new()),
        next: StoredValue::new(0),
        holders: StoredValue::new(0),
        waiting: StoredValue::new(Vec::new()),
    };
    STREAM.set(Some(stream));
    let signed_in =
        Memo::new(move |_| session().with(|session| matches!(session, Session::User(_))));
    let run = StoredValue::new(0_u32);
    Effect::new(move || {
        let own = run.get_value().wrapping_add(1);
        run.set_value(own);
        if signed_in.get() {
            leptos::task::spawn_local(listen(stream, move || run.get_value() == own));
        }
    });
}

/// Whether events arrive.
pub fn live() -> Signal<bool> {
    STREAM
        .with_borrow(|stream| *stream)
        .map_or_else(|| Signal::stored(false), |stream| stream.live.into())
}

/// Calls `listener` for every event as long as the calling part of the view lives.
pub fn on_event(listener: impl Fn(Event) + Send + Sync + 'static) {
    let Some(stream) = STREAM.with_borrow(|stream| *stream) else {
        return;
    };
    let id = stream.next.get_value();
    stream.next.set_value(id.wrapping_add(1));
    stream
        .listeners
        .update_value(|listeners| listeners.push((id, Callback::new(listener))));
    on_cleanup(move || {
        let _ = stream
            .listeners
            .try_update_value(|listeners| listeners.retain(|(own, _)| *own != id));
    });
}

async fn listen(stream: Stream, wanted: impl Fn() -> bool) {
    let mut wait = SHORTEST_WAIT;
    let mut was_open = false;
    while wanted() {
        if let Ok(mut socket) = WebSocket::open(&socket_url()) {
            // Where little happens nothing comes for long: being open is what counts.
            while matches!(socket.state(), State::Connecting) {
                TimeoutFuture::new(OPENING).await;
            }
            if matches!(socket.state(), State::Open) {
                stream.live.set(true);
                if was_open {
                    super::query::ask_again();
                }
                was_open = true;
            }
            while let Some(Ok(message)) = socket.next().await {
                if !wanted() {
                    break;
                }
                wait = SHORTEST_WAIT;
                if let Message::Text(text) = message
                    && let Ok(event) = serde_json::from_str::<Event>(&text)
                {
                    if stream.holders.get_value() > 0 {
                        stream.waiting.update_value(|waiting| waiting.push(event));
                    } else {
                        tell(stream, &event);
                    }
                }
            }
        }
        stream.live.set(false);
        TimeoutFuture::new(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

fn tell(stream: Stream, event: &Event) {
    if *event == Event::Resync {
        super::query::ask_again();
    }
    let listeners = stream.listeners.get_value();
    for (_, listener) in listeners {
        // One that was told before may have ended this one.
        let _gone = listener.try_run(event.clone());
    }
}

fn socket_url() -> String {
    let location = window().location();
    let secure = location
        .protocol()
        .is_ok_and(|protocol| protocol == "https:");
    let host = location.host().unwrap_or_default();
    format!(
        "{}://{host}/api/v1/token/events/",
        if secure { "wss" } else { "ws" }
    )
}
