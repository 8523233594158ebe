//! A server with one project, and the shorthand the tests speak in.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::{ServiceExt, extract::Request};
use tokio::task::JoinHandle;

use migasfree_deb::Builder;
use migasfree_server::{
    app::{self, AppState, Equipment},
    config::Settings,
};
use migasfree_server_audit::Author;
use migasfree_server_db::{
    Args, Db, PostgresOptions, args,
    clock::{Clock, ManualClock},
    random::SystemRandom,
    sql,
};
use migasfree_server_domain::{
    ids::{DeploymentId, PackageId, PackageSetId, ProjectId, StoreId},
    repository::{
        publish::{Published, Publisher},
        upload::{Place, Stored, Upload, UploadError, store_package},
    },
};
use migasfree_server_repository::system::Systems;

use crate::harness::{clock, postgres};

pub struct Site {
    pub state: AppState,
    pub publisher: Publisher,
    pub clock: Arc<ManualClock>,
    pub folder: tempfile::TempDir,
    pub project: ProjectId,
    pub store: StoreId,
    pub address: SocketAddr,
    server: JoinHandle<std::io::Result<()>>,
}

impl Site {
    pub async fn on_sqlite() -> Self {
        Self::on_sqlite_with(Systems::default()).await
    }

    pub async fn on_postgres() -> Self {
        Self::on_postgres_with(Systems::default()).await
    }

