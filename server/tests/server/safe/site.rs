//! A server with one project, and what administrators would have made on it.

use migasfree_server::config::Settings;
use migasfree_server_db::{Args, Record, Sql, args, zone::Zone};
use migasfree_server_domain::ids::DeploymentId;

use crate::harness::Server;
use crate::peer::{Machine, Peer};

pub const PROJECT: &str = "Debian-12";
pub const UUID: &str = "4C4C4544-0036-3010-8056-B7C04F4E4B32";
pub const ALL_SYSTEMS: i64 = 1;

/// A server whose clock is the real one as far as the tests can tell.
pub struct Site(pub Server);

impl Site {
    pub async fn on_sqlite() -> Self {
        Self(Server::with(settings(Server::sqlite_settings())).await)
    }

    pub async fn on_postgres() -> Self {
        Self(Server::with(settings(Server::postgres_settings().await)).await)
    }

    /// A computer nobody knows yet.
    pub fn stranger(&self, uuid: &str, name: &str) -> Peer {
        self.stranger_in(PROJECT, uuid, name)
    }

    pub fn stranger_in(&self, project: &str, uuid: &str, name: &str) -> Peer {
        Peer::new(&self.0.url(), project, Machine::desktop(uuid, name))
    }

    /// A registered computer.
    pub async fn computer(&self, uuid: &str, name: &str) -> Peer {
        let mut peer = self.stranger(uuid, name);
        peer.register("", "").await.unwrap();
        peer
    }

    pub async fn run(&self, sql: impl Into<Sql>, args: Args) {
        self.0.state().db.execute(sql, args).await.unwrap();
    }

    pub async fn one<T: Record>(&self, sql: &'static str, args: Args) -> T {
        self.0.state().db.one(sql, args).await.unwrap()
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        self.one::<(i64,)>(sql, args![]).await.0
    }

    /// The number of a project that is there.
    pub async fn project(&self, name: &str) -> i64 {
        self.one::<(i64,)>("SELECT id FROM core_project WHERE name = $1", args![name])
            .await
            .0
    }

    /// A property and one value of it, as an operator's tag.
    pub async fn add_tag(&self, prefix: &str, property: &str, value: &str) -> i64 {
        self.run(
            "INSERT INTO core_property (prefix, name, sort, kind) VALUES ($1, $2, 'server', 'N') \
             ON CONFLICT (prefix) DO NOTHING",
            args![prefix, property],
        )
        .await;
        let sql = "INSERT INTO core_attribute (property_att_id, value) \
                   SELECT id, $2 FROM core_property WHERE prefix = $1 RETURNING id";
        self.one::<(i64,)>(sql, args![prefix, value]).await.0
    }

    /// A deployment of [`PROJECT`] for computers with one of `included`.
    pub async fn add_deployment(&self, new: NewDeployment<'_>) -> DeploymentId {
        let (id,): (DeploymentId,) = self
            .one(
                "INSERT INTO core_deployment (name, slug, project_id, start_date, \
                 packages_to_install, packages_to_remove, default_preincluded_packages, \
                 default_included_packages, default_excluded_packages) \
                 SELECT $1, $2, id, $3, $4, $5, $6, $7, $8 FROM core_project WHERE name = $9 \
                 RETURNING id",
                args![
                    new.name,
                    new.name.to_lowercase().replace(' ', "-"),
                    new.start,
                    new.install,
                    new.remove,
                    new.preincluded,
                    new.default_included,
                    new.default_excluded,
                    PROJECT,
                ],
            )
            .await;
        for attribute in new.included {
            self.run(
                "INSERT INTO core_deployment_included_attributes (deployment_id, attribute_id) \
                 VALUES ($1, $2)",
                args![id, *attribute],
            )
            .await;
        }
        id
    }

    /// As if the deployment had been published under its present name.
    pub async fn publish(&self, deployment: DeploymentId) {
        let retired = "UPDATE repository_generation SET retired_at = $2 WHERE deployment_id = $1 AND retired_at IS NULL";
        let now = self.0.clock_now();
        self.run(retired, args![deployment, now]).await;
        self.run(
            "INSERT INTO repository_generation (deployment_id, project_id, slug, package_count, created_at, modified_at) \
             SELECT id, project_id, slug, 0, $2, $2 FROM core_deployment WHERE id = $1",
            args![deployment, now],
        )
        .await;
    }

    /// The values of a computer's attributes of one property.
    pub async fn values(&self, peer: &Peer, prefix: &str) -> Vec<String> {
        let mut traits = peer.traits().await.unwrap();
        traits.retain(|name| name.starts_with(&format!("{prefix}-")));
        traits
    }
}

/// What a deployment of a test is like.
#[derive(Default)]
pub struct NewDeployment<'a> {
    pub name: &'a str,
    pub start: &'a str,
    pub included: &'a [i64],
    pub install: Option<&'a str>,
    pub remove: Option<&'a str>,
    pub preincluded: Option<&'a str>,
    pub default_included: Option<&'a str>,
    pub default_excluded: Option<&'a str>,
}

impl<'a> NewDeployment<'a> {
    /// One that began long ago.
    pub fn named(name: &'a str, included: &'a [i64]) -> Self {
        Self {
            name,
            start: "2020-01-01",
            included,
            ..Self::default()
        }
    }
}

fn settings(mut settings: Settings) -> Settings {
    settings.clients.help_desk = "Call 555-0100".to_owned();
    settings.clients.time_zone = Zone::utc();
    settings
}
