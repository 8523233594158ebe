//! What was recorded of a session, on its page. It is fetched when somebody asks for it: that is noted in the audit.
mod cast;
mod player;

use super::screen;
use crate::{
    api::{ApiError, Query, request, session},
    entity::value,
    failure,
    text::{t, tf},
};
use cast::Cast;
use leptos::{prelude::*, task::spawn_local};
use migasfree_ui_kit::{Button, ButtonLook, Card, EmptyState, Notice, Tone};
use player::Player;
use serde_json::Value;

/// The right to play.
const RIGHT: &str = "remote.play_recordings";

#[derive(Clone)]
enum Stage {
    Asked,
    Loading,
    Failed(ApiError),
    Odd,
    Ready(Cast),
}

/// The tab.
#[component]
pub fn Playback(id: i64, session: Query<Value>) -> impl IntoView {
    let about = Memo::new(move |_| {
        session.value.with(|session| {
            let is = |name: &str| {
                let member = session.as_ref().map(|session| value::at(session, name));
                member.and_then(Value::as_bool) == Some(true)
            };
            (is("has_recording"), is("recorded"))
        })
    });
    let shown = move || match about.get() {
        _ if !session::may("play", "remote.recordings") => {
            let right = format!("{} ({RIGHT})", t!(remote_right.play_recordings));
            nothing(icondata::LuLock, tf!(right.lacking, right = right))
        }
        (true, _) => view! { <Recorded id /> }.into_any(),
        (false, true) => nothing(icondata::LuDisc, t!(playback.not_yet).to_owned()),
        (false, false) => nothing(icondata::LuDisc, t!(playback.none).to_owned()),
    };
    view! { <Card title=t!(playback.title) class="playback">{shown}</Card> }
}

fn nothing(icon: icondata::Icon, text: String) -> AnyView {
    view! { <EmptyState icon title=t!(playback.nothing) text /> }.into_any()
}

#[component]
fn Recorded(id: i64) -> impl IntoView {
    let stage = RwSignal::new(Stage::Asked);
    let load = move || {
        stage.set(Stage::Loading);
        spawn_local(async move {
            let next = match request::text(&format!("remote-sessions/{id}/recording/")).await {
                Ok(text) if screen::fetch().await => {
                    Cast::read(&text).map_or(Stage::Odd, Stage::Ready)
                }
                Ok(_) => Stage::Odd,
                Err(error) => Stage::Failed(error),
            };
            // The page may have been left.
            let _ = stage.try_set(next);
        });
    };
    let shown = move || {
        match stage.get() {
        Stage::Ready(cast) => view! { <Player cast /> }.into_any(),
        Stage::Failed(error) => failure::place(&error, load),
        Stage::Odd => {
            view! { <div class="card-pad"><Notice tone=Tone::Error>{t!(playback.odd)}</Notice></div> }.into_any()
        }
        Stage::Asked | Stage::Loading => {
            let busy = Signal::derive(move || matches!(stage.get(), Stage::Loading));
            view! {
                <div class="card-pad playback-first">
                    <Button look=ButtonLook::Primary icon=icondata::LuPlay busy on_press=move |_| load()>{t!(playback.play)}</Button>
                    <p class="text-muted">{t!(playback.noted)}</p>
                </div>
            }
            .into_any()
        }
    }
    };
    shown.into_any()
}
