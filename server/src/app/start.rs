//! Starting and stopping the server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use migasfree_server_api::events::Sockets;
use migasfree_server_audit as audit;
use migasfree_server_auth::{
    self as auth, AdminPassword, Auth, JwtKey, Late, Limiter, Providers, providers::ProvidersError,
};
use migasfree_server_db::{self as db, Ahead, Db, PostgresOptions, clock::Clock, random::Random};
use migasfree_server_domain::{
    certificates::{self, Certificates},
    client::settled,
    computers::{doing::Doing, spellings},
    core::{nameless, permissions, twins},
    remote::Remote,
    repository::publish,
    schema::{SCHEMA, groups},
    services::{Domain, OfDomain as _, Parts, Services},
};
use migasfree_server_events::Bus;
use migasfree_server_files as files;
use migasfree_server_jobs::{Jobs, Workers};
use migasfree_server_mail::{MailError, Mailer};
use migasfree_server_protocol::{
    native,
    safe::{Newcomers, keys::KeyRing},
};
use migasfree_server_relay::{self as relay, Recordings, Registry, Relay};
use migasfree_server_repository::signing::{Signer, SigningError};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::crowd::Crowd;
use super::{AppState, Equipment, Metrics, Server, connections, described, remote, router, work};
use crate::acceptor::{Acceptor, Plain};
use crate::config::Settings;
use crate::tls::{self, Transport, TransportError};

/// Folder of blobs in the data folder.
const FILES: &str = "files";
/// What is left to do with the database when requests and jobs have ended takes no longer.
const FAREWELL: Duration = Duration::from_secs(5);

