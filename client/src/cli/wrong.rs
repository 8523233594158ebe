//! What is wrong with a command line. In English clap says it; in other languages its usual errors are said in words of
//! ours, and the rest as clap has it.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::texts::{Language, Text};

/// All that is said of it; nothing where clap is to say it.
pub fn told(error: &Error, language: Language) -> Option<String> {
    if language == Language::ENGLISH {
        return None;
    }
    let mut said = reason(error, language)?;
    let similar = [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ];
    if let Some(similar) = similar.iter().find_map(|kind| value(error, *kind)) {
        said.push('\n');
        said.push_str(&language.fill(Text::WrongSimilar, &[&similar]));
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        let usage = usage.to_string();
        let usage = usage.trim_start_matches("Usage:").trim();
        said.push_str(&format!("\n\n{}: {usage}", language.text(Text::HelpUsage)));
    }
    said.push_str("\n\n");
    said.push_str(language.text(Text::WrongHelp));
    Some(said)
}

fn reason(error: &Error, language: Language) -> Option<String> {
    let argument = value(error, ContextKind::InvalidArg);
    let given = value(error, ContextKind::InvalidValue);
    Some(match error.kind() {
        ErrorKind::UnknownArgument => language.fill(Text::WrongArgument, &[&argument?]),
        ErrorKind::InvalidSubcommand => {
            let command = value(error, ContextKind::InvalidSubcommand)?;
            language.fill(Text::WrongCommand, &[&command])
        }
        ErrorKind::MissingSubcommand => language.text(Text::WrongNoCommand).to_owned(),
        ErrorKind::MissingRequiredArgument => language.fill(Text::WrongMissing, &[&argument?]),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let (argument, given) = (argument?, given?);
            let choice = value(error, ContextKind::ValidValue).filter(|choice| !choice.is_empty());
            match (given.is_empty(), choice) {
                (true, _) => language.fill(Text::WrongNoValue, &[&argument]),
                (false, Some(choice)) => {
                    language.fill(Text::WrongChoice, &[&given, &argument, &choice])
                }
                (false, None) => language.fill(Text::WrongValue, &[&given, &argument]),
            }
        }
        ErrorKind::TooManyValues => language.fill(Text::WrongMore, &[&given?, &argument?]),
        ErrorKind::ArgumentConflict => {
            let argument = argument?;
            match value(error, ContextKind::PriorArg).filter(|prior| *prior != argument) {
                Some(prior) => language.fill(Text::WrongTogether, &[&argument, &prior]),
                None => language.fill(Text::WrongTwice, &[&argument]),
            }
        }
        _ => return None,
    })
}

/// What clap knows of the error, several things with commas between them.
fn value(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cli::arguments::Arguments;
    use crate::cli::help::speaking;
    use clap::CommandFactory as _;

    #[test]
    fn usual_mistakes_are_told_in_the_language_of_the_help() {
        let spanish = Language::of_locale("es").unwrap();
        for (line, words) in [
            (
                &["sync", "--nope"][..],
                "No existe aquí el argumento `--nope`",
            ),
            (&["instal", "x"][..], "Se parece a:"),
            (&["log"][..], "Falta: <"),
            (&["conf", "--server"][..], "necesita un valor"),
            (&["apps", "--category", "x"][..], "`x` no es un valor"),
            (&["sync", "--hardware", "--software"][..], "no van juntos"),
            (&["status", "--json", "--json"][..], "dos veces"),
        ] {
            let line = ["migasfree"].iter().chain(line);
            let grammar = speaking(Arguments::command(), spanish);
            let error = grammar.try_get_matches_from(line).unwrap_err();
            let told = told(&error, spanish).unwrap();
            assert!(told.contains(words), "{words}: {told}");
            for english in ["error:", "Usage", "found", "For more"] {
                assert!(!told.contains(english), "{english}: {told}");
            }
        }
    }
}
