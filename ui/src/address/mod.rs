//! The address: which page, with which filters. Every place has one, so back, bookmarks and links work.
//!
//! A page with unsaved changes can hold the person back from leaving; that is why this is not a ready-made router.
mod destination;
mod history;

pub use destination::{Destination, Place, legacy};

use leptos::{ev, prelude::*};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::JsCast;

/// A place in the view.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Path without slashes at the ends, in parts.
    pub path: Vec<String>,
    /// Filters in the order they were given.
    pub query: Query,
}

/// The part after the question mark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(pub Vec<(String, String)>);

impl Query {
    /// Reads `a=1&b=2`.
    pub fn parse(text: &str) -> Self {
        let pairs = text
            .trim_start_matches('?')
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(name), decode(value))
            });
        Self(pairs.collect())
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// Sets a parameter; an empty value removes it.
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.retain(|(own, _)| own != name);
        if !value.is_empty() {
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }

    /// `?a=1&b=2`, or nothing.
    pub fn text(&self) -> String {
        let pairs: Vec<String> = self
            .0
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        if pairs.is_empty() {
            String::new()
        } else {
            format!("?{}", pairs.join("&"))
        }
    }
}

impl Address {
    /// Reads a path with an optional query.
    pub fn parse(text: &str) -> Self {
        let text = text.split('#').next().unwrap_or_default();
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        Self {
            path: path
                .split('/')
                .filter(|part| !part.is_empty())
                .map(decode)
                .collect(),
            query: Query::parse(query),
        }
    }

    /// A part of the path.
    pub fn part(&self, index: usize) -> Option<&str> {
        self.path.get(index).map(String::as_str)
    }
}

/// Writes one part so that it can stand in an address.
pub fn encode(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

fn decode(text: &str) -> String {
    let text = text.replace('+', " ");
    js_sys::decode_uri_component(&text).map_or(text, Into::into)
}

/// The way on from a page. It is kept while the person is asked, so it must not belong to the part of the view that began it: that one may end meanwhile.
pub type Way = Rc<dyn Fn()>;

/// Asked before a page is left: takes the way to go on and says whether it holds the person back.
pub type Guard = Rc<dyn Fn(Way) -> bool>;

/// Names a guard to the one who set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held(u32);

thread_local! {
    static ADDRESS: Cell<Option<RwSignal<Address>>> = const { Cell::new(None) };
    static GUARD: RefCell<Option<(Held, Guard)>> = const { RefCell::new(None) };
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

/// Starts following the browser's address; once, before anything is drawn.
pub fn start() {
    let address = RwSignal::new(current());
    ADDRESS.set(Some(address));
    history::start();

    window_event_listener(ev::popstate, move |_| travelled(address));
    window_event_listener(ev::click, follow_link);
}

/// The browser went back or forward. Who is held back there returns to where they were, and takes the same steps once they are let go: so the history stays as it is.
fn travelled(address: RwSignal<Address>) {
    let steps = history::arrive();
    let wanted = current();
    if address.with_untracked(|address| *address == wanted) {
        return;
    }
    let leaves = address.with_untracked(|address| address.path != wanted.path);
    let way: Way = Rc::new(move || history::travel(steps));
    if leaves && held_back(&way) {
        history::travel(-steps);
    } else {
        address.set(wanted);
    }
}

/// The address, tracked.
pub fn address() -> Signal<Address> {
    ADDRESS
        .get()
        .map_or_else(|| Signal::stored(Address::default()), Into::into)
}

/// Goes to a page of the view, unless unsaved changes hold the person back.
pub fn go(to: &str) {
    let Some(address) = ADDRESS.get() else { return };
    let wanted = Address::parse(to);
    let leaves = address.with_untracked(|address| address.path != wanted.path);
    let target = to.to_owned();
    let way: Way = Rc::new(move || go(&target));
    if leaves && held_back(&way) {
        return;
    }
    history::push(to);
    address.set(wanted);
    if leaves && let Some(main) = document().get_element_by_id("main") {
        main.set_scroll_top(0);
        if let Ok(main) = main.dyn_into::<web_sys::HtmlElement>() {
            let _ = main.focus();
        }
    }
}

/// Does something that makes the page anew or ends it, unless unsaved changes hold the person back.
pub fn leave(act: impl Fn() + 'static) {
    let way: Way = Rc::new(act);
    if !held_back(&way) {
        way();
    }
}

/// Like [`go`], without a new entry in the history.
pub fn replace(to: &str) {
    let Some(address) = ADDRESS.get() else { return };
    history::replace(to);
    address.set(Address::parse(to));
}

/// Holds the person back from leaving until it is released.
pub fn hold(guard: impl Fn(Way) -> bool + 'static) -> Held {
    let held = Held(NEXT.get());
    NEXT.set(held.0.wrapping_add(1));
    GUARD.set(Some((held, Rc::new(guard))));
    held
}

/// Lets the person go.
pub fn release() {
    GUARD.set(None);
}

impl Held {
    /// Lets the person go, unless another page holds them by now.
    pub fn release(self) {
        GUARD.with_borrow_mut(|guard| {
            guard.take_if(|(held, _)| *held == self);
        });
    }
}

fn held_back(way: &Way) -> bool {
    let guard = GUARD.with_borrow(|guard| guard.as_ref().map(|(_, guard)| Rc::clone(guard)));
    guard.is_some_and(|guard| guard(Rc::clone(way)))
}

fn current() -> Address {
    let location = window().location();
    let path = location.pathname().unwrap_or_default();
    let query = location.search().unwrap_or_default();
    Address::parse(&format!("{path}{query}"))
}

/// Pressing a link to a place of the view goes there without loading the page again.
fn follow_link(event: ev::MouseEvent) {
    let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    if event.default_prevented() || modified || event.button() != 0 {
        return;
    }
    let Some(link) = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .and_then(|element| element.closest("a[href]").ok().flatten())
        .and_then(|element| element.dyn_into::<web_sys::HtmlAnchorElement>().ok())
    else {
        return;
    };
    let own_origin = window().location().origin().unwrap_or_default();
    let outside = link.origin() != own_origin
        || link.has_attribute("download")
        || link.has_attribute("target")
        || is_served(&link.pathname());
    let jump = link
        .get_attribute("href")
        .is_some_and(|href| href.starts_with('#'));
    if outside || jump {
        return;
    }
    event.prevent_default();
    go(&format!("{}{}", link.pathname(), link.search()));
}

/// Paths that the server answers itself.
fn is_served(path: &str) -> bool {
    [
        "/api/",
        "/public/",
        "/pub/",
        "/media/",
        "/assets/",
        "/docs/",
        "/rest-auth/",
    ]
    .iter()
    .any(|prefix| path.starts_with(prefix))
}
