//! Our repositories in apt's deb822 format, each trusted with our key and no other.

use std::fmt::Write;

use crate::pms::RepositoryAccess;
use crate::transport::messages::Repository;

/// The text of `migasfree.sources`.
pub(super) fn render(
    access: &RepositoryAccess,
    repositories: &[Repository],
    key_path: &str,
) -> String {
    let mut text = String::from("# Written by migasfree at every synchronisation.\n");
    for repository in repositories {
        let template = fill(&repository.source_template, access);
        for source in template.lines().filter_map(Source::parse) {
            text.push('\n');
            source.write(&mut text, key_path);
        }
    }
    text
}

/// Fills the braces of a template. A template that names a port after the server gets the host alone.
fn fill(template: &str, access: &RepositoryAccess) -> String {
    let own = if template.contains("{server}:") {
        &access.host
    } else {
        &access.server
    };
    let server = match &access.proxy_cache {
        Some(cache) => format!("{cache}/{own}"),
        None => own.clone(),
    };
    let filled = template
        .replace("{protocol}", &access.protocol)
        .replace("{server}", &server);
    filled.replace("{{", "{").replace("}}", "}")
}

/// One line of the older format: `deb [option=value …] address suite component …`.
#[derive(Debug, PartialEq, Eq)]
struct Source<'a> {
    kind: &'a str,
    options: Vec<(&'a str, &'a str)>,
    address: &'a str,
    suite: &'a str,
    components: Vec<&'a str>,
}

impl<'a> Source<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (kind, rest) = line.trim().split_once(char::is_whitespace)?;
        if kind != "deb" && kind != "deb-src" {
            return None;
        }
        let rest = rest.trim_start();
        let (options, rest) = match rest.strip_prefix('[') {
            Some(rest) => rest.split_once(']')?,
            None => ("", rest),
        };
        let mut words = rest.split_whitespace();
        Some(Self {
            kind,
            options: options
                .split_whitespace()
                .filter_map(|option| option.split_once('='))
                .collect(),
            address: words.next()?,
            suite: words.next()?,
            components: words.collect(),
        })
    }

    fn write(&self, text: &mut String, key_path: &str) {
        let mut line = |name: &str, value: &str| {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{name}: {value}");
        };
        line("Types", self.kind);
        line("URIs", self.address);
        line("Suites", self.suite);
        if !self.components.is_empty() {
            line("Components", &self.components.join(" "));
        }
        let mut has_key = false;
        for (name, value) in &self.options {
            let Some(field) = field_name(name) else {
                continue;
            };
            has_key |= field == "Signed-By";
            line(field, &value.replace(',', " "));
        }
        if !has_key {
            line("Signed-By", key_path);
        }
    }
}

/// What the names of the lists apt fetches from an address begin with; the address comes without its scheme.
pub(super) fn list_name(address: &str) -> String {
    let quoted = |byte: &u8| !byte.is_ascii_graphic() || b"\\|{}[]<>\"^~_=!@#$%&*".contains(byte);
    let mut name = String::new();
    for byte in address.trim_end_matches('/').bytes().chain([b'/']) {
        match byte {
            b'/' => name.push('_'),
            byte if quoted(&byte) => name.push_str(&format!("%{byte:02x}")),
            byte => name.push(char::from(byte)),
        }
    }
    name
}

/// The deb822 field an option of the older format stands for. `trusted` and `allow-insecure` switch checking off and
/// are not taken over.
fn field_name(option: &str) -> Option<&'static str> {
    Some(match option.trim_end_matches(['+', '-']) {
        "arch" => "Architectures",
        "lang" => "Languages",
        "target" => "Targets",
        "pdiffs" => "PDiffs",
        "by-hash" => "By-Hash",
        "check-valid-until" => "Check-Valid-Until",
        "allow-weak" => "Allow-Weak",
        "signed-by" => "Signed-By",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access() -> RepositoryAccess {
        RepositoryAccess {
            protocol: "http".into(),
            server: "m.example:8080".into(),
            host: "m.example".into(),
            proxy_cache: None,
        }
    }

    fn repository(template: &str) -> Repository {
        Repository {
            name: "base".into(),
            source_template: template.into(),
        }
    }

    #[test]
    fn a_line_becomes_a_stanza_with_our_key() {
        let template = "deb {protocol}://{server}/public/p/repos base PKGS\n";
        let text = render(&access(), &[repository(template)], "/k.asc");
        let stanza = "\nTypes: deb\nURIs: http://m.example:8080/public/p/repos\nSuites: base\n\
                      Components: PKGS\nSigned-By: /k.asc\n";
        assert!(text.ends_with(stanza), "{text}");
    }

    #[test]
    fn options_are_carried_over_but_never_those_that_switch_checking_off() {
        let template = "deb [arch=amd64,i386 trusted=yes signed-by=/x.gpg]  {protocol}://{server}:81/s stable a b";
        let text = render(&access(), &[repository(template)], "/k.asc");
        assert!(text.contains("URIs: http://m.example:81/s\n"), "{text}");
        assert!(
            text.contains("Architectures: amd64 i386\nSigned-By: /x.gpg\n"),
            "{text}"
        );
        assert!(!text.to_lowercase().contains("trusted"), "{text}");
    }

    #[test]
    fn lists_are_found_under_the_names_apt_gives_them() {
        assert_eq!(
            list_name("m.example:8080/public/my_project/repos/"),
            "m.example:8080_public_my%5fproject_repos_"
        );
        assert_eq!(list_name("[::1]/x"), "%5b::1%5d_x_");
    }

    #[test]
    fn a_cache_stands_before_the_server() {
        let access = RepositoryAccess {
            proxy_cache: Some("c:3142".into()),
            ..access()
        };
        let text = render(
            &access,
            &[repository("deb {protocol}://{server}/x s")],
            "/k",
        );
        assert!(
            text.contains("URIs: http://c:3142/m.example:8080/x\n"),
            "{text}"
        );
    }

    #[test]
    fn a_template_cannot_bring_in_lines_that_are_no_sources() {
        let text = render(
            &access(),
            &[repository("rm -rf /\nTrusted: yes\ndeb x\n")],
            "/k",
        );
        assert_eq!(text.lines().count(), 1, "{text}");
    }
}
