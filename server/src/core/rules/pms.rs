//! The package systems the server knows.

use std::fmt;
use std::str::FromStr;

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
