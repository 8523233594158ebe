//! The help, in the person's language.

use clap::Command;
use migasfree_connect_core::texts::{Language, Text};
use migasfree_manual::help::{self, Words};

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeMap;
    use std::path::Path;

    use clap::CommandFactory as _;
    use migasfree_locales::CONNECT_ENGLISH;

    use super::*;
    use crate::arguments::Arguments;

    /// Set to write the English catalogue instead of comparing it.
    const WRITE: &str = "MIGASFREE_WRITE_CATALOGUE";

    /// What the others have is compared with it in `shared/locales`.
    #[test]
    fn the_english_catalogue_is_what_is_declared() {
        let declared = Text::ALL.iter().map(|text| text.declared());
        let mut texts: BTreeMap<String, String> = declared
            .map(|one| (one.code.to_owned(), one.text.to_owned()))
            .collect();
        texts.extend(help::originals(&Arguments::command()));
        let mut catalogue = String::from(
            "# What Connect says, as it is declared: its texts and its grammar are the original.\n",
        );
        for (code, text) in texts {
            catalogue.push_str(&format!("{code} = {text}\n"));
        }
        if std::env::var_os(WRITE).is_some() {
            let path =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/locales/en/connect.ftl");
            std::fs::write(path, &catalogue).unwrap();
            return;
        }
        assert_eq!(
            CONNECT_ENGLISH, catalogue,
            "run this test with {WRITE}=1, and translate what is new"
        );
    }

    #[test]
    fn nothing_english_is_left_in_the_spanish_help() {
        let spanish = Language::of_locale("es").unwrap();
        let mut command = speaking(Arguments::command(), spanish);
        let help = command.render_help().to_string();
        for word in ["Uso: migasfree-connect", "Órdenes:", "Opciones:"] {
            assert!(help.contains(word), "{word}: {help}");
        }
        for word in ["Usage", "Commands", "Options:", "Print"] {
            assert!(!help.contains(word), "{word}: {help}");
        }
    }
}
