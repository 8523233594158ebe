//! dpkg's list of packages, read straight from its file: fast enough for a catalogue that asks often.

use std::collections::BTreeMap;

/// One package dpkg knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub name: String,
    pub version: String,
    pub architecture: String,
    /// Third word of `Status`: `installed`, `config-files`, `half-configured`, …
    pub state: String,
    /// Second word of `Status`: `ok` or `reinstreq`.
    pub flag: String,
    /// The field `Multi-Arch`.
    pub multi_arch: String,
    /// Somebody wants it to stay as it is.
    pub held: bool,
    /// First word of `Status`: `install`, `hold`, `deinstall`, `purge`, …
    pub wanted: String,
    /// The relation fields as they are written.
    pub pre_depends: String,
    pub depends: String,
    pub provides: String,
    /// dpkg or apt refuse to remove it without being forced.
    pub essential: bool,
    /// In KiB.
    pub installed_size: u64,
}

impl Entry {
    /// It is going away: dpkg is to remove it, or was interrupted or failed at that. While it brings in files it says
    /// `reinstreq`, so half-installed without that is half removed, whatever is wanted of it by now.
    pub(super) fn is_leaving(&self) -> bool {
        let waits_for_triggers = self.state.starts_with("triggers-");
        (self.is_unwanted() && !waits_for_triggers)
            || (self.state == "half-installed" && self.flag != "reinstreq")
    }

    fn is_unwanted(&self) -> bool {
        ["deinstall", "purge"].contains(&self.wanted.as_str())
    }

    /// What is wanted of it when it goes: apt sets that back when a removal fails.
    pub(super) fn way_out(&self) -> &str {
        if self.is_unwanted() {
            &self.wanted
        } else {
            "deinstall"
        }
    }

    /// A removal of it came to no end.
    pub(super) fn is_half_removed(&self) -> bool {
        self.is_half_done() && self.is_leaving()
    }

    pub(super) fn is_installed(&self) -> bool {
        self.state == "installed"
    }

    /// Left in the middle by something that was interrupted.
    pub(super) fn is_half_done(&self) -> bool {
        let done = ["installed", "config-files", "not-installed"];
        !done.contains(&self.state.as_str()) || self.flag == "reinstreq"
    }

    /// Some of its files are missing: no configuring finishes it, only unpacking it again or taking it away.
    pub(super) fn is_unpacked_in_part(&self) -> bool {
        self.flag == "reinstreq" || self.state == "half-installed"
    }

    /// The name as programs take it whatever the architecture of the computer.
    pub(super) fn full_name(&self) -> String {
        match self.architecture.as_str() {
            "all" | "" => self.name.clone(),
            architecture => format!("{}:{architecture}", self.name),
        }
    }

    /// The name as apt writes it in its plans: with the architecture where that is not the computer's own.
    pub(super) fn id(&self, native: &str) -> String {
        if self.architecture == native || self.architecture == "all" {
            self.name.clone()
        } else {
            format!("{}:{}", self.name, self.architecture)
        }
    }

    /// The name as `dpkg --list` writes it: with the architecture where the name alone could mean two packages.
    pub(super) fn display_name(&self, native: &str) -> String {
        let foreign = self.architecture != native && self.architecture != "all";
        if self.multi_arch == "same" || foreign {
            format!("{}:{}", self.name, self.architecture)
        } else {
            self.name.clone()
        }
    }
}

/// Reads dpkg's status file.
pub(super) fn parse(text: &str) -> Vec<Entry> {
    stanzas(text).filter_map(|stanza| entry(&stanza)).collect()
}

/// Replaces entries by what dpkg wrote down later in its journal, in the order it did.
pub(super) fn merge(entries: &mut Vec<Entry>, journal: &str) {
    for later in parse(journal) {
        let same = |entry: &Entry| {
            entry.name == later.name
                && (entry.architecture == later.architecture || later.architecture.is_empty())
        };
        let gone = later.state == "not-installed" && later.flag == "ok";
        match entries.iter().position(same) {
            Some(at) if gone => {
                entries.remove(at);
            }
            Some(at) => entries[at] = later,
            None if gone => {}
            None => entries.push(later),
        }
    }
}

