//! A terminal on a computer, from the first word to the last.
use super::{
    asking::Begun,
    link::{Heard, Link},
    screen::{self, Screen},
    words,
};
use crate::text::{t, tf};
use leptos::{html, prelude::*, task::spawn_local};
use migasfree_tunnel::message::Open;
use migasfree_ui_kit::{Button, ButtonLook, ButtonSize, Icon, Notice, Status, Tone};
use std::{cell::RefCell, rc::Rc};

/// How far it is.
#[derive(Clone, PartialEq)]
enum Stage {
    Connecting,
    Asking,
    Open,
    Lost,
    Over(Tone, String),
}

/// What it consists of while it lasts.
#[derive(Default)]
struct Parts {
    link: Option<Link>,
    screen: Option<Screen>,
}

#[component]
pub fn TerminalSession(session: Begun, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let stage = RwSignal::new(Stage::Connecting);
    let recorded = RwSignal::new(false);
    let parts = StoredValue::new_local(Rc::new(RefCell::new(Parts::default())));
    let ended = move || {
        if let Some(parts) = parts.try_get_value() {
            let link = parts.borrow_mut().link.take();
            if let Some(link) = link {
                link.end();
            }
        }
    };
    on_cleanup(move || {
        ended();
        if let Some(parts) = parts.try_get_value() {
            let screen = parts.borrow_mut().screen.take();
            drop(screen);
        }
    });
    Effect::new(move |begun: Option<bool>| {
        if begun == Some(true) {
            return true;
        }
        let Some(place) = place.get() else {
            return false;
        };
        let session = session.clone();
        let Some(parts) = parts.try_get_value() else {
            return false;
        };
        spawn_local(async move {
            if screen::fetch().await {
                begin(&place, session, &parts, stage, recorded);
            } else {
                let _ = stage.try_set(Stage::Over(Tone::Error, t!(error.part).to_owned()));
            }
        });
        true
    });
    let over = move || matches!(stage.get(), Stage::Over(..));
    view! {
        <section class="surface remote-session" aria-label=t!(remote.terminal)>
            <header class="remote-head">
                {move || state(&stage.get())}
                {move || recorded.get().then(|| view! { <span class="remote-recorded"><Icon icon=icondata::LuDisc />{t!(remote.recorded)}</span> })}
                <span class="remote-space"></span>
                <Show
                    when=over
                    fallback=move || view! { <Button size=ButtonSize::Small on_press=move |_| ended()>{t!(remote.end)}</Button> }
                >
                    <Button size=ButtonSize::Small look=ButtonLook::Primary on_press=move |_| on_close.run(())>{t!(remote.close)}</Button>
                </Show>
            </header>
            {move || match stage.get() {
                Stage::Over(tone, words) => Some(view! { <Notice tone>{words}</Notice> }),
                _ => None,
            }}
            <div class="remote-terminal" node_ref=place></div>
        </section>
    }
}

fn state(stage: &Stage) -> AnyView {
    let (tone, words) = match stage {
        Stage::Connecting => (Tone::Info, t!(remote.connecting)),
        Stage::Asking => (Tone::Info, t!(remote.asking)),
        Stage::Open => (Tone::Success, t!(remote.connected)),
        Stage::Lost => (Tone::Warning, t!(remote.lost)),
        Stage::Over(..) => (Tone::Neutral, t!(remote.over)),
    };
    view! { <span role="status"><Status tone label=words /></span> }.into_any()
}

fn begin(
    place: &web_sys::HtmlElement,
    session: Begun,
    parts: &Rc<RefCell<Parts>>,
    stage: RwSignal<Stage>,
    recorded: RwSignal<bool>,
) {
    let link = |parts: &Rc<RefCell<Parts>>| parts.borrow().link.clone();
    let (typing, sizing) = (parts.clone(), parts.clone());
    let screen = Screen::open(
        place,
        is_dark(place),
        move |bytes| {
            if let Some(link) = link(&typing) {
                link.write(&bytes);
            }
        },
        move |columns, rows| {
            if let Some(link) = link(&sizing) {
                link.resize(columns, rows);
            }
        },
    );
    let Some(screen) = screen else {
        return stage.set(Stage::Over(Tone::Error, t!(error.part).to_owned()));
    };
    let (columns, rows) = screen.size();
    let open = Open::Terminal {
        columns,
        rows,
        term: "xterm-256color".to_owned(),
    };
    parts.borrow_mut().screen = Some(screen);
    let hearing = Rc::downgrade(parts);
    let heard = move |heard| {
        if let Some(parts) = hearing.upgrade() {
            follow(heard, &parts, stage, recorded);
        }
    };
    let link = Link::begin(session.relay, session.grant, open, heard);
    parts.borrow_mut().link = Some(link);
}

fn follow(
    heard: Heard,
    parts: &Rc<RefCell<Parts>>,
    stage: RwSignal<Stage>,
    recorded: RwSignal<bool>,
) {
    // The page may have been left.
    let show = |next| {
        let _ = stage.try_set(next);
    };
    match heard {
        Heard::Asking => show(Stage::Asking),
        Heard::Began(session) => {
            let _ = recorded.try_set(session.recorded);
        }
        Heard::Opened | Heard::Back => {
            show(Stage::Open);
            if let Some(screen) = &parts.borrow().screen {
                screen.focus();
            }
        }
        Heard::Bytes(bytes) => {
            let parts = parts.borrow();
            let (Some(screen), Some(link)) = (&parts.screen, parts.link.clone()) else {
                return;
            };
            let size = bytes.len();
            screen.write(&bytes, move || link.drawn(size));
        }
        Heard::Exit(status) => {
            let words = match status {
                Some(0) => t!(remote.shell_ended).to_owned(),
                Some(status) => tf!(remote.shell_ended_with, status = status),
                None => t!(remote.shell_killed).to_owned(),
            };
            show(Stage::Over(Tone::Info, words));
            let link = parts.borrow_mut().link.take();
            if let Some(link) = link {
                link.end();
            }
        }
        Heard::Lost => show(Stage::Lost),
        Heard::Over(failure) => {
            if !matches!(stage.try_get_untracked(), Some(Stage::Over(..)) | None) {
                show(Stage::Over(Tone::Warning, words::failure(&failure)));
            }
            parts.borrow_mut().link = None;
        }
    }
}

fn is_dark(place: &web_sys::HtmlElement) -> bool {
    let style = window().get_computed_style(place).ok().flatten();
    let scheme = style.and_then(|style| style.get_property_value("color-scheme").ok());
    scheme.is_some_and(|scheme| scheme.contains("dark"))
}
