//! Play's window without a window: the commands that the view asks for, and the events it hears, over HTTP.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream::{self, Stream};
use migasfree_dbus::PlanRole;
use migasfree_play_bus::{Bus, Daemon, Listener, internal, within};
use migasfree_play_records::{Event, Fault, Job, Place, Plan, Settings};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::broadcast;

/// Events that wait for a page that is slow to take them.
const WAITING: usize = 1024;
const SCRIPT: &str = include_str!("shell.js");

/// What every page of the view shares.
#[derive(Clone, Debug)]
struct Shell {
    daemon: Arc<Daemon>,
    events: broadcast::Sender<Event>,
    settings: Arc<Mutex<Settings>>,
}

/// The shell over the daemon on the bus at `bus`.
pub fn shell(bus: &str) -> Router {
    let shell = Shell {
        daemon: Arc::new(Daemon::new(Bus::At(bus.to_owned()))),
        events: broadcast::channel(WAITING).0,
        settings: Arc::default(),
    };
    tokio::spawn(migasfree_play_bus::keep(
        shell.clone(),
        shell.daemon.clone(),
    ));
    Router::new()
        .route("/shell.js", get(script))
        .route("/command/{command}", post(command))
        .route("/events", get(events))
        .route("/icon/{app}/{size}/{revision}", get(icon))
        .with_state(shell)
}

impl Listener for Shell {
    fn tell(&self, event: Event) {
        // It is no error that no page is open.
        let _ = self.events.send(event);
    }

    fn ask_for_attention(&self) {}

    fn job_ended(&self, _job: Job) {}
}

async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript")], SCRIPT).into_response()
}

async fn events(
    State(shell): State<Shell>,
) -> Sse<impl Stream<Item = Result<sse::Event, axum::Error>>> {
    let events = stream::unfold(shell.events.subscribe(), |mut events| async move {
        let event = events.recv().await.ok()?;
        Some((sse::Event::default().json_data(event), events))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

async fn icon(
    State(shell): State<Shell>,
    Path((app, size, _revision)): Path<(u32, u32, u64)>,
) -> Response {
    match within(shell.daemon.image(app, size)).await {
        Ok((bytes, kind)) => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
        Err(fault) => refused(fault),
    }
}

async fn command(
    State(shell): State<Shell>,
    Path(command): Path<String>,
    Json(values): Json<Value>,
) -> Response {
    match shell.answer(&command, &Values(values)).await {
        Ok(answer) => Json(answer).into_response(),
        Err(fault) => refused(fault),
    }
}

fn refused(fault: Fault) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Json(fault)).into_response()
}

/// What a command was given, by name.
struct Values(Value);

impl Values {
    fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T, Fault> {
        serde_json::from_value(self.0[name].clone())
            .map_err(|error| Fault::new("invalid-argument", format!("{name}: {error}")))
    }

    fn text(&self, name: &str) -> Result<String, Fault> {
        self.get(name)
    }

    fn ids(&self) -> Result<Vec<u32>, Fault> {
        self.get("ids")
    }
}

impl Shell {
    /// What Play's own shell answers in `play-desktop/src/commands/`.
    async fn answer(&self, command: &str, values: &Values) -> Result<Value, Fault> {
        let daemon = &self.daemon;
        match command {
            "start" => json(self.start()),
            "reconnect" => {
                daemon.retry();
                Ok(Value::Null)
            }
            "save_settings" => {
                self.keep(values.get("settings")?);
                Ok(Value::Null)
            }
            "remembered_apps" | "close_window" => Ok(Value::Null),
            "list_apps" => json(within(daemon.catalog()).await?),
            "app" => json(within(daemon.app(values.get("id")?)).await?),
            "states" => json(within(daemon.states(&values.ids()?)).await?),
            "plan" => json(self.plan(&values.text("role")?, &values.ids()?).await?),
            "requests" => json(within(daemon.requests()).await?),
            "request_app" => {
                let why = values.text("justification")?;
                json(daemon.request_app(values.get("id")?, &why).await?)
            }
            "cancel_request" => json(daemon.cancel_request(&values.text("id")?).await?),
            "install" => json(daemon.install(&values.ids()?).await?),
            "remove" => json(daemon.remove(&values.ids()?).await?),
            "updates" => json(within(daemon.updates()).await?),
            "update" => json(daemon.update(values.get("app")?).await?),
            "look_for_updates" => json(daemon.look_for_updates().await?),
            "sync" => json(daemon.sync().await?),
            "computer_info" => json(within(daemon.computer()).await?),
            "label" => json(within(daemon.label()).await?),
            "software" => json(within(daemon.software()).await?),
            "can_authorize" => json(within(daemon.can_authorize(&values.text("action")?)).await?),
            "tags" => json(within(daemon.tags()).await?),
            "set_tags" => json(daemon.set_tags(&values.get::<Vec<String>>("tags")?).await?),
            _ => self.answer_about_job(command, values).await,
        }
    }

    async fn answer_about_job(&self, command: &str, values: &Values) -> Result<Value, Fault> {
        let daemon = &self.daemon;
        if command == "jobs" {
            return json(within(daemon.jobs()).await?);
        }
        let job = values.text("job")?;
        match command {
            "job_output" => json(within(daemon.job_output(&job, values.get("offset")?)).await?),
            "watch_job" => json(daemon.watch(&job, values.get("on")?).await?),
            "answer" => {
                let accept = values.get("accept")?;
                json(daemon.answer(&job, values.get("question")?, accept).await?)
            }
            "cancel" => json(daemon.cancel(&job).await?),
            _ => Err(Fault::new("internal", format!("{command} is no command"))),
        }
    }

    fn start(&self) -> Value {
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "session": true,
            "link": self.daemon.link(),
            "settings": *self.settings.lock().unwrap_or_else(PoisonError::into_inner),
            "place": Place::default(),
        })
    }

    fn keep(&self, settings: Settings) {
        *self.settings.lock().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    async fn plan(&self, role: &str, ids: &[u32]) -> Result<Plan, Fault> {
        match (role, ids) {
            ("install", _) => within(self.daemon.plan_apps(PlanRole::InstallApps, ids)).await,
            ("remove", _) => within(self.daemon.plan_apps(PlanRole::RemoveApps, ids)).await,
            ("update", [id]) => within(self.daemon.plan_update(*id)).await,
            _ => Err(Fault::new(
                "invalid-argument",
                format!("{role} cannot be planned"),
            )),
        }
    }
}

fn json(answer: impl Serialize) -> Result<Value, Fault> {
    serde_json::to_value(answer).map_err(internal)
}
