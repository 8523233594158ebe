//! Telling about a job while it runs: lines for people, objects for programs.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::IsTerminal;
use std::sync::{Mutex, MutexGuard};

use migasfree_types::message::Message;
use migasfree_types::shown::{is_hidden, shown, shown_line};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::macros::format_description;

use super::exit::Exit;
use crate::clock::local;
use crate::job::{JobResult, ResultCode};
use crate::observer::{LockHolder, OutputStream, Progress, Stage};
use crate::output::{complain, hint, say};
use crate::texts::{EngineText, Language, Text};
use crate::transport::messages::Trait;

/// How a job ended.
#[derive(Debug)]
pub struct End {
    pub code: ResultCode,
    /// What the daemon or the engine says of it, in English; often the last line of the output.
    message: String,
    /// The same, to be said in the person's language.
    said: Option<Message>,
    /// The person was asked and said no.
    declined: bool,
}

impl End {
    /// An end of which only the English is known.
    pub const fn plain(code: ResultCode, message: String) -> Self {
        Self {
            code,
            message,
            said: None,
            declined: false,
        }
    }

    /// It ended so because the person said no.
    pub fn declined(self) -> Self {
        Self {
            declined: true,
            ..self
        }
    }

    /// How the program ends.
    pub fn exit(&self) -> Exit {
        let is_busy = |said: &Message| said.is(EngineText::ErrorSaturated.declared().code);
        if self.declined || self.said.as_ref().is_some_and(is_busy) {
            return Exit::AGAIN;
        }
        Exit::of_result(self.code)
    }

    /// The sentence that says why it ended so, and what to do.
    fn sentence(&self, language: Language) -> Option<String> {
        if self.declined {
            return Some(language.text(Text::ErrorDeclined).to_owned());
        }
        let said = self.said.as_ref()?;
        Some(shown(&language.say(said)).into_owned())
    }

    /// What is said of it in the person's language; in English where that is all there is.
    pub fn words(&self, language: Language) -> String {
        let sentence = self.sentence(language);
        sentence.unwrap_or_else(|| self.message.clone())
    }

    /// The same, below what the result means where the words alone do not say that.
    pub fn reason(&self, language: Language) -> String {
        let result = language.result(self.code);
        let sentence = self.sentence(language);
        sentence.unwrap_or_else(|| format!("{result}\n{}", self.message))
    }

    /// An end as the daemon tells it: `said` is JSON, or empty.
    pub fn of(code: ResultCode, message: String, said: &str) -> Self {
        Self {
            said: serde_json::from_str(said).ok(),
            ..Self::plain(code, message)
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
    /// The last line of output told.
    said: String,
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
        line.clone_into(&mut state.said);
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
        let (code, message) = (end.code, end.message.as_str());
        let said = self.language.result(code);
        let sentence = end.sentence(self.language);
        if self.json {
            let said = sentence.as_deref().unwrap_or(said);
            self.end(code, said, if message.is_empty() { said } else { message });
            return;
        }
        // What failed on the way to a partial result was told when it happened, as was what is the last line.
        let failed = matches!(code.result(), JobResult::Failed | JobResult::Refused);
        let told = self
            .state
            .lock()
            .is_ok_and(|state| message.lines().last().is_none_or(|line| line == state.said));
        if failed && (sentence.is_some() || !told) {
            self.last_words(code, &end.reason(self.language));
        } else {
            self.last_words(code, said);
        }
    }

    /// The end of a job that failed, for a reason already put into the person's words.
    pub fn failed(&self, code: ResultCode, reason: &str) {
        if self.json {
            self.end(code, reason, reason);
        } else {
            self.last_words(code, reason);
        }
    }

    fn end(&self, code: ResultCode, said: &str, message: &str) {
        let Some(mut state) = self.speak() else {
            return;
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
            object.insert("message".into(), json!(message));
            object.insert("result".into(), json!(code.result().as_str()));
            object.insert("code".into(), json!(code.as_str()));
        });
    }

    fn last_words(&self, code: ResultCode, text: &str) {
        let Some(mut state) = self.speak() else {
            return;
        };
        self.wipe(&mut state);
        if code.result() == JobResult::Success {
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

    #[test]
    fn a_server_without_time_ends_a_job_as_it_ends_a_command() {
        let said = serde_json::to_string(&EngineText::ErrorSaturated.told(&["42"])).unwrap();
        let busy = End::of(ResultCode::Offline, "later".to_owned(), &said);
        assert_eq!(busy.exit(), Exit::AGAIN);
        let reason = busy.reason(Language::ENGLISH);
        assert_eq!(reason, "The server is busy: try again in 42 seconds.");
        let away = End::of(ResultCode::Offline, "no route".to_owned(), "");
        assert_eq!(away.exit(), Exit::TEMPORARY);
        let refused = End::plain(ResultCode::Policy, "no".to_owned());
        assert_eq!(refused.declined().exit(), Exit::AGAIN);
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
