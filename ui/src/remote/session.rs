//! A terminal on a computer, from the first word to the last.
use super::{
    asking::Begun,
    head::{Head, Stage},
    link::{Heard, Link},
    screen::{self, Screen},
    words,
};
use crate::text::{t, tf};
use leptos::{html, prelude::*, task::spawn_local};
use migasfree_tunnel::message::Open;
use migasfree_ui_kit::Tone;
use std::{cell::RefCell, rc::Rc};

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
            match link {
                Some(link) => link.end(),
                None => Stage::give_up(stage),
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
            let is_here = screen::fetch().await;
            // Meanwhile the page may have been left, or the session ended.
            if !Stage::goes_on(stage) {
                return;
            }
            if is_here {
                begin(&place, session, &parts, stage, recorded);
            } else {
                let _ = stage.try_set(Stage::Over(Tone::Error, t!(error.part).to_owned()));
            }
        });
        true
    });
    view! {
        <section class="surface remote-session" aria-label=t!(remote.terminal)>
            <Head stage recorded on_end=move || ended() on_close />
            <div class="remote-terminal" node_ref=place></div>
            <p class="remote-hint">{t!(remote.leave_hint)}</p>
        </section>
    }
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
        // The terminal's program may still say how it ended.
        Heard::Ended => {}
        Heard::Lost => show(Stage::Lost),
        Heard::Over(failure) => {
            Stage::end(stage, words::tone(&failure), words::failure(&failure));
            parts.borrow_mut().link = None;
        }
    }
}

/// Whether the page around it is dark.
pub(super) fn is_dark(place: &web_sys::HtmlElement) -> bool {
    let style = window().get_computed_style(place).ok().flatten();
    let scheme = style.and_then(|style| style.get_property_value("color-scheme").ok());
    scheme.is_some_and(|scheme| scheme.contains("dark"))
}
