//! Telling about a job while it runs: lines for people, objects for programs.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::IsTerminal;
use std::sync::{Mutex, MutexGuard};

use migasfree_types::message::{Arg, Message};
use migasfree_types::shown::{is_hidden, shown, shown_line};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::macros::format_description;

use super::exit::Exit;
use crate::clock::local;
use crate::job::{JobResult, ResultCode};
use crate::observer::{LockHolder, OutputStream, Progress, Stage};
use crate::output::{complain, hint, say};
use crate::texts::{Language, Text, of_result, unseen};
use crate::transport::messages::Trait;

/// How a job ended.
#[derive(Debug)]
pub struct End {
    pub code: ResultCode,
    /// What the daemon or the engine says of it; nothing where the code says all.
    pub said: Option<Message>,
}

impl End {
    /// The end of work that was not begun.
    pub const fn nothing_to_do() -> Self {
        Self {
            code: ResultCode::NothingToDo,
            said: None,
        }
    }

    /// The person was asked and said no.
    pub fn declined() -> Self {
        Self {
            code: ResultCode::Policy,
            said: Some(Text::ErrorDeclined.told(&[])),
        }
    }

    /// How the program ends.
    pub fn exit(&self) -> Exit {
        let Some(cause) = self.cause() else {
            return Exit::of_result(self.code);
        };
        if cause.is(Text::ErrorDeclined.declared().code) {
            return Exit::AGAIN;
        }
        Exit::of_said(cause).unwrap_or_else(|| Exit::of_result(self.code))
    }

    /// What ended it, without what failed before.
    fn cause(&self) -> Option<&Message> {
        let said = self.said.as_ref()?;
        match said.args.get("first") {
            Some(Arg::Message(first)) => Some(first),
            _ => Some(said),
        }
    }

    /// What is said of it.
    pub fn message(&self) -> Message {
        let result = || of_result(self.code).told(&[]);
        self.said.clone().unwrap_or_else(result)
    }

    /// The same in the person's language.
    fn words(&self, language: Language) -> String {
        self.words_after("", language)
    }

    /// Whether all was done, and no step of it failed.
    pub fn is_whole(&self) -> bool {
        self.code.result() == JobResult::Success && self.said.is_none()
    }

    /// Its words to somebody who saw this line last.
    pub fn words_after(&self, seen: &str, language: Language) -> String {
        match &self.said {
            Some(said) => shown(&language.say(unseen(said, seen))).into_owned(),
            None => language.result(self.code).to_owned(),
        }
    }
}

/// Tells about one job.
pub struct Reporter {
    language: Language,
    json: bool,
    quiet: bool,
    silent: bool,
    terminal: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    job: String,
    stage: Option<Stage>,
    sequence: u64,
    /// A line is drawn that must be wiped before anything else.
    drawn: bool,
    last: Option<Progress>,
    /// The last line of output shown.
    seen: String,
}

impl Reporter {
    pub fn new(language: Language, json: bool, quiet: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self {
            language,
            json,
            quiet,
            silent: false,
            terminal,
            state: Mutex::default(),
        }
    }

    /// Says nothing at all.
    pub fn silent(language: Language) -> Self {
        Self {
            silent: true,
            ..Self::new(language, false, true)
        }
    }

