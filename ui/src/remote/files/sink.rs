//! Where a download goes: into a file that somebody chose, or, where the browser has no such thing, into its memory until all of
//! it is there.
use crate::script::{asked, call, member};
use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::{document, set_timeout, window};
use migasfree_types::shown::is_hidden;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlAnchorElement, Url};

const CHOOSE: &str = "showSaveFilePicker";
/// What somebody who chose nothing is told by.
const CHANGED_MIND: &str = "AbortError";
/// As much of a file is kept in memory.
pub const MOST_IN_MEMORY: u64 = 256 * 1000 * 1000;
/// How long the browser may take to fetch a file from its own memory.
const FETCHED_WITHIN: Duration = Duration::from_secs(60);

/// Where it goes.
pub enum Sink {
    /// A stream into a file, in whose place it comes when it is closed.
    File(JsValue),
    /// The pieces.
    Memory(Array),
}

impl Sink {
    /// Asks where; nothing where somebody changed their mind.
    pub async fn choose(name: &str) -> Option<Self> {
        let memory = || Some(Self::Memory(Array::new()));
        let options = Object::new();
        let _ = Reflect::set(&options, &"suggestedName".into(), &saved_as(name).into());
        let Some(chosen) = call(&window(), CHOOSE, &Array::of1(&options)) else {
            return memory();
        };
        let Ok(chosen) = chosen.dyn_into::<Promise>() else {
            return memory();
        };
        let file = match JsFuture::from(chosen).await {
            Ok(file) => file,
            Err(error) => {
                let why = member(&error, "name").and_then(|name| name.as_string());
                return if why.as_deref() == Some(CHANGED_MIND) {
                    None
                } else {
                    memory()
                };
            }
        };
        match asked(&file, "createWritable", &Array::new()).await {
            Some(stream) => Some(Self::File(stream)),
            None => memory(),
        }
    }

    /// Whether there is room for a file of this size.
    pub fn fits(&self, size: u64) -> bool {
        matches!(self, Self::File(_)) || size <= MOST_IN_MEMORY
    }

    /// Takes a piece; says whether it could.
    pub async fn write(&self, bytes: &[u8]) -> bool {
        let piece = Uint8Array::from(bytes);
        match self {
            Self::File(stream) => asked(stream, "write", &Array::of1(&piece)).await.is_some(),
            Self::Memory(pieces) => {
                pieces.push(&piece);
                true
            }
        }
    }

    /// Forgets what came.
    pub async fn restart(&self) -> bool {
        match self {
            Self::File(stream) => {
                let begin = Array::of1(&JsValue::from(0));
                asked(stream, "truncate", &begin).await.is_some()
            }
            Self::Memory(pieces) => {
                pieces.set_length(0);
                true
            }
        }
    }

    /// All of it is there.
    pub async fn finish(&self, name: &str) -> bool {
        match self {
            Self::File(stream) => asked(stream, "close", &Array::new()).await.is_some(),
            Self::Memory(pieces) => {
                let saved = save(pieces, name);
                pieces.set_length(0);
                saved.is_some()
            }
        }
    }

    /// Nobody wants it any longer.
    pub async fn discard(&self) {
        match self {
            Self::File(stream) => {
                let _ = asked(stream, "abort", &Array::new()).await;
            }
            Self::Memory(pieces) => pieces.set_length(0),
        }
    }
}

/// A name that files may have here.
fn saved_as(name: &str) -> String {
    let is_odd = |letter: char| {
        is_hidden(letter) || matches!(letter, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
    };
    let name = name.replace(is_odd, "_");
    let name = name.trim_matches(['.', ' ']);
    if name.is_empty() { "file" } else { name }.to_owned()
}

fn save(pieces: &Array, name: &str) -> Option<()> {
    let blob = Blob::new_with_u8_array_sequence(pieces).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let link: HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&address);
    link.set_download(&saved_as(name));
    link.click();
    let forget = move || {
        let _ = Url::revoke_object_url(&address);
    };
    set_timeout(forget, FETCHED_WITHIN);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::saved_as;

    #[test]
    fn a_name_of_another_system_is_none_that_hurts_here() {
        assert_eq!(saved_as("note.txt"), "note.txt");
        assert_eq!(saved_as("../.bashrc"), "_.bashrc");
        assert_eq!(saved_as("a:b\n?"), "a_b__");
        assert_eq!(saved_as("..."), "file");
        assert_eq!(saved_as("photo\u{202e}gnp.exe"), "photo_gnp.exe");
    }
}
