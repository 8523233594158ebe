//! What the next synchronization of a computer would do.

use migasfree_server_db::{Ts, args};
use migasfree_server_entity::{
    action::{Answer, Call},
    error::RestError,
    json::Json,
    read,
};

use super::targets;
use crate::services::OfDomain as _;
use crate::{
    client,
    core::rules::packages::{lines, mandatory},
    ids::ComputerId,
};

const DAY: i64 = 86_400_000_000;

/// Deployments, faults and packages of the next synchronization, as far as the operator sees whose they are.
///
/// # Errors
/// When the database fails.
pub async fn answer(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let db = &context.state.db;
    let (project, captured, default_device): (String, Option<Ts>, Option<i64>) = db
        .one(
            "SELECT p.name, c.last_hardware_capture, c.default_logical_device_id FROM client_computer AS c \
             JOIN core_project AS p ON p.id = c.project_id WHERE c.id = $1",
            args![call.id],
        )
        .await?;
    let attributes = targets::attributes(db, call.id).await?;
    let computer = ComputerId(call.id);
    let mut deployments =
        client::deployments::of_computer(db, &project, computer, context.today()).await?;
    let ids = deployments.iter().map(|one| one.id.0).collect();
    let seen = read::only_visible(context, "core_deployment", ids).await?;
    let reached = !deployments.is_empty();
    deployments.retain(|one| seen.contains(&one.id.0));
    let mut faults = client::faults::definitions(db, computer).await?;
    let ids = faults.iter().map(|fault| fault.id.0).collect();
    let seen = read::only_visible(context, "client_faultdefinition", ids).await?;
    faults.retain(|fault| seen.contains(&fault.id.0));
    let (mut install, mut remove) = (Vec::new(), Vec::new());
    for one in &deployments {
        let (name, id) = (one.name.as_str(), one.id.0);
        let due = |packages| lines(packages).map(move |package| due(package, name, id));
        install.extend(due(one.packages_to_install.as_deref().unwrap_or_default()));
        remove.extend(due(one.packages_to_remove.as_deref().unwrap_or_default()));
    }
    let (mut policy_install, mut policy_remove) = (Vec::new(), Vec::new());
    let always = context
        .state
        .domain()
        .settings
        .clients
        .fixes
        .policies_need_no_deployment;
    if always || reached {
        let policies = client::policies::for_computer(db, &project, computer, &attributes).await?;
        let ids = policies.iter().map(|one| one.id.0).collect();
        let seen = read::only_visible(context, "app_catalog_policy", ids).await?;
        for one in policies.iter().filter(|one| seen.contains(&one.id.0)) {
            let (name, id) = (one.name.as_str(), one.id.0);
            let packages = mandatory(&[], std::slice::from_ref(&one.policy), &attributes, true);
            policy_install.extend(
                packages
                    .install
                    .iter()
                    .map(|package| due(package, name, id)),
            );
            policy_remove.extend(packages.remove.iter().map(|package| due(package, name, id)));
        }
    }
    let period = i64::from(context.state.domain().settings.hardware_period_days) * DAY;
    let capture = captured.is_none_or(|at| at.0 + period < context.now.0);
    Ok(Answer::Json(Json::Object(vec![
        (
            "deployments",
            Json::List(
                deployments
                    .iter()
                    .map(|one| {
                        Json::Object(vec![
                            ("id", Json::Int(one.id.0)),
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
                    .map(|fault| {
                        Json::Object(vec![
                            ("id", Json::Int(fault.id.0)),
                            ("name", fault.name.into()),
                        ])
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
