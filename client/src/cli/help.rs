//! The help, in the person's language.

use clap::Command;
use migasfree_manual::help::{self, Words};

use crate::texts::{Language, Text};

/// The grammar with its help in this language.
pub fn speaking(command: Command, language: Language) -> Command {
    if language == Language::ENGLISH {
        return command;
    }
    let words = Words {
        usage: language.text(Text::HelpUsage),
        commands: language.text(Text::HelpCommands),
        command: language.text(Text::HelpCommand),
        arguments: language.text(Text::HelpArguments),
        options: language.text(Text::HelpOptions),
        help: language.text(Text::HelpHelp),
    };
    help::translated(command, words, &|code| language.translated(code))
}

/// Every text of the grammar with its code.
#[cfg(test)]
pub fn originals() -> Vec<(String, String)> {
    use clap::CommandFactory as _;
    help::originals(&super::arguments::Arguments::command())
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
