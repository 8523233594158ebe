//! The command line `migasfree`.
//!
//! Work goes through the daemon when there is one, and is done in this process, under the file lock, when there is
//! none and the caller may.

mod agent;
mod arguments;
mod commands;
mod context;
mod exit;
mod failure;
mod follow;
pub(crate) mod help;
mod plan;
mod prompt;
mod report;
mod signals;
mod work;
mod wrong;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use migasfree_manual::COMMANDS;
use migasfree_types::shown::shown;
use tracing_subscriber::EnvFilter;

use crate::texts::{Language, Text, os};
use arguments::Arguments;
use context::Context;
use exit::Exit;
use report::print_line;

use crate::output::{self, complain};

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    if let Some(code) = crate::process::helper::run_if_asked() {
        return code;
    }
    let language = Language::of_environment();
    let mut grammar = help::speaking(Arguments::command(), language);
    if let Some(code) = migasfree_manual::run_if_asked(COMMANDS, || grammar.clone()) {
        return code;
    }
    let parsed = grammar
        .try_get_matches_from_mut(std::env::args_os().map(arguments::expand))
        .and_then(|found| Arguments::from_arg_matches(&found));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => {
            match wrong::told(&error, language) {
                Some(told) => complain(&shown(&told)),
                // When that fails there is nobody left to tell.
                None => {
                    let _ = error.print();
                }
            }
            return ExitCode::from(Exit::USAGE.0);
        }
        Err(error) => {
            output::note(error.print());
            return ending(Exit::OK, language);
        }
    };
    let Some(command) = arguments.command else {
        output::note(grammar.print_help());
        return ending(Exit::OK, language);
    };
    let context = Context {
        language,
        quiet: arguments.quiet,
        session: arguments.session,
        root: arguments
            .root
            .and_then(|root| root.canonicalize().ok().or(Some(root))),
    };
    if let Some(root) = context.root.as_ref().filter(|root| !root.is_dir()) {
        let text = context
            .language
            .fill(Text::ErrorNoRoot, &[&root.display().to_string()]);
        complain(&shown(&text));
        return ExitCode::from(Exit::USAGE.0);
    }
    // A configuration that cannot be read is told by the command that needs it.
    let settings = context.settings().ok();
    log(arguments.debug || settings.as_ref().is_some_and(|settings| settings.debug));
    for misread in settings.iter().flat_map(|settings| &settings.misread) {
        complain(&shown(&language.misread(misread)));
    }
    let exposed = settings
        .as_ref()
        .and_then(|settings| settings.exposed_token.as_ref());
    if let Some(file) = exposed {
        let text = language.fill(Text::WarningExposedToken, &[&file.display().to_string()]);
        complain(&shown(&text));
    }
    for unread in settings.iter().flat_map(|settings| &settings.unread) {
        let values = [unread.path.display().to_string(), unread.shown_lines()];
        let text = language.fill(Text::WarningUnread, &values.each_ref().map(String::as_str));
        complain(&shown(&text));
    }
    if !arguments.quiet && !commands::speaks_json(&command) {
        print_line(concat!("migasfree ", env!("CARGO_PKG_VERSION")));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(async {
            signals::leave_when_interrupted(context.language);
            commands::run(&context, command).await
        }),
        Err(error) => {
            complain(&format!("migasfree: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let exit = ended.unwrap_or_else(|failure| {
        if let Some(message) = failure.message(context.language) {
            complain(&shown(&message));
        }
        failure.exit()
    });
    ending(exit, language)
}

/// The exit status, which is no success when words were lost.
fn ending(exit: Exit, language: Language) -> ExitCode {
    let Some(error) = output::failure() else {
        return ExitCode::from(exit.0);
    };
    complain(&language.say(&Text::ErrorOutput.with([os(error).into()])));
    let lost = if exit == Exit::OK { Exit::OUTPUT } else { exit };
    ExitCode::from(lost.0)
}

/// Logs for who asks for them: what goes wrong is told in words for everybody.
fn log(debug: bool) {
    let usual = if debug { "debug" } else { "off" };
    let filter = EnvFilter::try_from_env("MIGASFREE_LOG")
        .or_else(|_| EnvFilter::try_from_default_env())
        .unwrap_or_else(|_| EnvFilter::new(usual));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .log_internal_errors(false)
        .init();
}
