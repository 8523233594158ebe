//! The real apt in a disposable Debian that knows one repository.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Path as UrlPath;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use migasfree_client::job::{Job, JobId, ResultCode};
use migasfree_client::pms::apt::Apt;
use migasfree_client::pms::{
    Action, Driver, PackageManager, PackageName, PmsError, RepositoryAccess,
};
use migasfree_client::policy::{Asker, Mandate};
use migasfree_client::process::SystemRunner;
use migasfree_client::process::root::Root;
use migasfree_client::process::supervise::Launcher;
use migasfree_client::transport::messages::Repository;
use migasfree_deb::Builder;

use super::observer::Recorder;
use super::repository::{self, Signer};
use super::root::Debian;

pub fn helper() -> PathBuf {
    env!("CARGO_BIN_EXE_migasfree").into()
}

pub fn root_asks() -> &'static Mandate {
    static MANDATE: std::sync::OnceLock<Mandate> = std::sync::OnceLock::new();
    MANDATE.get_or_init(|| Mandate::of(Asker::ROOT))
}

pub fn backend(root: &Path) -> Driver {
    let inside = Root::new(root.to_owned(), helper());
    let runner = Arc::new(SystemRunner::detect());
    Driver::new(
        Arc::new(Apt),
        inside,
        runner,
        Launcher::new(helper(), false),
        root.join("var/lib/migasfree/jobs"),
    )
}

pub struct Bench {
    pub debian: Debian,
    pub apt: Driver,
    pub access: RepositoryAccess,
}

impl Bench {
    /// A Debian that knows one repository with these packages.
    pub async fn with(packages: Vec<Builder>) -> Option<Self> {
        let signer = Signer::generate();
        let files = repository::files("base", packages, &signer);
        Self::serving(files, &signer.public_key()).await
    }

    pub async fn serving(files: BTreeMap<String, Vec<u8>>, key: &str) -> Option<Self> {
        let debian = Debian::make()?;
        let apt = backend(debian.path());
        let access = RepositoryAccess {
            protocol: "http".into(),
            server: serve(files).await,
            host: "127.0.0.1".into(),
            proxy_cache: None,
        };
        assert!(apt.import_key(&access, key).unwrap());
        let bench = Self {
            debian,
            apt,
            access,
        };
        assert!(bench.names_its_source(&bench.access));
        Some(bench)
    }

    /// Its repository offers these packages from now on.
    pub async fn offer(&self, packages: Vec<Builder>, signer: &Signer) {
        let access = RepositoryAccess {
            server: serve(repository::files("base", packages, signer)).await,
            ..self.access.clone()
        };
        assert!(self.names_its_source(&access));
    }

    /// Whether the sources are other ones than before.
    fn names_its_source(&self, access: &RepositoryAccess) -> bool {
        let ours = Repository {
            name: "base".into(),
            source_template: "deb {protocol}://{server}/repos base PKGS\n".into(),
        };
        self.apt.write_repositories(access, &[ours]).unwrap()
    }

    pub async fn run(&self, action: &Action) -> (Recorder, Result<(), ResultCode>) {
        let (recorder, result) = self.asked(action, root_asks(), None).await;
        let result = result.map_err(|error| {
            eprintln!("{error}");
            error.code()
        });
        (recorder, result)
    }

    /// The same for somebody in particular, who answers questions so.
    pub async fn asked(
        &self,
        action: &Action,
        mandate: &Mandate,
        answer: Option<&str>,
    ) -> (Recorder, Result<(), PmsError>) {
        let recorder = Recorder {
            answer: answer.map(str::to_owned),
            ..Recorder::default()
        };
        let job = Job::new(JobId::unique(), &recorder);
        let result = self.apt.run(action, mandate, &job).await;
        (recorder, result)
    }

    pub fn installed(&self, name: &str) -> Option<String> {
        let output = self.debian.run(&[
            "dpkg-query",
            "-W",
            "-f=${db:Status-Abbrev} ${Version}",
            name,
        ]);
        let text = String::from_utf8(output.stdout).unwrap();
        text.strip_prefix("ii  ").map(str::to_owned)
    }
}

pub async fn serve(files: BTreeMap<String, Vec<u8>>) -> String {
    let files = Arc::new(files);
    let app = Router::new().route(
        "/repos/{*path}",
        get(move |UrlPath(path): UrlPath<String>| async move {
            match files.get(&path) {
                Some(content) => content.clone().into_response(),
                None => StatusCode::NOT_FOUND.into_response(),
            }
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

pub fn names(apt: &Driver, names: &[&str]) -> Vec<PackageName> {
    names
        .iter()
        .map(|name| apt.name_of(name).unwrap())
        .collect()
}

pub async fn until(what: &str, mut check: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !check() {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{what} did not happen"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
