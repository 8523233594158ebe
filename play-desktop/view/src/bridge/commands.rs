//! The shell's commands, one function each.

use super::call::call;
use js_sys::Array;
use migasfree_play_records::{
    AppDetails, Catalog, Computer, Fault, Job, JobOutput, Link, Package, Place, Plan, Request,
    Settings, States, Tags, Update,
};
use serde::Deserialize;
use wasm_bindgen::JsValue;

/// What the view needs before anything else.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Start {
    /// Version of Play.
    pub version: String,
    /// Whether the session bus is used, for trying things.
    pub session: bool,
    /// The way to the daemon now.
    pub link: Link,
    /// What the person chose.
    pub settings: Settings,
    /// Where the command line asks to go.
    pub place: Place,
}

/// First question of the view.
///
/// # Errors
/// A fault when the page is not inside Play's shell.
pub async fn start() -> Result<Start, Fault> {
    call("start", &[]).await
}

/// The catalogue as it was last time, from the person's own cache.
///
/// # Errors
/// Only when the shell fails.
pub async fn remembered_apps() -> Result<Option<Catalog>, Fault> {
    call("remembered_apps", &[]).await
}

/// The catalogue as the daemon has it.
///
/// # Errors
/// What the daemon answers.
pub async fn list_apps() -> Result<Catalog, Fault> {
    call("list_apps", &[]).await
}

/// Everything about one application.
///
/// # Errors
/// `not-found` when it is not offered here, or what the daemon answers.
pub async fn app(id: u32) -> Result<AppDetails, Fault> {
    call("app", &[("id", id.into())]).await
}

/// States of some applications, of all when none is named.
///
/// # Errors
/// What the daemon answers.
pub async fn states(ids: &[u32]) -> Result<States, Fault> {
    call("states", &[("ids", numbers(ids))]).await
}

/// What installing, updating or removing would change.
///
/// # Errors
/// What the daemon answers.
pub async fn plan(role: &'static str, id: u32) -> Result<Plan, Fault> {
    call("plan", &[("role", role.into()), ("ids", numbers(&[id]))]).await
}

/// The person's requests for applications, newest first.
///
/// # Errors
/// What the daemon answers.
pub async fn requests() -> Result<Vec<Request>, Fault> {
    call("requests", &[]).await
}

/// Asks the organisation for an application; answers the request.
///
/// # Errors
/// `unsupported` where the organisation takes no requests, or what the daemon answers.
pub async fn request_app(id: u32, justification: &str) -> Result<String, Fault> {
    let args = [("id", id.into()), ("justification", justification.into())];
    call("request_app", &args).await
}

/// Takes a request back.
///
/// # Errors
/// What the daemon answers.
pub async fn cancel_request(id: &str) -> Result<(), Fault> {
    call("cancel_request", &[("id", id.into())]).await
}

/// Starts an installation; answers the job.
///
/// # Errors
/// A refusal, or what the daemon answers.
pub async fn install(id: u32) -> Result<String, Fault> {
    call("install", &[("ids", numbers(&[id]))]).await
}

/// Starts a removal; answers the job.
///
/// # Errors
/// A refusal, or what the daemon answers.
pub async fn remove(id: u32) -> Result<String, Fault> {
    call("remove", &[("ids", numbers(&[id]))]).await
}

/// The packages that have a newer version.
///
/// # Errors
/// What the daemon answers.
pub async fn updates() -> Result<Vec<Update>, Fault> {
    call("updates", &[]).await
}

/// Starts to bring an application, or everything, to its newest version; answers the job.
///
/// # Errors
/// A refusal, or what the daemon answers.
pub async fn update(app: Option<u32>) -> Result<String, Fault> {
    call("update", &[("app", app.into())]).await
}

/// Starts to look for newer versions; answers the job.
///
/// # Errors
/// A refusal, or what the daemon answers.
pub async fn look_for_updates() -> Result<String, Fault> {
    call("look_for_updates", &[]).await
}

