//! The architectures of a project's computers.

use migasfree_server_repository::system::System;
use migasfree_types::message::{Message, quoted};

use crate::messages;

/// Architectures of a project as they are stored: one blank between two, each once.
///
/// # Errors
/// What to write instead of the first that no computer of this package system has.
pub fn stored(system: &dyn System, written: &str) -> Result<String, Message> {
    let mut names: Vec<&str> = Vec::new();
    for name in split(written) {
        if !system.architectures().contains(&name) {
            return Err(instead(system, name));
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Err(messages::missing_architecture(system.usual_architecture()));
    }
    Ok(names.join(" "))
}

/// The architectures in a text, whatever stands between them.
pub fn split(written: &str) -> impl Iterator<Item = &str> {
    let between = |char: char| char.is_whitespace() || ",;".contains(char);
    written.split(between).filter(|name| !name.is_empty())
}

/// What is said of an architecture that no computer of the package system has.
fn instead(system: &dyn System, name: &str) -> Message {
    let (written, usual) = (quoted(name), system.usual_architecture());
    let lower = name.to_ascii_lowercase();
    if ["all", "noarch", "any"].contains(&lower.as_str()) {
        return messages::architecture_of_none(written, system.name(), usual);
    }
    let meant = system.architecture_here(&lower);
    if system.architectures().contains(&meant) {
        messages::architecture_spelled(written, system.name(), meant)
    } else {
        messages::unknown_architecture(written, system.name(), usual)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use migasfree_server_repository::system::Systems;

    use super::*;

    fn stored_for(system: &str, written: &str) -> Result<String, Message> {
        stored(&**Systems::default().named(system).unwrap(), written)
    }

    #[test]
    fn architectures_are_written_in_any_way_and_stored_in_one() {
        for written in ["amd64 i386", "amd64, i386", " amd64,i386;amd64\n"] {
            assert_eq!(stored_for("apt", written), Ok("amd64 i386".to_owned()));
        }
        assert_eq!(stored_for("dnf", "x86_64"), Ok("x86_64".to_owned()));
    }

    #[test]
    fn architectures_of_other_systems_are_refused_with_what_to_write() {
        for (system, written, instead) in [
            ("apt", "x86_64", "write amd64."),
            ("apt", "AMD64", "write amd64."),
            ("apt", "amd64 noarch", "need none"),
            ("apt", "all", "need none"),
            ("apt", "pdp11", "such as amd64"),
            ("apt", " , ", "for example amd64"),
            ("dnf", "amd64", "write x86_64."),
            ("pacman", "arm64", "write aarch64."),
        ] {
            let refused = stored_for(system, written).unwrap_err();
            assert!(refused.text.contains(instead), "{written}: {refused}");
        }
    }
}
