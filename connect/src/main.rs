//! `migasfree-connect`: the helpdesk's way to a computer.

mod arguments;
mod commands;
mod context;
mod help;
mod keep;
mod keyring;
mod output;
mod programs;
mod screen;
mod signals;
mod tty;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};
use migasfree_connect_core::texts::{Language, Text};
use migasfree_connect_core::trouble::{Kind, Trouble};
use migasfree_manual::COMMANDS;
use migasfree_types::shown::shown;

use arguments::Arguments;
use context::Context;

/// How the program ends: as the shell or the program on the computer did, or one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit(pub u8);

impl Exit {
    /// All is well.
    pub const OK: Self = Self(0);
    /// The output could not be written.
    pub const OUTPUT: Self = Self(74);
    /// Somebody interrupted it.
    pub const INTERRUPTED: Self = Self(130);

    fn of(trouble: &Trouble) -> Self {
        Self::of_kind(trouble.kind)
    }

    fn of_kind(kind: Kind) -> Self {
        Self(match kind {
            Kind::SignIn => 1,
            Kind::Usage => 2,
            Kind::Denied => 13,
            Kind::Failed => 61,
            Kind::Offline => 75,
            Kind::Interrupted => Self::INTERRUPTED.0,
        })
    }
}

fn main() -> ExitCode {
    let language = language();
    let mut grammar = help::speaking(Arguments::command(), language);
    if let Some(code) = migasfree_manual::run_if_asked(COMMANDS, || grammar.clone()) {
        return code;
    }
    let parsed = grammar
        .try_get_matches_from_mut(std::env::args_os())
        .and_then(|found| Arguments::from_arg_matches(&found));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => {
            // When that fails there is nobody left to tell.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            output::complain(&format!("migasfree-connect: {error}"));
            return ExitCode::FAILURE;
        }
    };
    tty::restore_when_it_panics();
    let ended = runtime.block_on(async {
        signals::leave_when_interrupted(language);
        commands::run(&Context::new(language, &arguments), arguments.command).await
    });
    tty::restore();
    // Whoever still reads from the terminal would be waited for.
    runtime.shutdown_background();
    ExitCode::from(ending(ended, language).0)
}

fn ending(ended: Result<Exit, Trouble>, language: Language) -> Exit {
    let exit = ended.unwrap_or_else(|trouble| {
        output::complain(&shown(&language.say(&trouble.message)));
        Exit::of(&trouble)
    });
    match output::failure() {
        Some(error) if exit == Exit::OK => {
            let reason = error.to_string();
            output::complain(&language.fill(Text::ErrorOutput, &[&reason]));
            Exit::OUTPUT
        }
        _ => exit,
    }
}

fn language() -> Language {
    let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(set);
    let wishes = set(&"LANGUAGE").unwrap_or_default();
    Language::chosen(&locale.unwrap_or_default(), &wishes)
}
