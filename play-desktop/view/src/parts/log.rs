//! The log of a job, growing while it runs.

use super::CopyButton;
use crate::{
    bridge,
    state::Output,
    text::{i18n::td_string, use_i18n},
};
use leptos::{html, prelude::*, task::spawn_local};
use migasfree_play_records::OutputPiece;
use migasfree_types::shown::shown;

/// Characters of a log kept in the page; older ones are cut.
const KEPT: usize = 400_000;

/// What was read of a log.
#[derive(Clone, Copy)]
struct Log {
    text: RwSignal<String>,
    next: StoredValue<u64>,
    ready: RwSignal<bool>,
}

impl Log {
    /// Adds a part, unless it is already there or something before it is missing.
    fn take(&self, offset: u64, next: u64, part: &str) -> bool {
        let Some(expected) = self.next.try_get_value() else {
            return false;
        };
        if offset != expected {
            return offset < expected;
        }
        self.next.set_value(next);
        self.text.update(|text| {
            text.push_str(&plain(part));
            if text.len() > KEPT {
                let cut = text.len() - KEPT;
                let cut = (cut..text.len())
                    .find(|place| text.is_char_boundary(*place))
                    .unwrap_or(0);
                text.drain(..cut);
            }
        });
        true
    }

    /// Reads until there is no more.
    async fn read(self, job: String) {
        // Until the log was closed.
        while let Some(offset) = self.next.try_get_value() {
            match bridge::job_output(&job, offset).await {
                Ok(part) if part.next > offset => {
                    if !self.take(offset, part.next, &part.text) {
                        break;
                    }
                }
                Ok(_) | Err(_) => break,
            }
        }
        let _gone = self.ready.try_set(true);
    }
}

/// The log.
#[component]
pub fn LogView(
    /// The job.
    job: String,
    /// Whether it still runs.
    live: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let log = Log {
        text: RwSignal::new(String::new()),
        next: StoredValue::new(0),
        ready: RwSignal::new(false),
    };
    spawn_local(log.read(job.clone()));
    if live {
        follow(job, log);
    }
    let node = NodeRef::<html::Pre>::new();
    let follows = StoredValue::new(true);
    Effect::new(move || {
        log.text.track();
        if let Some(pre) = node.get()
            && follows.get_value()
        {
            request_animation_frame(move || pre.set_scroll_top(pre.scroll_height()));
        }
    });
    let note_scroll = move |_| {
        if let Some(pre) = node.get_untracked() {
            follows.set_value(pre.scroll_height() - pre.scroll_top() - pre.client_height() < 24);
        }
    };
    let shown = move || {
        let locale = i18n.get_locale();
        if !log.text.with(String::is_empty) {
            log.text.get()
        } else if log.ready.get() {
            td_string!(locale, job.log_empty).to_owned()
        } else {
            td_string!(locale, job.log_loading).to_owned()
        }
    };
    view! {
        <div class="log" data-testid="log">
            <pre
                node_ref=node
                tabindex="0"
                role="log"
                aria-live="off"
                aria-label=move || td_string!(i18n.get_locale(), job.log)
                on:scroll=note_scroll
            >
                {shown}
            </pre>
            <Show when=move || !log.text.with(String::is_empty)>
                <CopyButton text=log.text label=move || td_string!(i18n.get_locale(), job.copy) />
            </Show>
        </div>
    }
}

/// Has the log sent while this view is there.
fn follow(job: String, log: Log) {
    let pieces = expect_context::<Output>().0;
    let watched = job.clone();
    spawn_local(async move {
        // Without the right to watch, what was read stays.
        let _refused = bridge::watch_job(&watched, true).await;
    });
    let of_job = job.clone();
    Effect::new(move || {
        let Some(OutputPiece {
            job,
            offset,
            length,
            text,
        }) = pieces.get()
        else {
            return;
        };
        if job == of_job && !log.take(offset, offset + length, &text) {
            spawn_local(log.read(job));
        }
    });
    on_cleanup(move || {
        spawn_local(async move {
            let _gone = bridge::watch_job(&job, false).await;
        });
    });
}

/// Without colour codes, with what overwrote itself on one line reduced to its end, and with the rest as it may be shown.
fn plain(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' if letters.next_if_eq(&'[').is_some() => {
                // Colours and the end of a line that is written again go; whatever else it wants is seen.
                let mut sequence = String::new();
                for code in letters.by_ref() {
                    sequence.push(code);
                    if ('@'..='~').contains(&code) {
                        break;
                    }
                }
                if !sequence.ends_with(['m', 'K']) {
                    kept.push_str("\u{1b}[");
                    kept.push_str(&sequence);
                }
            }
            '\r' if letters.peek() != Some(&'\n') => {
                let line = kept.rfind('\n').map_or(0, |end| end + 1);
                kept.truncate(line);
            }
            '\r' => {}
            other => kept.push(other),
        }
    }
    shown(&kept).into_owned()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn colours_go_and_overwritten_lines_keep_their_end() {
        assert_eq!(plain("\u{1b}[1;32mok\u{1b}[0m\r\n"), "ok\n");
        assert_eq!(plain("\u{1b}[2Jx\u{202e}y"), "\\x1b[2Jx\\u{202e}y");
        assert_eq!(plain("one\n10%\r50%\r100%\ndone"), "one\n100%\ndone");
    }
}
