//! Whose files are: the names that the computer itself has for its users.

use std::collections::BTreeMap;
use std::fs;

/// Longer than any name.
const LONGEST: usize = 64;

/// Names of users by their numbers.
#[derive(Debug, Default)]
pub(super) struct Owners(BTreeMap<u32, String>);

impl Owners {
    /// Those of this computer. Users of a directory go by their number.
    pub(super) fn of_system() -> Self {
        Self::read(&fs::read_to_string("/etc/passwd").unwrap_or_default())
    }

    fn read(passwd: &str) -> Self {
        let entry = |line: &str| {
            let mut fields = line.split(':');
            let name = fields.next().filter(|name| name.len() <= LONGEST)?;
            let number = fields.nth(1)?.parse().ok()?;
            Some((number, name.to_owned()))
        };
        // The first name of a number is that of the system.
        Self(passwd.lines().rev().filter_map(entry).collect())
    }

    /// What a user is called.
    pub(super) fn name(&self, number: u32) -> String {
        let known = self.0.get(&number).cloned();
        known.unwrap_or_else(|| number.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_have_names_and_others_numbers() {
        let owners =
            Owners::read("root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\nnot a line\n");
        assert_eq!(
            [0, 4711].map(|number| owners.name(number)),
            ["root", "4711"]
        );
    }
}
