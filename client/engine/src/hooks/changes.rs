//! What changed in the traits, for scripts and other programs.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;
use std::path::Path;

use serde_json::json;

use crate::files;
use crate::transport::messages::Trait;

/// A prefix whose values are not what they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub prefix: String,
    pub before: Vec<String>,
    pub after: Vec<String>,
}

impl Change {
    /// Whether the prefix had no value before.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.before.is_empty()
    }
}

type Values = BTreeMap<String, Vec<String>>;

fn values(traits: &[Trait]) -> Values {
    let mut values = Values::new();
    for one in traits {
        values
            .entry(one.prefix.clone())
            .or_default()
            .push(one.value.clone());
    }
    values
}

/// The prefixes that changed, by name. Nothing changed when nothing was known before.
#[must_use]
pub fn changes(before: &[Trait], after: &[Trait]) -> Vec<Change> {
    if before.is_empty() {
        return Vec::new();
    }
    let (before, after) = (values(before), values(after));
    let mut prefixes: Vec<&String> = before.keys().chain(after.keys()).collect();
    prefixes.sort();
    prefixes.dedup();
    let change = |prefix: &String| Change {
        prefix: prefix.clone(),
        before: before.get(prefix).cloned().unwrap_or_default(),
        after: after.get(prefix).cloned().unwrap_or_default(),
    };
    prefixes
        .into_iter()
        .map(change)
        .filter(|change| change.before != change.after)
        .collect()
}

/// Writes `.json` and `.env` for scripts and for programs of root that learn from them who this computer is. Nobody
/// else reads them: traits tell about the people at this computer.
///
/// # Errors
/// Those of the file system.
pub fn write_event_data(folder: &Path, before: &[Trait], after: &[Trait]) -> io::Result<()> {
    files::public_folder(folder)?;
    let (before, after) = (values(before), values(after));
    let data = json!({ "before": before, "after": after });
    files::write(&folder.join(".json"), &serde_json::to_vec(&data)?, 0o600)?;
    let mut text = String::new();
    for (name, values) in [("BEFORE_TRAIT", &before), ("TRAIT", &after)] {
        for (prefix, values) in values {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{name}_{}={}", variable(prefix), assignment(values));
        }
    }
    files::write(&folder.join(".env"), text.as_bytes(), 0o600)
}

fn variable(prefix: &str) -> String {
    prefix
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}

/// One value as a shell text, several as an array.
fn assignment(values: &[String]) -> String {
    let quoted: Vec<_> = values.iter().map(|value| quote(value)).collect();
    match quoted.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join(" ")),
    }
}

fn quote(value: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in value.chars() {
        if "\\\"$`".contains(letter) {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn one(prefix: &str, value: &str) -> Trait {
        Trait {
            id: 1,
            description: String::new(),
            value: value.into(),
            name: prefix.into(),
            prefix: prefix.into(),
            sort: "client".into(),
        }
    }

    #[test]
    fn changed_vanished_and_new_prefixes_are_told_apart() {
        let before = [one("HST", "a"), one("NET", "n"), one("SET", "s")];
        let after = [one("HST", "b"), one("LOC", "x"), one("SET", "s")];
        let found = changes(&before, &after);
        let names: Vec<_> = found
            .iter()
            .map(|change| (change.prefix.as_str(), change.is_new()))
            .collect();
        assert_eq!(names, [("HST", false), ("LOC", true), ("NET", false)]);
        assert!(changes(&[], &after).is_empty());
    }

    #[test]
    fn programs_find_the_number_where_they_look_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let after = [one("CID", "5"), one("SET", "a"), one("SET", "$(reboot)")];
        write_event_data(folder.path(), &[], &after).unwrap();
        let text = std::fs::read(folder.path().join(".json")).unwrap();
        let data: serde_json::Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(data["after"]["CID"][0], "5");
        let text = std::fs::read_to_string(folder.path().join(".env")).unwrap();
        assert_eq!(text, "TRAIT_CID=\"5\"\nTRAIT_SET=(\"a\" \"\\$(reboot)\")\n");
    }

    #[test]
    fn only_root_reads_the_traits() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".json"), "{}").unwrap();
        write_event_data(folder.path(), &[], &[one("USR", "ana")]).unwrap();
        for name in [".json", ".env"] {
            let file = std::fs::metadata(folder.path().join(name)).unwrap();
            assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn no_value_is_run_by_the_shell_that_reads_it(value in "[\\PC&&[^\u{0}]]{0,20}") {
            let script = format!("V={}; printf %s \"$V\"", quote(&value));
            #[expect(clippy::disallowed_methods, reason = "the test asks a real shell")]
            let output = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
            prop_assert_eq!(String::from_utf8_lossy(&output.stdout), value);
        }
    }
}
