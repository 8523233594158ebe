//! `packages/repos/`: publish what was uploaded (4.9).

use migasfree_server_domain::{
    client::packages,
    core::{package_sets::PACKAGE_SETS, packages::PACKAGES},
    repository::publish::{Cause, request_for},
};
use serde::Deserialize;

use crate::safe::answer::{Refusal, Reply, ok};
use crate::safe::call::PackagerCall;
use crate::safe::reach::Reach;
use crate::safe::uploads;

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    project: String,
    /// A path at the sender's; its last component names a package or a set.
    packageset: String,
}

pub(in crate::safe) async fn answer(call: PackagerCall, claims: Claims) -> Reply {
    let reach = Reach::of(&call).await?;
    let project = uploads::project(&call, &reach, &claims.project).await?;
    let name = uploads::last_component(&claims.packageset);
    let db = &call.state.db;
    let cause = match packages::package_named(db, project.id, name).await? {
        Some(package) => {
            reach.to_row(&PACKAGES, package.into()).await?;
            Cause::Package(package)
        }
        None => {
            let set = packages::set_named(db, project.id, name).await?;
            let set = set.ok_or_else(|| Refusal::no_such("Package"))?;
            reach.to_row(&PACKAGE_SETS, set.into()).await?;
            Cause::PackageSet(set)
        }
    };
    let mut tx = db.begin().await?;
    request_for(&call.state, &mut tx, cause).await?;
    tx.commit().await?;
    ok("Data received")
}
