//! A server of the product with one more entity, which the product does not have, added to a copy of what it declares.

use migasfree_server::config::Settings;
use migasfree_server_db::{Dialect, args};
use migasfree_server_domain::declared::declared;
use migasfree_server_entity::{entity::Entity, registry::Registry};

use crate::harness::Server;

/// The entity, and the statements that make its tables.
pub struct Added {
    pub entity: &'static Entity,
    pub sqlite: &'static [&'static str],
    pub postgres: &'static [&'static str],
}

impl Added {
    pub async fn on_sqlite(&self) -> Server {
        self.on(Server::sqlite_settings()).await
    }

    pub async fn on_postgres(&self) -> Server {
        self.on(Server::postgres_settings().await).await
    }

    async fn on(&self, settings: Settings) -> Server {
        let mut declared = declared();
        declared.entities.push(self.entity);
        let registry: &'static Registry = Box::leak(Box::new(Registry::build(&declared).unwrap()));
        let server = Server::of(registry, settings).await;
        let db = &server.state().db;
        let statements = match db.dialect() {
            Dialect::Sqlite => self.sqlite,
            Dialect::Postgres => self.postgres,
        };
        for statement in statements {
            db.execute(*statement, args![]).await.unwrap();
        }
        server
    }
}
