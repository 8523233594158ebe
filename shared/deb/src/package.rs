//! A package's control data, read from the file as a stream.

use std::io::{self, Read};

use crate::ar::Archive;
use crate::compression::unpack;
use crate::contents::{self, Contents};
use crate::tar::{Header, Walker};
use crate::{Limits, Paragraph, ReadError, version};

/// Files of the control archive that are shown to people.
const SCRIPTS: [&str; 7] = [
    "preinst",
    "postinst",
    "prerm",
    "postrm",
    "config",
    "triggers",
    "conffiles",
];

/// What a package says about itself. The three fields that identify it are known to be
/// there and well formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    control: Paragraph,
    scripts: Vec<Script>,
    installed_size: Option<u64>,
    licence: Option<String>,
}

/// A maintainer script, or another control file worth showing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// `preinst`, `postinst`, `prerm`, `postrm`, `config`, `triggers` or `conffiles`.
    pub name: String,
    /// Its text; bytes that are not UTF-8 are replaced.
    pub text: String,
}

impl Package {
    /// All control fields.
    pub fn control(&self) -> &Paragraph {
        &self.control
    }

    /// The field `Package`.
    pub fn name(&self) -> &str {
        self.field("Package")
    }

    /// The field `Version`.
    pub fn version(&self) -> &str {
        self.field("Version")
    }

    /// The field `Architecture`: one architecture, or `all`.
    pub fn architecture(&self) -> &str {
        self.field("Architecture")
    }

    /// The first line of the description; empty without one.
    pub fn summary(&self) -> &str {
        self.field("Description").lines().next().unwrap_or_default()
    }

    /// Bytes on the computer once installed, as the package claims.
    pub fn installed_size(&self) -> Option<u64> {
        self.installed_size
    }

    /// The licence, where the package names it: the field `License`, else the short names of
    /// the copyright file if [`read`] came across it within [`Limits::licence_search`].
    pub fn licence(&self) -> Option<&str> {
        let field = self
            .control
            .get("License")
            .filter(|value| !value.is_empty());
        field.or(self.licence.as_deref())
    }

    /// Maintainer scripts and similar, in the order of the archive.
    pub fn scripts(&self) -> &[Script] {
        &self.scripts
    }

    fn field(&self, name: &str) -> &str {
        self.control.get(name).unwrap_or_default()
    }
}

/// Reads the control data of the package in `source`, and `source` to its end. Of
/// `data.tar` no more is unpacked than finding the licence needs.
///
/// # Errors
/// Whatever is wrong with the file, see [`ReadError`].
pub fn read<R: Read>(source: R, limits: &Limits) -> Result<Package, ReadError> {
    let (mut package, licence) = read_with(source, limits, |name, data| {
        contents::licence(name, data, limits)
    })?;
    package.licence = licence;
    Ok(package)
}

/// As [`read`], and lists what is in the package. A list that cannot be made or
/// completed is no error: it says why.
///
/// # Errors
/// Whatever is wrong with the control data or the outer archive, see [`ReadError`].
pub fn inspect<R: Read>(source: R, limits: &Limits) -> Result<(Package, Contents), ReadError> {
    read_with(source, limits, |name, data| {
        contents::list(name, data, limits)
    })
}

fn read_with<R: Read, T>(
    source: R,
    limits: &Limits,
    on_data: impl FnOnce(&str, &mut dyn Read) -> T,
) -> Result<(Package, T), ReadError> {
    let mut archive = Archive::open(source, limits.members)?;
    format_version(&mut archive)?;
    let name = expect(&mut archive, "control.tar")?;
    let package = control(&name, &mut archive, limits)?;
    let name = expect(&mut archive, "data.tar")?;
    let data = on_data(&name, &mut archive);
    // What follows is none of dpkg's business, but a broken archive is damage.
    while archive.next()?.is_some() {}
    Ok((package, data))
}

fn format_version<R: Read>(archive: &mut Archive<R>) -> Result<(), ReadError> {
    let first = archive
        .next()?
        .filter(|member| member.name == "debian-binary");
    let member = first.ok_or(ReadError::NotAPackage(
        "its first member is not debian-binary",
    ))?;
    if member.size > 128 {
        return Err(ReadError::malformed("debian-binary", "it is too long"));
    }
    let content = bytes(archive, "debian-binary")?;
    if !content.starts_with(b"2.") || !content.contains(&b'\n') {
        return Err(ReadError::Unsupported(
            "this version of the package format".into(),
        ));
    }
    Ok(())
}

