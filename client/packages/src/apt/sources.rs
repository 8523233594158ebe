//! Our repositories in apt's deb822 format, each trusted with our key and no other.

use std::fmt::Write;

use crate::RepositoryAccess;
use crate::messages::Repository;
use crate::sources::{KeyFile, Refused};

/// The text of `migasfree.sources`. A repository whose line is not exactly one source by apt's
/// grammar is left out and named, with what is wrong: nothing else gets into the file by it.
pub(super) fn render(
    access: &RepositoryAccess,
    repositories: &[Repository],
    key_path: &str,
) -> (String, Vec<Refused>) {
    let mut text = String::from("# Written by migasfree at every synchronisation.\n");
    let mut refused = Vec::new();
    for repository in repositories {
        let template = fill(&repository.source_template, access);
        match whole(access).and_then(|()| Source::parse(&template)) {
            Ok(source) => {
                text.push('\n');
                source.write(&mut text, key_path);
            }
            Err(reason) => refused.push(Refused {
                name: repository.name.clone(),
                reason,
            }),
        }
    }
    (text, refused)
}

/// The key of our repositories, in a file of its own beside those of others.
pub(super) fn key_file(access: &RepositoryAccess) -> KeyFile {
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || ".-".contains(c) {
            c
        } else {
            '_'
        }
    };
    let host: String = access.host.chars().map(safe).collect();
    KeyFile {
        path: format!("/etc/apt/keyrings/migasfree-{host}.asc"),
        // Where earlier clients put it, it vouched for every repository.
        older: vec![format!("etc/apt/trusted.gpg.d/{}.gpg", access.host)],
    }
}

