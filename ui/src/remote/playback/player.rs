//! The player: a terminal that nobody types into, fed by the clock.
use super::{
    super::{screen::Screen, session::is_dark},
    cast::{Cast, Reel, Shown},
};
use crate::text::{self, t, tf};
use leptos::{ev, html, prelude::*};
use migasfree_ui_kit::{Choice, IconButton, Notice, Select, Switch, Tone, format};
use std::{cell::RefCell, rc::Rc, time::Duration};

/// The clock's pace.
const TICK: Duration = Duration::from_millis(50);
/// How much faster it may be played.
const SPEEDS: [&str; 5] = ["0.5", "1", "2", "4", "8"];

/// What it consists of.
struct Stage {
    reel: Reel,
    screen: Screen,
}

impl Stage {
    fn go_to(&mut self, to: f64) {
        if to < self.reel.at() {
            self.reel.rewind();
            self.screen.reset();
            let (columns, rows) = self.reel.size();
            self.screen.resize(columns, rows);
        }
        for shown in self.reel.go_on(to) {
            match shown {
                Shown::Output(text) => self.screen.write(text.as_bytes(), || {}),
                Shown::Size(columns, rows) => self.screen.resize(columns, rows),
            }
        }
    }
}

type Shared = StoredValue<Rc<RefCell<Option<Stage>>>, LocalStorage>;

/// Plays a recording.
#[component]
pub fn Player(cast: Cast) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let stage: Shared = StoredValue::new_local(Rc::default());
    let [at, length] = [0.0, 0.0].map(RwSignal::new);
    let playing = RwSignal::new(false);
    let failed = RwSignal::new(false);
    let skips = RwSignal::new(true);
    let speed = RwSignal::new("1".to_owned());
    // Nothing where the page was left.
    let with = move |act: &dyn Fn(&mut Stage)| {
        let Some(stage) = stage.try_get_value() else {
            return;
        };
        let mut stage = stage.borrow_mut();
        if let Some(stage) = stage.as_mut() {
            act(stage);
            at.set(stage.reel.at());
            length.set(stage.reel.length());
        }
    };
    Effect::new(move |begun: Option<bool>| {
        let Some(place) = place.get().filter(|_| begun != Some(true)) else {
            return begun == Some(true);
        };
        let (columns, rows) = cast.size;
        let Some(screen) = Screen::show(&place, is_dark(&place)) else {
            failed.set(true);
            return true;
        };
        screen.resize(columns, rows);
        let begun = Stage {
            reel: Reel::new(cast.clone(), skips.get_untracked()),
            screen,
        };
        stage.with_value(|stage| *stage.borrow_mut() = Some(begun));
        with(&|_| {});
        playing.set(true);
        true
    });
    let ticked = StoredValue::new(js_sys::Date::now());
    let tick = move || {
        let now = js_sys::Date::now();
        let passed = (now - ticked.get_value()).max(0.0) / 1_000.0;
        ticked.set_value(now);
        if !playing.get_untracked() {
            return;
        }
        let factor: f64 = speed.with_untracked(|speed| speed.parse().unwrap_or(1.0));
        with(&|stage| {
            stage.go_to(stage.reel.at() + passed * factor);
            if stage.reel.at() >= stage.reel.length() {
                playing.set(false);
            }
        });
    };
    let clock = set_interval_with_handle(tick, TICK).ok();
    on_cleanup(move || {
        if let Some(clock) = clock {
            clock.clear();
        }
        if let Some(stage) = stage.try_get_value() {
            drop(stage.take());
        }
    });
    Effect::new(move |before: Option<bool>| {
        let skips = skips.get();
        if before.is_some_and(|before| before != skips) {
            with(&|stage| stage.reel.skip(skips));
        }
        skips
    });
    let toggle = move |_| {
        if !playing.get_untracked() && at.get_untracked() >= length.get_untracked() {
            with(&|stage| stage.go_to(0.0));
        }
        playing.update(|playing| *playing = !*playing);
    };
    let seek = move |event: ev::Event| {
        if let Ok(to) = event_target_value(&event).parse::<f64>() {
            with(&|stage| stage.go_to(to));
        }
    };
    let verb = move || {
        if playing.get() {
            t!(playback.pause)
        } else {
            t!(playback.play)
        }
    };
    let moment = move || {
        let [at, length] = [at, length].map(|seconds| clock_words(seconds.get()));
        format!("{at} / {length}")
    };
    let choices = SPEEDS.map(|speed| {
        let number = format::decimal(speed.parse().unwrap_or(1.0), 1, text::tag());
        Choice::new(speed, tf!(playback.times, number = number))
    });
    view! {
        <Show when=move || failed.get()>
            <Notice tone=Tone::Error>{t!(error.part)}</Notice>
        </Show>
        <div class="remote-head playback-tools">
            <IconButton
                icon=Signal::derive(move || if playing.get() { icondata::LuPause } else { icondata::LuPlay })
                label=verb
                class="playback-toggle"
                on_press=toggle
            />
            <input
                class="range range-xs playback-position"
                type="range"
                min="0"
                step="0.1"
                max=move || length.get().to_string()
                prop:value=move || at.get().to_string()
                aria-label=t!(playback.position)
                aria-valuetext=moment
                on:input=seek
            />
            <span class="tabular text-muted playback-moment">{moment}</span>
            <Select value=speed choices=choices.to_vec() label=t!(playback.speed).to_owned() class="playback-speed" />
            <Switch value=skips label=t!(playback.skip) />
        </div>
        <div class="playback-screen" node_ref=place></div>
    }
}

/// Seconds as clocks show them: `1:05`.
fn clock_words(seconds: f64) -> String {
    let seconds = seconds.max(0.0) as u64;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::clock_words;

    #[test]
    fn moments_are_written_as_on_a_clock() {
        let written = [0.0, 65.9, 3_725.0].map(clock_words);
        assert_eq!(written, ["0:00", "1:05", "1:02:05"]);
    }
}
