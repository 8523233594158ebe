//! What the calls that upload packages share.

use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use axum::http::StatusCode;
use migasfree_server_audit::{self as audit, Author, Change};
use migasfree_server_db::{self as db, Tx};
use migasfree_server_domain::{
    client::{
        packages,
        projects::{self, Project},
        validate::Fields,
    },
    core::{package_sets::PACKAGE_SETS, rules::slug::slug},
    ids::ProjectId,
    repository::upload::{Destination, Place, Upload, UploadError},
};
use migasfree_server_files::SpoolError;
use migasfree_types::events::{ChangeAction, Event};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::call::PackagerCall;
use super::reach::Reach;
use super::{
    answer::{Refusal, Reply, ok},
    protocol::Stopping,
};
use crate::ProtocolState;

const MAX_NAME: usize = 50;

impl super::call::Upload {
    /// Refuses a file that is not the one a message claims, by its SHA-256.
    pub(super) async fn is_what_was_sealed(&self, claimed: &Value) -> Result<(), Refusal> {
        let content = self.content.open().map_err(SpoolError::from)?;
        let sha256 = tokio::task::spawn_blocking(move || sha256(content))
            .await
            .map_err(|_| Stopping)?
            .map_err(SpoolError::from)?;
        match claimed.as_str() {
            Some(claimed) if claimed.eq_ignore_ascii_case(&sha256) => Ok(()),
            _ => Err(Refusal::text(
                StatusCode::BAD_REQUEST,
                "The file is not the one that the message was sealed for: send it again",
            )),
        }
    }
}

fn sha256(mut content: std::fs::File) -> std::io::Result<String> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match content.read(&mut buffer)? {
            0 => break,
            read => digest.update(&buffer[..read]),
        }
    }
    Ok(hex::encode(digest.finalize()))
}

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

/// The names of where an upload goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) store: &'a str,
    pub(super) set: Option<&'a str>,
}

/// The file of the call, on its way to the store, and the package set if one is named: made if need be.
pub(super) async fn upload(
    mut call: PackagerCall,
    reach: &Reach,
    project: &Project,
    Names { store, set }: Names<'_>,
    folder: Option<String>,
) -> Result<(Upload, NewStore), Refusal> {
    let file = call.file.take().ok_or_else(Refusal::malformed_claims)?;
    let store = store.trim();
    let mut fields = Fields::default();
    fields.limit("store", store, MAX_NAME);
    fields.name("store", store);
    fields.name("packageset", set.unwrap_or_default());
    fields.limit("packageset", set.unwrap_or_default(), MAX_NAME);
    if slug(store).is_empty() {
        fields.refuse("store", "A store needs a name with letters or digits.");
    }
    fields.check()?;
    if let Some(name) = set
        && let Some(known) = packages::set_named(&call.state.db, project.id, name).await?
    {
        reach.to_row(&PACKAGE_SETS, known.into()).await?;
    }
    let new_store = NewStore::default();
    let upload = Upload {
        project_id: project.id,
        destination: Box::new(Named {
            state: call.state,
            author: call.author.clone(),
            store: store.to_owned(),
            set: set.map(str::to_owned),
            new_store: new_store.clone(),
        }),
        file_name: file.name,
        source: file.content,
        // Whoever has a packager's key may replace packages, but not those that other domains may offer.
        replace_allowed: reach.is_unlimited(),
        author: call.author,
        folder: folder.filter(|folder| !folder.is_empty()),
    };
    Ok((upload, new_store))
}

/// Whether the store was made for an upload.
#[derive(Debug, Clone, Default)]
pub(super) struct NewStore(Arc<AtomicBool>);

impl NewStore {
    /// The answer to the upload: for who asks, with whether a store was made.
    pub(super) fn answer(&self, asked: bool) -> Reply {
        if asked {
            ok(json!({ "new_store": self.0.load(Ordering::Relaxed) }))
        } else {
            ok("Data received")
        }
    }
}

/// A store and a package set by their names; what is missing is made, and stays only with what comes into it.
#[derive(Debug)]
struct Named {
    state: ProtocolState,
    author: Author,
    store: String,
    set: Option<String>,
    new_store: NewStore,
}

#[async_trait]
impl Destination for Named {
    async fn place(&self, tx: &mut Tx, project: ProjectId) -> Result<Place, UploadError> {
        let (store, is_new) = packages::store(tx, project, &self.store).await?;
        self.new_store.0.store(is_new, Ordering::Relaxed);
        if is_new {
            self.record(tx, "core.store", store.0, &self.store, project)
                .await?;
        }
        let Some(name) = &self.set else {
            return Ok(Place { store, set: None });
        };
        let (set, is_new) = packages::package_set(tx, project, store, name).await?;
        if is_new {
            self.record(tx, "core.packageset", set.0, name, project)
                .await?;
        }
        Ok(Place {
            store,
            set: Some(set),
        })
    }
}

impl Named {
    async fn record(
        &self,
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
        let now = self.state.clock.now();
        audit::record(tx, now, &self.author, &change).await?;
        let event = Event::Changed {
            entity: entity.to_owned(),
            id: Some(id),
            action: ChangeAction::Add,
            at: now.rfc3339(),
        };
        self.state.events.send_after(tx, event);
        Ok(())
    }
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