    /// The state, unless nothing is to be said.
    fn speak(&self) -> Option<MutexGuard<'_, State>> {
        self.state.lock().ok().filter(|_| !self.silent)
    }

    pub fn set_job(&self, job: &str) {
        if let Ok(mut state) = self.state.lock() {
            state.job = job.to_owned();
        }
    }

    pub fn progress(&self, progress: &Progress) {
        let Some(mut state) = self.speak() else {
            return;
        };
        if state.last.as_ref() == Some(progress) {
            return;
        }
        state.last = Some(progress.clone());
        let new_stage = state.stage.replace(progress.stage) != Some(progress.stage);
        let text = self.language.stage(progress.stage);
        if self.json {
            self.object(&mut state, "progress", |object| {
                object.insert("stage".into(), json!(stage_word(progress.stage)));
                object.insert("percent".into(), json!(progress.percent));
                object.insert("message".into(), json!(text));
                object.insert("detail".into(), json!(text));
                object.insert("item".into(), json!(progress.item));
                object.insert("bytes_done".into(), json!(progress.bytes_done));
                object.insert("bytes_total".into(), json!(progress.bytes_total));
            });
        } else if !self.quiet {
            if new_stage {
                self.line(&mut state, text);
            }
            self.draw(&mut state, progress);
        }
    }

    /// Output of the package manager or a script.
    pub fn output(&self, stream: OutputStream, line: &str) {
        let Some(mut state) = self.speak() else {
            return;
        };
        if line.trim().is_empty() {
            return;
        }
        let line = &*shown(line);
        if self.json || stream == OutputStream::Err || !self.quiet {
            line.clone_into(&mut state.seen);
        }
        if self.json {
            self.object(&mut state, "log", |object| {
                object.insert("stage".into(), json!("pms"));
                object.insert("message".into(), json!(line));
            });
        } else if stream == OutputStream::Err {
            self.wipe(&mut state);
            complain(line);
        } else if !self.quiet {
            self.line(&mut state, line);
        }
    }

    /// A step ended.
    pub fn step(&self, ok: bool, detail: &str) {
        let Some(mut state) = self.speak() else {
            return;
        };
        if self.json {
            self.object(&mut state, "status", |object| {
                object.insert("stage".into(), json!(if ok { "ok" } else { "failed" }));
                object.insert("message".into(), json!(detail));
            });
        }
    }

    pub fn traits(&self, traits: &[Trait]) {
        let Some(mut state) = self.speak() else {
            return;
        };
        if self.json {
            self.object(&mut state, "traits", |object| {
                object.insert("data".into(), json!(traits));
            });
        }
    }

    pub fn waiting(&self, holder: &LockHolder) {
        self.remark(Text::Waiting, &[&holder.name, &holder.pid.to_string()]);
    }

    pub fn remark(&self, text: Text, values: &[&str]) {
        self.output(OutputStream::Info, &self.language.fill(text, values));
    }

    /// The end of the job.
    pub fn finished(&self, end: &End) {
        if self.json {
            self.end(end);
            return;
        }
        let seen = self.state.lock().map(|state| state.seen.clone());
        let words = end.words_after(&seen.unwrap_or_default(), self.language);
        self.last_words(end.is_whole(), &words);
    }

    fn end(&self, end: &End) {
        let Some(mut state) = self.speak() else {
            return;
        };
        let (code, words) = (end.code, end.words(self.language));
        let said = match code.result() {
            // What failed on the way is told with the status.
            JobResult::Success | JobResult::Partial => self.language.result(code),
            _ => words.as_str(),
        };
        let good = code.result() == JobResult::Success;
        self.object(&mut state, "progress", |object| {
            object.insert("stage".into(), json!("finish"));
            object.insert("percent".into(), json!(100));
            object.insert("message".into(), json!(said));
            object.insert("detail".into(), json!(said));
            object.insert("item".into(), json!(""));
            object.insert("bytes_done".into(), json!(0));
            object.insert("bytes_total".into(), json!(0));
        });
        self.object(&mut state, "status", |object| {
            object.insert("stage".into(), json!(if good { "ok" } else { "failed" }));
            object.insert("message".into(), json!(words));
            object.insert("result".into(), json!(code.result().as_str()));
            object.insert("code".into(), json!(code.as_str()));
        });
    }

    fn last_words(&self, good: bool, text: &str) {
        let Some(mut state) = self.speak() else {
            return;
        };
        self.wipe(&mut state);
        if good {
            self.line(&mut state, text);
        } else {
            complain(&shown(text));
        }
    }

    fn object(&self, state: &mut State, kind: &str, fill: impl FnOnce(&mut Map<String, Value>)) {
        let mut object = Map::new();
        object.insert("type".into(), json!(kind));
        fill(&mut object);
        object.insert("job".into(), json!(state.job));
        object.insert("seq".into(), json!(state.sequence));
        state.sequence += 1;
        print_line(&Value::Object(object).to_string());
    }

    fn line(&self, state: &mut State, text: &str) {
        self.wipe(state);
        if !self.quiet {
            print_line(text);
        }
    }

    fn draw(&self, state: &mut State, progress: &Progress) {
        if self.terminal {
            let item = shown_line(&progress.item);
            hint(&format!("\r{:>3} % {item}\u{1b}[K", progress.percent));
            state.drawn = true;
        }
    }

    fn wipe(&self, state: &mut State) {
        if std::mem::take(&mut state.drawn) {
            hint("\r\u{1b}[K");
        }
    }
}

