//! What may stand in the sources of a package manager on a computer.

use super::pms::Pms;

/// Options of apt's sources that computers take over. Those that switch checking off are not
/// among them.
const APT_OPTIONS: [&str; 7] = [
    "arch",
    "lang",
    "target",
    "pdiffs",
    "by-hash",
    "check-valid-until",
    "signed-by",
];

/// A value that cannot be written into the sources of a computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// `options`, `suite` or `components`.
    pub field: &'static str,
    /// What is wrong with it, as a sentence.
    pub reason: String,
}

/// Checks the values of a source elsewhere, as they would be written into a computer's sources.
///
/// # Errors
/// The first value that is not what the package manager expects in its place.
pub fn check(pms: Pms, options: &str, suite: &str, components: &str) -> Result<(), Flaw> {
    let flaw = |field, reason: String| Err(Flaw { field, reason });
    for (field, text) in [
        ("options", options),
        ("suite", suite),
        ("components", components),
    ] {
        if text.chars().any(char::is_control) {
            return flaw(field, "Write it on one line.".to_owned());
        }
    }
    let inner = match (pms, options.trim()) {
        (Pms::Apt, text) if text.starts_with('[') || text.ends_with(']') => {
            let inner = text
                .strip_prefix('[')
                .and_then(|text| text.strip_suffix(']'));
            let Some(inner) = inner else {
                return flaw("options", "A bracket is missing.".to_owned());
            };
            inner
        }
        (_, text) => text,
    };
    for option in inner.split_whitespace() {
        let Some((name, value)) = option.split_once('=') else {
            return flaw("options", format!("{option:?} is not name=value."));
        };
        let bare = name.trim_end_matches(['+', '-']);
        if pms == Pms::Apt && !APT_OPTIONS.contains(&bare) {
            let known = APT_OPTIONS.join(", ");
            return flaw(
                "options",
                format!("Computers do not take {name:?}, only {known}."),
            );
        }
        if !is_word(bare) || !value.split(',').all(is_word) {
            return flaw("options", format!("{option:?} has a value that is none."));
        }
    }
    let mut suites = suite.split_whitespace();
    let (first, more) = (suites.next(), suites.next());
    if more.is_some() || first.is_some_and(|word| !is_word(word)) {
        return flaw(
            "suite",
            format!("{suite:?} is no suite: write one word such as bookworm."),
        );
    }
    for component in components.split_whitespace() {
        if !is_word(component) {
            return flaw(
                "components",
                format!("{component:?} is no component: write words such as main."),
            );
        }
    }
    let is_flat = first.is_some_and(|suite| suite.ends_with('/'));
    let has_components = components.split_whitespace().next().is_some();
    match pms {
        Pms::Apt if first.is_none() => flaw("suite", "apt needs a suite.".to_owned()),
        Pms::Apt if is_flat && has_components => flaw(
            "components",
            "A suite that ends with a slash has no components.".to_owned(),
        ),
        Pms::Apt if !is_flat && !has_components => flaw(
            "components",
            "apt needs a component, unless the suite ends with a slash.".to_owned(),
        ),
        _ => Ok(()),
    }
}

/// Whether a text stands for itself in every kind of sources: no blanks, no quotes, no brackets,
/// and not what programs write for nothing.
#[must_use]
pub fn is_word(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._/~:@%+-".contains(&byte);
    text.bytes().all(allowed)
        && text.starts_with(|first: char| first.is_ascii_alphanumeric() || "./".contains(first))
        && !["none", "null"].contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_apt_reads_passes() {
        for (options, suite, components) in [
            ("", "bookworm", "main contrib"),
            (
                "[arch=amd64,i386 signed-by=/etc/k.asc]",
                "stable/updates",
                "main",
            ),
            ("arch=amd64", "./", ""),
        ] {
            assert_eq!(
                check(Pms::Apt, options, suite, components),
                Ok(()),
                "{suite}"
            );
        }
        let dnf = check(Pms::Dnf, "gpgcheck=1 enabled=1", "", "");
        assert_eq!(dnf, Ok(()));
    }

    #[test]
    fn values_that_would_say_something_else_are_refused_by_field() {
        for (options, suite, components, field) in [
            ("", "bookworm\ndeb http://evil x y", "main", "suite"),
            ("", "bookworm main", "contrib", "suite"),
            ("", "None", "main", "suite"),
            ("", "", "main", "suite"),
            ("", "bookworm", "", "components"),
            ("", "bookworm", "null", "components"),
            ("", "bookworm/", "main", "components"),
            ("", "bookworm", "main [x]", "components"),
            ("[trusted=yes]", "bookworm", "main", "options"),
            ("[arch=amd64", "bookworm", "main", "options"),
            ("arch", "bookworm", "main", "options"),
            ("arch=None", "bookworm", "main", "options"),
            ("arch=a] http://evil", "bookworm", "main", "options"),
        ] {
            let refused = check(Pms::Apt, options, suite, components);
            assert_eq!(refused.err().map(|flaw| flaw.field), Some(field), "{suite}");
        }
        let dnf = check(Pms::Dnf, "gpgcheck=0\nbaseurl=http://evil", "", "");
        assert_eq!(dnf.err().map(|flaw| flaw.field), Some("options"));
    }
}
