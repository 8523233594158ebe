//! All that can be told about a package: control data, scripts, changelog, files.

use std::fmt::Write;
use std::io::{self, Read};

use migasfree_deb::{Contents, EntryKind, Limits, Package, inspect};

use crate::format::FileError;

/// Relations to other packages, in the order they are shown.
const RELATIONS: [&str; 9] = [
    "Pre-Depends",
    "Depends",
    "Recommends",
    "Suggests",
    "Enhances",
    "Breaks",
    "Conflicts",
    "Replaces",
    "Provides",
];

/// Looks through a package.
pub(super) fn markdown(file: &mut dyn Read) -> Result<String, FileError> {
    let file = io::BufReader::with_capacity(256 * 1024, file);
    let (package, contents) = inspect(file, &Limits::default())?;
    Ok(told(&package, &contents))
}

fn told(package: &Package, contents: &Contents) -> String {
    let mut text = String::from("# Info\n\n");
    let is_relation = |name: &str| {
        RELATIONS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    };
    let fields = package.control().fields();
    code(
        &mut text,
        fields
            .iter()
            .filter(|field| !is_relation(&field.name))
            .map(|field| format!("{}: {}", field.name, field.value)),
    );
    text.push_str("# Requires\n\n");
    for name in RELATIONS {
        if let Some(value) = package.control().get(name) {
            let _ = writeln!(text, "- **{name}**: `{}`", value.replace(['\n', '`'], " "));
        }
    }
    text.push_str("\n# Scripts\n\n");
    for script in package.scripts() {
        let _ = writeln!(text, "## {}\n", script.name);
        code(&mut text, script.text.lines());
    }
    text.push_str("# Changelog\n\n");
    if let Some(changelog) = &contents.changelog {
        code(&mut text, changelog.lines());
    }
    text.push_str("# Files\n\n");
    code(
        &mut text,
        contents.entries.iter().map(|entry| {
            let target = match &entry.kind {
                EntryKind::Symlink(target) => format!(" -> {target}"),
                EntryKind::Hardlink(path) => format!(" = {path}"),
                _ => String::new(),
            };
            let kind = match &entry.kind {
                EntryKind::Directory => 'd',
                EntryKind::Symlink(_) => 'l',
                EntryKind::File | EntryKind::Hardlink(_) => '-',
                _ => '?',
            };
            format!(
                "{kind} {:04o} {:>10} /{}{target}",
                entry.mode, entry.size, entry.path
            )
        }),
    );
    if let Some(reason) = &contents.incomplete {
        let _ = writeln!(text, "The list ends here: {reason}.");
    }
    text
}

/// Lines of a package as a code block they cannot end: indented, not fenced.
fn code(text: &mut String, lines: impl Iterator<Item = impl AsRef<str>>) {
    for line in lines {
        for line in line.as_ref().lines() {
            let visible = line.replace(|char: char| char.is_control() && char != '\t', "\u{fffd}");
            let _ = writeln!(text, "    {visible}");
        }
    }
    text.push('\n');
}