fn entry(stanza: &Stanza<'_>) -> Option<Entry> {
    let field = |name: &str| stanza.get(name).copied().unwrap_or_default();
    let mut status = field("status").split_whitespace();
    let wanted = status.next()?;
    let entry = Entry {
        name: field("package").to_owned(),
        version: field("version").to_owned(),
        architecture: field("architecture").to_owned(),
        flag: status.next()?.to_owned(),
        state: status.next()?.to_owned(),
        multi_arch: field("multi-arch").to_owned(),
        held: wanted == "hold",
        wanted: wanted.to_owned(),
        pre_depends: field("pre-depends").to_owned(),
        depends: field("depends").to_owned(),
        provides: field("provides").to_owned(),
        essential: [field("essential"), field("protected"), field("important")].contains(&"yes"),
        installed_size: field("installed-size").parse().unwrap_or(0),
    };
    (!entry.name.is_empty()).then_some(entry)
}

/// Field name in lower case to the first line of its value.
pub(super) type Stanza<'a> = BTreeMap<String, &'a str>;

/// The stanzas of a file in Debian's control format.
pub(super) fn stanzas(text: &str) -> impl Iterator<Item = Stanza<'_>> {
    let mut lines = text.lines().peekable();
    std::iter::from_fn(move || {
        while lines.next_if(|line| line.trim().is_empty()).is_some() {}
        lines.peek()?;
        let mut stanza = Stanza::new();
        while let Some(line) = lines.next_if(|line| !line.trim().is_empty()) {
            if line.starts_with([' ', '\t', '#']) {
                continue;
            }
            if let Some((name, value)) = line.split_once(':') {
                stanza.insert(name.to_ascii_lowercase(), value.trim());
            }
        }
        Some(stanza)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const FILE: &str = "\
Package: libc6
Status: hold ok installed
Multi-Arch: same
Architecture: amd64
Version: 2.36-9
Description: library
 Package: not-a-field
 .
Conffiles:
 /etc/ld.so.conf 0123

Package: bash
Essential: yes
Status: install ok installed
Architecture: amd64
Installed-Size: 7000
Version: 5.2

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1

Package: broken
Status: install reinstreq half-installed
Architecture: all
Version: 1
";

    #[test]
    fn held_packages_are_installed_and_leftovers_are_not() {
        let entries = parse(FILE);
        assert_eq!(entries.len(), 4);
        assert_eq!(entries[0].display_name("amd64"), "libc6:amd64");
        assert!(entries[0].is_installed() && !entries[0].is_half_done());
        assert!(entries[0].held && !entries[1].held);
        assert!(entries[1].essential && entries[1].installed_size == 7000);
        assert_eq!(entries[1].display_name("amd64"), "bash");
        assert_eq!(entries[1].display_name("arm64"), "bash:amd64");
        assert!(!entries[2].is_installed() && !entries[2].is_half_done());
        assert!(entries[3].is_half_done());
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in "(\\PC{0,30}\n){0,20}") {
            let _ = parse(&text);
        }

        #[test]
        fn what_is_written_is_read(
            packages in prop::collection::vec(("[a-z][a-z0-9+.-]{1,12}", "[0-9][0-9.:~-]{0,8}"), 0..12),
        ) {
            let text: String = packages
                .iter()
                .map(|(name, version)| {
                    format!("Package: {name}\nStatus: install ok installed\nArchitecture: all\nVersion: {version}\n\n")
                })
                .collect();
            let read: Vec<_> =
                parse(&text).into_iter().map(|entry| (entry.name, entry.version)).collect();
            prop_assert_eq!(read, packages);
        }
    }
}
