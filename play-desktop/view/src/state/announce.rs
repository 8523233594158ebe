//! What screen readers are told, politely and not too often.

use leptos::prelude::*;
use std::collections::HashMap;

/// Milliseconds between two announcements of the same job's progress.
const PAUSE: f64 = 10_000.0;

/// The text of the live region.
#[derive(Clone, Copy, Debug)]
pub struct Announcer {
    /// What is being said.
    pub text: RwSignal<String>,
    said: StoredValue<HashMap<String, f64>>,
}

impl Announcer {
    pub fn new() -> Self {
        Self {
            text: RwSignal::new(String::new()),
            said: StoredValue::new(HashMap::new()),
        }
    }

    /// Says something.
    pub fn say(&self, text: String) {
        self.text.set(text);
    }

    /// Says how far a job is, unless that was just said.
    pub fn progress(&self, job: &str, text: impl FnOnce() -> String) {
        let now = js_sys::Date::now();
        let due = self
            .said
            .with_value(|said| said.get(job).is_none_or(|before| now - before >= PAUSE));
        if due {
            self.said.update_value(|said| {
                said.insert(job.to_owned(), now);
            });
            self.text.set(text());
        }
    }
}
