//! `status`.

use migasfree_dbus::ManagerProxy;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zbus::Connection;

use super::Ended;
use crate::cli::arguments::Json;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::report::{self, print_line};
use crate::sync::Engine;
use crate::texts::Text;

/// How this computer is doing, as far as it can be known without the server.
pub async fn status(context: &Context, arguments: &Json) -> Ended {
    let mut status = match context.daemon().await {
        Some(bus) => by_daemon(&bus).await?,
        None => without_daemon(context).await?,
    };
    let unfinished = unfinished(context).await;
    status.insert("unfinished".to_owned(), json!(unfinished));
    if arguments.json {
        print_line(&Value::Object(status).to_string());
        return Ok(Exit::OK);
    }
    for (key, title) in TITLES {
        if let Some(value) = status.get(key) {
            print_line(&format!(
                "{}: {}",
                context.text(title),
                shown(context, value)
            ));
        }
    }
    if !unfinished.is_empty() {
        let names = unfinished.join(" ");
        print_line(&context.language.fill(Text::Unfinished, &[&names]));
    }
    Ok(Exit::OK)
}

/// Packages something was begun with and not finished.
async fn unfinished(context: &Context) -> Vec<String> {
    let Ok(engine) = context.engine().await else {
        return Vec::new();
    };
    engine.broken().await.unwrap_or_default()
}

const TITLES: [(&str, Text); 12] = [
    ("computer", Text::LabelComputer),
    ("server", Text::LabelServer),
    ("project", Text::LabelProject),
    ("registered", Text::LabelRegistered),
    ("daemon", Text::LabelDaemon),
    ("connectivity", Text::LabelConnectivity),
    ("last_sync", Text::LabelLastSync),
    ("next_sync", Text::LabelNextSync),
    ("current_job", Text::LabelCurrentJob),
    ("queue_length", Text::LabelQueue),
    ("reboot_required", Text::LabelReboot),
    ("package_manager", Text::LabelPackageManager),
];

fn shown(context: &Context, value: &Value) -> String {
    match value {
        Value::Null => context.text(Text::Never).to_owned(),
        Value::Bool(true) => context.text(Text::Yes).to_owned(),
        Value::Bool(false) => context.text(Text::No).to_owned(),
        Value::String(text) => match OffsetDateTime::parse(text, &Rfc3339) {
            Ok(at) => report::moment(at),
            Err(_) => text.clone(),
        },
        other => other.to_string(),
    }
}

async fn by_daemon(bus: &Connection) -> Result<Map<String, Value>, Failure> {
    let manager = ManagerProxy::new(bus).await?;
    let job = manager.current_job().await?;
    let job = job
        .as_str()
        .rsplit('/')
        .next()
        .filter(|id| !id.is_empty())
        .map(str::to_owned);
    Ok(object([
        ("computer", json!(manager.computer_name().await?)),
        ("uuid", json!(manager.uuid().await?)),
        ("server", json!(manager.server().await?)),
        ("project", json!(manager.project().await?)),
        ("registered", json!(manager.registered().await?)),
        ("daemon", json!(manager.version().await?)),
        ("connectivity", json!(manager.connectivity().await?)),
        ("last_sync", moment(manager.last_sync().await?)),
        ("last_sync_result", json!(manager.last_sync_result().await?)),
        ("next_sync", moment(manager.next_sync().await?)),
        ("current_job", json!(job.unwrap_or_default())),
        ("queue_length", json!(manager.queue_length().await?)),
        (
            "reboot_required",
            json!(manager.reboot_required().await? != "none"),
        ),
        ("package_manager", json!(manager.package_manager().await?)),
    ]))
}

async fn without_daemon(context: &Context) -> Result<Map<String, Value>, Failure> {
    let engine = context.engine().await?;
    let identity = engine.identity();
    Ok(object([
        ("computer", json!(identity.name)),
        ("uuid", json!(identity.uuid)),
        ("server", json!(identity.server)),
        ("project", json!(identity.project)),
        ("registered", json!(identity.registered)),
        ("daemon", json!(false)),
        (
            "reboot_required",
            json!(!engine.reboot_required().is_empty()),
        ),
        ("package_manager", json!(identity.package_manager)),
    ]))
}

fn object<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

/// RFC 3339; `null` for never.
fn moment(seconds: i64) -> Value {
    let at = OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .filter(|_| seconds > 0);
    json!(at.and_then(|at| at.format(&Rfc3339).ok()))
}
