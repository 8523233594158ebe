//! `apps` and `categories`.

use migasfree_dbus::{AppQuery, AppRecord, CatalogProxy, ManagerProxy};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zbus::Connection;

use super::Ended;
use crate::cli::arguments::{Apps, Json};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::report::print_line;
use crate::sync::{Engine, EngineError};
use crate::texts::{DaemonText, Text};

/// From the server where the keys may be read, else, or when the server is away, from the daemon's copy.
pub async fn apps(context: &Context, arguments: &Apps) -> Ended {
    let apps = match (from_server(context).await, context.daemon().await) {
        (Some(Err(Failure::Engine(EngineError::Offline(_)))) | None, Some(bus)) => {
            let apps = from_daemon(&bus).await?;
            context.tell_age(&bus).await?;
            apps
        }
        (Some(apps), _) => apps?,
        (None, None) => {
            return Err(context
                .trusted_engine()
                .await
                .err()
                .unwrap_or(Failure::Silent(Exit::ACCESS)));
        }
    };
    let wanted = |app: &&Value| {
        arguments
            .category
            .is_none_or(|id| app["category"]["id"] == json!(id))
    };
    let apps: Vec<&Value> = apps.iter().filter(wanted).collect();
    if arguments.json {
        print_line(&json!(apps).to_string());
        return Ok(Exit::OK);
    }
    if apps.is_empty() {
        context.nothing(match arguments.category {
            Some(_) => Text::NoAppsInCategory,
            None => Text::NoApps,
        });
    }
    for app in apps {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let summary = text(&app["description"])
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        let level = if app["level"]["id"] == "A" { " *" } else { "" };
        print_line(&format!(
            "{}\t{}{level}\t{}\t{summary}",
            app["id"],
            text(&app["name"]),
            text(&app["category"]["name"])
        ));
    }
    Ok(Exit::OK)
}

async fn from_server(context: &Context) -> Option<Result<Vec<Value>, Failure>> {
    if context.session || !context.may_write() {
        return None;
    }
    let ask = async {
        let catalog = context.engine().await?.catalog().await?;
        Ok(catalog.apps.iter().map(|app| json!(app)).collect())
    };
    Some(ask.await)
}

/// The daemon's records in the shape of the server's.
async fn from_daemon(bus: &Connection) -> Result<Vec<Value>, Failure> {
    let catalog = CatalogProxy::new(bus).await?;
    let manager = ManagerProxy::new(bus).await?;
    if catalog.fetched_at().await? == 0 {
        return Err(if manager.registered().await? {
            Failure::Told(DaemonText::NeverReached.told(&[]), Exit::TEMPORARY)
        } else {
            EngineError::NotRegistered.into()
        });
    }
    let project = manager.project().await?;
    let (_, list) = catalog.list_apps(AppQuery::default()).await?;
    let mut apps = Vec::new();
    for record in list {
        apps.push(server_shape(catalog.get_app(record.id).await?, &project));
    }
    Ok(apps)
}

fn server_shape(app: AppRecord, project: &str) -> Value {
    let created = app
        .created_at
        .and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    let level = json!(app.level);
    let level_name = if level == "A" { "Admin" } else { "User" };
    json!({
        "id": app.id,
        "name": app.name,
        "description": app.description,
        "created_at": created.and_then(|at| at.format(&Rfc3339).ok()),
        "score": app.score,
        "icon": null,
        "level": { "id": level, "name": level_name },
        "category": { "id": app.category.id, "name": app.category.name },
        "packages_by_project": [{
            "project": { "name": project },
            "packages_to_install": app.packages,
        }],
        "available_for_attributes": [],
        "state": app.state,
    })
}

pub async fn categories(context: &Context, arguments: &Json) -> Ended {
    let categories: Vec<(u32, String)> = match context.daemon().await {
        Some(bus) => {
            let categories = CatalogProxy::new(&bus).await?.list_categories().await?;
            context.tell_age(&bus).await?;
            categories
                .into_iter()
                .map(|(id, name, _)| (id, name))
                .collect()
        }
        None => {
            let catalog = context.trusted_engine().await?.catalog().await?;
            catalog
                .categories
                .into_iter()
                .map(|category| (category.id, category.name))
                .collect()
        }
    };
    if arguments.json {
        let list: Vec<_> = categories
            .iter()
            .map(|(id, name)| json!({ "id": id, "name": name }))
            .collect();
        print_line(&json!(list).to_string());
    } else if categories.is_empty() {
        context.nothing(Text::NoCategories);
    } else {
        for (id, name) in categories {
            print_line(&format!("{id}\t{name}"));
        }
    }
    Ok(Exit::OK)
}
