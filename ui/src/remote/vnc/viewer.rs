//! A VNC server's screen while its session lasts.
use super::client::Client;
use crate::{
    remote::{
        asking::Begun,
        asset::{Told, told},
        head::Stage,
        link::{Heard, Link, REASON_WITHIN},
        words,
    },
    text::{t, tf},
};
use gloo_timers::future::TimeoutFuture;
use js_sys::Uint8Array;
use leptos::{prelude::*, task::spawn_local};
use migasfree_tunnel::message::{Failure, Open};
use migasfree_ui_kit::Tone;
use std::{cell::RefCell, rc::Rc};
use web_sys::HtmlElement;

/// What the page shows of it.
#[derive(Clone, Copy)]
pub struct Facts {
    pub stage: RwSignal<Stage>,
    pub recorded: RwSignal<bool>,
    /// What the server wants to know: `username`, `password`.
    pub asked: RwSignal<String>,
    /// Whether the server let in who is here.
    pub connected: RwSignal<bool>,
    /// Whether whoever helps only looks on.
    pub view_only: RwSignal<bool>,
    /// The text that was copied there.
    pub copied: RwSignal<String>,
    /// Whether that text, and a field for another, are shown.
    pub clipboard_open: RwSignal<bool>,
}

impl Facts {
    pub fn new() -> Self {
        Self {
            stage: RwSignal::new(Stage::Connecting),
            recorded: RwSignal::new(false),
            asked: RwSignal::new(String::new()),
            connected: RwSignal::new(false),
            view_only: RwSignal::new(false),
            copied: RwSignal::new(String::new()),
            clipboard_open: RwSignal::new(false),
        }
    }
}

pub struct Viewer {
    facts: Facts,
    place: RefCell<Option<HtmlElement>>,
    link: RefCell<Option<Link>>,
    client: RefCell<Option<Rc<Client>>>,
}

impl Viewer {
    pub fn new(facts: Facts) -> Rc<Self> {
        Rc::new(Self {
            facts,
            place: RefCell::default(),
            link: RefCell::default(),
            client: RefCell::default(),
        })
    }

    /// Begins in its place, unless it was ended before.
    pub fn begin(self: &Rc<Self>, place: HtmlElement, session: Begun) {
        if !Stage::goes_on(self.facts.stage) {
            return;
        }
        self.place.replace(Some(place));
        let open = Open::Port {
            name: session.way.port,
        };
        let heard = Rc::downgrade(self);
        let link = Link::begin(session.relay, session.grant, open, move |what| {
            if let Some(viewer) = heard.upgrade() {
                viewer.hear(what);
            }
        });
        self.link.replace(Some(link));
    }

    /// Ends the session.
    pub fn end(&self) {
        let link = self.link.take();
        match link {
            Some(link) => link.end(),
            None => Stage::give_up(self.facts.stage),
        }
    }

    /// Ends it, and leaves nothing in the page.
    pub fn close(&self) {
        self.end();
        let client = self.client.take();
        drop(client);
    }

    pub fn client(&self) -> Option<Rc<Client>> {
        self.client.borrow().clone()
    }

    /// Says who is here.
    pub fn answer(&self, account: &str, password: &str) {
        self.facts.asked.set(String::new());
        if let Some(client) = self.client() {
            client.answer(account, password);
        }
    }

    fn hear(self: &Rc<Self>, heard: Heard) {
        match heard {
            Heard::Asking => self.show(Stage::Asking),
            Heard::Began(session) => {
                let _ = self.facts.recorded.try_set(session.recorded);
            }
            Heard::Opened => self.opened(),
            Heard::Back => self.show(Stage::Open),
            Heard::Bytes(bytes) => {
                let link = self.link.borrow().clone();
                if let (Some(client), Some(link)) = (self.client(), link) {
                    client.take(&bytes);
                    link.drawn(bytes.len());
                }
            }
            Heard::Exit(_) => {}
            Heard::Lost => self.show(Stage::Lost),
            Heard::Ended => self.await_reason(),
            Heard::Over(failure) => self.over(&failure),
        }
    }

    /// The server at the computer waits for the first word.
    fn opened(self: &Rc<Self>) {
        let place = self.place.borrow().clone();
        match place.and_then(|place| Client::open(&place, self.told())) {
            Some(client) => {
                self.client.replace(Some(Rc::new(client)));
                self.show(Stage::Open);
            }
            None => self.fail(t!(error.part).to_owned()),
        }
    }

    /// Where it goes with its session, that says why in a moment.
    fn await_reason(self: &Rc<Self>) {
        let viewer = Rc::clone(self);
        spawn_local(async move {
            TimeoutFuture::new(REASON_WITHIN).await;
            viewer.ended();
        });
    }

    fn fail(&self, why: String) {
        Stage::end(self.facts.stage, Tone::Warning, why);
        self.end();
    }

    fn over(&self, failure: &Failure) {
        let (tone, why) = (words::tone(failure), words::failure(failure));
        Stage::end(self.facts.stage, tone, why);
        self.link.take();
        let _ = self.facts.connected.try_set(false);
        if let Some(client) = self.client() {
            client.gone();
        }
    }

    fn show(&self, stage: Stage) {
        // The page may have been left.
        let _ = self.facts.stage.try_set(stage);
    }
}

/// What is told by the script, under the same names.
impl Viewer {
    fn told(self: &Rc<Self>) -> Told {
        told!(
            self,
            send(bytes: Uint8Array),
            asks(what: String),
            connected(name: String),
            failed(reason: String),
            ended(),
            copied(text: String),
        )
    }

    fn send(&self, bytes: Uint8Array) {
        let link = self.link.borrow().clone();
        if let Some(link) = link {
            link.write(&bytes.to_vec());
        }
    }

    fn asks(&self, what: String) {
        let _ = self.facts.asked.try_set(what);
    }

    fn connected(&self, _: String) {
        let _ = self.facts.connected.try_set(true);
    }

    fn failed(&self, reason: String) {
        self.fail(if reason.is_empty() {
            t!(remote.vnc_refused).to_owned()
        } else {
            tf!(remote.vnc_refused_because, reason = reason)
        });
    }

    fn ended(&self) {
        self.fail(t!(remote.vnc_ended).to_owned());
    }

    fn copied(&self, text: String) {
        let _ = self.facts.copied.try_set(text.clone());
        let open = self.facts.clipboard_open;
        if let Some(client) = self.client() {
            spawn_local(async move {
                if !client.0.copy(&text).await {
                    let _ = open.try_set(true);
                }
            });
        }
    }
}