/// Whether the parts of addresses are parts of addresses, each alone.
fn whole(access: &RepositoryAccess) -> Result<(), &'static str> {
    let fits = |text: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._~:%+-[]".contains(&byte);
        !text.is_empty() && text.bytes().all(allowed)
    };
    let parts = [&access.protocol, &access.server, &access.host];
    match access
        .proxy_cache
        .iter()
        .chain(parts)
        .all(|part| fits(part))
    {
        true => Ok(()),
        false => Err("the server or the cache of packages is no host and port"),
    }
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
    fn parse(template: &'a str) -> Result<Self, &'static str> {
        let line = template.trim();
        if line.chars().any(char::is_control) {
            return Err("it is not one line");
        }
        let (kind, rest) = line
            .split_once(' ')
            .filter(|(kind, _)| ["deb", "deb-src"].contains(kind))
            .ok_or("it does not begin with deb or deb-src")?;
        let rest = rest.trim_start();
        let (options, rest) = match rest.strip_prefix('[') {
            Some(rest) => rest.split_once(']').ok_or("its options have no end")?,
            None => ("", rest),
        };
        let options = options.split_whitespace().map(|option| {
            let (name, value) = option.split_once('=')?;
            let is_good =
                is_word(name.trim_end_matches(['+', '-'])) && value.split(',').all(is_word);
            is_good.then_some((name, value))
        });
        let options = options.collect::<Option<_>>();
        let options = options.ok_or("it has an option that is none")?;
        let mut words = rest.split_whitespace();
        let address = words.next().filter(|text| is_address(text));
        let address = address.ok_or("it has no http or https address")?;
        let suite = words.next().filter(|text| is_word(text));
        let suite = suite.ok_or("it has no suite")?;
        let components: Vec<&str> = words.collect();
        if !components.iter().all(|text| is_word(text)) {
            return Err("it has a component that is none");
        }
        if components.is_empty() != suite.ends_with('/') {
            return Err("a suite needs components unless it ends with a slash");
        }
        Ok(Self {
            kind,
            options,
            address,
            suite,
            components,
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

/// Whether a text stands for itself in apt's sources, and is not what programs write for nothing.
fn is_word(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._/~:@%+-".contains(&byte);
    text.bytes().all(allowed)
        && text.starts_with(|first: char| first.is_ascii_alphanumeric() || "./".contains(first))
        && !["none", "null"].contains(&text.to_ascii_lowercase().as_str())
}

fn is_address(text: &str) -> bool {
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._/~:@%+-[]=,&?!".contains(&byte);
    rest.is_some_and(|rest| {
        rest.bytes().all(allowed)
            && rest.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[')
    })
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
    use proptest::prelude::*;

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
        let (text, _) = render(&access(), &[repository(template)], "/k.asc");
        let stanza = "\nTypes: deb\nURIs: http://m.example:8080/public/p/repos\nSuites: base\n\
                      Components: PKGS\nSigned-By: /k.asc\n";
        assert!(text.ends_with(stanza), "{text}");
    }

    #[test]
    fn options_are_carried_over_but_never_those_that_switch_checking_off() {
        let template = "deb [arch=amd64,i386 trusted=yes signed-by=/x.gpg]  {protocol}://{server}:81/s stable a b";
        let (text, _) = render(&access(), &[repository(template)], "/k.asc");
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
        let (text, _) = render(
            &access,
            &[repository("deb {protocol}://{server}/x s c")],
            "/k",
        );
        assert!(
            text.contains("URIs: http://c:3142/m.example:8080/x\n"),
            "{text}"
        );
    }

    proptest! {
        #[test]
        fn no_value_adds_a_line_or_another_source(
            values in prop::collection::vec("(\\PC|[ \n\r\t:/#\\[\\]]|[a-z0-9]){0,24}", 4),
            template in "(deb \\{protocol\\}://\\{server\\}/x s c)|(\\PC|[ \n\r\t]){0,40}",
        ) {
            let [protocol, server, host, cache]: [String; 4] = values.try_into().unwrap_or_default();
            for access in [
                RepositoryAccess { proxy_cache: Some(cache.clone()), ..access() },
                RepositoryAccess { protocol, server, host, proxy_cache: Some(cache) },
            ] {
                let (text, refused) = render(&access, &[repository(&template)], "/k.asc");
                let lines: Vec<&str> = text.lines().skip(2).collect();
                prop_assert!(lines.is_empty() != refused.is_empty(), "{text}");
                for line in &lines {
                    let (field, value) = line.split_once(": ").unwrap_or_default();
                    let known = [
                        "Types", "URIs", "Suites", "Components", "Signed-By", "Architectures",
                        "Languages", "Targets", "PDiffs", "By-Hash", "Check-Valid-Until",
                        "Allow-Weak",
                    ];
                    prop_assert!(known.contains(&field) && !value.is_empty(), "{text}");
                }
                let addresses = lines.iter().filter_map(|line| line.strip_prefix("URIs: "));
                for address in addresses {
                    prop_assert!(!address.contains(char::is_whitespace), "{text}");
                    if template.starts_with("deb {") {
                        prop_assert!(address.ends_with("/x"), "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_template_that_is_not_one_source_brings_in_nothing() {
        for template in [
            "rm -rf /\nTrusted: yes\ndeb x\n",
            "deb {protocol}://{server}/x stable main\ndeb http://evil.example x y\n",
            "deb {protocol}://{server}/x stable\u{b}main c",
            "deb None {protocol}://{server}/x stable main",
            "deb {protocol}://{server}/x None main",
            "deb {protocol}://{server}/x stable null",
            "deb {protocol}://{server}/x stable",
            "deb {protocol}://{server}/x flat/ main",
            "deb file:/etc stable main",
            "deb {protocol}://{server}/x stable [main]",
            "deb [arch=amd64 {protocol}://{server}/x stable main",
            "deb [arch=None] {protocol}://{server}/x stable main",
            "",
        ] {
            let (text, refused) = render(&access(), &[repository(template)], "/k");
            assert_eq!(text.lines().count(), 1, "{template:?}: {text}");
            assert_eq!(refused[0].name, "base", "{template:?}");
        }
    }
}
