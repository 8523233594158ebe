//! Man pages and shell completions. Each program writes its own, so that they say what it takes:
//! `PROGRAM --manual DIR`, which `cargo xtask package` calls.

pub mod help;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;

/// Section 1 of the manual: for everybody.
pub const COMMANDS: &str = "1";
/// Section 8 of the manual: for administrators.
pub const ADMINISTRATION: &str = "8";

/// Writes the manual where the command line asks for that; `None` where it does not.
pub fn run_if_asked(section: &str, grammar: impl FnOnce() -> Command) -> Option<ExitCode> {
    let folder = asked(std::env::args_os().skip(1))?;
    Some(match write(grammar(), section, &folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!(
                "the manual cannot be written to {}: {error}",
                folder.display()
            );
            ExitCode::FAILURE
        }
    })
}

fn asked(mut arguments: impl Iterator<Item = OsString>) -> Option<PathBuf> {
    match (arguments.next(), arguments.next(), arguments.next()) {
        (Some(flag), Some(folder), None) if flag == "--manual" => Some(folder.into()),
        _ => None,
    }
}

/// Writes `man<section>/`, `bash/`, `zsh/` and `fish/` below the folder.
///
/// # Errors
/// Those of the file system.
pub fn write(command: Command, section: &str, folder: &Path) -> io::Result<()> {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let pages = folder.join(format!("man{section}"));
    fs::create_dir_all(&pages)?;
    let name = command.get_name().to_owned();
    let source = format!("{name} {}", command.get_version().unwrap_or_default());
    page(&command, section, source.trim_end(), &pages)?;
    for (shell, place) in [
        (Shell::Bash, format!("bash/{name}")),
        (Shell::Zsh, format!("zsh/_{name}")),
        (Shell::Fish, format!("fish/{name}.fish")),
    ] {
        let path = folder.join(place);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut text = Vec::new();
        clap_complete::generate(shell, &mut command, &name, &mut text);
        fs::write(path, text)?;
    }
    Ok(())
}

fn page(command: &Command, section: &str, source: &str, folder: &Path) -> io::Result<()> {
    for part in command.get_subcommands().filter(|part| !part.is_hide_set()) {
        page(part, section, source, folder)?;
    }
    Man::new(command.clone())
        .section(section)
        .source(source)
        .manual("migasfree")
        .generate_to(folder)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clap::Arg;

    #[test]
    fn every_part_of_a_program_has_a_page_and_every_shell_completes_it() {
        let folder = tempfile::tempdir().unwrap();
        let part = Command::new("paint")
            .about("Paint it")
            .arg(Arg::new("colour").long("colour"));
        let secret = Command::new("secret").hide(true);
        let grammar = Command::new("house").subcommand(part).subcommand(secret);
        write(grammar, ADMINISTRATION, folder.path()).unwrap();
        let text = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
        assert!(text("man8/house-paint.8").contains("colour"));
        assert!(text("man8/house.8").contains("paint"));
        assert!(!folder.path().join("man8/house-secret.8").exists());
        for path in ["bash/house", "zsh/_house", "fish/house.fish"] {
            assert!(text(path).contains("colour"), "{path}");
        }
    }

    #[test]
    fn only_a_whole_request_is_one() {
        let words = |words: &[&str]| asked(words.iter().map(OsString::from));
        assert_eq!(words(&["--manual", "x"]), Some("x".into()));
        assert_eq!(words(&["--manual"]), None);
        assert_eq!(words(&["sync", "--manual", "x"]), None);
    }
}
