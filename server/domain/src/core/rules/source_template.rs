//! The repository lines clients write, with `{protocol}` and `{server}` left for them (1.9).

use crate::core::rules::pms::Pms;

/// Path of the public file area.
pub const MEDIA: &str = "/public/";

/// A deployment as a source of packages.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Slug of its project.
    pub project: &'a str,
    /// Slug of the deployment.
    pub slug: &'a str,
    /// Where the packages are.
    pub origin: Origin<'a>,
}

/// Where the packages of a deployment are.
#[derive(Debug, Clone, Copy)]
pub enum Origin<'a> {
    /// Published by this server.
    Internal,
    /// Fetched from elsewhere through this server's cache.
    External {
        /// Extra repository options, blank separated.
        options: Option<&'a str>,
        /// Suite or release.
        suite: Option<&'a str>,
        /// Components, blank separated.
        components: Option<&'a str>,
    },
}

/// The template of `source` for clients of package system `pms`.
///
/// `port` is the port of the server's public address when it is not the one the protocol
/// implies: clients fill `{server}` with a bare host name.
#[must_use]
pub fn source_template(pms: Pms, source: &Source<'_>, port: Option<u16>) -> String {
    let server = match port {
        Some(port) => format!("{{protocol}}://{{server}}:{port}"),
        None => "{protocol}://{server}".to_owned(),
    };
    match source.origin {
        Origin::Internal => internal(pms, source, &server),
        Origin::External {
            options,
            suite,
            components,
        } => {
            let external = External {
                base: format!("{server}/src/{}/external/{}", source.project, source.slug),
                slug: source.slug,
                options: options.unwrap_or_default(),
                suite: suite.unwrap_or_default(),
                components: components.unwrap_or_default(),
            };
            external.render(pms)
        }
    }
}

fn internal(pms: Pms, source: &Source<'_>, server: &str) -> String {
    let Source { project, slug, .. } = source;
    let repos = format!("{server}{MEDIA}{project}/repos");
    match pms {
        Pms::Apt => format!("deb {repos} {slug} PKGS\n"),
        Pms::Wpt => format!("{repos}/{slug} PKGS\n"),
        Pms::Pacman => format!(
            "[{slug}]\nSigLevel = Optional TrustAll PackageTrustAll\nServer = {repos}/{slug}/PKGS\n\n"
        ),
        Pms::Dnf | Pms::Yum | Pms::Zypper => format!(
            "[REPO-{slug}]\nname=REPO-{slug}\nbaseurl={repos}/{slug}\nenabled=1\nhttp_caching=none\n\
             repo_gpgcheck=1\ngpgcheck=0\ngpgkey={server}/get_key_repositories/\n"
        ),
    }
}

struct External<'a> {
    base: String,
    slug: &'a str,
    options: &'a str,
    suite: &'a str,
    components: &'a str,
}

impl External<'_> {
    fn render(&self, pms: Pms) -> String {
        let Self {
            base,
            slug,
            options,
            suite,
            components,
        } = self;
        match pms {
            Pms::Apt => format!("deb {options} {base} {suite} {components}\n"),
            Pms::Wpt => format!("{base} {suite} {components}\n"),
            Pms::Pacman => format!("[{slug}]\nServer = {base}\n\n"),
            Pms::Dnf | Pms::Yum | Pms::Zypper => self.rpm_sections(),
        }
    }

    fn rpm_sections(&self) -> String {
        let Self {
            base,
            slug,
            suite,
            components,
            ..
        } = self;
        if components.split_whitespace().next().is_none() {
            let suite = if suite.is_empty() {
                String::new()
            } else {
                format!("/{suite}")
            };
            return self.rpm_section(slug, &format!("{base}{suite}/$basearch/"));
        }
        let section = |component: &str| {
            let suffix = component.replace('/', "-");
            let name = format!("{slug}-{suffix}");
            self.rpm_section(&name, &format!("{base}-{suffix}/{suite}/{component}"))
        };
        components.split_whitespace().map(section).collect()
    }

    fn rpm_section(&self, name: &str, address: &str) -> String {
        let options = self.options.replace(' ', "\n");
        format!("[EXTERNAL-{name}]\nname=EXTERNAL-{name}\nbaseurl={address}\n{options}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unusual_port_is_part_of_the_address() {
        let source = Source {
            project: "p",
            slug: "d",
            origin: Origin::Internal,
        };
        assert_eq!(
            source_template(Pms::Apt, &source, Some(8080)),
            "deb {protocol}://{server}:8080/public/p/repos d PKGS\n"
        );
    }
}
