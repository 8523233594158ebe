//! `sync`, `install` and `purge`.

use migasfree_dbus::{ManagerProxy, PlanRole, SyncOptions, SyncReason, SyncScope};

use super::Ended;
use crate::cli::agent::TerminalAgent;
use crate::cli::arguments::{Change, Sync};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::follow::Follower;
use crate::cli::plan::Shown;
use crate::cli::prompt;
use crate::cli::report::{End, Reporter};
use crate::cli::work::{self, Task};
use crate::job::JobResult;
use crate::pms::Action;
use crate::policy::Asker;
use crate::sync::{Engine, Scope, SyncRequest};
use crate::texts::Text;

pub async fn sync(context: &Context, arguments: &Sync) -> Ended {
    let reporter = Reporter::new(context.language, arguments.json, context.quiet);
    let scope = scope(arguments);
    let Some(bus) = context.daemon().await else {
        let engine = context.trusted_engine().await?;
        let force_upgrade = arguments.force_upgrade;
        let request = SyncRequest {
            scope,
            force_upgrade,
            background: false,
        };
        return work::run(context, &engine, &reporter, Task::Sync(request)).await;
    };
    let _agent = TerminalAgent::start();
    let options = SyncOptions {
        scope: Some(bus_scope(scope)),
        force_upgrade: Some(arguments.force_upgrade),
        reason: Some(SyncReason::Manual),
        locale: Some(context.locale().to_owned()),
        ..SyncOptions::default()
    };
    let path = ManagerProxy::new(&bus).await?.sync(options).await?;
    let end = Follower::new(context, &bus, path, &reporter).end().await?;
    let learnt = matches!(end.code.result(), JobResult::Success | JobResult::Partial);
    if scope == Scope::Full && learnt && context.may_write() && !context.session {
        // The bus does not carry them; who may read the keys may read them where they are kept.
        reporter.traits(&context.engine().await?.last_traits());
    }
    reporter.finished(&end);
    Ok(end.exit())
}

fn scope(arguments: &Sync) -> Scope {
    match arguments {
        Sync { hardware: true, .. } => Scope::Hardware,
        Sync { software: true, .. } => Scope::Software,
        Sync {
            attributes: true, ..
        } => Scope::Attributes,
        Sync { faults: true, .. } => Scope::Faults,
        _ => Scope::Full,
    }
}

fn bus_scope(scope: Scope) -> SyncScope {
    match scope {
        Scope::Full => SyncScope::Full,
        Scope::Attributes => SyncScope::Attributes,
        Scope::Faults => SyncScope::Faults,
        Scope::Software => SyncScope::Software,
        Scope::Hardware => SyncScope::Hardware,
        Scope::Devices => SyncScope::Devices,
    }
}

/// Installs or removes.
pub async fn change(context: &Context, arguments: &Change, install: bool) -> Ended {
    let reporter = Reporter::new(context.language, arguments.json, context.quiet);
    let ask = prompt::is_possible() && !arguments.assume_yes && !arguments.json;
    let Some(bus) = context.daemon().await else {
        let engine = context.trusted_engine().await?;
        let names = arguments
            .packages
            .iter()
            .map(|name| engine.package_name(name));
        let names = names.collect::<Result<Vec<_>, _>>()?;
        let action = if install {
            Action::Install(names)
        } else {
            Action::Remove(names)
        };
        if ask {
            let plan = engine.plan(&action).await?;
            let verdict = engine.judge(&action, &plan, Asker::ROOT).await?;
            if !confirmed(context, &Shown::of(plan, &verdict))? {
                reporter.finished(&End::nothing_to_do());
                return Ok(Exit::OK);
            }
        }
        let consents = arguments.assume_yes;
        let task = Task::Packages { action, consents };
        return work::run(context, &engine, &reporter, task).await;
    };
    let _agent = TerminalAgent::start();
    let manager = ManagerProxy::new(&bus).await?;
    let names: Vec<&str> = arguments.packages.iter().map(String::as_str).collect();
    if ask {
        let role = if install {
            PlanRole::Install
        } else {
            PlanRole::Remove
        };
        let plan = manager.plan(role, &names, context.call_options()).await?;
        if !confirmed(context, &plan.into())? {
            reporter.finished(&End::nothing_to_do());
            return Ok(Exit::OK);
        }
    }
    let path = if install {
        manager
            .install_packages(&names, context.call_options())
            .await?
    } else {
        manager
            .remove_packages(&names, context.call_options())
            .await?
    };
    Follower::new(context, &bus, path, &reporter)
        .consenting(arguments.assume_yes)
        .finish()
        .await
}

/// Shows the plan and asks; `false` when there is nothing to do. What is refused, or asked about by itself, the job says.
fn confirmed(context: &Context, plan: &Shown) -> Result<bool, Failure> {
    if plan.is_empty() {
        return Ok(false);
    }
    plan.print(context.language);
    if plan.is_allowed() {
        context.confirm(Text::Continue, &[])?;
    }
    Ok(true)
}
