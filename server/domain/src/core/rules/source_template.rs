//! The repository lines clients write, with `{protocol}` and `{server}` left for them (1.9).

use migasfree_server_repository::system::{Elsewhere, Here, System};

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

/// The template of `source` for computers of a package system.
///
/// `port` is the port of the server's public address when it is not the one the protocol
/// implies: clients fill `{server}` with a bare host name.
#[must_use]
pub fn source_template(system: &dyn System, source: &Source<'_>, port: Option<u16>) -> String {
    let server = match port {
        Some(port) => format!("{{protocol}}://{{server}}:{port}"),
        None => "{protocol}://{server}".to_owned(),
    };
    let Source { project, slug, .. } = source;
    match source.origin {
        Origin::Internal => system.source_here(&Here {
            name: slug,
            repositories: &format!("{server}{MEDIA}{project}/repos"),
            key: &format!("{server}/get_key_repositories/"),
        }),
        Origin::External {
            options,
            suite,
            components,
        } => {
            let address = format!("{server}/src/{project}/external/{slug}");
            let source = Elsewhere {
                options: options.unwrap_or_default(),
                suite: suite.unwrap_or_default(),
                components: components.unwrap_or_default(),
            };
            system.source_elsewhere(slug, &address, &source)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use migasfree_server_repository::system::Systems;

    use super::*;

    #[test]
    fn an_unusual_port_is_part_of_the_address() {
        let source = Source {
            project: "p",
            slug: "d",
            origin: Origin::Internal,
        };
        let systems = Systems::default();
        assert_eq!(
            source_template(&**systems.named("apt").unwrap(), &source, Some(8080)),
            "deb {protocol}://{server}:8080/public/p/repos d PKGS\n"
        );
    }
}
