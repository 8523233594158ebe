//! dpkg's list of packages, read straight from its file: fast enough for a catalogue that asks often.

use migasfree_deb::{Stanza, stanzas};

use crate::entry::{Entry, Fit, Unfinished, Wanted};

/// One package dpkg knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Record {
    pub name: String,
    pub version: String,
    pub architecture: String,
    /// Third word of `Status`: `installed`, `config-files`, `half-configured`, …
    pub state: String,
    /// Second word of `Status`: `ok` or `reinstreq`.
    pub flag: String,
    /// The field `Multi-Arch`.
    pub multi_arch: String,
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

impl Record {
    /// As the driver wants it, on a computer of this architecture.
    pub(super) fn entry(&self, native: &str) -> Entry {
        let fit = match self.architecture.as_str() {
            "all" => Fit::Every,
            own if own == native => Fit::Own,
            _ => Fit::Foreign,
        };
        Entry {
            fit,
            side_by_side: self.multi_arch == "same",
            installed: self.state == "installed",
            held: self.is_held(),
            unfinished: self.unfinished(),
            way_out: self.way_out(),
            name: self.name.clone(),
            version: self.version.clone(),
            architecture: self.architecture.clone(),
        }
    }

    /// Somebody wants it to stay as it is.
    pub(super) fn is_held(&self) -> bool {
        self.wanted == "hold"
    }

    /// Whether something of it is there, whole or not.
    pub(super) fn is_there(&self) -> bool {
        self.state == "installed" || self.unfinished().is_some()
    }

    /// Left in the middle by something that was interrupted.
    fn unfinished(&self) -> Option<Unfinished> {
        let done = ["installed", "config-files", "not-installed"];
        let reinstall = self.flag == "reinstreq";
        let unfinished = !done.contains(&self.state.as_str()) || reinstall;
        unfinished.then(|| Unfinished {
            leaving: self.is_leaving(),
            in_part: reinstall || self.state == "half-installed",
        })
    }

    /// It is going away: dpkg is to remove it, or was interrupted or failed at that. While it brings in files it says
    /// `reinstreq`, so half-installed without that is half removed, whatever is wanted of it by now.
    fn is_leaving(&self) -> bool {
        let waits_for_triggers = self.state.starts_with("triggers-");
        let is_unwanted = ["deinstall", "purge"].contains(&self.wanted.as_str());
        (is_unwanted && !waits_for_triggers)
            || (self.state == "half-installed" && self.flag != "reinstreq")
    }

    /// What is wanted of it when it goes: apt sets that back when a removal fails.
    fn way_out(&self) -> Wanted {
        if self.wanted == "purge" {
            Wanted::Purge
        } else {
            Wanted::Remove
        }
    }
}

/// Reads dpkg's status file.
pub(super) fn parse(text: &str) -> Vec<Record> {
    stanzas(text).filter_map(|stanza| record(&stanza)).collect()
}

/// Replaces records by what dpkg wrote down later in its journal, in the order it did.
pub(super) fn merge(records: &mut Vec<Record>, journal: &str) {
    for later in parse(journal) {
        let same = |record: &Record| {
            record.name == later.name
                && (record.architecture == later.architecture || later.architecture.is_empty())
        };
        let gone = later.state == "not-installed" && later.flag == "ok";
        match records.iter().position(same) {
            Some(at) if gone => {
                records.remove(at);
            }
            Some(at) => records[at] = later,
            None if gone => {}
            None => records.push(later),
        }
    }
}

fn record(stanza: &Stanza<'_>) -> Option<Record> {
    let field = |name: &str| stanza.get(name).copied().unwrap_or_default();
    let mut status = field("status").split_whitespace();
    let wanted = status.next()?;
    let record = Record {
        name: field("package").to_owned(),
        version: field("version").to_owned(),
        architecture: field("architecture").to_owned(),
        flag: status.next()?.to_owned(),
        state: status.next()?.to_owned(),
        multi_arch: field("multi-arch").to_owned(),
        wanted: wanted.to_owned(),
        pre_depends: field("pre-depends").to_owned(),
        depends: field("depends").to_owned(),
        provides: field("provides").to_owned(),
        essential: [field("essential"), field("protected"), field("important")].contains(&"yes"),
        installed_size: field("installed-size").parse().unwrap_or(0),
    };
    (!record.name.is_empty()).then_some(record)
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
        let records = parse(FILE);
        assert!(records[1].essential && records[1].installed_size == 7000);
        let elsewhere = records[1].entry("arm64");
        assert_eq!(elsewhere.display_name(), "bash:amd64");
        let entries: Vec<Entry> = records.iter().map(|one| one.entry("amd64")).collect();
        assert_eq!(entries.len(), 4);
        assert_eq!(entries[0].display_name(), "libc6:amd64");
        assert!(entries[0].installed && !entries[0].is_unfinished());
        assert!(entries[0].held && !entries[1].held);
        assert_eq!(entries[1].display_name(), "bash");
        assert!(!entries[2].installed && !entries[2].is_unfinished());
        assert!(entries[3].is_in_part() && !entries[3].is_half_removed());
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
                parse(&text).into_iter().map(|record| (record.name, record.version)).collect();
            prop_assert_eq!(read, packages);
        }
    }
}
