//! The help, in the person's language. Its English stands in the grammar; its codes are made of the names there:
//! `help-install` is the command, `help-install--packages` an argument of it.

use clap::{Arg, ArgAction, Command};

use crate::texts::{Language, Text};

/// The code of the whole program.
const ROOT: &str = "help";

/// The grammar with its help in this language.
pub fn speaking(command: Command, language: Language) -> Command {
    if language == Language::ENGLISH {
        command
    } else {
        translated(command, ROOT, language)
    }
}

fn translated(command: Command, code: &str, language: Language) -> Command {
    let usage = language.text(Text::HelpUsage);
    let template = format!("{{about-with-newline}}\n{usage}: {{usage}}\n\n{{all-args}}");
    let help = Arg::new("help")
        .short('h')
        .long("help")
        .action(ArgAction::Help)
        .help(language.text(Text::HelpHelp));
    let command = match language.translated(code) {
        Some(about) => command.about(about),
        None => command,
    };
    command
        .help_template(template)
        .subcommand_help_heading(language.text(Text::HelpCommands))
        .subcommand_value_name(language.text(Text::HelpCommand))
        .disable_help_flag(true)
        .arg(help)
        .mut_args(|argument| argument_in(argument, code, language))
        .mut_subcommands(|part| {
            let code = of_part(code, &part);
            translated(part, &code, language)
        })
}

fn argument_in(argument: Arg, code: &str, language: Language) -> Arg {
    let heading = if argument.is_positional() {
        Text::HelpArguments
    } else {
        Text::HelpOptions
    };
    let argument = argument.help_heading(language.text(heading));
    let help = language.translated(&of_argument(code, &argument));
    match help {
        Some(help) => argument.help(help),
        None => argument,
    }
}

fn of_part(code: &str, part: &Command) -> String {
    format!("{code}-{}", part.get_name())
}

fn of_argument(code: &str, argument: &Arg) -> String {
    format!("{code}--{}", argument.get_id())
}

/// Every text of the grammar with its code.
#[cfg(test)]
pub fn originals() -> Vec<(String, String)> {
    fn collect(command: &Command, code: &str, found: &mut Vec<(String, String)>) {
        let about = command.get_about().map(ToString::to_string);
        found.push((code.to_owned(), about.unwrap_or_default()));
        for argument in command.get_arguments() {
            let help = argument.get_help().map(ToString::to_string);
            found.push((of_argument(code, argument), help.unwrap_or_default()));
        }
        for part in command.get_subcommands() {
            collect(part, &of_part(code, part), found);
        }
    }
    use clap::CommandFactory as _;
    let mut found = Vec::new();
    collect(&super::arguments::Arguments::command(), ROOT, &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::arguments::Arguments;
    use clap::CommandFactory;

    #[test]
    fn nothing_english_is_left_in_the_spanish_help() {
        let spanish = Language::of_locale("es").unwrap_or(Language::ENGLISH);
        let mut command = speaking(Arguments::command(), spanish);
        let help = command.render_help().to_string();
        for word in [
            "Uso: migasfree",
            "Órdenes:",
            "Opciones:",
            "Muestra esta ayuda",
        ] {
            assert!(help.contains(word), "{word}: {help}");
        }
        for word in ["Usage", "Commands", "Options:", "Print"] {
            assert!(!help.contains(word), "{word}: {help}");
        }
    }
}
