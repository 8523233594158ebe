//! The tools above a screen.
use super::{
    canvas::Scale,
    live::{Facts, Live},
};
use crate::text::t;
use leptos::prelude::*;
use migasfree_grant::Mode;
use migasfree_tunnel::screen::{Shape, keysym::name};
use migasfree_ui_kit::{Choice, Icon, IconButton, Menu, MenuItem, Select};
use std::rc::Rc;

const F4: u32 = name::F1 + 3;
/// The value that stands for all monitors.
const ALL: &str = "";

type Held = StoredValue<Rc<Live>, LocalStorage>;

fn with(live: Held, act: impl FnOnce(&Live)) {
    if let Some(live) = live.try_get_value() {
        act(&live);
    }
}

#[component]
pub fn Tools(live: Held, facts: Facts) -> impl IntoView {
    let fit = RwSignal::new(true);
    Effect::new(move |was: Option<bool>| {
        let fit = fit.get();
        if was.is_some_and(|was| was != fit) {
            let scale = if fit { Scale::Fit } else { Scale::Actual };
            with(live, |live| live.scale(scale));
        }
        fit
    });
    let full = move || {
        with(live, |live| {
            if let Some(canvas) = live.canvas() {
                canvas.0.full();
            }
        });
    };
    let shape =
        move |what: fn(&Shape) -> bool| facts.shape.with(|shape| shape.as_ref().is_some_and(what));
    let only_view = move || {
        shape(|shape| shape.mode == Mode::View).then(|| {
            view! { <span class="remote-recorded"><Icon icon=icondata::LuEye />{t!(remote.view_only)}</span> }
        })
    };
    let open = facts.clipboard_open;
    view! {
        {only_view}
        <Show when=move || shape(|shape| shape.monitors.len() > 1)>
            <Monitors live facts />
        </Show>
        <Show when=move || facts.controls()>
            <Keys live />
        </Show>
        <Show when=move || shape(|shape| shape.clipboard_in || shape.clipboard_out)>
            <IconButton
                icon=Signal::stored(icondata::LuClipboard)
                label=t!(remote.clipboard)
                pressed=Signal::derive(move || Some(open.get()))
                on_press=move |_| open.update(|open| *open = !*open)
            />
        </Show>
        <ViewTools fit on_full=full />
    }
}

/// How large it is shown.
#[component]
pub fn ViewTools(fit: RwSignal<bool>, #[prop(into)] on_full: Callback<()>) -> impl IntoView {
    view! {
        <IconButton
            icon=Signal::stored(icondata::LuScaling)
            label=t!(remote.fit)
            pressed=Signal::derive(move || Some(fit.get()))
            on_press=move |_| fit.update(|fit| *fit = !*fit)
        />
        <IconButton
            icon=Signal::stored(icondata::LuMaximize)
            label=t!(remote.full_screen)
            on_press=move |_| on_full.run(())
        />
    }
}

#[component]
fn Monitors(live: Held, facts: Facts) -> impl IntoView {
    let shown = facts
        .shape
        .with_untracked(|shape| shape.as_ref().and_then(|shape| shape.shown));
    let chosen = RwSignal::new(shown.map_or_else(|| ALL.to_owned(), |id| id.to_string()));
    Effect::new(move |was: Option<String>| {
        let chosen = chosen.get();
        if was.is_some_and(|was| was != chosen) {
            with(live, |live| live.monitor(chosen.parse().ok()));
        }
        chosen
    });
    let choices = Signal::derive(move || {
        let all = Choice::new(ALL, t!(remote.monitors_all));
        let each = facts.shape.with(|shape| {
            let monitors = shape.iter().flat_map(|shape| &shape.monitors);
            let choice = |monitor: &migasfree_tunnel::screen::Monitor| {
                let size = format!("{} × {}", monitor.width, monitor.height);
                Choice::new(monitor.id.to_string(), format!("{} ({size})", monitor.name))
            };
            monitors.map(choice).collect::<Vec<_>>()
        });
        std::iter::once(all).chain(each).collect::<Vec<_>>()
    });
    view! { <Select value=chosen choices label=t!(remote.monitor) class="select-sm remote-monitor" /> }
}

/// Keys that the operator's own computer keeps for itself.
fn combinations() -> [(&'static str, &'static [u32]); 7] {
    [
        (
            t!(remote.keys_ctrl_alt_del),
            &[name::CONTROL_LEFT, name::ALT_LEFT, name::DELETE],
        ),
        (t!(remote.keys_alt_tab), &[name::ALT_LEFT, name::TAB]),
        (t!(remote.keys_alt_f4), &[name::ALT_LEFT, F4]),
        (t!(remote.keys_super), &[name::SUPER_LEFT]),
        (t!(remote.keys_escape), &[name::ESCAPE]),
        (t!(remote.keys_print), &[name::PRINT]),
        (
            t!(remote.keys_ctrl_alt_f1),
            &[name::CONTROL_LEFT, name::ALT_LEFT, name::F1],
        ),
    ]
}

#[component]
fn Keys(live: Held) -> impl IntoView {
    let trigger = || view! { <Icon icon=icondata::LuKeyboard /><span>{t!(remote.keys)}</span> };
    view! {
        <Menu trigger>
            {combinations()
                .into_iter()
                .map(|(label, keys)| {
                    view! { <MenuItem label on_press=move || with(live, |live| live.press(keys)) /> }
                })
                .collect_view()}
        </Menu>
    }
}