/// Prints a line at once. What a terminal would obey is escaped, in a way that JSON understands, too.
pub fn print_line(text: &str) {
    say(&format!("{}\n", harmless(text)));
}

fn harmless(text: &str) -> Cow<'_, str> {
    let acts = |one: char| is_hidden(one) && !matches!(one, '\n' | '\t');
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut harmless = String::with_capacity(text.len() + 16);
    for one in text.chars() {
        if acts(one) {
            for unit in one.encode_utf16(&mut [0; 2]) {
                let _ = write!(harmless, "\\u{unit:04x}");
            }
        } else {
            harmless.push(one);
        }
    }
    Cow::Owned(harmless)
}

/// A moment for people, in the time of their clock.
pub fn moment(at: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]");
    local(at).format(&format).unwrap_or_default()
}

/// The words of the event stream programs know (`client` 5.1).
fn stage_word(stage: Stage) -> &'static str {
    match stage {
        Stage::Connect | Stage::Unknown => "connection",
        Stage::Attributes => "attributes",
        Stage::Faults => "faults",
        Stage::Repositories => "repositories",
        Stage::Metadata => "metadata",
        Stage::Remove => "uninstall",
        Stage::Download | Stage::Install => "install",
        Stage::Upgrade => "update",
        Stage::Software => "software",
        Stage::Hardware => "hardware",
        Stage::HooksPre | Stage::Devices => "sync",
        Stage::Traits | Stage::Events | Stage::HooksPost | Stage::Record => "finish",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::texts::{EngineText, with_problems};

    #[test]
    fn what_ends_a_job_ends_the_program_as_it_ends_a_command() {
        let offline = |said| End {
            code: ResultCode::Offline,
            said: Some(said),
        };
        let busy = offline(EngineText::ErrorSaturated.told(&["42"]));
        assert_eq!(busy.exit(), Exit::AGAIN);
        let before = EngineText::ErrorPackageNotFound.told(&["nowhere"]);
        let told = with_problems(busy.message(), &[before]);
        assert_eq!(offline(told).exit(), Exit::AGAIN);
        let words = busy.words(Language::ENGLISH);
        assert_eq!(words, "The server is busy: try again in 42 seconds.");
        let away = offline(Message::verbatim("no route"));
        assert_eq!(away.exit(), Exit::TEMPORARY);
        assert_eq!(End::declined().exit(), Exit::AGAIN);
        let refused = |code, said| End {
            code,
            said: Some(said),
        };
        let waits = EngineText::ErrorPending.told(&["key", "60"]);
        assert_eq!(refused(ResultCode::Server, waits).exit(), Exit::PENDING);
        let changed = EngineText::ErrorChanged.told(&["why"]);
        assert_eq!(
            refused(ResultCode::Untrusted, changed).exit(),
            Exit::NO_DATA
        );
    }

    #[test]
    fn nothing_printed_acts_on_a_terminal_and_json_stays_what_it_is() {
        let value = json!({ "summary": "red\u{9b}31m \u{202e}gnp.exe \u{1b}[2J" });
        let printed = harmless(&value.to_string()).into_owned();
        assert!(!printed.contains(is_hidden), "{printed}");
        assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), value);
        assert_eq!(harmless("two\n\tlines"), "two\n\tlines");
    }
}
