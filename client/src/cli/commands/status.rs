//! `status`.

use migasfree_dbus::{Connectivity, JobResult, ManagerProxy};
use migasfree_types::message::Message;
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
use crate::texts::{EngineText, Text};

/// How this computer is doing, as far as it can be known without the server.
pub async fn status(context: &Context, arguments: &Json) -> Ended {
    let mut status = match context.daemon().await {
        Some(bus) => by_daemon(context, &bus).await?,
        None => without_daemon(context).await?,
    };
    let works = status
        .get("current_job")
        .is_some_and(|job| *job != json!(""));
    let unfinished = if works {
        Vec::new()
    } else {
        unfinished(context).await
    };
    status.insert("unfinished".to_owned(), json!(unfinished));
    if arguments.json {
        print_line(&Value::Object(status).to_string());
        return Ok(Exit::OK);
    }
    for (key, title) in TITLES {
        if let Some(words) = status.get(key).and_then(|value| shown(context, key, value)) {
            print_line(&format!("{}: {words}", context.text(title)));
        }
    }
    if !unfinished.is_empty() {
        let names = unfinished.join(" ");
        print_line(
            &context
                .language
                .say(&EngineText::Unfinished.told(&[&names])),
        );
    }
    Ok(Exit::OK)
}

/// Packages something was begun with and not finished. Those that somebody is at work on are not among them.
async fn unfinished(context: &Context) -> Vec<String> {
    let Ok(engine) = context.engine().await else {
        return Vec::new();
    };
    if engine.lock_holder().is_some() {
        return Vec::new();
    }
    engine.broken().await.unwrap_or_default()
}

const TITLES: [(&str, Text); 18] = [
    ("computer", Text::LabelComputer),
    ("server", Text::LabelServer),
    ("project", Text::LabelProject),
    ("registered", Text::LabelRegistered),
    ("identified", Text::LabelIdentified),
    ("key", Text::LabelKey),
    ("certificate_until", Text::LabelCertificate),
    ("daemon", Text::LabelDaemon),
    ("connectivity", Text::LabelConnectivity),
    ("last_contact", Text::LabelLastContact),
    ("last_sync", Text::LabelLastSync),
    ("last_sync_result", Text::LabelLastSyncResult),
    ("last_sync_reason", Text::LabelLastSyncReason),
    ("next_sync", Text::LabelNextSync),
    ("current_job", Text::LabelCurrentJob),
    ("queue_length", Text::LabelQueue),
    ("reboot_required", Text::LabelReboot),
    ("package_manager", Text::LabelPackageManager),
];

/// A value in words; `None` where there is nothing to say.
fn shown(context: &Context, key: &str, value: &Value) -> Option<String> {
    let words = |text: Text| Some(context.text(text).to_owned());
    match (key, value) {
        ("last_sync_reason" | "certificate_until", Value::Null) => None,
        (_, Value::Null) => words(Text::Never),
        (_, Value::Bool(true)) => words(Text::Yes),
        (_, Value::Bool(false)) => words(Text::No),
        ("connectivity", Value::String(word)) => words(connectivity(Connectivity::parse(word))),
        ("identified", Value::String(word)) => words(identified(word)?),
        ("last_sync_result", Value::String(word)) => words(result(JobResult::parse(word))?),
        (_, Value::String(text)) if text.is_empty() => None,
        (_, Value::String(text)) => Some(match OffsetDateTime::parse(text, &Rfc3339) {
            Ok(at) => report::moment(at),
            Err(_) => text.lines().collect::<Vec<_>>().join(" "),
        }),
        (_, other) => Some(other.to_string()),
    }
}

const fn connectivity(way: Connectivity) -> Text {
    match way {
        Connectivity::Online => Text::ConnectivityOnline,
        Connectivity::Metered => Text::ConnectivityMetered,
        Connectivity::Offline => Text::ConnectivityOffline,
        Connectivity::ServerUnreachable => Text::ConnectivityUnreachable,
        Connectivity::Saturated => Text::ConnectivitySaturated,
        Connectivity::Unknown => Text::ConnectivityUnknown,
    }
}

/// `None` for the word of a newer daemon, and for that of one too old to have any.
fn identified(word: &str) -> Option<Text> {
    Some(match word {
        "none" => Text::IdentifiedByNothing,
        "project-key" => Text::IdentifiedByProject,
        "own-key" => Text::IdentifiedByOwnKey,
        "pending" => Text::IdentifiedPending,
        "rejected" => Text::IdentifiedRejected,
        "damaged" => Text::IdentifiedDamaged,
        _ => return None,
    })
}

const fn result(of_sync: JobResult) -> Option<Text> {
    Some(match of_sync {
        JobResult::Success => Text::SyncWell,
        JobResult::Partial => Text::SyncPartly,
        JobResult::Failed => Text::SyncFailed,
        JobResult::Cancelled => Text::SyncCancelled,
        JobResult::Refused => Text::SyncRefused,
        JobResult::Unknown => return None,
    })
}

async fn by_daemon(context: &Context, bus: &Connection) -> Result<Map<String, Value>, Failure> {
    let manager = ManagerProxy::new(bus).await?;
    // A daemon that was not started again since an upgrade has neither reason nor contact, and no key.
    let reason = manager.last_sync_reason().await.unwrap_or_default();
    let reason: Option<Message> = serde_json::from_str(&reason).ok();
    let contact = manager.last_contact().await.unwrap_or_default();
    let identification = manager.identification().await.unwrap_or_default();
    let key = manager.key_fingerprint().await.unwrap_or_default();
    let certificate = manager.certificate_until().await.unwrap_or_default();
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
        ("identified", json!(identification)),
        ("key", json!(key)),
        ("certificate_until", moment(certificate)),
        ("daemon", json!(manager.version().await?)),
        ("connectivity", json!(manager.connectivity().await?)),
        ("last_contact", moment(contact)),
        ("last_sync", moment(manager.last_sync().await?)),
        ("last_sync_result", json!(manager.last_sync_result().await?)),
        (
            "last_sync_reason",
            json!(reason.map(|reason| context.language.say(&reason))),
        ),
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
    let standing = engine.standing();
    let mut status = object([
        ("computer", json!(identity.name)),
        ("uuid", json!(identity.uuid)),
        ("server", json!(identity.server)),
        ("project", json!(identity.project)),
        ("registered", json!(identity.registered)),
        ("identified", json!(standing.word())),
        ("key", json!(standing.fingerprint())),
        (
            "certificate_until",
            moment(engine.certificate_until().unwrap_or_default()),
        ),
        ("daemon", json!(false)),
        (
            "reboot_required",
            json!(!engine.reboot_required().is_empty()),
        ),
        ("package_manager", json!(identity.package_manager)),
    ]);
    if let Some(schedule) = context.schedule() {
        let (last, result) = schedule.last();
        let reason = schedule.last_reason();
        status.extend(object([
            ("last_sync", moment(last)),
            ("last_sync_result", json!(result)),
            (
                "last_sync_reason",
                json!(reason.map(|reason| context.language.say(&reason))),
            ),
        ]));
    }
    Ok(status)
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
