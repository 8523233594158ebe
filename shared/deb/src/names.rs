//! What a package's file name tells (client protocol 8.8).

/// File name endings of the supported package systems, longest first.
const EXTENSIONS: [&str; 7] = [
    "pkg.tar.zst",
    "pkg.tar.gz",
    "pkg.tar.xz",
    "tar.gz",
    "pkg",
    "deb",
    "rpm",
];

/// The architectures of Debian and its derivatives; the first stands for all of them.
pub const ARCHITECTURES: [&str; 30] = [
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
];

/// What the other supported package systems call theirs.
const OTHERS: [&str; 9] = [
    "aarch64", "any", "i686", "m32r", "noarch", "s390", "sparc", "x64", "x86_64",
];

/// The architecture rpm gives to keys.
const NO_ARCHITECTURE: &str = "(none)";

/// The parts of a file name; version and architecture are empty when it has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileName<'a> {
    /// Package name.
    pub name: &'a str,
    /// Version with epoch and release, as in the name.
    pub version: &'a str,
    /// Architecture.
    pub architecture: &'a str,
}

/// Splits a file name, or the form `name_version_architecture.extension` of inventories.
pub fn split_file_name(file_name: &str) -> FileName<'_> {
    let stem = EXTENSIONS
        .iter()
        .find_map(|extension| file_name.strip_suffix(extension)?.strip_suffix('.'))
        .filter(|stem| !stem.is_empty())
        .unwrap_or(file_name);
    let (rest, architecture) = split_architecture(stem);
    let (name, version) = split_version(rest);
    FileName {
        name,
        version,
        architecture,
    }
}

fn split_architecture(stem: &str) -> (&str, &str) {
    ARCHITECTURES
        .iter()
        .chain(&OTHERS)
        .chain([&NO_ARCHITECTURE])
        .filter_map(|architecture| {
            let rest = stem
                .strip_suffix(architecture)?
                .strip_suffix(['_', '.', '-'])?;
            (!rest.is_empty()).then_some((rest, *architecture))
        })
        .max_by_key(|(_, architecture)| architecture.len())
        .unwrap_or((stem, ""))
}

fn split_version(rest: &str) -> (&str, &str) {
    if let Some((name, version)) = rest.split_once('_') {
        let plain = |char: char| char.is_ascii_alphanumeric() || ":.+~-".contains(char);
        if !version.is_empty() && version.chars().all(plain) {
            return (name, version);
        }
    }
    let starts = |(index, _): &(usize, char)| {
        rest[index + 1..].starts_with(|next: char| next.is_ascii_digit() || next == ':')
    };
    rest.char_indices()
        .filter(|(index, char)| *index > 0 && "_.-".contains(*char))
        .find(starts)
        .map_or((rest, ""), |(index, _)| {
            (&rest[..index], &rest[index + 1..])
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn splits(file: &str, name: &str, version: &str, architecture: &str) {
        assert_eq!(
            split_file_name(file),
            FileName {
                name,
                version,
                architecture
            }
        );
    }

    #[test]
    fn names_of_every_package_system_are_split() {
        splits("bash_5.2.15-2+b2_amd64.deb", "bash", "5.2.15-2+b2", "amd64");
        splits(
            "kernel-core_6.5.6-300.fc39_x86_64.rpm",
            "kernel-core",
            "6.5.6-300.fc39",
            "x86_64",
        );
        splits(
            "kernel-core-6.5.6-300.fc39.x86_64.rpm",
            "kernel-core",
            "6.5.6-300.fc39",
            "x86_64",
        );
        splits(
            "gpg-pubkey_abc-def_(none).rpm",
            "gpg-pubkey",
            "abc-def",
            "(none)",
        );
        splits(
            "zlib_1:1.3-2_x86_64.pkg.tar.zst",
            "zlib",
            "1:1.3-2",
            "x86_64",
        );
        splits("foo-1.2-1-any.pkg.tar.zst", "foo", "1.2-1", "any");
        splits("firefox_120.0_x64.tar.gz", "firefox", "120.0", "x64");
        splits("lib_foo_bar_1.0_i386.deb", "lib_foo_bar", "1.0", "i386");
    }

    #[test]
    fn a_name_without_version_or_architecture_is_all_name() {
        splits("noversion.deb", "noversion", "", "");
        splits("readme.txt", "readme.txt", "", "");
        splits("install.deb", "install", "", "");
        splits(
            "busybox-1.36.1-r5_x86_64.apk",
            "busybox",
            "1.36.1-r5_x86_64.apk",
            "",
        );
        splits(".deb", ".deb", "", "");
    }
}
