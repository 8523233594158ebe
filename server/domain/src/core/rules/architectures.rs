//! The architectures of a project's computers.

use migasfree_server_repository::system::System;

/// Architectures of a project as they are stored: one blank between two, each once.
///
/// # Errors
/// What to write instead of the first that no computer of this package system has.
pub fn stored(system: &dyn System, written: &str) -> Result<String, String> {
    let mut names: Vec<&str> = Vec::new();
    for name in split(written) {
        if !system.architectures().contains(&name) {
            let instead = instead(system, name);
            let system = system.name();
            return Err(format!(
                "{name:?} is no architecture of {system}: {instead}"
            ));
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Err(format!(
            "Write the architecture of the computers, for example {}.",
            system.usual_architecture()
        ));
    }
    Ok(names.join(" "))
}

/// The architectures in a text, whatever stands between them.
pub fn split(written: &str) -> impl Iterator<Item = &str> {
    let between = |char: char| char.is_whitespace() || ",;".contains(char);
    written.split(between).filter(|name| !name.is_empty())
}

fn instead(system: &dyn System, name: &str) -> String {
    let usual = system.usual_architecture();
    let lower = name.to_ascii_lowercase();
    if ["all", "noarch", "any"].contains(&lower.as_str()) {
        return format!(
            "packages for all computers need none. Write those of the computers, for example {usual}."
        );
    }
    let meant = system.architecture_here(&lower);
    if system.architectures().contains(&meant) {
        format!("write {meant}.")
    } else {
        format!("write one such as {usual}.")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use migasfree_server_repository::system::Systems;

    use super::*;

    fn stored_for(system: &str, written: &str) -> Result<String, String> {
        stored(&**Systems::default().named(system).unwrap(), written)
    }

    #[test]
    fn architectures_are_written_in_any_way_and_stored_in_one() {
        for written in ["amd64 i386", "amd64, i386", " amd64,i386;amd64\n"] {
            assert_eq!(stored_for("apt", written).as_deref(), Ok("amd64 i386"));
        }
        assert_eq!(stored_for("dnf", "x86_64").as_deref(), Ok("x86_64"));
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
            assert!(refused.contains(instead), "{written}: {refused}");
        }
    }
}
