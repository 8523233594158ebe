//! The recording of a screen, played.
mod projector;
mod reel;

use crate::text::t;
use leptos::{html, prelude::*, task::spawn_local};
use migasfree_ui_kit::{Button, ButtonLook, Card, Choice, IconButton, Notice, Select, Tone};
use projector::{Facts, Projector};
use std::{rc::Rc, time::Duration};

const TICK: Duration = Duration::from_millis(50);
const SPEEDS: [&str; 5] = ["0.5", "1", "2", "4", "8"];
const USUAL: &str = "1";

type Held = StoredValue<Rc<Projector>, LocalStorage>;

/// Nothing is fetched before somebody wants to see it: that it was played is written down.
#[component]
pub fn Film(id: i64) -> impl IntoView {
    let wanted = RwSignal::new(false);
    let content = move || {
        if wanted.get() {
            view! { <Screening id /> }.into_any()
        } else {
            view! {
                <p class="text-muted">{t!(remote.film_help)}</p>
                <Button icon=icondata::LuPlay look=ButtonLook::Primary class="remote-play" on_press=move |_| wanted.set(true)>
                    {t!(remote.film_play)}
                </Button>
            }
            .into_any()
        }
    };
    view! { <Card title=t!(remote.film)><div class="card-pad">{content}</div></Card> }
}

#[component]
fn Screening(id: i64) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let facts = Facts::new();
    let projector: Held = StoredValue::new_local(Projector::new(facts));
    let speed = RwSignal::new(USUAL.to_owned());
    on_cleanup(move || {
        if let Some(projector) = projector.try_get_value() {
            projector.close();
        }
    });
    Effect::new(move |begun: Option<bool>| {
        if begun == Some(true) {
            return true;
        }
        let Some(place) = place.get() else {
            return false;
        };
        if let Some(projector) = projector.try_get_value() {
            spawn_local(async move { projector.load(id, &place).await });
        }
        true
    });
    let tick = move || {
        let speed = speed.try_get_untracked();
        let speed = speed.and_then(|speed| speed.parse().ok()).unwrap_or(1.0);
        if let Some(projector) = projector.try_get_value() {
            projector.tick(js_sys::Date::now(), speed);
        }
    };
    if let Ok(handle) = set_interval_with_handle(tick, TICK) {
        on_cleanup(move || handle.clear());
    }
    view! {
        {move || facts.failed.get().map(|why| view! { <Notice tone=Tone::Error>{why}</Notice> })}
        <section class="remote-session remote-film" aria-label=t!(remote.film)>
            <div class="remote-screen" data-scale="fit" node_ref=place></div>
            <Controls projector facts speed />
        </section>
    }
}

#[component]
fn Controls(projector: Held, facts: Facts, speed: RwSignal<String>) -> impl IntoView {
    let toggle = move || {
        if let Some(projector) = projector.try_get_value() {
            projector.toggle();
        }
    };
    let seek = move |at: String| {
        if let (Some(projector), Ok(at)) = (projector.try_get_value(), at.parse()) {
            projector.seek(at);
        }
    };
    let times = move || {
        let (position, length) = (facts.position.get(), facts.length.get());
        format!("{} / {}", clock(position), clock(length))
    };
    let icon = move || {
        if facts.playing.get() {
            icondata::LuPause
        } else {
            icondata::LuPlay
        }
    };
    let label = move || {
        if facts.playing.get() {
            t!(remote.film_pause)
        } else {
            t!(remote.film_go_on)
        }
    };
    let choices = SPEEDS.map(|speed| Choice::new(speed, format!("{speed} ×")));
    view! {
        <div class="remote-controls">
            <IconButton icon=Signal::derive(icon) label on_press=move |_| toggle() />
            <input
                type="range"
                class="remote-position"
                min="0"
                step="100"
                max=move || facts.length.get().to_string()
                prop:value=move || facts.position.get().to_string()
                aria-label=t!(remote.film_position)
                aria-valuetext=times
                on:input=move |event| seek(event_target_value(&event))
            />
            <span class="remote-time">{times}</span>
            {move || facts.loading.get().then(|| view! { <span class="text-muted" role="status">{t!(remote.film_loading)}</span> })}
            <Select value=speed choices=Signal::stored(choices.to_vec()) label=t!(remote.film_speed) class="select-sm remote-speed" />
        </div>
    }
}

/// `1:02:03`, or `2:03`.
fn clock(milliseconds: u32) -> String {
    let seconds = milliseconds / 1_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_on_a_clock() {
        assert_eq!(clock(0), "0:00");
        assert_eq!(clock(83_500), "1:23");
        assert_eq!(clock(3_723_000), "1:02:03");
    }
}
