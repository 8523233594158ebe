//! The picture of a computer's screen in the page: a script draws it, and hears pointer and keys.
use crate::{
    remote::asset::{self, Handle, Told},
    script::{call, member},
};
use js_sys::{Array, Uint8Array};
use leptos::prelude::window;
use migasfree_tunnel::screen::{Codec, FromComputer, Tile};
use wasm_bindgen::JsValue;
use web_sys::HtmlElement;

const SCRIPT: &str = "/assets/screen/screen.js";
/// What the script is called by.
pub const NAME: &str = "migasfreeScreen";

/// Fetches the script; says whether it is here.
pub async fn fetch() -> bool {
    asset::fetch(NAME, SCRIPT, None).await
}

/// What this browser shows, the best first.
pub async fn codecs() -> Vec<Codec> {
    let script = member(&window(), NAME);
    let asked = script.and_then(|script| call(&script, "codecs", &Array::new()));
    let found = asset::kept(asked).await.and_then(|found| found.as_string());
    let video = found.unwrap_or_default();
    let video = video.split(' ').filter_map(|name| match name {
        "vp9" => Some(Codec::Vp9),
        "vp8" => Some(Codec::Vp8),
        _ => None,
    });
    video.chain([Codec::Tiles]).collect()
}

/// How large the picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// As the place for it.
    Fit,
    /// As it comes.
    Actual,
}

/// A picture.
pub struct Canvas(pub Handle);

impl Canvas {
    pub fn open(place: &HtmlElement, label: &str, told: Told) -> Option<Self> {
        Handle::open(NAME, &[place.clone().into(), label.into()], told).map(Self)
    }

    /// Shows what the computer says, as far as it is to be seen.
    pub fn show(&self, said: &FromComputer) {
        match said {
            FromComputer::Shape(shape) => self.0.tell(
                "shape",
                [
                    name(shape.codec).into(),
                    shape.width.into(),
                    shape.height.into(),
                ],
            ),
            FromComputer::Frame(frame) => self.0.tell(
                "frame",
                [
                    frame.key.into(),
                    frame.sequence.into(),
                    Uint8Array::from(&frame.data[..]).into(),
                ],
            ),
            FromComputer::Tiles(tiles) => {
                let all: Array = tiles.tiles.iter().map(tile).collect();
                self.0.tell("tiles", [tiles.sequence.into(), all.into()]);
            }
            FromComputer::Cursor(cursor) => self.0.tell(
                "cursor",
                [
                    cursor.hot_x.into(),
                    cursor.hot_y.into(),
                    cursor.width.into(),
                    cursor.height.into(),
                    Uint8Array::from(&cursor.rgba[..]).into(),
                ],
            ),
            FromComputer::CursorAt { x, y } => self.0.tell("cursorAt", [(*x).into(), (*y).into()]),
            FromComputer::Clipboard(_) | FromComputer::Failed(_) => {}
        }
    }

    /// Whether pointer and keys are heard.
    pub fn control(&self, is_heard: bool) {
        self.0.tell("control", [is_heard.into()]);
    }

    /// Lets what is typed go to it.
    pub fn focus(&self) {
        self.0.tell("focus", []);
    }

    pub fn scale(&self, scale: Scale) {
        let name = match scale {
            Scale::Fit => "fit",
            Scale::Actual => "actual",
        };
        self.0.tell("scale", [name.into()]);
    }

    /// Width and height of the place for it, in pixels.
    pub fn size(&self) -> (u16, u16) {
        let number = |name| self.0.number(name).map_or(0, |number| number as u16);
        (number("width"), number("height"))
    }
}

fn name(codec: Codec) -> &'static str {
    match codec {
        Codec::Vp9 => "vp9",
        Codec::Vp8 => "vp8",
        Codec::Tiles => "tiles",
    }
}

fn tile(tile: &Tile) -> Array {
    let parts: [JsValue; 5] = [
        tile.x.into(),
        tile.y.into(),
        tile.width.into(),
        tile.height.into(),
        Uint8Array::from(&tile.webp[..]).into(),
    ];
    parts.into_iter().collect()
}
