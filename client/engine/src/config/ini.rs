//! The INI dialect of `migasfree.conf`: read leniently, edited in place.
//!
//! Section and key names are case-insensitive, `#` and `;` begin comment lines, values are taken as they are.

use std::collections::BTreeMap;

/// Values by lower-case section and lower-case key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ini {
    sections: BTreeMap<String, BTreeMap<String, String>>,
    /// Numbers of the lines that say nothing.
    unread: Vec<usize>,
}

impl Ini {
    /// Reads a text. Lines that are no section, key or comment are left out: a damaged line must not take the
    /// computer out of management.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut ini = Self::default();
        let mut section = String::new();
        for (index, line) in text.lines().enumerate() {
            match Line::of(line) {
                Line::Section(name) => section = name.to_lowercase(),
                Line::Pair { key, value } if !section.is_empty() && !is_damaged(line) => {
                    let values = ini.sections.entry(section.clone()).or_default();
                    values.insert(key.to_lowercase(), value.to_owned());
                }
                Line::Silent => {}
                Line::Pair { .. } | Line::Other => ini.unread.push(index + 1),
            }
        }
        ini
    }

    /// Numbers of the lines that were left out.
    #[must_use]
    pub fn unread(&self) -> &[usize] {
        &self.unread
    }

    /// The value of a key; `None` when absent or empty.
    #[must_use]
    pub fn get(&self, section: &str, key: &str) -> Option<&str> {
        let value = self
            .sections
            .get(&section.to_lowercase())?
            .get(&key.to_lowercase())?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// Whether the key is there, with or without a value.
    #[must_use]
    pub fn names(&self, section: &str, key: &str) -> bool {
        let values = self.sections.get(&section.to_lowercase());
        values.is_some_and(|values| values.contains_key(&key.to_lowercase()))
    }

    /// Takes a key out. `true` when it had a value.
    pub fn remove(&mut self, section: &str, key: &str) -> bool {
        let had = self.get(section, key).is_some();
        if let Some(values) = self.sections.get_mut(&section.to_lowercase()) {
            values.remove(&key.to_lowercase());
        }
        had
    }
}

/// Whether bytes that are no UTF-8 stood there.
fn is_damaged(line: &str) -> bool {
    line.contains(char::REPLACEMENT_CHARACTER)
}

enum Line<'a> {
    Section(&'a str),
    Pair {
        key: &'a str,
        value: &'a str,
    },
    /// A comment, or nothing.
    Silent,
    Other,
}

impl<'a> Line<'a> {
    fn of(line: &'a str) -> Self {
        // Some editors mark the beginning of a file with this.
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            return Self::Silent;
        }
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            return Self::Section(name.trim());
        }
        match line.split_once(['=', ':']) {
            Some((key, value)) if !key.trim().is_empty() => Self::Pair {
                key: key.trim(),
                value: value.trim(),
            },
            _ => Self::Other,
        }
    }

    /// A key that was commented out, as in `# Proxy = host:port`.
    fn commented_key(line: &'a str) -> Option<&'a str> {
        let rest = line.trim().strip_prefix(['#', ';'])?;
        match Self::of(rest.trim_start_matches(['#', ';'])) {
            Self::Pair { key, .. } if !key.contains(char::is_whitespace) => Some(key),
            _ => None,
        }
    }
}

/// Sets a key and leaves every other byte as it is: an active line is replaced where it stands, a key that is only
/// there as a comment gets its line just below, a missing one goes under the section's header. An empty value turns
/// the active line into a comment.
#[must_use]
pub fn edit(text: &str, section: &str, key: &str, value: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let place = Place::find(&lines, section, key);
    match (place, value.is_empty()) {
        (Place::Active(index), true) => lines[index] = format!("# {}", lines[index].trim_start()),
        (Place::Active(index), false) => lines[index] = format!("{key} = {value}"),
        (_, true) => {}
        (Place::Commented(index) | Place::Header(index), false) => {
            lines.insert(index + 1, format!("{key} = {value}"));
        }
        (Place::Nowhere, false) => {
            if lines.last().is_some_and(|line| !line.trim().is_empty()) {
                lines.push(String::new());
            }
            lines.push(format!("[{section}]"));
            lines.push(format!("{key} = {value}"));
        }
    }
    let mut text = lines.join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Active(usize),
    Commented(usize),
    Header(usize),
    Nowhere,
}

