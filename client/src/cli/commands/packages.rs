//! `search` and `packages`: questions about packages that need no server.

use migasfree_dbus::{ManagerProxy, PackagesProxy};
use serde_json::json;

use super::Ended;
use crate::cli::arguments::{Packages, Search};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::report::print_line;
use crate::inventory::software;
use crate::pms::{self, FoundPackage, InstalledPackage};
use crate::sync::Engine;
use crate::texts::Text;

/// Most packages a search shows.
const MOST: u32 = 500;

pub async fn search(context: &Context, arguments: &Search) -> Ended {
    let found = match context.daemon().await {
        Some(bus) => {
            let found = PackagesProxy::new(&bus)
                .await?
                .search(&arguments.pattern, MOST)
                .await?;
            let package = |(name, version, summary, installed)| FoundPackage {
                name,
                version,
                summary,
                installed,
            };
            found.into_iter().map(package).collect()
        }
        None => {
            context
                .engine()
                .await?
                .search(&arguments.pattern, MOST as usize)
                .await?
        }
    };
    if arguments.json {
        print_line(&json!(found).to_string());
        return Ok(Exit::OK);
    }
    if found.is_empty() {
        context.nothing(Text::NothingFound);
    }
    for FoundPackage {
        name,
        version,
        summary,
        installed,
    } in found
    {
        let mark = if installed {
            format!(" [{}]", context.text(Text::Installed))
        } else {
            String::new()
        };
        print_line(&format!("{name} {version} - {summary}{mark}"));
    }
    Ok(Exit::OK)
}

pub async fn packages(context: &Context, arguments: Packages) -> Ended {
    let answer = if arguments.available {
        json!(available(context).await?)
    } else if let Some(names) = arguments.check {
        // Read as anything first, so that what is no JSON at all is told with its place.
        let list = serde_json::from_str(&names).and_then(serde_json::from_value::<Vec<String>>);
        match list {
            Ok(asked) => json!(check(context, asked).await?),
            Err(error) => {
                let reason = error.to_string();
                // Programs look for it there.
                print_line(&json!({ "error": reason }).to_string());
                let values = vec![names, reason];
                return Err(Failure::Said(Text::ErrorCheckList, values, Exit::USAGE));
            }
        }
    } else {
        let (packages, extension) = installed(context).await?;
        json!(software::inventory(&packages, extension))
    };
    print_line(&answer.to_string());
    Ok(Exit::OK)
}

async fn available(context: &Context) -> Result<Vec<String>, Failure> {
    Ok(match context.daemon().await {
        Some(bus) => {
            PackagesProxy::new(&bus)
                .await?
                .list_available("", 0)
                .await?
        }
        None => context.engine().await?.available("", 0).await?,
    })
}

/// Those that are installed, in the order they were asked for.
async fn check(context: &Context, mut names: Vec<String>) -> Result<Vec<String>, Failure> {
    let (packages, _) = installed(context).await?;
    names.retain(|name| {
        packages.iter().any(|package| {
            let bare = package.name.split(':').next().unwrap_or_default();
            package.name == *name
                || bare == name
                || format!("{bare}:{}", package.architecture) == *name
        })
    });
    Ok(names)
}

async fn installed(context: &Context) -> Result<(Vec<InstalledPackage>, &'static str), Failure> {
    let Some(bus) = context.daemon().await else {
        let engine = context.engine().await?;
        return Ok((
            engine.installed().await?,
            engine.package_manager()?.extension(),
        ));
    };
    let packages = PackagesProxy::new(&bus).await?.list_installed().await?;
    let package = |(name, version, architecture, origin)| InstalledPackage {
        name,
        version,
        architecture,
        origin,
    };
    let name = ManagerProxy::new(&bus).await?.package_manager().await?;
    let extension = pms::family(&name).map_or("", |family| family.extension);
    Ok((packages.into_iter().map(package).collect(), extension))
}
