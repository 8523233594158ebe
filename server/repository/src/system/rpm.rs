//! Systems of the rpm family.

use super::{Elsewhere, Here, Packages, System};

/// One of them; they differ in their names alone.
#[derive(Debug)]
pub(super) struct Rpm(&'static str);

impl Rpm {
    /// Fedora and relatives.
    pub const DNF: Self = Self("dnf");
    /// Older distributions.
    pub const YUM: Self = Self("yum");
    /// SUSE.
    pub const ZYPPER: Self = Self("zypper");
}

impl System for Rpm {
    fn name(&self) -> &'static str {
        self.0
    }

    fn packages(&self) -> Packages {
        Packages {
            mimetypes: &["application/x-rpm", "application/x-redhat-package-manager"],
            extensions: &["rpm"],
            architectures: &["aarch64", "i386", "i686", "noarch", "x86_64", "(none)"],
        }
    }

    fn architectures(&self) -> &'static [&'static str] {
        &[
            "aarch64",
            "armv7hl",
            "i386",
            "i486",
            "i586",
            "i686",
            "loongarch64",
            "ppc64",
            "ppc64le",
            "riscv64",
            "s390x",
            "x86_64",
        ]
    }

    fn usual_architecture(&self) -> &'static str {
        "x86_64"
    }

    fn architecture_here<'a>(&self, foreign: &'a str) -> &'a str {
        match foreign {
            "amd64" | "x64" => "x86_64",
            "arm64" => "aarch64",
            name => name,
        }
    }

    fn source_here(&self, repository: &Here<'_>) -> String {
        let Here {
            name,
            repositories,
            key,
        } = repository;
        format!(
            "[REPO-{name}]\nname=REPO-{name}\nbaseurl={repositories}/{name}\nenabled=1\nhttp_caching=none\n\
             repo_gpgcheck=1\ngpgcheck=0\ngpgkey={key}\n"
        )
    }

    fn source_elsewhere(&self, name: &str, address: &str, source: &Elsewhere<'_>) -> String {
        let Elsewhere {
            suite, components, ..
        } = source;
        if components.split_whitespace().next().is_none() {
            let suite = if suite.is_empty() {
                String::new()
            } else {
                format!("/{suite}")
            };
            return section(name, &format!("{address}{suite}/$basearch/"), source);
        }
        let of_component = |component: &str| {
            let suffix = component.replace('/', "-");
            let address = format!("{address}-{suffix}/{suite}/{component}");
            section(&format!("{name}-{suffix}"), &address, source)
        };
        components.split_whitespace().map(of_component).collect()
    }

    fn media_type(&self, file_name: &str) -> Option<&'static str> {
        file_name.ends_with(".rpm").then_some("application/x-rpm")
    }
}

fn section(name: &str, address: &str, source: &Elsewhere<'_>) -> String {
    let options = source.options.replace(' ', "\n");
    format!("[EXTERNAL-{name}]\nname=EXTERNAL-{name}\nbaseurl={address}\n{options}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_words_on_one_line() {
        let check = |options| {
            let source = Elsewhere {
                options,
                ..Elsewhere::default()
            };
            Rpm::DNF.check_source(&source).map_err(|flaw| flaw.field)
        };
        assert_eq!(check("gpgcheck=1 enabled=1"), Ok(()));
        assert_eq!(check("gpgcheck=0\nbaseurl=http://evil"), Err("options"));
    }
}