impl Place {
    fn find(lines: &[String], section: &str, key: &str) -> Self {
        let mut inside = false;
        let mut place = Self::Nowhere;
        for (index, line) in lines.iter().enumerate() {
            match Line::of(line) {
                Line::Section(name) => {
                    inside = name.eq_ignore_ascii_case(section);
                    if inside && matches!(place, Self::Nowhere) {
                        place = Self::Header(index);
                    }
                }
                Line::Pair { key: found, .. } if inside && found.eq_ignore_ascii_case(key) => {
                    return Self::Active(index);
                }
                Line::Silent
                    if inside
                        && !matches!(place, Self::Commented(_))
                        && Line::commented_key(line)
                            .is_some_and(|found| found.eq_ignore_ascii_case(key)) =>
                {
                    place = Self::Commented(index);
                }
                _ => {}
            }
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILE: &str =
        "# intro\n[client]\nServer = one.example\n# Proxy = host:8080\n\n[packager]\nUser = ana\n";

    #[test]
    fn names_are_read_in_any_case_and_comments_are_not() {
        let ini = Ini::parse("[CLIENT]\nSERVER: a.example:8443\n# project = no\n;x=1\nEmpty =\n");
        assert_eq!(ini.get("client", "Server"), Some("a.example:8443"));
        assert_eq!(ini.get("client", "project"), None);
        assert_eq!(ini.get("client", "empty"), None);
    }

    #[test]
    fn lines_that_say_nothing_are_counted() {
        let text =
            "\u{feff}# fine\nServer = lost\n\n[client]\nnonsense\nProject = a\u{fffd}\nDebug = 1\n";
        let ini = Ini::parse(text);
        assert_eq!(ini.unread(), [2, 5, 6]);
        assert_eq!(ini.get("client", "Project"), None);
        assert_eq!(ini.get("client", "Debug"), Some("1"));
    }

    #[test]
    fn editing_replaces_uncomments_adds_and_comments_out() {
        let text = edit(FILE, "client", "Server", "two.example");
        assert!(
            text.contains("[client]\nServer = two.example\n# Proxy"),
            "{text}"
        );
        let text = edit(&text, "client", "Proxy", "p:1");
        assert!(
            text.contains("# Proxy = host:8080\nProxy = p:1\n"),
            "{text}"
        );
        let text = edit(&text, "client", "Debug", "true");
        assert!(text.contains("[client]\nDebug = true\nServer"), "{text}");
        let text = edit(&text, "client", "Server", "");
        assert!(text.contains("# Server = two.example\n"), "{text}");
        assert!(text.ends_with("[packager]\nUser = ana\n"), "{text}");
        assert_eq!(edit("", "client", "A", "b"), "[client]\nA = b\n");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in "\\PC{0,200}(\n\\PC{0,40}){0,8}") {
            let _ = Ini::parse(&text);
        }

        #[test]
        fn what_was_set_is_read_back_and_the_rest_stays(
            text in "(([#a-zA-Z]{0,8}[=:]?[a-z0-9 ]{0,8}|\\[[a-z]{1,6}\\]|\\[client\\])\n){0,12}",
            key in "[a-z]{1,8}",
            value in "[a-z0-9.:/-]{1,16}",
        ) {
            let edited = edit(&text, "client", &key, &value);
            let before = Ini::parse(&text);
            let after = Ini::parse(&edited);
            prop_assert_eq!(after.get("client", &key), Some(value.as_str()));
            for (section, values) in &before.sections {
                for other in values.keys().filter(|other| section != "client" || **other != key) {
                    prop_assert_eq!(after.get(section, other), before.get(section, other));
                }
            }
        }
    }
}
