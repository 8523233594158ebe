//! A terminal in the page: xterm.js, fetched when it is first asked for.
use super::asset;
use crate::script::{call, member};
use js_sys::{Array, Object, Reflect, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::HtmlElement;

const SCRIPT: &str = "/assets/terminal/terminal.js";
const STYLE: &str = "/assets/terminal/xterm.css";
const NAME: &str = "migasfreeTerminal";
/// What makes a terminal as it was at first (RIS).
const RESET: &[u8] = b"\x1bc";

/// Fetches it; says whether it is here.
pub async fn fetch() -> bool {
    asset::fetch(NAME, SCRIPT, Some(STYLE)).await
}

type Typed = Closure<dyn FnMut(Uint8Array)>;
type Sized = Closure<dyn FnMut(u16, u16)>;

/// A terminal. It is gone when this is dropped.
pub struct Screen {
    handle: JsValue,
    _listeners: Option<(Typed, Sized)>,
}

impl Screen {
    /// Shows one; what is typed and its sizes are told.
    pub fn open(
        place: &HtmlElement,
        is_dark: bool,
        mut typed: impl FnMut(Vec<u8>) + 'static,
        sized: impl FnMut(u16, u16) + 'static,
    ) -> Option<Self> {
        let typed: Typed = Closure::new(move |bytes: Uint8Array| typed(bytes.to_vec()));
        let sized: Sized = Closure::new(sized);
        let arguments = Array::of4(place, &options(is_dark), typed.as_ref(), sized.as_ref());
        let handle = call(&member(&window(), NAME)?, "open", &arguments)?;
        Some(Self {
            handle,
            _listeners: Some((typed, sized)),
        })
    }

    /// Shows one that nobody types into.
    pub fn show(place: &HtmlElement, is_dark: bool) -> Option<Self> {
        let options = options(is_dark);
        set(options.unchecked_ref(), "disableStdin", true.into());
        let arguments = Array::of2(place, &options);
        let handle = call(&member(&window(), NAME)?, "open", &arguments)?;
        Some(Self {
            handle,
            _listeners: None,
        })
    }

    /// Gives it so many columns and rows, once what was written before is drawn.
    pub fn resize(&self, columns: u16, rows: u16) {
        let handle = self.handle.clone();
        self.write(b"", move || {
            let arguments = Array::of2(&JsValue::from(columns), &JsValue::from(rows));
            let _ = call(&handle, "resize", &arguments);
        });
    }

    /// Clears it, behind what was written before.
    pub fn reset(&self) {
        self.write(RESET, || {});
    }

    /// Columns and rows.
    pub fn size(&self) -> (u16, u16) {
        (self.number("columns", 80), self.number("rows", 24))
    }

    /// Shows bytes, and says when they were drawn.
    pub fn write(&self, bytes: &[u8], drawn: impl FnOnce() + 'static) {
        let drawn = Closure::once_into_js(drawn);
        let arguments = Array::of2(&Uint8Array::from(bytes), &drawn);
        let _ = call(&self.handle, "write", &arguments);
    }

    /// Lets what is typed go to it.
    pub fn focus(&self) {
        let _ = call(&self.handle, "focus", &Array::new());
    }

    fn number(&self, name: &str, otherwise: u16) -> u16 {
        let number = call(&self.handle, name, &Array::new()).and_then(|number| number.as_f64());
        number.map_or(otherwise, |number| number as u16)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = call(&self.handle, "close", &Array::new());
    }
}

/// Its colours are those of the page around it.
fn options(is_dark: bool) -> JsValue {
    let theme = Object::new();
    let (background, foreground) = if is_dark {
        ("#0b0f16", "#e6e9ef")
    } else {
        ("#ffffff", "#1c2230")
    };
    set(&theme, "background", background.into());
    set(&theme, "foreground", foreground.into());
    set(&theme, "cursor", foreground.into());
    set(&theme, "selectionBackground", "#3b82f666".into());
    let options = Object::new();
    set(&options, "theme", theme.into());
    set(
        &options,
        "fontFamily",
        "'JetBrains Mono Variable', monospace".into(),
    );
    set(&options, "fontSize", 14.into());
    set(&options, "scrollback", 5_000.into());
    set(&options, "screenReaderMode", true.into());
    options.into()
}

fn set(of: &Object, name: &str, value: JsValue) {
    let _ = Reflect::set(of, &name.into(), &value);
}
