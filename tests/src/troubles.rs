//! What goes wrong in a page while a test uses it: uncaught errors, `console.error`, answers of 400 and more.
//!
//! Every browser has a watch, and no test can forget it: what was found is part of every failure, fails the end of the session, and fails the test that
//! drops the browser without ending it.

use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// The console asks at its start whether somebody is signed in; that nobody is, is told by a 401.
const NOBODY_YET: &str =
    "/rest-auth/user/ - Failed to load resource: the server responded with a status of 401";

/// Collects in a page whose driver keeps no log: errors that nobody caught, and what is written with `console.error`.
const COLLECT: &str = "
    if (!window.collected) {
        const broken = document.querySelector('#broken pre');
        window.collected = broken ? [broken.textContent] : [];
        const words = (one) => one instanceof Error ? `${one.name}: ${one.message}` : String(one);
        addEventListener('error', (event) => {
            if (event.message !== undefined) collected.push(`uncaught: ${event.message}`);
        });
        addEventListener('unhandledrejection', (event) => collected.push(`uncaught: ${words(event.reason)}`));
        const error = console.error;
        console.error = (...all) => { collected.push(`console.error: ${all.map(words).join(' ')}`); error.apply(console, all); };
    }
    return collected.splice(0)";

/// Where troubles are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The log of Chromium's driver. It has what the page wrote and what the network answered, over every navigation.
    Log,
    /// A collector in the page. It hears from its first use on, and begins anew with the page.
    Page,
}

/// Watches one session.
#[derive(Debug)]
pub struct Watch {
    http: reqwest::Client,
    session: String,
    source: Source,
    expected: Mutex<Vec<Expected>>,
    ended: bool,
}

#[derive(Debug)]
struct Expected {
    words: String,
    came: bool,
}

impl Watch {
    /// Watches the session at this address of its driver.
    pub fn new(session: String, source: Source) -> Self {
        // A connection for each question: the last one may be asked from another runtime.
        let http = reqwest::Client::builder().pool_max_idle_per_host(0).build();
        Self {
            http: http.unwrap_or_default(),
            session,
            source,
            expected: Mutex::new(vec![Expected {
                words: NOBODY_YET.to_owned(),
                came: true,
            }]),
            ended: false,
        }
    }

    /// Where it reads.
    pub fn source(&self) -> Source {
        self.source
    }

    /// Names a trouble that the test provokes, by words of it. It has to come.
    pub fn expect(&self, words: &str) {
        self.know(words, false);
    }

    /// Names something that may go wrong, depending on what is faster.
    pub fn allow(&self, words: &str) {
        self.know(words, true);
    }

    fn know(&self, words: &str, came: bool) {
        if let Ok(mut expected) = self.expected.lock() {
            expected.push(Expected {
                words: words.to_owned(),
                came,
            });
        }
    }

    /// What went wrong since it was last asked, but for what was expected.
    pub async fn troubles(&self) -> Result<Vec<String>> {
        let (path, body) = match self.source {
            Source::Log => ("se/log", json!({"type": "browser"})),
            Source::Page => ("execute/sync", json!({"script": COLLECT, "args": []})),
        };
        let answer: Value = self
            .http
            .post(format!("{}/{path}", self.session))
            .json(&body)
            .send()
            .await?
            .json()
            .await?;
        // A window that closed itself has nothing more to say.
        let gone = ["no such window", "invalid session id"];
        if self.source == Source::Page
            && (answer.pointer("/value/error").and_then(Value::as_str))
                .is_some_and(|error| gone.contains(&error))
        {
            return Ok(Vec::new());
        }
        let lines = answer
            .get("value")
            .and_then(Value::as_array)
            .with_context(|| format!("the driver does not tell what went wrong: {answer}"))?;
        let found = lines.iter().filter_map(words_of);
        Ok(found.filter(|trouble| !self.is_expected(trouble)).collect())
    }

    /// The session ends: nothing may have gone wrong in it, and what was expected has come.
    pub async fn end(&mut self) -> Result<()> {
        self.ended = true;
        let mut found = self.troubles().await?;
        if let Ok(expected) = self.expected.lock() {
            let missing = expected.iter().filter(|one| !one.came);
            found.extend(missing.map(|one| format!("expected, but did not come: {}", one.words)));
        }
        if !found.is_empty() {
            bail!("in the page something went wrong:\n{}", found.join("\n"));
        }
        Ok(())
    }

    fn is_expected(&self, trouble: &str) -> bool {
        self.expected.lock().is_ok_and(|mut expected| {
            let known = (expected.iter_mut()).find(|one| trouble.contains(&one.words));
            known.is_some_and(|one| {
                one.came = true;
                true
            })
        })
    }

    /// Asks from a thread of its own: whoever drops a browser may stand in the middle of a runtime.
    fn last_troubles(&self) -> Result<Vec<String>> {
        thread::scope(|scope| {
            let asked = scope.spawn(|| {
                tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?
                    .block_on(self.troubles())
            });
            asked
                .join()
                .unwrap_or_else(|_| bail!("asking the driver failed"))
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        // Where the browser is gone there is nothing left to ask.
        let found = self.last_troubles().unwrap_or_default();
        if found.is_empty() {
            return;
        }
        let found = format!("in the page something went wrong:\n{}", found.join("\n"));
        assert!(thread::panicking(), "{found}");
        eprintln!("{found}");
    }
}

/// An entry of the driver's log, if it is an error, or a line of the collector.
fn words_of(entry: &Value) -> Option<String> {
    match entry {
        Value::String(line) => Some(line.clone()),
        entry => (entry["level"] == "SEVERE").then(|| {
            let words = entry["message"].as_str().unwrap_or_default();
            format!("{}: {words}", entry["source"].as_str().unwrap_or("error"))
        }),
    }
}
