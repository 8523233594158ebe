//! Scripts that are fetched when they are first asked for, and functions of ours that they call.
use crate::script::{call, member};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::{
    prelude::{document, window},
    task::spawn_local,
};
use std::any::Any;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

/// How often, and after how many milliseconds, is looked for what a script defines.
const TRIES: u32 = 200;
const PAUSE: u32 = 50;

/// Fetches a script, with its style sheet where it has one; says whether what it defines is here.
pub async fn fetch(name: &str, script: &str, style: Option<&str>) -> bool {
    if member(&window(), name).is_some() {
        return true;
    }
    let loaded = Promise::new(&mut |resolve, reject| {
        let _ = add(script, style, &resolve, &reject);
    });
    if JsFuture::from(loaded).await.is_err() {
        return false;
    }
    // It is told to be loaded while it still waits for something of its own.
    for _ in 0..TRIES {
        if member(&window(), name).is_some() {
            return true;
        }
        TimeoutFuture::new(PAUSE).await;
    }
    false
}

fn add(script: &str, style: Option<&str>, resolve: &Function, reject: &Function) -> Option<()> {
    let head = document().head()?;
    if let Some(style) = style {
        let link = document().create_element("link").ok()?;
        link.set_attribute("rel", "stylesheet").ok()?;
        link.set_attribute("href", style).ok()?;
        head.append_child(&link).ok()?;
    }
    let element = document().create_element("script").ok()?;
    element.set_attribute("type", "module").ok()?;
    element.set_attribute("src", script).ok()?;
    element
        .add_event_listener_with_callback("load", resolve)
        .ok()?;
    element
        .add_event_listener_with_callback("error", reject)
        .ok()?;
    head.append_child(&element).ok()?;
    Some(())
}

/// Something that a script shows in the page. It is gone when this is dropped.
pub struct Handle {
    handle: JsValue,
    _told: Told,
}

impl Handle {
    /// Has the script `open` it; the last argument is whom it tells.
    pub fn open(name: &str, arguments: &[JsValue], told: Told) -> Option<Self> {
        let all: Array = arguments.iter().chain([told.object()]).collect();
        let handle = call(&member(&window(), name)?, "open", &all)?;
        Some(Self {
            handle,
            _told: told,
        })
    }

    pub fn tell<const COUNT: usize>(&self, what: &str, arguments: [JsValue; COUNT]) {
        let _ = call(&self.handle, what, &arguments.into_iter().collect());
    }

    pub fn number(&self, what: &str) -> Option<f64> {
        call(&self.handle, what, &Array::new())?.as_f64()
    }

    /// Takes the whole screen of the operator, where the browser lets it.
    pub fn full(&self) {
        let asked = call(&self.handle, "full", &Array::new());
        spawn_local(async move { drop(kept(asked).await) });
    }

    /// Puts a text on the operator's clipboard; says whether the browser let it.
    pub async fn copy(&self, text: &str) -> bool {
        kept(call(&self.handle, "copy", &Array::of1(&text.into())))
            .await
            .is_some()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.tell("close", []);
    }
}

/// What comes of something that a script promised; none where it is no promise, or not kept.
pub async fn kept(promised: Option<JsValue>) -> Option<JsValue> {
    let promise = promised?.dyn_into::<Promise>().ok()?;
    JsFuture::from(promise).await.ok()
}

/// Functions by their names, for a script to call until this is dropped.
pub struct Told {
    object: Object,
    kept: Vec<Box<dyn Any>>,
}

impl Told {
    pub fn new() -> Self {
        Self {
            object: Object::new(),
            kept: Vec::new(),
        }
    }

    pub fn hears<F: ?Sized + 'static>(mut self, name: &str, function: Closure<F>) -> Self {
        let _ = Reflect::set(&self.object, &name.into(), function.as_ref());
        self.kept.push(Box::new(function));
        self
    }

    /// As the script gets it.
    pub fn object(&self) -> &JsValue {
        &self.object
    }
}

/// What a script tells goes to the methods of the same names.
macro_rules! told {
    ($to:expr, $($name:ident($($argument:ident: $kind:ty),*)),+ $(,)?) => {
        $crate::remote::asset::Told::new()$(.hears(stringify!($name), {
            let to = ::std::rc::Rc::clone($to);
            let heard: ::wasm_bindgen::closure::Closure<dyn Fn($($kind),*)> =
                ::wasm_bindgen::closure::Closure::new(move |$($argument: $kind),*| to.$name($($argument),*));
            heard
        }))+
    };
}

pub(super) use told;