    pub async fn on_sqlite_with(systems: Systems) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open_sqlite(folder.path()).await.unwrap();
        Self::new(folder, db, systems).await
    }

    pub async fn on_postgres_with(systems: Systems) -> Self {
        let url = postgres::database().await;
        let options = PostgresOptions {
            url,
            max_connections: 10,
        };
        let db = Db::open_postgres(&options).await.unwrap();
        Self::new(tempfile::tempdir().unwrap(), db, systems).await
    }

    async fn new(folder: tempfile::TempDir, db: Db, systems: Systems) -> Self {
        let clock = clock::standing();
        db.migrate(&migasfree_server_domain::schema::SCHEMA, clock.now())
            .await
            .unwrap();
        let settings = Settings {
            data: folder.path().to_owned(),
            ..Settings::default()
        };
        let state = AppState::new(
            Equipment {
                systems,
                ..Equipment::default()
            },
            settings,
            db,
            clock.clone(),
            Arc::new(SystemRandom),
        )
        .unwrap();
        let (platform,): (i64,) = one(
            &state.db,
            "INSERT INTO core_platform (name) VALUES ('Linux') RETURNING id",
        )
        .await;
        let (project,) = state
            .db
            .one(
                "INSERT INTO core_project (name, slug, pms, architecture, platform_id) \
                 VALUES ('Desk 1.0', 'desk-10', 'apt', 'amd64 arm64', $1) RETURNING id",
                args![platform],
            )
            .await
            .unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = ServiceExt::<Request>::into_make_service(app::router(state.clone()));
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        let store = add_store(&state.db, project, "Org", "org").await;
        Self {
            publisher: Publisher::new(state.services.clone()),
            state,
            clock,
            folder,
            project,
            store,
            address,
            server,
        }
    }

    /// Closes everything but the data folder; nobody may have asked for a page.
    pub async fn close(self) -> tempfile::TempDir {
        self.server.abort();
        let _ = self.server.await;
        self.state.db.close().await;
        self.folder
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// `project` must be another one of this site.
    pub async fn add_project(&self, name: &str, pms: &str) -> (ProjectId, StoreId) {
        self.add_project_for(name, pms, "x86_64").await
    }

    pub async fn add_project_for(
        &self,
        name: &str,
        pms: &str,
        architecture: &str,
    ) -> (ProjectId, StoreId) {
        let (project,) = self
            .state
            .db
            .one(
                "INSERT INTO core_project (name, slug, pms, architecture, platform_id) \
                 VALUES ($1, $1, $2, $3, (SELECT MIN(id) FROM core_platform)) RETURNING id",
                args![name, pms, architecture],
            )
            .await
            .unwrap();
        (
            project,
            add_store(&self.state.db, project, "Org", "org").await,
        )
    }

    pub async fn add_store(&self, name: &str) -> StoreId {
        add_store(&self.state.db, self.project, name, &name.to_lowercase()).await
    }

    pub async fn add_deployment(&self, slug: &str) -> DeploymentId {
        self.add_deployment_of(self.project, slug).await
    }

    pub async fn add_deployment_of(&self, project: ProjectId, slug: &str) -> DeploymentId {
        let sql = "INSERT INTO core_deployment (name, slug, project_id, start_date) \
                   VALUES ($1, $1, $2, '2026-01-01') RETURNING id";
        let (id,) = self.state.db.one(sql, args![slug, project]).await.unwrap();
        id
    }

    pub async fn add_set(&self, name: &str) -> PackageSetId {
        let sql = "INSERT INTO core_packageset (name, project_id, store_id) VALUES ($1, $2, $3) RETURNING id";
        let (id,) = self
            .state
            .db
            .one(sql, args![name, self.project, self.store])
            .await
            .unwrap();
        id
    }

    pub async fn offer(&self, deployment: DeploymentId, packages: &[PackageId]) {
        let ids = migasfree_server_db::json_ids(packages.iter().copied());
        self.run(
            sql!(
                "INSERT INTO core_deployment_available_packages (deployment_id, package_id) \
                  SELECT $1, listed.id FROM ",
                ids(2),
                " AS listed"
            ),
            args![deployment, ids],
        )
        .await;
    }

    pub async fn run(&self, sql: impl Into<migasfree_server_db::Sql>, args: Args) {
        self.state.db.execute(sql, args).await.unwrap();
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        let (count,) = one::<(i64,)>(&self.state.db, sql).await;
        count
    }

    /// An upload as somebody without special rights would make it.
    pub async fn upload_of(&self, file_name: &str, content: &[u8]) -> Upload {
        let mut spool = self.state.files.spool(u64::MAX).unwrap();
        spool.write(content).await.unwrap();
        Upload {
            project_id: self.project,
            destination: Box::new(Place::from(self.store)),
            file_name: file_name.to_owned(),
            source: spool.finish().await.unwrap(),
            replace_allowed: false,
            author: Author::server(),
            folder: None,
        }
    }

    pub async fn upload(&self, file_name: &str, content: &[u8]) -> Result<Stored, UploadError> {
        store_package(&self.state, self.upload_of(file_name, content).await).await
    }

    pub async fn replace(&self, file_name: &str, content: &[u8]) -> Result<Stored, UploadError> {
        let mut upload = self.upload_of(file_name, content).await;
        upload.replace_allowed = true;
        store_package(&self.state, upload).await
    }

    pub async fn add_package(&self, package: &Builder) -> PackageId {
        let content = package.clone().build().unwrap();
        self.upload(&package.file_name(), &content)
            .await
            .unwrap()
            .package
    }

    pub async fn publish(&self, deployment: DeploymentId) -> i64 {
        match self.publisher.publish(deployment, None).await.unwrap() {
            Published::Generation { id, .. } => id,
            other => panic!("not published: {other:?}"),
        }
    }

    /// Where the blob of a digest lies on disk.
    pub fn blob(&self, sha256: &str) -> std::path::PathBuf {
        self.folder
            .path()
            .join("files/sha256")
            .join(&sha256[..2])
            .join(sha256)
    }

    /// Temporary files of uploads.
    pub fn spooled(&self) -> usize {
        std::fs::read_dir(self.folder.path().join("files/incoming"))
            .unwrap()
            .count()
    }

    /// Status and body of a public file.
    pub async fn get(&self, path: &str) -> (u16, Vec<u8>) {
        let response = reqwest::get(self.url(path)).await.unwrap();
        (
            response.status().as_u16(),
            response.bytes().await.unwrap().to_vec(),
        )
    }
}

/// A small package with something in it.
pub fn hello(version: &str) -> Builder {
    Builder::new("hello", version, "amd64")
        .field("Installed-Size", "10")
        .field("Section", "utils")
        .field("Depends", "greetings (>= 1)")
        .field("Description", "says hello\nin many languages")
        .script("postinst", "#!/bin/sh\nexit 0\n")
        .file(
            "usr/bin/hello",
            0o755,
            format!("#!/bin/sh\necho {version}\n").as_bytes(),
        )
}

async fn one<T: migasfree_server_db::Record>(db: &Db, sql: &'static str) -> T {
    db.one(sql, args![]).await.unwrap()
}

async fn add_store(db: &Db, project: ProjectId, name: &str, slug: &str) -> StoreId {
    let sql = "INSERT INTO core_store (name, slug, project_id) VALUES ($1, $2, $3) RETURNING id";
    let (id,) = db.one(sql, args![name, slug, project]).await.unwrap();
    id
}
