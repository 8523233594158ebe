//! Shows a recording as time passes.
use super::reel::Reel;
use crate::{
    api::request,
    remote::{
        asset::{self, Told, told},
        desktop::canvas::{self, Canvas},
    },
    script::{call, member},
    text::t,
};
use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::closure::Closure;
use web_sys::HtmlElement;

/// What the page shows of it.
#[derive(Clone, Copy)]
pub struct Facts {
    pub playing: RwSignal<bool>,
    /// In milliseconds.
    pub position: RwSignal<u32>,
    /// As far as it is here, in milliseconds.
    pub length: RwSignal<u32>,
    pub loading: RwSignal<bool>,
    /// Why it is not shown.
    pub failed: RwSignal<Option<&'static str>>,
}

impl Facts {
    pub fn new() -> Self {
        Self {
            playing: RwSignal::new(true),
            position: RwSignal::new(0),
            length: RwSignal::new(0),
            loading: RwSignal::new(true),
            failed: RwSignal::new(None),
        }
    }

    fn fail(self, why: &'static str) {
        let _ = self.failed.try_set(Some(why));
    }
}

pub struct Projector {
    facts: Facts,
    canvas: RefCell<Option<Rc<Canvas>>>,
    reel: RefCell<Reel>,
    /// In milliseconds.
    position: Cell<f64>,
    /// How much of what was said is shown.
    shown: Cell<usize>,
    /// When it moved last; nothing while it stands.
    moved: Cell<Option<f64>>,
}

impl Projector {
    pub fn new(facts: Facts) -> Rc<Self> {
        Rc::new(Self {
            facts,
            canvas: RefCell::default(),
            reel: RefCell::default(),
            position: Cell::new(0.0),
            shown: Cell::new(0),
            moved: Cell::new(None),
        })
    }

    /// Fetches the recording of a session, and shows it in its place meanwhile.
    pub async fn load(self: &Rc<Self>, id: i64, place: &HtmlElement) {
        let is_here = canvas::fetch().await;
        // The page may have been left: nothing is fetched then, as that is noted.
        if self.facts.loading.try_get_untracked().is_none() {
            return;
        }
        if !is_here || !self.open(place) {
            return self.facts.fail(t!(error.part));
        }
        match self.read(id).await {
            Some(200) => {}
            Some(403) => self.facts.fail(t!(remote.film_forbidden)),
            Some(404 | 410) => self.facts.fail(t!(remote.film_missing)),
            _ => self.facts.fail(t!(remote.film_failed)),
        }
        let _ = self.facts.loading.try_set(false);
    }

    fn open(self: &Rc<Self>, place: &HtmlElement) -> bool {
        let canvas = Canvas::open(place, t!(remote.film), self.told());
        self.canvas.replace(canvas.map(Rc::new));
        self.canvas.borrow().is_some()
    }

    async fn read(self: &Rc<Self>, id: i64) -> Option<u16> {
        let address = request::url(&format!("remote-sessions/{id}/recording/"));
        let projector = Rc::clone(self);
        let piece: Closure<dyn Fn(Uint8Array) -> bool> =
            Closure::new(move |bytes: Uint8Array| projector.add(&bytes.to_vec()));
        let script = member(&window(), canvas::NAME)?;
        let arguments = Array::of2(&address.into(), piece.as_ref());
        let status = asset::kept(call(&script, "read", &arguments)).await?;
        status.as_f64().map(|status| status as u16)
    }

    /// Whether more of it makes sense.
    fn add(&self, bytes: &[u8]) -> bool {
        let mut reel = self.reel.borrow_mut();
        let is_good = reel.push(bytes).is_ok();
        let length = reel.length();
        drop(reel);
        if !is_good {
            self.facts.fail(t!(remote.film_failed));
        }
        let is_there = self.facts.length.try_set(length).is_none();
        is_good && is_there && self.canvas.borrow().is_some()
    }

    /// Time has passed; `now` is in milliseconds.
    pub fn tick(&self, now: f64, speed: f64) {
        let is_playing = self.facts.playing.try_get_untracked() == Some(true);
        let before = self.moved.replace(is_playing.then_some(now));
        let Some(before) = before.filter(|_| is_playing) else {
            return;
        };
        let length = f64::from(self.reel.borrow().length());
        let position = (self.position.get() + (now - before) * speed).min(length);
        self.position.set(position);
        let reel = self.reel.borrow();
        let from = self.shown.get();
        let to = reel.said_by(position as u32).max(from);
        self.show(reel.between(from, to));
        self.shown.set(to);
        let _ = self.facts.position.try_set(position as u32);
        let is_loading = self.facts.loading.try_get_untracked() == Some(true);
        if position >= length && !is_loading {
            let _ = self.facts.playing.try_set(false);
        }
    }

    /// Goes to a moment, in milliseconds.
    pub fn seek(&self, at: u32) {
        let reel = self.reel.borrow();
        let to = reel.said_by(at);
        self.show(reel.picture(to));
        self.shown.set(to);
        self.position.set(f64::from(at));
        self.facts.position.set(at);
    }

    /// Plays, from the beginning where it is at its end, or stands.
    pub fn toggle(&self) {
        let playing = !self.facts.playing.get_untracked();
        if playing && self.facts.position.get_untracked() >= self.facts.length.get_untracked() {
            self.seek(0);
        }
        self.facts.playing.set(playing);
    }

    /// Leaves nothing in the page.
    pub fn close(&self) {
        let canvas = self.canvas.take();
        drop(canvas);
    }

    fn show<'a>(&self, said: impl Iterator<Item = &'a migasfree_tunnel::screen::FromComputer>) {
        let canvas = self.canvas.borrow().clone();
        if let Some(canvas) = canvas {
            said.for_each(|what| canvas.show(what));
        }
    }

    fn told(self: &Rc<Self>) -> Told {
        told!(self, seen(sequence: u32, is_drawn: bool), broken())
    }

    /// Nobody waits for that.
    fn seen(&self, _: u32, _: bool) {}

    /// The next whole picture mends it.
    fn broken(&self) {}
}
