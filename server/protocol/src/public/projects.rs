//! Projects that computers bring along (1.4).

use migasfree_server_audit::{self as audit, Author, Change};
use migasfree_server_auth::{Connection, Exceeded, Operator};
use migasfree_server_db::{self as db, Ts, Tx};
use migasfree_server_domain::{
    client::projects::{self, NewProject},
    computers::notifications::notify,
    core::{
        names, project_names,
        rules::{architectures, slug::slug},
        slugs::{self, Among},
    },
    identity::vouches,
    ids::PlatformId,
    services::OfDomain as _,
};
use migasfree_server_repository::system::System;
use migasfree_types::events::ChangeAction;
use migasfree_types::message::Message;
use serde_json::json;

use crate::ProtocolState;
use crate::messages;
use crate::safe::changed;

const MAX_NAME: usize = 50;

/// What a computer says about the project it wants to join.
#[derive(Debug)]
pub(crate) struct Enrolment<'a> {
    pub(crate) project: &'a str,
    pub(crate) platform: &'a str,
    pub(crate) pms: &'a str,
    pub(crate) architecture: &'a str,
}

/// Why a computer gets no keys.
#[derive(Debug)]
pub(crate) enum EnrolError {
    /// What it says cannot be.
    Invalid(Message),
    /// Nobody who may vouches for it.
    Forbidden,
    /// Too many new projects from there.
    TooMany(Exceeded),
    /// The database failed.
    Database(db::Error),
}

impl From<db::Error> for EnrolError {
    fn from(error: db::Error) -> Self {
        Self::Database(error)
    }
}

/// The slug of the project whose keys the computer may have.
pub(crate) async fn enrol(
    state: &ProtocolState,
    connection: Connection,
    operator: Option<&Operator>,
    wanted: &Enrolment<'_>,
) -> Result<String, EnrolError> {
    let system = state.domain().systems.named(wanted.pms);
    let system =
        system.map_err(|unknown| EnrolError::Invalid(messages::pms_is_one_of(unknown.known)))?;
    let open = state.settings.autoregister;
    if let Some(project) = projects::by_name(&state.db, wanted.project).await? {
        // Refused here, clients ask the person for credentials; refused later, they give up.
        if !project.auto_register_computers {
            let is_good = match operator {
                Some(operator) => vouches(&state.db, operator, project.id, None).await?,
                None => false,
            };
            if !is_good {
                return Err(EnrolError::Forbidden);
            }
        }
        return Ok(project.slug);
    }
    let may_add = |operator: &Operator| operator.may("core.add_project");
    if !open && !operator.is_some_and(may_add) {
        return Err(EnrolError::Forbidden);
    }
    let Some(slug) = count_and_create(state, connection, operator, &**system, wanted).await? else {
        // Somebody was faster, or got the same path.
        let there = projects::by_name(&state.db, wanted.project).await?;
        return there
            .map(|project| project.slug)
            .ok_or_else(|| EnrolError::Invalid(messages::similar_project_registers()));
    };
    Ok(slug)
}

/// Creates a project, which counts for its address where nobody vouches for it, unless none is made.
async fn count_and_create(
    state: &ProtocolState,
    connection: Connection,
    operator: Option<&Operator>,
    system: &dyn System,
    wanted: &Enrolment<'_>,
) -> Result<Option<String>, EnrolError> {
    if operator.is_some() {
        return create(state, connection, operator, system, wanted).await;
    }
    let address = connection.bucket();
    let counted = state.auth.anonymous.hit(&connection.nobody());
    counted.map_err(EnrolError::TooMany)?;
    let taken = state.new_projects.take(&address);
    let taken = taken.map_err(EnrolError::TooMany)?;
    let created = create(state, connection, operator, system, wanted).await;
    if !matches!(created, Ok(Some(_))) {
        state.new_projects.give_back(&address, taken);
    }
    created
}

/// The slug of the new project; none when there is one by now.
async fn create(
    state: &ProtocolState,
    connection: Connection,
    operator: Option<&Operator>,
    system: &dyn System,
    wanted: &Enrolment<'_>,
) -> Result<Option<String>, EnrolError> {
    let made = slug(wanted.project);
    for name in [wanted.project, wanted.platform] {
        if let Some(flaw) = names::flaw(name) {
            return Err(EnrolError::Invalid(flaw));
        }
    }
    let fits = |text: &str| !text.is_empty() && text.chars().count() <= MAX_NAME;
    if made.is_empty() || !fits(wanted.project) || !fits(wanted.platform) {
        let reason = messages::project_and_platform_names(MAX_NAME);
        return Err(EnrolError::Invalid(reason));
    }
    let author = match operator {
        Some(operator) => operator.author(),
        None => Author {
            user: None,
            name: "computer".to_owned(),
            address: connection.client.to_string(),
        },
    };
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    let platform = platform(&mut tx, wanted.platform, &author, now).await?;
    if let Some(flaw) = project_names::flaw(&mut tx, 0, wanted.project).await? {
        return Err(EnrolError::Invalid(flaw));
    }
    let slug = slugs::free(&mut tx, Among::Projects, &made).await?;
    // Some clients do not tell any. Without one its repository would have no index, which stops apt.
    let architecture = match wanted.architecture.trim() {
        "" => system.usual_architecture().to_owned(),
        written => architectures::stored(system, written).map_err(EnrolError::Invalid)?,
    };
    let new = NewProject {
        name: wanted.project,
        slug: &slug,
        pms: system.name(),
        architecture: &architecture,
        auto_register_computers: state.settings.autoregister,
        platform,
    };
    let Some(id) = projects::create(&mut tx, &new).await? else {
        return Ok(None);
    };
    let after = json!({
        "name": wanted.project,
        "pms": system.name(),
        "architecture": architecture,
        "platform": platform,
        "auto_register_computers": state.settings.autoregister,
    });
    record(
        &mut tx,
        "core.project",
        id.0,
        wanted.project,
        &after,
        &author,
        now,
    )
    .await?;
    let address = connection.client.to_string();
    let message = if system.format().is_some() {
        messages::project_registered(wanted.project, address)
    } else {
        messages::project_registered_without(wanted.project, address, system.name())
    };
    notify(&mut tx, &message, now).await?;
    tx.commit().await?;
    changed(state, "core.project", id.0, ChangeAction::Add);
    Ok(Some(slug))
}

async fn platform(
    tx: &mut Tx,
    name: &str,
    author: &Author,
    now: Ts,
) -> Result<PlatformId, db::Error> {
    let (id, is_new) = projects::platform(tx, name).await?;
    if is_new {
        record(
            tx,
            "core.platform",
            id.0,
            name,
            &json!({ "name": name }),
            author,
            now,
        )
        .await?;
        let message = messages::platform_registered(name, author.address.to_string());
        notify(tx, &message, now).await?;
    }
    Ok(id)
}

async fn record(
    tx: &mut Tx,
    entity: &str,
    id: i64,
    name: &str,
    after: &serde_json::Value,
    author: &Author,
    now: Ts,
) -> Result<(), db::Error> {
    let change = Change {
        action: "add",
        entity,
        object_id: Some(id),
        object_text: name,
        before: None,
        after: Some(after),
    };
    audit::record(tx, now, author, &change).await
}
