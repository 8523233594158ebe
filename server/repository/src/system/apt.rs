//! Debian and its derivatives.

use std::sync::Arc;

use migasfree_deb::{ARCHITECTURES, architecture_for_apt};
use migasfree_types::message::quoted;

use super::names::{LONGEST, begins_well};
use super::sources::name_of_option;
use super::{Elsewhere, Flaw, Here, Packages, System, only_words};
use crate::format::{Format, apt};
use crate::messages;

/// Options of sources that machines take over. Those that switch checking off are not among them.
const OPTIONS: [&str; 7] = [
    "arch",
    "lang",
    "target",
    "pdiffs",
    "by-hash",
    "check-valid-until",
    "signed-by",
];

#[derive(Debug, Default)]
pub(super) struct Apt {
    format: Arc<apt::Apt>,
}

impl System for Apt {
    fn name(&self) -> &'static str {
        "apt"
    }

    fn packages(&self) -> Packages {
        Packages {
            mimetypes: &[
                "application/x-debian-package",
                "application/vnd.debian.binary-package",
            ],
            extensions: &["deb"],
            architectures: &ARCHITECTURES,
        }
    }

    fn architectures(&self) -> &'static [&'static str] {
        let all: &'static [&'static str] = &ARCHITECTURES;
        match all {
            // Packages for all architectures are for every machine.
            ["all", machines @ ..] => machines,
            others => others,
        }
    }

    fn usual_architecture(&self) -> &'static str {
        "amd64"
    }

    fn architecture_here<'a>(&self, foreign: &'a str) -> &'a str {
        architecture_for_apt(foreign).unwrap_or(foreign)
    }

    /// `name`, `name:architecture`, and either with `=version` or `/release`, as apt reads them. A hyphen at the end
    /// would mean "remove this".
    fn is_package_name(&self, word: &str) -> bool {
        let name = self.bare_name(word);
        let suffix = word.get(name.len()..).unwrap_or_default();
        let (name, architecture) = match name.split_once(':') {
            Some((name, architecture)) => (name, Some(architecture)),
            None => (name, None),
        };
        let small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        (2..=LONGEST).contains(&name.len())
            && begins_well(name)
            && name
                .bytes()
                .all(|byte| small(byte) || b"+-.".contains(&byte))
            && !name.ends_with('-')
            && architecture.is_none_or(|text| {
                begins_well(text) && text.bytes().all(|byte| small(byte) || byte == b'-')
            })
            && is_suffix(suffix)
    }

    fn bare_name<'a>(&self, word: &'a str) -> &'a str {
        word.split(['=', '/']).next().unwrap_or_default()
    }

    /// In lower case. Versions after a name keep their capitals.
    fn as_known(&self, text: &str) -> String {
        let mut in_name = true;
        let lowered = text.chars().map(|char| {
            in_name = char.is_whitespace() || (in_name && !"=/".contains(char));
            if in_name {
                char.to_ascii_lowercase()
            } else {
                char
            }
        });
        lowered.collect()
    }

    fn check_source(&self, source: &Elsewhere<'_>) -> Result<(), Flaw> {
        let options = within_brackets(source.options.trim())?;
        only_words(options, source)?;
        for option in options.split_whitespace() {
            let name = option.split_once('=').map_or(option, |(name, _value)| name);
            if !OPTIONS.contains(&name_of_option(name)) {
                let known = OPTIONS.join(", ");
                let reason = messages::unknown_option(quoted(name), known);
                return Err(Flaw::new("options", reason));
            }
        }
        let suite = source.suite.split_whitespace().next();
        let is_flat = suite.is_some_and(|suite| suite.ends_with('/'));
        let has_components = source.components.split_whitespace().next().is_some();
        let (field, reason) = match suite {
            None => ("suite", messages::suite_needed()),
            Some(_) if is_flat && has_components => ("components", messages::components_of_flat()),
            Some(_) if !is_flat && !has_components => ("components", messages::component_needed()),
            Some(_) => return Ok(()),
        };
        Err(Flaw::new(field, reason))
    }

    fn source_here(&self, repository: &Here<'_>) -> String {
        let Here {
            name, repositories, ..
        } = repository;
        format!("deb {repositories} {name} PKGS\n")
    }

    fn source_elsewhere(&self, _name: &str, address: &str, source: &Elsewhere<'_>) -> String {
        let Elsewhere {
            options,
            suite,
            components,
        } = source;
        format!("deb {options} {address} {suite} {components}\n")
    }

    fn media_type(&self, file_name: &str) -> Option<&'static str> {
        match file_name {
            "InRelease" | "Release" | "Packages" => Some("text/plain; charset=utf-8"),
            "Release.gpg" => Some("application/pgp-signature"),
            _ if file_name.ends_with(".deb") => Some("application/vnd.debian.binary-package"),
            _ => None,
        }
    }

    fn format(&self) -> Option<Arc<dyn Format>> {
        Some(Arc::clone(&self.format) as Arc<dyn Format>)
    }
}

/// Options may stand in brackets, as they do in a line of sources.
fn within_brackets(options: &str) -> Result<&str, Flaw> {
    if !options.starts_with('[') && !options.ends_with(']') {
        return Ok(options);
    }
    let inner = options
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    inner.ok_or_else(|| Flaw::new("options", messages::missing_bracket()))
}

/// Nothing, or a sign with a version or a release behind it.
fn is_suffix(suffix: &str) -> bool {
    let Some(value) = suffix.get(1..) else {
        return suffix.is_empty();
    };
    begins_well(value)
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".+-~:_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_apt_reads_in_sources_passes() {
        for (options, suite, components) in [
            ("", "bookworm", "main contrib"),
            (
                "[arch=amd64,i386 signed-by=/etc/k.asc]",
                "stable/updates",
                "main",
            ),
            ("arch=amd64", "./", ""),
        ] {
            let source = Elsewhere {
                options,
                suite,
                components,
            };
            assert_eq!(Apt::default().check_source(&source), Ok(()), "{suite}");
        }
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
            let source = Elsewhere {
                options,
                suite,
                components,
            };
            let refused = Apt::default().check_source(&source);
            assert_eq!(refused.err().map(|flaw| flaw.field), Some(field), "{suite}");
        }
    }

    #[test]
    fn names_are_in_lower_case_and_versions_are_not() {
        let text = "MF-Agent=1.0RC1 Gimp:amd64\nVim/Stable";
        assert_eq!(
            Apt::default().as_known(text),
            "mf-agent=1.0RC1 gimp:amd64\nvim/Stable"
        );
    }
}
