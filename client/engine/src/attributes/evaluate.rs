//! Running one piece of code (`client-protocol` 6.5).

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::files;
use crate::paths::Layout;
use crate::process::root::Root;
use crate::process::{CommandRunner, ENVIRONMENT, Invocation};

/// Time code has.
const LIMIT: Duration = Duration::from_secs(60);

/// What code said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evaluated {
    /// As it came, with its line end; empty after the time limit.
    pub output: String,
    pub stderr: String,
    pub error: Option<EvaluationError>,
}

/// Why code did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    #[error("the interpreter {0} is not installed")]
    InterpreterMissing(String),
    #[error("it ended with status {0}")]
    Status(i32),
    #[error("it was killed")]
    Killed,
    #[error("it took longer than 60 seconds and was killed")]
    Timeout,
    #[error("it could not be run: {0}")]
    Io(String),
}

/// Runs code in the root folder of this engine.
#[derive(Debug, Clone)]
pub struct Evaluator {
    runner: Arc<dyn CommandRunner>,
    root: Root,
    layout: Layout,
    limit: Duration,
}

impl Evaluator {
    #[must_use]
    pub fn new(runner: Arc<dyn CommandRunner>, root: Root, layout: Layout) -> Self {
        Self {
            runner,
            root,
            layout,
            limit: LIMIT,
        }
    }

    /// `unit` names the transient unit, where there are such. Code in a language this system does not know says
    /// nothing and succeeds.
    pub async fn evaluate(&self, language: &str, code: &str, unit: &str) -> Evaluated {
        let Some(interpreter) = interpreter(language) else {
            return Evaluated::default();
        };
        if !is_installed(&self.layout, interpreter) {
            let error = EvaluationError::InterpreterMissing(interpreter.to_owned());
            return Evaluated {
                error: Some(error),
                ..Evaluated::default()
            };
        }
        match self.run(interpreter, code, unit).await {
            Ok(evaluated) => evaluated,
            Err(error) => Evaluated {
                error: Some(EvaluationError::Io(error.to_string())),
                ..Evaluated::default()
            },
        }
    }

    async fn run(&self, interpreter: &str, code: &str, unit: &str) -> std::io::Result<Evaluated> {
        let folder = self.layout.runtime().join("code");
        files::private_folder(&folder)?;
        let mut file = tempfile::Builder::new().tempfile_in(&folder)?;
        file.write_all(code.replace('\r', "").trim().as_bytes())?;
        file.flush()?;
        let inside = Path::new("/").join(
            file.path()
                .strip_prefix(self.layout.root())
                .unwrap_or(file.path()),
        );
        let mut line = self
            .root
            .wrap(vec![interpreter.to_owned(), inside.display().to_string()]);
        let program = line.remove(0);
        let invocation = Invocation::new(&program, line)
            .limit(self.limit)
            .confined(unit);
        let finished = self.runner.output(&invocation).await?;
        let error = match finished.status {
            Some(0) => None,
            Some(status) => Some(EvaluationError::Status(status)),
            None if finished.timed_out => Some(EvaluationError::Timeout),
            None => Some(EvaluationError::Killed),
        };
        let output = if finished.timed_out {
            String::new()
        } else {
            finished.stdout_text()
        };
        Ok(Evaluated {
            output,
            stderr: finished.stderr_text(),
            error,
        })
    }
}

fn interpreter(language: &str) -> Option<&'static str> {
    match language {
        "bash" => Some("bash"),
        "python" => Some("python3"),
        "perl" => Some("perl"),
        "php" => Some("php"),
        "ruby" => Some("ruby"),
        _ => None,
    }
}

fn is_installed(layout: &Layout, program: &str) -> bool {
    let path = ENVIRONMENT
        .iter()
        .find(|(name, _)| *name == "PATH")
        .map_or("", |(_, path)| *path);
    path.split(':')
        .any(|folder| layout.inside(folder).join(program).exists())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::process::SystemRunner;

    /// Runs on this computer, but with its own files in a folder of the test.
    fn evaluator(folder: &Path) -> Evaluator {
        for (inside, target) in [
            ("usr/bin/bash", "/usr/bin/bash"),
            ("usr/bin/perl", "/usr/bin/perl"),
        ] {
            let link = folder.join(inside);
            std::fs::create_dir_all(link.parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(target, link).unwrap();
        }
        Evaluator {
            runner: Arc::new(AsHost(SystemRunner::detect(), folder.to_owned())),
            root: Root::new("/".into(), "/".into()),
            layout: Layout::new(folder),
            limit: Duration::from_millis(500),
        }
    }

    /// Gives programs the file's path as it is outside the folder.
    #[derive(Debug)]
    struct AsHost(SystemRunner, std::path::PathBuf);

    #[async_trait::async_trait]
    impl CommandRunner for AsHost {
        async fn run(
            &self,
            invocation: &Invocation,
            lines: crate::process::LineListener<'_>,
        ) -> std::io::Result<crate::process::Finished> {
            let mut invocation = invocation.clone();
            for argument in invocation
                .arguments
                .iter_mut()
                .filter(|argument| argument.starts_with("/run/"))
            {
                *argument = format!("{}{argument}", self.1.display());
            }
            self.0.run(&invocation, lines).await
        }
    }

    #[tokio::test]
    async fn output_comes_raw_and_the_file_is_gone_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let evaluator = evaluator(folder.path());
        let evaluated = evaluator
            .evaluate("bash", "\r\n echo a\r\necho b >&2\r\n", "u")
            .await;
        assert_eq!(evaluated.output, "a\n");
        assert_eq!(evaluated.stderr, "b\n");
        assert_eq!(evaluated.error, None);
        let evaluated = evaluator.evaluate("perl", "print 6*7; exit 3", "u").await;
        assert_eq!(
            (evaluated.output.as_str(), evaluated.error),
            ("42", Some(EvaluationError::Status(3)))
        );
        assert_eq!(
            std::fs::read_dir(folder.path().join("run/migasfree/code"))
                .unwrap()
                .count(),
            0
        );
    }

    #[tokio::test]
    async fn slow_code_is_killed_and_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let evaluated = evaluator(folder.path())
            .evaluate("bash", "echo a; sleep 60", "u")
            .await;
        assert_eq!(evaluated.output, "");
        assert_eq!(evaluated.error, Some(EvaluationError::Timeout));
    }

    #[tokio::test]
    async fn a_missing_interpreter_is_named_and_a_foreign_language_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let evaluator = evaluator(folder.path());
        let evaluated = evaluator.evaluate("ruby", "puts 1", "u").await;
        assert_eq!(
            evaluated.error,
            Some(EvaluationError::InterpreterMissing("ruby".into()))
        );
        assert_eq!(
            evaluator.evaluate("powershell", "1", "u").await,
            Evaluated::default()
        );
    }
}
