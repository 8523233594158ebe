//! What the calls that upload packages share.

use axum::http::StatusCode;
use migasfree_deb::Limits;
use serde_json::json;

use super::answer::Refusal;
use super::call::{self, PackagerCall};
use super::reach::Reach;
use super::store::packages;
use super::store::projects::{self, Project};
use crate::audit::{self, Change};
use crate::core::package_sets::PACKAGE_SETS;
use crate::core::rules::slug::slug;
use crate::db::{self, PackageSetId, ProjectId, StoreId, Tx};
use crate::events::{ChangeAction, Event};
use crate::repository::upload::{Upload, UploadError};
use crate::safe::validate::Fields;

const MAX_NAME: usize = 50;

/// The last component of a path at the sender's, whatever separates it there.
pub(super) fn last_component(path: &str) -> &str {
    let path = path.trim_end_matches(['/', '\\']);
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// The project called `name`, where the packager reaches it.
pub(super) async fn project(
    call: &PackagerCall,
    reach: &Reach,
    name: &str,
) -> Result<Project, Refusal> {
    let project = projects::by_name(&call.state.db, name)
        .await?
        .ok_or_else(|| Refusal::no_such("Project"))?;
    reach.to_project(project.id).await?;
    Ok(project)
}

/// Where an upload goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    store: StoreId,
    set: Option<PackageSetId>,
}

/// The names of where an upload goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) store: &'a str,
    pub(super) set: Option<&'a str>,
    /// Whether the file has to be a package.
    pub(super) package: bool,
}

/// The store, and the package set if one is named; made if need be, for a file that can be taken.
pub(super) async fn place(
    call: &PackagerCall,
    reach: &Reach,
    project: &Project,
    names: Names<'_>,
) -> Result<Place, Refusal> {
    let file = call.file.as_ref().ok_or_else(Refusal::malformed_claims)?;
    let Names { store, set, .. } = names;
    let store = store.trim();
    let mut fields = Fields::default();
    fields.limit("store", store, MAX_NAME);
    fields.limit("packageset", set.unwrap_or_default(), MAX_NAME);
    if slug(store).is_empty() {
        fields.refuse("store", "A store needs a name with letters or digits.");
    }
    fields.check()?;
    if names.package && project.pms == "apt" && !is_there(call, project.id, store, set).await? {
        readable(file).await?;
    }
    let project = project.id;
    if let Some(name) = set
        && let Some(known) = packages::set_named(&call.state.db, project, name).await?
    {
        reach.to_row(&PACKAGE_SETS, known.into()).await?;
    }
    let mut tx = call.state.db.begin().await?;
    let (id, is_new) =
        packages::store(&mut tx, project, store)
            .await
            .map_err(|error| match error {
                db::Error::Unique { .. } => Refusal::text(
                    StatusCode::BAD_REQUEST,
                    "Another store has nearly the same name",
                ),
                other => other.into(),
            })?;
    if is_new {
        record(call, &mut tx, "core.store", id.0, store, project).await?;
    }
    let mut place = Place {
        store: id,
        set: None,
    };
    if let Some(name) = set {
        let (set, is_new) = packages::package_set(&mut tx, project, id, name).await?;
        if is_new {
            record(call, &mut tx, "core.packageset", set.0, name, project).await?;
        }
        place.set = Some(set);
    }
    tx.commit().await?;
    Ok(place)
}

async fn is_there(
    call: &PackagerCall,
    project: ProjectId,
    store: &str,
    set: Option<&str>,
) -> Result<bool, db::Error> {
    let db = &call.state.db;
    let has_set = match set {
        Some(name) => packages::set_named(db, project, name).await?.is_some(),
        None => true,
    };
    Ok(has_set && packages::has_store(db, project, store).await?)
}

/// Refuses what is no Debian package.
async fn readable(file: &call::Upload) -> Result<(), Refusal> {
    let file_name = file.name.clone();
    if !file_name.ends_with(".deb") {
        return Err(refused(UploadError::Extension(file_name)));
    }
    let content = file.content.open().map_err(UploadError::Io);
    let content = content.map_err(refused)?;
    let read =
        tokio::task::spawn_blocking(move || migasfree_deb::read(content, &Limits::default()))
            .await
            .map_err(|error| Refusal::Internal(error.to_string()))?;
    read.map(drop)
        .map_err(|source| refused(UploadError::Package { file_name, source }))
}

async fn record(
    call: &PackagerCall,
    tx: &mut Tx,
    entity: &str,
    id: i64,
    name: &str,
    project: ProjectId,
) -> Result<(), db::Error> {
    let after = json!({ "name": name, "project": project });
    let change = Change {
        action: "add",
        entity,
        object_id: Some(id),
        object_text: name,
        before: None,
        after: Some(&after),
    };
    let now = call.state.clock.now();
    audit::record(tx, now, &call.author, &change).await?;
    let event = Event::Changed {
        entity: entity.to_owned(),
        id: Some(id),
        action: ChangeAction::Add,
        at: now.rfc3339(),
    };
    call.state.events.send_after(tx, event);
    Ok(())
}

/// The file of the call, on its way to `place`.
pub(super) fn upload(
    mut call: PackagerCall,
    reach: &Reach,
    project: ProjectId,
    place: Place,
    folder: Option<String>,
) -> Result<Upload, Refusal> {
    let file = call.file.take().ok_or_else(Refusal::malformed_claims)?;
    Ok(Upload {
        project_id: project,
        store_id: place.store,
        file_name: file.name,
        source: file.content,
        // Whoever has a packager's key may replace packages, but not those that other domains may offer.
        replace_allowed: reach.is_unlimited(),
        author: call.author,
        folder: folder.filter(|folder| !folder.is_empty()),
        package_set: place.set,
    })
}

/// Tells the sender what is wrong with the file, and nobody else what is wrong here.
pub(super) fn refused(error: UploadError) -> Refusal {
    let text = error.to_string();
    match (&error, error.code()) {
        (UploadError::NoSpace, _) => Refusal::text(StatusCode::INSUFFICIENT_STORAGE, &text),
        (_, Some(_)) => Refusal::text(StatusCode::BAD_REQUEST, &text),
        (_, None) => Refusal::Internal(text),
    }
}

#[cfg(test)]
mod tests {
    use super::last_component;

    #[test]
    fn only_the_last_component_of_a_path_counts() {
        for (path, name) in [
            ("/home/packager/foo_1.0_all.deb", "foo_1.0_all.deb"),
            ("C:\\packages\\set\\", "set"),
            ("set", "set"),
            ("/", ""),
        ] {
            assert_eq!(last_component(path), name);
        }
    }
}
