//! Asking the package manager what changes nothing.

use std::time::Duration;

use super::Driver;
use crate::PmsError;
use crate::entry::Entry;
use crate::process::{Finished, Invocation};
use crate::query::{Line, Query};

impl Driver {
    pub(super) async fn ask<T: Send + 'static>(&self, query: Query<T>) -> Result<T, PmsError> {
        let Query {
            lines,
            must_succeed,
            is_typed,
            read,
        } = query;
        let mut answers = Vec::with_capacity(lines.len());
        for line in lines {
            let answer = if is_typed {
                self.output_of_typed(line).await?
            } else {
                self.output(line).await?
            };
            if must_succeed && !answer.success() {
                return Err(self.explain(&answer));
            }
            answers.push(answer);
        }
        let root = self.root.folder().to_owned();
        blocking(move || read(&root, &answers)).await?
    }

    /// The output of a program that reads, or changes no more than what is wanted.
    pub(super) async fn output(&self, line: Line) -> Result<Finished, PmsError> {
        let mut line = self.root.wrap(line);
        let program = line.remove(0);
        let mut invocation = Invocation::new(&program, line)
            .limit(Duration::from_secs(120))
            .output_limit(64 * 1024 * 1024);
        for (name, value) in self.back_end.environment() {
            invocation = invocation.env(name, value);
        }
        Ok(self.runner.output(&invocation).await?)
    }

    /// What the failure of such a program means.
    pub(super) fn explain(&self, failed: &Finished) -> PmsError {
        let output = failed.stdout_text() + &failed.stderr_text();
        self.back_end.explain(&output, &[])
    }

    /// The packages the package manager knows.
    pub(super) async fn entries(&self) -> Result<Vec<Entry>, PmsError> {
        let native = self.native().await?;
        self.ask(self.back_end.entries(native)).await
    }

    /// The architecture packages have unless they say otherwise.
    pub(super) async fn native(&self) -> Result<&str, PmsError> {
        let ask = || self.ask(self.back_end.native_architecture());
        self.native.get_or_try_init(ask).await.map(String::as_str)
    }

    async fn output_of_typed(&self, line: Line) -> Result<Finished, PmsError> {
        let mut line = self.root.wrap(modest(line, self.root.has_users()));
        let program = line.remove(0);
        let invocation = Invocation::new(&program, line)
            .limit(Duration::from_secs(20))
            .output_limit(16 * 1024 * 1024);
        Ok(self.runner.output(&invocation).await?)
    }
}

/// The program with little memory and processor time, and as nobody where that is possible.
fn modest(program: Line, as_nobody: bool) -> Line {
    let limits: &[&str] = &["prlimit", "--as=1073741824", "--cpu=20", "--core=0", "--"];
    let nobody: &[&str] = &[
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "--no-new-privs",
        "--",
    ];
    let prefixes = [limits, if as_nobody { nobody } else { &[] }];
    let words = prefixes.into_iter().flatten();
    words
        .map(|word| (*word).to_owned())
        .chain(program)
        .collect()
}

/// Does what waits for files where that may be waited for.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, PmsError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(std::io::Error::other)?)
}
