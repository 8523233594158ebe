//! What the next synchronization of a computer would do.

use migasfree_server_db::{Ts, args};

use super::targets;
use crate::ids::ComputerId;
use crate::{
    core::rules::{
        packages::{lines, mandatory},
        targeting::{Decision, decide},
    },
    rest::{
        action::{Answer, Call},
        error::RestError,
        json::Json,
        read,
    },
};

const DAY: i64 = 86_400_000_000;

/// Deployments, faults and packages of the next synchronization, as far as the operator sees whose they are.
///
/// # Errors
/// When the database fails.
pub async fn answer(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let db = &context.state.db;
    let (project, captured, default_device): (i64, Option<Ts>, Option<i64>) = db
        .one(
            "SELECT project_id, last_hardware_capture, default_logical_device_id FROM client_computer \
             WHERE id = $1",
            args![call.id],
        )
        .await?;
    let attributes = targets::attributes(db, call.id).await?;
    let today = context.today();
    let computer = ComputerId(call.id);
    let mut deployments: Vec<_> = targets::of_project(db, (project, call.id), &attributes)
        .await?
        .into_iter()
        .filter(|one| {
            matches!(
                decide(&one.target, computer, &attributes, today),
                Decision::Applies(_)
            )
        })
        .collect();
    let ids = deployments.iter().map(|one| one.id).collect();
    let seen = read::only_visible(context, "core_deployment", ids).await?;
    let reached = !deployments.is_empty();
    deployments.retain(|one| seen.contains(&one.id));
    let mut faults = targets::fault_definitions(db, call.id, &attributes).await?;
    let ids = faults.iter().map(|(id, _)| *id).collect();
    let seen = read::only_visible(context, "client_faultdefinition", ids).await?;
    faults.retain(|(id, _)| seen.contains(id));
    let (mut install, mut remove) = (Vec::new(), Vec::new());
    for one in &deployments {
        install.extend(lines(&one.install).map(|package| due(package, &one.name, one.id)));
        remove.extend(lines(&one.remove).map(|package| due(package, &one.name, one.id)));
    }
    let (mut policy_install, mut policy_remove) = (Vec::new(), Vec::new());
    let always = context
        .state
        .settings
        .clients
        .fixes
        .policies_need_no_deployment;
    if always || reached {
        let policies = targets::policies(db, (project, call.id), &attributes).await?;
        let ids = policies.iter().map(|(id, ..)| *id).collect();
        let seen = read::only_visible(context, "app_catalog_policy", ids).await?;
        for (id, name, policy) in policies.into_iter().filter(|(id, ..)| seen.contains(id)) {
            let packages = mandatory(&[], std::slice::from_ref(&policy), &attributes, true);
            policy_install.extend(
                packages
                    .install
                    .iter()
                    .map(|package| due(package, &name, id)),
            );
            policy_remove.extend(
                packages
                    .remove
                    .iter()
                    .map(|package| due(package, &name, id)),
            );
        }
    }
    let period = i64::from(context.state.settings.hardware_period_days) * DAY;
    let capture = captured.is_none_or(|at| at.0 + period < context.now.0);
    Ok(Answer::Json(Json::Object(vec![
        (
            "deployments",
            Json::List(
                deployments
                    .iter()
                    .map(|one| {
                        Json::Object(vec![
                            ("id", Json::Int(one.id)),
                            ("name", one.name.as_str().into()),
                            ("source", one.source.as_str().into()),
                        ])
                    })
                    .collect(),
            ),
        ),
        (
            "fault_definitions",
            Json::List(
                faults
                    .into_iter()
                    .map(|(id, name)| {
                        Json::Object(vec![("id", Json::Int(id)), ("name", name.into())])
                    })
                    .collect(),
            ),
        ),
        ("packages", both(install, remove)),
        ("policies", both(policy_install, policy_remove)),
        ("capture_hardware", capture.into()),
        ("logical_devices", Json::List(Vec::new())),
        (
            "default_logical_device",
            Json::Int(default_device.unwrap_or_default()),
        ),
    ])))
}

fn due(package: &str, name: &str, id: i64) -> Json {
    Json::Object(vec![
        ("package", package.into()),
        ("name", name.into()),
        ("id", Json::Int(id)),
    ])
}

fn both(install: Vec<Json>, remove: Vec<Json>) -> Json {
    Json::Object(vec![
        ("install", Json::List(install)),
        ("remove", Json::List(remove)),
    ])
}
