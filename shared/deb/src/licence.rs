//! The licence a package is under, from its machine-readable copyright file.

use crate::stanzas::stanzas;

/// Finds the short names of the licences in a copyright file of Debian's format 1.0,
/// that of all files first. Free texts have none.
pub(crate) fn of_copyright(text: &str) -> Option<String> {
    if !text.get(..7)?.eq_ignore_ascii_case("format:") {
        return None;
    }
    let mut names: Vec<&str> = Vec::new();
    for stanza in stanzas(text) {
        let Some(name) = stanza.get("license").copied() else {
            continue;
        };
        if !is_short_name(name) || names.contains(&name) {
            continue;
        }
        if stanza.get("files") == Some(&"*") {
            names.insert(0, name);
        } else {
            names.push(name);
        }
    }
    names.truncate(MOST);
    (!names.is_empty()).then(|| names.join(", "))
}

/// Names shown at most; large packages have dozens.
const MOST: usize = 4;

fn is_short_name(value: &str) -> bool {
    !value.is_empty() && value.len() <= 60 && value.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_licence_of_all_files_comes_first() {
        let text = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\
            \nFiles: debian/*\nCopyright: somebody\nLicense: MIT\n Permission: granted\n\
            \nFiles: *\nCopyright: others\nLicense: GPL-3+\n\nLicense: GPL-3+\n See common-licenses\n";
        assert_eq!(of_copyright(text).as_deref(), Some("GPL-3+, MIT"));
    }

    #[test]
    fn a_free_text_has_no_licence_name() {
        assert_eq!(of_copyright("This is free software.\nLicense: GPL\n"), None);
        assert_eq!(of_copyright("é"), None);
        assert_eq!(of_copyright(""), None);
    }
}
