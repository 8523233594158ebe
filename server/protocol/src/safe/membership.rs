//! Whose call it is: a computer and its project, as they are now.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use migasfree_server_db::Db;
use migasfree_server_domain::{
    client::{
        computers::{self, Computer},
        gathered::{BesideComputer, BesideProject},
        projects::{self, Project},
    },
    core::rules::status::Status,
    identity::{Unsealed, sealed_allowed},
    ids::ComputerId,
};
use serde_json::Value;

use super::answer::Refusal;
use super::call::unsubscribed;
use crate::messages;

/// The slugs that projects had a moment ago, by name: enough to open a message with. What it asks for is answered with
/// the project as it is now.
#[derive(Debug, Default)]
pub(super) struct Slugs(Mutex<HashMap<String, String>>);

impl Slugs {
    pub(super) fn of(&self, name: &str) -> Option<String> {
        self.locked().get(name).cloned()
    }

    pub(super) fn remember(&self, project: &Project) {
        let (name, slug) = (project.name.clone(), project.slug.clone());
        self.locked().insert(name, slug);
    }

    fn forget(&self, name: &str) {
        self.locked().remove(name);
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The project called `name`.
pub(super) async fn project(db: &Db, slugs: &Slugs, name: &str) -> Result<Project, Refusal> {
    match projects::by_name(db, name).await? {
        Some(project) => {
            slugs.remember(&project);
            Ok(project)
        }
        None => {
            slugs.forget(name);
            Err(Refusal::no_such("Project"))
        }
    }
}

/// A project by its name, and by the slug whose key a message was opened with.
pub(super) struct Signer<'a> {
    pub(super) name: &'a str,
    pub(super) slug: &'a str,
}

/// The project that signs, if it is as it was a moment ago, and what its call needs beside it.
pub(super) async fn signing<B: BesideProject>(
    db: &Db,
    slugs: &Slugs,
    signer: Signer<'_>,
    claims: &Value,
) -> Result<(Project, B), Refusal> {
    let Some((now, beside)) = projects::beside(db, signer.name, claims).await? else {
        slugs.forget(signer.name);
        return Err(Refusal::no_such("Project"));
    };
    if now.slug != signer.slug {
        slugs.remember(&now);
        return Err(Refusal::invalid_data());
    }
    // Also of computers that nobody knows yet.
    sealed_allowed(&now, false).map_err(not_sealed)?;
    Ok((now, beside))
}

/// Which computers may call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    /// The claim with the number.
    pub(super) claim: &'static str,
    /// Also those that have a key of their own.
    pub(super) moved_too: bool,
}

impl Named {
    /// Those that the key of the project is enough for.
    pub(super) const fn by(claim: &'static str) -> Self {
        let moved_too = false;
        Self { claim, moved_too }
    }
}

/// The computer that a claim names, if it is one of the signing project and still subscribed, its project, and what its
/// call needs beside them.
pub(super) async fn computer<B: BesideComputer>(
    db: &Db,
    slugs: &Slugs,
    signer: Signer<'_>,
    claims: &Value,
    named: Named,
) -> Result<(Computer, Project, B), Refusal> {
    let id = match claims.get(named.claim) {
        None | Some(Value::Null) if named.claim == "id" => {
            return Err(Refusal::no_such("Computer"));
        }
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    let id = ComputerId(id.ok_or_else(Refusal::malformed_claims)?);
    let Some((computer, now, beside)) = computers::beside_project(db, id, signer.name).await?
    else {
        project(db, slugs, signer.name).await?;
        return Err(Refusal::no_such("Computer"));
    };
    if now.slug != signer.slug {
        slugs.remember(&now);
        return Err(Refusal::invalid_data());
    }
    // A computer of another project does not exist for this one: the claims are not its own.
    if computer.project_id != now.id {
        return Err(Refusal::no_such("Computer"));
    }
    let moved = computer.has_moved && !named.moved_too;
    sealed_allowed(&now, moved).map_err(not_sealed)?;
    if computer.status() == Status::Unsubscribed {
        return Err(unsubscribed());
    }
    Ok((computer, now, beside))
}

/// What is said where the key of a project is not enough.
pub(super) fn not_sealed(why: Unsealed) -> Refusal {
    let message = match why {
        Unsealed::MovedOver => messages::computer_moved_over(),
        Unsealed::NativeOnly => messages::project_native_only(),
    };
    Refusal::Said(StatusCode::FORBIDDEN, message)
}