/// Starts a synchronisation; answers the job.
///
/// # Errors
/// A refusal, or what the daemon answers.
pub async fn sync() -> Result<String, Fault> {
    call("sync", &[]).await
}

/// The person's jobs, newest first.
///
/// # Errors
/// What the daemon answers.
pub async fn jobs() -> Result<Vec<Job>, Fault> {
    call("jobs", &[]).await
}

/// Reads a job's log from a place in it.
///
/// # Errors
/// What the daemon answers.
pub async fn job_output(job: &str, offset: u64) -> Result<JobOutput, Fault> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "JavaScript has one kind of number; logs are far below 2^53 bytes"
    )]
    let offset = offset as f64;
    call(
        "job_output",
        &[("job", job.into()), ("offset", offset.into())],
    )
    .await
}

/// Has the log of a job sent as it grows, or no more.
///
/// # Errors
/// What the daemon answers.
pub async fn watch_job(job: &str, on: bool) -> Result<(), Fault> {
    call("watch_job", &[("job", job.into()), ("on", on.into())]).await
}

/// Answers what a job asks.
///
/// # Errors
/// `not-found` when the question is not open any more, or what the daemon answers.
pub async fn answer(job: &str, question: u32, accept: bool) -> Result<(), Fault> {
    let args = [
        ("job", job.into()),
        ("question", question.into()),
        ("accept", accept.into()),
    ];
    call("answer", &args).await
}

/// Asks a job to stop.
///
/// # Errors
/// `not-cancellable` in a stage that cannot be left, or what the daemon answers.
pub async fn cancel(job: &str) -> Result<(), Fault> {
    call("cancel", &[("job", job.into())]).await
}

/// About this computer.
///
/// # Errors
/// What the daemon answers.
pub async fn computer_info() -> Result<Computer, Fault> {
    call("computer_info", &[]).await
}

/// Text of the label's QR code.
///
/// # Errors
/// `not-registered`, or what the daemon answers.
pub async fn label() -> Result<String, Fault> {
    call("label", &[]).await
}

/// The packages of this computer.
///
/// # Errors
/// What the daemon answers.
pub async fn software() -> Result<Vec<Package>, Fault> {
    call("software", &[]).await
}

/// Whether the person has a right: 0 no, 1 yes, 2 after an administrator agreed.
///
/// # Errors
/// What the daemon answers.
pub async fn can_authorize(action: &'static str) -> Result<u32, Fault> {
    call("can_authorize", &[("action", action.into())]).await
}

/// Tags this computer has and may have.
///
/// # Errors
/// What the daemon answers.
pub async fn tags() -> Result<Tags, Fault> {
    call("tags", &[]).await
}

/// Sets the tags and applies what follows from them; answers the job.
///
/// # Errors
/// A refusal, or what the daemon answers.
pub async fn set_tags(tags: &[String]) -> Result<String, Fault> {
    let list: Array = tags.iter().map(|tag| JsValue::from_str(tag)).collect();
    call("set_tags", &[("tags", list.into())]).await
}

/// Keeps the settings.
///
/// # Errors
/// When the person's configuration folder cannot be written.
pub async fn save_settings(settings: Settings) -> Result<(), Fault> {
    let value = serde_wasm_bindgen::to_value(&settings)
        .map_err(|error| Fault::new("internal", error.to_string()))?;
    call("save_settings", &[("settings", value)]).await
}

/// Opens a web page in the person's own browser.
///
/// # Errors
/// When the desktop offers no way to do it.
pub async fn open_link(link: &str) -> Result<(), Fault> {
    call("open_link", &[("link", link.into())]).await
}

/// Tries to reach the daemon at once.
///
/// # Errors
/// Only when the shell fails.
pub async fn reconnect() -> Result<(), Fault> {
    call("reconnect", &[]).await
}

/// Closes the window although work runs.
///
/// # Errors
/// Only when the shell fails.
pub async fn close_window() -> Result<(), Fault> {
    call("close_window", &[]).await
}

fn numbers(ids: &[u32]) -> JsValue {
    ids.iter()
        .map(|id| JsValue::from(*id))
        .collect::<Array>()
        .into()
}
