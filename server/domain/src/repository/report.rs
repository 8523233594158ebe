//! The report on a package: control data, scripts, changelog, files (REST 8.4, `info`).

use std::fmt::Write;
use std::io;

use migasfree_deb::{Contents, EntryKind, Limits, Package, ReadError, inspect};
use migasfree_server_db::{self as db, args};
use migasfree_server_files::BlobError;
use migasfree_server_repository::reading::off_the_runtime;

use crate::ids::PackageId;
use crate::services::Services;

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

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The package has no file here.
    #[error("the package is in no store: only computers reported it")]
    NoFile,
    /// Packages of this system are not read yet.
    #[error("packages of {0} cannot be looked into yet, only those of apt")]
    Unsupported(String),
    /// The file.
    #[error(transparent)]
    Package(#[from] ReadError),
    /// The database.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// The file store.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The thread that reads it.
    #[error("the package could not be read: {0}")]
    Io(#[from] io::Error),
}

/// The report on a package as Markdown.
///
/// # Errors
/// [`db::Error::NotFound`] inside when there is no such package.
pub async fn report(state: &Services, package: PackageId) -> Result<String, ReportError> {
    let (pms, sha256): (String, Option<String>) = state
        .db
        .one(
            "SELECT p.pms, f.sha256 FROM core_package k JOIN core_project p ON p.id = k.project_id \
             LEFT JOIN store_file f ON f.package_id = k.id WHERE k.id = $1",
            args![package],
        )
        .await?;
    let sha256 = sha256.ok_or(ReportError::NoFile)?;
    if pms != "apt" {
        return Err(ReportError::Unsupported(pms));
    }
    let file = state.files.open_blob(&sha256).await?;
    let work = move || {
        inspect(
            io::BufReader::with_capacity(256 * 1024, file),
            &Limits::default(),
        )
    };
    let (package, contents) = off_the_runtime(work).await??;
    Ok(markdown(&package, &contents))
}

fn markdown(package: &Package, contents: &Contents) -> String {
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
