//! The least that sealed calls can cost: a server that opens them, does nothing and seals its answer.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::extract::{DefaultBodyLimit, Path as Call, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::serve::ListenerExt as _;
use axum::{Json, Router};
use migasfree_envelope::{PrivateKey, SignatureCache, open, seal_cached};
use migasfree_tests::process::Process;
use serde::Deserialize;
use serde_json::{Value, json};

/// The floor in a process of its own, so that its processor time can be told from the load's.
pub struct Floor {
    process: Process,
    url: String,
    _log: tempfile::TempDir,
}

impl Floor {
    /// Starts it with the keys of a server.
    pub fn start(data: &Path) -> Result<Self> {
        let log = tempfile::tempdir()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--floor").arg(data.join("keys"));
        let mut process = Process::start("floor", &mut command, &log.path().join("log"))?;
        let url = process.wait_for_line("listening on ", Duration::from_secs(30))?;
        Ok(Self {
            process,
            url,
            _log: log,
        })
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.process.id()
    }
}

/// The calls whose answers have times of the synchronisation in them: a signature made before never fits.
const NEVER_ALIKE: [&str; 2] = ["computers/attributes/", "synchronizations/"];

struct Keys {
    server: PrivateKey,
    project: PrivateKey,
    signatures: SignatureCache,
    answered: AtomicU64,
}

#[derive(Deserialize)]
struct Body {
    msg: String,
}

/// Serves until it is stopped.
pub async fn serve(folder: &Path, project: &str) -> Result<()> {
    let read = |name: &str| -> Result<PrivateKey> {
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Ok(PrivateKey::from_pem(&text)?)
    };
    let keys = Keys {
        server: read("migasfree-server.pri")?,
        project: read(&format!("{project}.pri"))?,
        signatures: SignatureCache::new(16),
        answered: AtomicU64::new(0),
    };
    let router = Router::new()
        .route("/api/v1/safe/{*call}", post(sealed))
        .route("/api/v1/public/{*call}", post(public))
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::new(keys));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

async fn sealed(
    State(keys): State<Arc<Keys>>,
    Call(call): Call<String>,
    Json(body): Json<Body>,
) -> Result<Json<Value>, StatusCode> {
    let claims = open(&body.msg, &keys.server, keys.project.public());
    let _claims = claims.map_err(|_| StatusCode::BAD_REQUEST)?;
    let answer = if NEVER_ALIKE.contains(&call.as_str()) {
        json!({ "number": keys.answered.fetch_add(1, Ordering::Relaxed) })
    } else {
        json!({})
    };
    let msg = seal_cached(
        &answer,
        &keys.server,
        keys.project.public(),
        &keys.signatures,
    );
    Ok(Json(json!({ "msg": msg })))
}

async fn public() -> Json<Value> {
    Json(json!({}))
}
