//! The package systems the server knows.

use std::fmt;
use std::str::FromStr;

use migasfree_deb::architecture_for_apt;

/// A package management system that projects may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pms {
    /// Debian and its derivatives.
    Apt,
    /// Fedora and relatives.
    Dnf,
    /// Arch Linux.
    Pacman,
    /// Windows packages.
    Wpt,
    /// Older rpm distributions.
    Yum,
    /// SUSE.
    Zypper,
}

/// What clients and editors need to know of a package system.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// Content types of its packages.
    pub mimetypes: &'static [&'static str],
    /// File name endings of its packages, without the dot.
    pub extensions: &'static [&'static str],
    /// Architectures its packages carry.
    pub architectures: &'static [&'static str],
}

const RPM: Facts = Facts {
    mimetypes: &["application/x-rpm", "application/x-redhat-package-manager"],
    extensions: &["rpm"],
    architectures: &["aarch64", "i386", "i686", "noarch", "x86_64", "(none)"],
};

impl Pms {
    /// Every package system, in the order of their names.
    pub const ALL: [Self; 6] = [
        Self::Apt,
        Self::Dnf,
        Self::Pacman,
        Self::Wpt,
        Self::Yum,
        Self::Zypper,
    ];

    /// The stored and transmitted name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Apt => "apt",
            Self::Dnf => "dnf",
            Self::Pacman => "pacman",
            Self::Wpt => "wpt",
            Self::Yum => "yum",
            Self::Zypper => "zypper",
        }
    }

    /// Content types, endings and architectures.
    #[must_use]
    pub const fn facts(self) -> Facts {
        match self {
            Self::Apt => Facts {
                mimetypes: &[
                    "application/x-debian-package",
                    "application/vnd.debian.binary-package",
                ],
                extensions: &["deb"],
                architectures: &[
                    "all",
                    "alpha",
                    "amd64",
                    "arc",
                    "arm",
                    "arm64",
                    "armel",
                    "armhf",
                    "avr32",
                    "hppa",
                    "hurd-amd64",
                    "hurd-i386",
                    "i386",
                    "ia64",
                    "kfreebsd-amd64",
                    "kfreebsd-i386",
                    "loong64",
                    "m68k",
                    "mips",
                    "mips64el",
                    "mipsel",
                    "powerpc",
                    "powerpcspe",
                    "ppc64",
                    "ppc64el",
                    "riscv64",
                    "s390x",
                    "sh4",
                    "sparc64",
                    "x32",
                ],
            },
            Self::Dnf | Self::Yum | Self::Zypper => RPM,
            Self::Pacman => Facts {
                mimetypes: &[
                    "application/x-alpm-package",
                    "application/x-zstd-compressed-alpm-package",
                    "application/x-gtar",
                ],
                extensions: &["pkg", "pkg.tar.zst", "pkg.tar.gz", "pkg.tar.xz"],
                architectures: &["any", "x86_64"],
            },
            Self::Wpt => Facts {
                mimetypes: &["application/gzip", "application/x-gzip"],
                extensions: &["tar.gz"],
                architectures: &["x64"],
            },
        }
    }

    /// Whether this server can publish repositories of its packages.
    #[must_use]
    pub const fn is_published(self) -> bool {
        matches!(self, Self::Apt)
    }

    /// Architectures computers of a project may have.
    #[must_use]
    pub fn computers(self) -> &'static [&'static str] {
        match self {
            Self::Apt => match self.facts().architectures {
                // Packages for all architectures are for every computer.
                ["all", computers @ ..] => computers,
                others => others,
            },
            Self::Dnf | Self::Yum | Self::Zypper => &[
                "aarch64",
                "armv7hl",
                "i386",
                "i486",
                "i586",
                "i686",
                "loongarch64",
                "ppc64",
                "ppc64le",
                "riscv64",
                "s390x",
                "x86_64",
            ],
            Self::Pacman => &["aarch64", "armv7h", "i686", "x86_64"],
            Self::Wpt => &["x64"],
        }
    }

    /// The folder of published repositories below the project's.
    #[must_use]
    pub const fn repository_folder(self) -> &'static str {
        match self {
            Self::Apt => "repos/dists",
            _ => "repos",
        }
    }
}

impl fmt::Display for Pms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Architectures of a project as they are stored: one blank between two, each once.
///
/// # Errors
/// What to write instead of the first that no computer of this package system has.
pub fn architectures(pms: Pms, written: &str) -> Result<String, String> {
    let mut names: Vec<&str> = Vec::new();
    for name in split_architectures(written) {
        if !pms.computers().contains(&name) {
            let instead = instead(pms, name);
            return Err(format!("{name:?} is no architecture of {pms}: {instead}"));
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Err(format!(
            "Write the architecture of the computers, for example {}.",
            pms.usual()
        ));
    }
    Ok(names.join(" "))
}

/// The architectures in a text, whatever stands between them.
pub fn split_architectures(written: &str) -> impl Iterator<Item = &str> {
    let between = |char: char| char.is_whitespace() || ",;".contains(char);
    written.split(between).filter(|name| !name.is_empty())
}

fn instead(pms: Pms, name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let meant = match (pms, lower.as_str()) {
        (_, "all" | "noarch" | "any") => {
            return format!(
                "packages for all computers need none. Write those of the computers, for example {}.",
                pms.usual()
            );
        }
        (Pms::Apt, name) => architecture_for_apt(name).unwrap_or(name),
        (_, "amd64" | "x64") => pms.usual(),
        (_, "arm64") => "aarch64",
        (_, name) => name,
    };
    if pms.computers().contains(&meant) {
        format!("write {meant}.")
    } else {
        format!("write one such as {}.", pms.usual())
    }
}

impl Pms {
    /// The architecture that most computers with it have.
    #[must_use]
    pub const fn usual(self) -> &'static str {
        match self {
            Self::Apt => "amd64",
            Self::Wpt => "x64",
            _ => "x86_64",
        }
    }
}

/// The name stands for no package system of this server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not one of apt, dnf, pacman, wpt, yum, zypper")]
pub struct UnknownPms(pub String);

impl FromStr for Pms {
    type Err = UnknownPms;

    fn from_str(name: &str) -> Result<Self, UnknownPms> {
        let mut all = Self::ALL.into_iter();
        all.find(|pms| pms.name() == name)
            .ok_or_else(|| UnknownPms(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn architectures_are_written_in_any_way_and_stored_in_one() {
        for written in ["amd64 i386", "amd64, i386", " amd64,i386;amd64\n"] {
            assert_eq!(
                architectures(Pms::Apt, written).as_deref(),
                Ok("amd64 i386")
            );
        }
        assert_eq!(architectures(Pms::Dnf, "x86_64").as_deref(), Ok("x86_64"));
    }

    #[test]
    fn architectures_of_other_systems_are_refused_with_what_to_write() {
        for (pms, written, instead) in [
            (Pms::Apt, "x86_64", "write amd64."),
            (Pms::Apt, "AMD64", "write amd64."),
            (Pms::Apt, "amd64 noarch", "need none"),
            (Pms::Apt, "all", "need none"),
            (Pms::Apt, "pdp11", "such as amd64"),
            (Pms::Apt, " , ", "for example amd64"),
            (Pms::Dnf, "amd64", "write x86_64."),
            (Pms::Pacman, "arm64", "write aarch64."),
        ] {
            let refused = architectures(pms, written).unwrap_err();
            assert!(refused.contains(instead), "{written}: {refused}");
        }
    }
}
