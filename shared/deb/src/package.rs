//! A package's control data, read from the file as a stream.

use std::io::{self, Read};

use crate::ar::Archive;
use crate::compression::unpack;
use crate::contents::{self, Contents};
use crate::limits::{APT_TEXTS, APT_WORD};
use crate::relations::{self, Kind, Relations};
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

    /// The field `Package` in lower case, which is what dpkg and apt make of it.
    pub fn name(&self) -> &str {
        self.field("Package")
    }

    /// The field `Version`, without an epoch of zero, which is none to dpkg and apt.
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

/// Architectures of other package systems, and what apt calls them.
const FOREIGN_ARCHITECTURES: [(&str, &str); 12] = [
    ("noarch", "all"),
    ("any", "all"),
    ("x86_64", "amd64"),
    ("x64", "amd64"),
    ("aarch64", "arm64"),
    ("armv7hl", "armhf"),
    ("armv7h", "armhf"),
    ("i486", "i386"),
    ("i586", "i386"),
    ("i686", "i386"),
    ("ppc64le", "ppc64el"),
    ("linux-any", "all"),
];

/// What apt calls an architecture that other package systems know under this name.
pub fn architecture_for_apt(foreign: &str) -> Option<&'static str> {
    let known = FOREIGN_ARCHITECTURES.iter();
    known
        .copied()
        .find_map(|(name, meant)| (name == foreign).then_some(meant))
}

/// What dpkg keeps of installed packages, and takes from no other.
const NOT_OURS: [&str; 4] = [
    "Status",
    "Config-Version",
    "Triggers-Pending",
    "Triggers-Awaited",
];

/// Checks what dpkg checks before it unpacks a package, and writes the control data as dpkg
/// would, so that every reader of an index understands it.
fn identified(mut control: Paragraph, scripts: Vec<Script>) -> Result<Package, ReadError> {
    check(&control, "Package", 200, relations::is_name)?;
    let name = control.get("Package").unwrap_or_default();
    let name = name.to_ascii_lowercase();
    control.set("Package", &name);
    check(&control, "Version", 200, |_| true)?;
    if let Some(detail) = version::flaw(control.get("Version").unwrap_or_default()) {
        let field = "Version";
        return Err(ReadError::Field { field, detail });
    }
    let version = control.get("Version").unwrap_or_default();
    let version = version::written_version(version).into_owned();
    control.set("Version", &version);
    let architecture = control.get("Architecture").unwrap_or_default();
    if let Some(instead) = architecture_for_apt(architecture) {
        return Err(ReadError::Architecture {
            found: architecture.to_owned(),
            instead,
        });
    }
    check(&control, "Architecture", 64, |v| {
        v.starts_with(|first: char| first.is_ascii_alphanumeric())
            && v.chars()
                .all(|char| char.is_ascii_alphanumeric() || char == '-')
    })?;
    for field in NOT_OURS {
        if control.get(field).is_some() {
            let detail = "is not allowed in a package: dpkg writes it";
            return Err(ReadError::Field { field, detail });
        }
    }
    for field in APT_TEXTS {
        if control
            .get(field)
            .is_some_and(|value| value.len() > APT_WORD)
        {
            let detail = "is longer than apt can read";
            return Err(ReadError::Field { field, detail });
        }
    }
    // dpkg does not look at them, and apt warns at every run of what it takes for neither.
    for field in ["Important", "Build-Essential"] {
        if one_of(&mut control, field, &["yes", "no"]).is_err() {
            control.set(field, "");
        }
    }
    one_of(&mut control, "Essential", &["yes", "no"])?;
    one_of(&mut control, "Protected", &["yes", "no"])?;
    one_of(
        &mut control,
        "Multi-Arch",
        &["no", "same", "allowed", "foreign"],
    )?;
    if control.get("Multi-Arch") == Some("same") && control.get("Architecture") == Some("all") {
        return Err(ReadError::Field {
            field: "Multi-Arch",
            detail: "is \"same\", which a package for all architectures cannot be",
        });
    }
    for (field, kind) in relations::fields() {
        let Some(value) = control.get(field) else {
            continue;
        };
        let mut known = Relations::parse(value, kind)
            .map_err(|source| ReadError::Relation { field, source })?;
        if kind == Kind::Provides {
            known = known.only_exact();
        }
        control.set(field, &known.to_string());
    }
    control.remove_empty();
    // dpkg and apt take any text here, and so its size may be unknown.
    let installed_size = control
        .get("Installed-Size")
        .and_then(|kibibytes| kibibytes.parse::<u64>().ok())
        .and_then(|kibibytes| kibibytes.checked_mul(1024))
        .filter(|bytes| i64::try_from(*bytes).is_ok());
    Ok(Package {
        control,
        scripts,
        installed_size,
        licence: None,
    })
}

/// A word of a few, which dpkg reads in any case and apt in lower case only.
fn one_of(control: &mut Paragraph, field: &'static str, words: &[&str]) -> Result<(), ReadError> {
    let Some(value) = control.get(field).filter(|value| !value.is_empty()) else {
        return Ok(());
    };
    let value = value.to_ascii_lowercase();
    if !words.contains(&value.as_str()) {
        let detail = "has a value that dpkg does not know";
        return Err(ReadError::Field { field, detail });
    }
    control.set(field, &value);
    Ok(())
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