/// Goes to the member called `stem` with any suffix; members whose name begins with an
/// underscore may come before it.
fn expect<R: Read>(archive: &mut Archive<R>, stem: &'static str) -> Result<String, ReadError> {
    while let Some(member) = archive.next()? {
        if member.name.starts_with(stem) {
            return Ok(member.name);
        }
        if !member.name.starts_with('_') {
            return Err(ReadError::malformed(
                "the archive",
                "its members are not in order",
            ));
        }
    }
    Err(ReadError::Truncated(format!("the archive, before {stem}")))
}

fn bytes<R: Read>(archive: &mut Archive<R>, part: &str) -> Result<Vec<u8>, ReadError> {
    let mut content = Vec::new();
    match archive.read_to_end(&mut content) {
        Ok(_) => Ok(content),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(ReadError::Truncated(part.to_owned()))
        }
        Err(error) => Err(error.into()),
    }
}

fn control<R: Read>(
    member: &str,
    archive: &mut Archive<R>,
    limits: &Limits,
) -> Result<Package, ReadError> {
    if archive.remaining() > limits.control_member {
        return Err(ReadError::too_large(member, limits.control_member));
    }
    // In memory first, so that a failing source is told from damaged data.
    let stored = bytes(archive, member)?;
    let unpacked = unpack(member, "control.tar", stored.as_slice())?;
    let mut walker = Walker::new(unpacked, member, limits.control_unpacked, limits.path);
    let mut control = None;
    let mut scripts: Vec<Script> = Vec::new();
    let mut entries = 0;
    while let Some(entry) = walker.next()? {
        entries += 1;
        if entries > limits.control_entries {
            let limit = limits.control_entries;
            return Err(ReadError::TooMany {
                what: "control files",
                limit,
            });
        }
        if entry.path.contains('/') || entry.path == ".." {
            return Err(ReadError::malformed(
                member,
                "a path in it leads to another folder",
            ));
        }
        if entry.path == "control" {
            let text = regular(&entry, control.is_some())
                .and_then(|()| walker.content("the control file", limits.control_file))?;
            control = Some(Paragraph::parse(&String::from_utf8_lossy(&text))?);
        } else if SCRIPTS.contains(&entry.path.as_str()) {
            let known = scripts.iter().any(|script| script.name == entry.path);
            regular(&entry, known)?;
            let content = walker.content(&entry.path, limits.script)?;
            let text = String::from_utf8_lossy(&content).into_owned();
            scripts.push(Script {
                name: entry.path,
                text,
            });
        }
    }
    let control = control.ok_or_else(|| ReadError::malformed(member, "it has no control file"))?;
    identified(control, scripts)
}

fn regular(entry: &Header, known: bool) -> Result<(), ReadError> {
    let malformed = |detail| {
        Err(ReadError::malformed(
            format!("control file {}", entry.path),
            detail,
        ))
    };
    match entry.kind {
        b'0' if known => malformed("it is there twice"),
        b'0' => Ok(()),
        _ => malformed("it is no regular file"),
    }
}

/// Checks the fields that identify the package, with the characters dpkg allows in them.
fn identified(control: Paragraph, scripts: Vec<Script>) -> Result<Package, ReadError> {
    let first_is_alphanumeric =
        |value: &str| value.starts_with(|first: char| first.is_ascii_alphanumeric());
    let made_of = |value: &str, others: &str| {
        value
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || others.contains(char))
    };
    check(&control, "Package", 200, |v| {
        first_is_alphanumeric(v) && made_of(v, "+-._")
    })?;
    check(&control, "Version", 200, |v| {
        first_is_alphanumeric(v) && made_of(v, ".+-:~")
    })?;
    if let Some(detail) = version::flaw(control.get("Version").unwrap_or_default()) {
        let field = "Version";
        return Err(ReadError::Field { field, detail });
    }
    check(&control, "Architecture", 64, |v| {
        first_is_alphanumeric(v) && made_of(v, "-")
    })?;
    let installed_size = match control.get("Installed-Size") {
        None | Some("") => None,
        Some(kibibytes) => {
            let bytes = kibibytes
                .parse::<u64>()
                .ok()
                .and_then(|value| value.checked_mul(1024));
            let detail = "is not a number of kibibytes";
            let bytes = bytes.filter(|bytes| i64::try_from(*bytes).is_ok());
            Some(bytes.ok_or(ReadError::Field {
                field: "Installed-Size",
                detail,
            })?)
        }
    };
    Ok(Package {
        control,
        scripts,
        installed_size,
        licence: None,
    })
}

fn check(
    control: &Paragraph,
    field: &'static str,
    length: usize,
    valid: impl Fn(&str) -> bool,
) -> Result<(), ReadError> {
    let value = control.get(field).unwrap_or_default();
    let detail = match value {
        "" => "is missing",
        _ if value.len() > length => "is too long",
        _ if !valid(value) => "has characters that are not allowed",
        _ => return Ok(()),
    };
    Err(ReadError::Field { field, detail })
}
