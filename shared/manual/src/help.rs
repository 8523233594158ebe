//! Help in a person's language. Its English stands in the grammar; its codes are made of the names there: `help-install` is
//! the command, `help-install--packages` an argument of it.

use clap::{Arg, ArgAction, Command};

/// The code of the whole program.
const ROOT: &str = "help";

/// The words around what the grammar says.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// Above the line that shows the usage.
    pub usage: &'static str,
    /// Above the commands.
    pub commands: &'static str,
    /// In place of a command.
    pub command: &'static str,
    /// Above the arguments.
    pub arguments: &'static str,
    /// Above the options.
    pub options: &'static str,
    /// What `--help` does.
    pub help: &'static str,
}

/// What a code is in the language, if it is translated.
pub type Translated<'a> = &'a dyn Fn(&str) -> Option<&'static str>;

/// The grammar with its help in a language.
#[must_use]
pub fn translated(command: Command, words: Words, said: Translated<'_>) -> Command {
    of_command(command, ROOT, words, said)
}

fn of_command(command: Command, code: &str, words: Words, said: Translated<'_>) -> Command {
    let usage = words.usage;
    let template = format!("{{about-with-newline}}\n{usage}: {{usage}}\n\n{{all-args}}");
    let help = Arg::new("help")
        .short('h')
        .long("help")
        .action(ArgAction::Help)
        .help(words.help);
    let command = match said(code) {
        Some(about) => command.about(about),
        None => command,
    };
    command
        .help_template(template)
        .subcommand_help_heading(words.commands)
        .subcommand_value_name(words.command)
        .disable_help_flag(true)
        .arg(help)
        .mut_args(|argument| of_argument(argument, code, words, said))
        .mut_subcommands(|part| {
            let code = code_of_part(code, &part);
            of_command(part, &code, words, said)
        })
}

fn of_argument(argument: Arg, code: &str, words: Words, said: Translated<'_>) -> Arg {
    let heading = if argument.is_positional() {
        words.arguments
    } else {
        words.options
    };
    let argument = argument.help_heading(heading);
    match said(&code_of_argument(code, &argument)) {
        Some(help) => argument.help(help),
        None => argument,
    }
}

fn code_of_part(code: &str, part: &Command) -> String {
    format!("{code}-{}", part.get_name())
}

fn code_of_argument(code: &str, argument: &Arg) -> String {
    format!("{code}--{}", argument.get_id())
}

/// Every text of a grammar with its code.
#[must_use]
pub fn originals(grammar: &Command) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(grammar, ROOT, &mut found);
    found
}

fn collect(command: &Command, code: &str, found: &mut Vec<(String, String)>) {
    let about = command.get_about().map(ToString::to_string);
    found.push((code.to_owned(), about.unwrap_or_default()));
    for argument in command.get_arguments() {
        let help = argument.get_help().map(ToString::to_string);
        found.push((code_of_argument(code, argument), help.unwrap_or_default()));
    }
    for part in command.get_subcommands() {
        collect(part, &code_of_part(code, part), found);
    }
}