/// Seconds over which projects from one address are counted.
const AN_HOUR: i64 = 3_600;

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data layer.
    #[error("the database: {0}")]
    Database(#[from] db::Error),
    /// A file or folder of the server.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Who vouches for people.
    #[error("providers of accounts: {0}")]
    Providers(#[from] ProvidersError),
    /// The address is taken or not ours.
    #[error("cannot listen on {address}: {source}; choose another address with --listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The key that signs repositories.
    #[error("the signing key: {0}")]
    Signing(#[from] SigningError),
    /// The file store.
    #[error("the files: {0}")]
    Files(#[from] files::BlobError),
    /// TLS.
    #[error(transparent)]
    Tls(#[from] TransportError),
    /// Whoever gets the audit.
    #[error("the export of the audit: {0}")]
    Audit(#[from] audit::export::ExportError),
    /// The sender of mail, or the way to the mail server.
    #[error("mail: {0}")]
    Mail(#[from] MailError),
    /// The first administrator.
    #[error("the first administrator: {0}")]
    Administrator(#[from] auth::FirstError),
}

/// A running server.
#[derive(Debug)]
pub struct App {
    /// What its handlers use.
    pub state: AppState,
    /// Where it listens.
    pub address: SocketAddr,
    /// How addresses begin that lead there.
    scheme: &'static str,
    /// Where it listens without TLS beside that.
    pub plain: Option<SocketAddr>,
    /// The administrator's password, at the first start.
    pub admin: Option<AdminPassword>,
    workers: Workers,
    server: JoinHandle<()>,
}

impl App {
    /// Starts a server of what the product declares: data folder, keys, database, first administrator, workers, listener.
    ///
    /// # Errors
    /// When any of these fails; nothing runs then.
    pub async fn start(
        settings: Settings,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, StartError> {
        Self::start_with(Equipment::default(), settings, clock, random).await
    }

    /// The same with other equipment.
    ///
    /// # Errors
    /// When the server does not start.
    pub async fn start_with(
        equipment: Equipment,
        mut settings: Settings,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, StartError> {
        private_folder(&settings.data)?;
        let listener = listen(settings.listen).await?;
        let address = listener.local_addr().unwrap_or(settings.listen);
        settings.listen = address;
        let scheme = settings.scheme(&*equipment.acceptor);
        let plain = match settings.tls_plain_listen {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        if settings.public_url.is_none() && address.ip().is_unspecified() {
            tracing::warn!(
                "links will lead to {}: name the address people use with listen.public_url",
                settings.base_url(scheme)
            );
        }
        let db = open_database(&settings).await?;
        let migrated = db.migrate(&SCHEMA, clock.now()).await?;
        tracing::info!(
            applied = migrated.applied,
            schema = SCHEMA.newest(),
            "the database is ready"
        );
        let acceptor = Arc::clone(&equipment.acceptor);
        let state = AppState::new(equipment, settings, db, clock, random)?;
        let admin = auth::create_administrator(
            &state.db,
            &state.auth.hasher,
            &*state.random,
            &state.settings.data,
            state.clock.now(),
        )
        .await?;
        // Nobody else works on a SQLite file: what is unfinished is of a server that died.
        if state.settings.database_url.is_none() {
            state.jobs.recover().await?;
            let files = state.settings.data.join(FILES);
            let swept = state.files.sweep(Duration::ZERO);
            swept.map_err(|source| StartError::File {
                path: files,
                source,
            })?;
        }
        permissions::settle(&state).await?;
        groups::settle(&state).await?;
        publish::repair(&state).await?;
        publish::redate(&state).await?;
        spellings::settle(&state).await?;
        twins::settle(&state).await?;
        nameless::settle(&state).await?;
        let acceptor = secured(&state, acceptor).await?;
        let certificates = Arc::clone(&state.domain().certificates);
        certificates.refresh(&state.db, state.clock.now()).await?;
        follow_certificates(&state);
        follow_changes(&state);
        if let Some(relay) = &state.relay {
            relay.start();
        }
        let workers = Workers::start(&state.jobs, state.handlers.clone(), workers(&state));
        let plain_address = plain.as_ref().and_then(|plain| plain.local_addr().ok());
        let server = tokio::spawn(serve(state.clone(), (listener, acceptor), plain));
        Ok(Self {
            state,
            address,
            scheme,
            plain: plain_address,
            admin,
            workers,
            server,
        })
    }

    /// The address it listens on, as one writes it into a browser.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Stops: takes no more connections, lets requests and jobs finish, closes the database. None of them holds it up for
    /// ever.
    pub async fn stop(self) {
        let Self {
            state,
            workers,
            server,
            ..
        } = self;
        let patience = Duration::from_secs(u64::from(state.settings.stop_timeout_seconds));
        state.stop.cancel();
        let end = async {
            tokio::join!(
                end_requests(server, patience),
                workers.stop(patience),
                end_remote(state.relay.as_ref(), patience),
            );
            if let Err(error) = state.domain().doing.write(&state.db).await {
                tracing::warn!(%error, "what computers are doing could not be written");
            }
            if let Err(error) = state.domain().finished.write(&state.services).await {
                tracing::warn!(%error, "synchronisations could not be written");
            }
            if let Err(error) = state.domain().contacts.write(&state.db).await {
                tracing::warn!(%error, "when computers were heard of could not be written");
            }
            state.db.close().await;
        };
        if tokio::time::timeout(patience + FAREWELL, end)
            .await
            .is_err()
        {
            tracing::warn!("the database does not answer: stopping without it");
        }
    }
}

/// How connections begin: under TLS, whose certificate is taken care of from here on, where the settings have it.
async fn secured(
    state: &AppState,
    otherwise: Arc<dyn Acceptor>,
) -> Result<Arc<dyn Acceptor>, TransportError> {
    let (settings, transport) = (&state.settings, &state.transport);
    let source = transport
        .source(settings, &state.services, state.clock.now())
        .await?;
    let Some(source) = source else {
        return Ok(otherwise);
    };
    let acceptor = transport.acceptor(settings, Arc::clone(&state.clock))?;
    tokio::spawn(tls::care(state.clone(), source));
    Ok(Arc::new(acceptor))
}

/// Serves what comes to the address of the server, and beside it without TLS.
async fn serve(
    state: AppState,
    (listener, acceptor): (TcpListener, Arc<dyn Acceptor>),
    plain: Option<TcpListener>,
) {
    let limits = connections::Limits {
        silence: state.settings.silence(),
        pace: state.settings.pace(),
    };
    let crowd = Crowd::new(
        state.settings.connections_per_address,
        state.settings.trusted_proxies.networks(),
    );
    let stop = state.stop.clone();
    let router = router(state);
    let serve = |listener: TcpListener, acceptor: Arc<dyn Acceptor>| {
        let (router, crowd, stop) = (router.clone(), crowd.clone(), stop.clone());
        connections::serve(listener, acceptor, router, limits, crowd, stop)
    };
    let beside = async {
        if let Some(plain) = plain {
            serve(plain, Arc::new(Plain)).await;
        }
    };
    tokio::join!(serve(listener, acceptor), beside);
}

/// Hears of certificates that are taken back, until the server stops.
fn follow_certificates(state: &AppState) {
    let (services, stop) = (state.services.clone(), state.stop.clone());
    tokio::spawn(async move {
        tokio::select! {
            () = certificates::follow(services) => {}
            () = stop.cancelled() => {}
        }
    });
}

/// Hears of what may give computers something to do, until the server stops.
fn follow_changes(state: &AppState) {
    let (services, stop) = (state.services.clone(), state.stop.clone());
    tokio::spawn(async move {
        tokio::select! {
            () = settled::follow(services) => {}
            () = stop.cancelled() => {}
        }
    });
}

async fn end_requests(mut server: JoinHandle<()>, patience: Duration) {
    if tokio::time::timeout(patience, &mut server).await.is_err() {
        tracing::warn!("some requests did not finish in time");
        server.abort();
    }
}

/// Waits until agents and operators were sent away, and what is known of their sessions is written.
async fn end_remote(relay: Option<&Relay>, patience: Duration) {
    if let Some(relay) = relay
        && tokio::time::timeout(patience, relay.drained())
            .await
            .is_err()
    {
        tracing::warn!("some sessions of remote support could not be left in time");
    }
}

/// How many jobs of one queue run here at the same time; on a SQLite file nobody else would do them.
fn workers(state: &AppState) -> u32 {
    match state.settings.database_url {
        Some(_) => state.settings.job_workers,
        None => state.settings.job_workers.max(1),
    }
}

async fn open_database(settings: &Settings) -> Result<Db, StartError> {
    Ok(match &settings.database_url {
        Some(url) => {
            let options = PostgresOptions {
                url: url.0.clone(),
                max_connections: settings.database_connections.max(2),
            };
            Db::open_postgres(&options).await?
        }
        None => Db::open_sqlite(&settings.data).await?,
    })
}

impl AppState {
    /// What handlers use, over a migrated database.
    ///
    /// # Errors
    /// When keys or folders of the data folder cannot be used.
    pub fn new(
        equipment: Equipment,
        settings: Settings,
        db: Db,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, StartError> {
        let at = |path: &PathBuf| {
            let path = path.clone();
            move |source| StartError::File { path, source }
        };
        let keys_folder = settings.data.join("keys");
        let files_folder = settings.data.join(FILES);
        let transport = Transport::new(&settings)?;
        let keys = KeyRing::open(&keys_folder).map_err(at(&keys_folder))?;
        let files = files::Store::open(&files_folder).map_err(at(&files_folder))?;
        let signer = Signer::open(&keys_folder, clock.now(), &*random)?;
        let jwt = JwtKey::open(&keys_folder, &*random);
        let jwt = jwt.map_err(at(&keys_folder.join(JwtKey::FILE)))?;
        let audit_key = keys_folder.join(audit::Key::FILE);
        let audit = auth::secret_file(&audit_key, &*random)
            .and_then(|seed| audit::Key::from_seed(&seed))
            .map_err(at(&audit_key))?;
        let native = native::key::open(&keys_folder, &*random)
            .map_err(at(&native::key::path(&keys_folder)))?;
        let native = Arc::new(native);
        let registry = Arc::<Registry>::default();
        let recordings = Recordings::open(&settings.data, Arc::clone(&random));
        let recordings = recordings.map_err(at(&settings.data))?;
        let agents = remote::Agents {
            registry: Arc::clone(&registry),
            clock: Arc::clone(&clock),
        };
        let kept = Arc::new(remote::Kept(recordings.clone()));
        let support = Remote::new(Arc::clone(&native))
            .seeing(equipment.presence.unwrap_or_else(|| Arc::new(agents)))
            .keeping(equipment.vault.unwrap_or(kept))
            .limited(equipment.remote);
        let server_key = *native.public();
        let providers = Providers::open(
            settings.oidc_providers.0.clone(),
            settings.ldap_providers.0.clone(),
            settings.public_url.as_ref().map(|url| &url.0),
        )?;
        let events = Bus::new(&db);
        let doing = Arc::<Doing>::default();
        let mailer = settings
            .mail()
            .map(|mail| Mailer::new(&mail, Arc::clone(&clock), Arc::clone(&random)))
            .transpose()?;
        let auth = Auth::new(
            settings.sign_in(settings.scheme(&*equipment.acceptor)),
            db.ahead(Ahead::OfOthers),
            Arc::clone(&clock),
            Arc::clone(&random),
            events.clone(),
            Arc::clone(&doing) as Arc<dyn Late>,
            jwt,
        )
        .asking(&equipment.factors)
        .believing(providers)
        .mailing(mailer);
        let domain = Domain {
            settings: Arc::new(settings.domain(settings.scheme(&*equipment.acceptor))),
            systems: equipment.systems,
            signer: Arc::new(signer),
            certificates: Arc::new(Certificates::of(&settings.data)),
            doing,
            contacts: Arc::default(),
            audit,
            audit_anchors: audit::Anchors::of(&keys_folder),
            settled: Arc::default(),
            finished: Arc::default(),
            server_key: native.public().thumbprint().to_string(),
            remote: support,
        };
        let services = Parts {
            registry: equipment.registry,
            settings: domain.settings.of_entities(),
            auth: Arc::new(auth),
            jobs: Jobs::new(db.clone(), Arc::clone(&clock), Arc::clone(&random)),
            files,
            events,
            clock,
            random,
            db,
            own: Box::new(domain),
        };
        let services = Services::from(services);
        let stop = CancellationToken::new();
        let protocol = migasfree_server_protocol::Parts {
            services: services.clone(),
            settings: settings.protocol(Arc::clone(&services.domain().settings)),
            keys,
            native,
            new_projects: Limiter::new(
                Arc::clone(&services.clock),
                settings.new_projects_per_address,
                AN_HOUR,
            ),
            newcomers: Newcomers::default(),
        };
        let api = migasfree_server_api::Parts {
            services: services.clone(),
            others: described(),
            sockets: Sockets::default(),
            sockets_per_account: settings.sockets_per_account,
            ping_every: equipment.ping_every,
            stop: stop.clone(),
        };
        let relay = settings.remote_enabled.then(|| {
            let domain = Arc::new(remote::Domain(services.clone()));
            Relay::from(relay::Parts {
                sessions: Arc::clone(&domain) as Arc<dyn relay::Sessions>,
                orders: domain,
                settings: settings.relay(&services.domain().settings.base),
                server: server_key,
                registry,
                recordings,
                clock: Arc::clone(&services.clock),
                random: Arc::clone(&services.random),
                events: services.events.clone(),
                stop: stop.clone(),
            })
        });
        let receivers = audit::export::receivers(&settings.audit_targets())?;
        let handlers = work::handlers(&services, receivers, settings.keep_jobs_days);
        Ok(Self(Arc::new(Server {
            services,
            handlers,
            settings,
            protocol: protocol.into(),
            api: api.into(),
            relay,
            metrics: Metrics(recorder().clone()),
            transport,
            stop,
        })))
    }
}

fn private_folder(path: &PathBuf) -> Result<(), StartError> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| StartError::File {
            path: path.clone(),
            source,
        })
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { address, source })
}

/// One per process: the recorder is global.
fn recorder() -> &'static PrometheusHandle {
    static RECORDER: LazyLock<PrometheusHandle> = LazyLock::new(|| {
        let buckets = [
            0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
        ];
        let of_jobs = [
            0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1_800.0, 7_200.0,
        ];
        let jobs = Matcher::Full("migasfree_job_seconds".to_owned());
        let recorder = PrometheusBuilder::new()
            .set_buckets(&buckets)
            .and_then(|builder| builder.set_buckets_for_metric(jobs, &of_jobs))
            .expect("the buckets are not empty")
            .build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another recorder takes the figures; /metrics stays empty");
        }
        handle
    });
    &RECORDER
}
