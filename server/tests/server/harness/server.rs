//! A real server on a port of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use migasfree_server::{
    app::{App, AppState, Equipment, StartError},
    config::{Secret, Settings},
};
use migasfree_server_audit::UserId;
use migasfree_server_auth as auth;
use migasfree_server_db::{
    self as db, args,
    clock::{Clock, ManualClock},
    random::{Random, SystemRandom},
    sql,
};
use migasfree_server_entity::registry::Registry;

use super::{Client, clock, postgres};

/// A running server whose clock stands still until it is moved.
pub struct Server {
    pub app: App,
    pub clock: Arc<ManualClock>,
    pub folder: tempfile::TempDir,
}

impl Server {
    pub async fn on_sqlite() -> Self {
        Self::with(Self::sqlite_settings()).await
    }

    pub async fn on_postgres() -> Self {
        Self::with(Self::postgres_settings().await).await
    }

    /// Nothing set but what keeps tests apart.
    pub fn sqlite_settings() -> Settings {
        Settings {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            rate_anonymous: 0,
            rate_operator: 0,
            computer_calls_per_minute: 0,
            new_projects_per_address: 0,
            ..Settings::default()
        }
    }

    pub async fn postgres_settings() -> Settings {
        Settings {
            database_url: Some(Secret(postgres::database().await)),
            database_connections: 6,
            ..Self::sqlite_settings()
        }
    }

    /// Starts a server in a new data folder.
    pub async fn with(settings: Settings) -> Self {
        Self::with_random(settings, Arc::new(SystemRandom)).await
    }

    /// The same with another source of randomness.
    pub async fn with_random(settings: Settings, random: Arc<dyn Random>) -> Self {
        Self::start(Equipment::default(), settings, random).await
    }

    /// The same of other declarations.
    pub async fn of(registry: &'static Registry, settings: Settings) -> Self {
        let equipment = Equipment {
            registry,
            ..Equipment::default()
        };
        Self::equipped(equipment, settings).await
    }

    /// The same with other equipment.
    pub async fn equipped(equipment: Equipment, settings: Settings) -> Self {
        Self::start(equipment, settings, Arc::new(SystemRandom)).await
    }

    async fn start(equipment: Equipment, mut settings: Settings, random: Arc<dyn Random>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        folder.path().clone_into(&mut settings.data);
        let clock = clock::standing();
        let start = App::start_with(equipment, settings, clock.clone(), random);
        let app = Box::pin(start).await.unwrap();
        Self { app, clock, folder }
    }

    /// The same server, stopped and started again.
    pub async fn restarted(self) -> Self {
        let Self { app, clock, folder } = self;
        let settings = Settings::clone(&app.state.settings);
        app.stop().await;
        let stopped = Instant::now();
        let app = loop {
            let started = App::start(settings.clone(), clock.clone(), Arc::new(SystemRandom)).await;
            match started {
                // Whoever waited to write what computers are doing has the database for one more moment.
                Err(StartError::Database(db::Error::InUse(_)))
                    if stopped.elapsed() < Duration::from_secs(5) =>
                {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                started => break started.unwrap(),
            }
        };
        Self { app, clock, folder }
    }

    pub fn state(&self) -> &AppState {
        &self.app.state
    }

    /// The time on the server.
    pub fn clock_now(&self) -> migasfree_server_db::Ts {
        self.clock.now()
    }

    pub fn url(&self) -> String {
        self.app.url()
    }

    /// A program without credentials.
    pub fn anonymous(&self) -> Client {
        Client::new(self.url(), None)
    }

    /// A program of the first administrator.
    pub async fn admin(&self) -> Client {
        self.program_of(UserId(1)).await
    }

    pub fn admin_password(&self) -> &str {
        &self.app.admin.as_ref().unwrap().password
    }

    /// A program of a new operator with these permissions (`core.view_platform`).
    pub async fn operator(&self, name: &str, permissions: &[&str]) -> Client {
        let user = self.add_operator(name, "", permissions).await;
        self.program_of(user).await
    }

    /// A new operator; without a password nobody can sign in as them.
    pub async fn add_operator(&self, name: &str, password: &str, permissions: &[&str]) -> UserId {
        let state = self.state();
        let hash = match password {
            "" => auth::UNUSABLE.to_owned(),
            password => state.auth.hasher.hash(password).await,
        };
        let (id,): (UserId,) = state
            .db
            .one(
                "INSERT INTO core_userprofile (username, password, password_changed_at, is_staff, \
                 is_active, date_joined) VALUES ($1, $2, $3, TRUE, TRUE, $3) RETURNING id",
                args![name, hash, self.clock.now()],
            )
            .await
            .unwrap();
        state
            .db
            .execute(
                sql!(
                    "INSERT INTO auth_user_user_permissions (user_id, permission_id) \
                     SELECT $1, p.id FROM auth_permission p JOIN content_type t ON t.id = p.content_type_id \
                     WHERE t.app_label || '.' || p.codename IN ",
                    texts(2)
                ),
                args![id, serde_json::json!(permissions).to_string()],
            )
            .await
            .unwrap();
        id
    }

    /// A program with a token of this operator.
    pub async fn program_of(&self, user: UserId) -> Client {
        let state = self.state();
        let mut tx = state.db.begin().await.unwrap();
        let token = auth::token::create(&mut tx, &*state.random, user, "test", self.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        Client::new(self.url(), Some(token))
    }
}
