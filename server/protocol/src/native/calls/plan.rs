//! `synchronization/plan/`: what is to be done.

use migasfree_native::features::{Feature, Features};
use migasfree_native::inventory::ContentHash;
use migasfree_native::synchronization::{
    Definition, Definitions, Edition, Known, PlanAnswer, PlanRequest, Report, SoftwareWanted, Turn,
    Wanted,
};
use migasfree_server_domain::actions;
use migasfree_server_domain::client::{
    caller::Refused as Rejected,
    catalog::{self, Filter},
    computers,
    deployments::Candidates,
    given::Given,
    hardware, records, repositories,
    settled::Question,
    software::Current,
    tags,
};
use migasfree_server_domain::core::rules::{source_template::MEDIA, status::Status};
use migasfree_server_domain::identity::copied;
use migasfree_server_domain::identity::turns::{self, Taken};
use migasfree_server_domain::services::OfDomain as _;
use migasfree_types::computer::{Category, MandatoryPackages, Tags};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::told::{Answered, consumer, started, synchronization};
use crate::native::arrival::Calling;
use crate::native::denial::Denial;
use crate::native::written::{Outcome, ok};

pub(in crate::native) async fn answer(mut call: Calling, asked: PlanRequest) -> Outcome {
    let question = question(&asked).map_err(Denial::internal)?;
    let is_behind = match asked.turn {
        Some(turn) => is_behind(&call, turn).await?,
        None => false,
    };
    if asked.report.is_empty() && is_settled(&call, &asked, &question) {
        return ok(&PlanAnswer {
            is_behind,
            ..PlanAnswer::default()
        });
    }
    let changes = call.state.domain().settled.changes();
    let mut answered = Answered::default();
    let hash = asked.attributes.to_string();
    let is_known = match &asked.report.attributes {
        Some(told) => {
            answered.attributes(&mut call, told).await?;
            true
        }
        None => answered.attributes_again(&mut call, &hash).await?,
    };
    answered.rest(&call, &asked.report).await?;
    let orders = orders(&call, &asked).await?;
    let (id, project) = (call.computer.id, &call.project.name);
    let found = computers::beside_project::<Given>(&call.state.db, id, project).await?;
    let (computer, project, given) = found.ok_or(Rejected::Gone)?;
    (call.computer, call.project) = (computer, project);

    let wanted = Wanted {
        attributes: !is_known,
        software: answered
            .software
            .or_else(|| software_wanted(&call, &asked, &given.software)),
        hardware: hardware::is_due(&call.caller()),
    };
    let candidates = Candidates::of(&given.packages);
    let plan = PlanAnswer {
        definitions: definitions(&call, &asked.known, given).await?,
        wanted,
        refused: answered.refused,
        is_behind,
        actions: orders,
    };
    if plan.is_nothing() {
        if let Some(told) = &asked.synchronization {
            synchronization(&call, told, candidates).await?;
        }
        records::end(&call.caller()).await?;
        settle(&call, question, changes, plan.refused.is_empty());
    }
    ok(&plan)
}

/// Takes the turn of this computer, unless it is one that was heard before.
async fn is_behind(call: &Calling, turn: Turn) -> Result<bool, Denial> {
    let address = call.connection.client.to_string();
    let turns = match turns::take(&call.turns, &turn.line.to_string(), turn.number) {
        Taken::Behind => return Ok(true),
        Taken::Next(turns) => turns,
        Taken::Copied(turns) => {
            copied(&call.state.services, call.key_id, &address).await?;
            turns
        }
    };
    let (state, kept) = (&call.state, (turns, call.now));
    let contacts = &state.domain().contacts;
    contacts.note_turns(&state.db, call.key_id, address, kept);
    Ok(false)
}

/// The orders that wait for this computer, which has them from now on.
async fn orders(call: &Calling, asked: &PlanRequest) -> Result<Vec<String>, Denial> {
    if !asked.features.has(Feature::Actions) {
        return Ok(Vec::new());
    }
    let claimed = actions::claim(&call.state.services, call.computer.id).await?;
    Ok(claimed.into_iter().map(|one| one.order).collect())
}

/// What is asked, whenever and however it is noted down.
fn question(asked: &PlanRequest) -> serde_json::Result<Question> {
    let alike = PlanRequest {
        turn: None,
        synchronization: None,
        report: Report::default(),
        ..asked.clone()
    };
    Ok(Sha256::digest(serde_json::to_vec(&alike)?).into())
}

/// Whether nothing changed since the same was answered with nothing. The synchronisation is noted down then.
fn is_settled(call: &Calling, asked: &PlanRequest, question: &Question) -> bool {
    let (caller, domain) = (call.caller(), call.state.domain());
    // Of an available computer, administrators are told each time.
    if call.computer.status() == Status::Available || !domain.settled.is(&caller, question) {
        return false;
    }
    if let Some(told) = &asked.synchronization {
        let said = (started(call, told), consumer(told));
        domain.finished.note(&caller, said, told.packages_ok);
    }
    true
}

/// There was nothing to do: the same question is answered so until something changes.
fn settle(call: &Calling, question: Question, changes: u64, is_clean: bool) {
    if is_clean {
        let settled = &call.state.domain().settled;
        settled.put(&call.caller(), question, changes);
    }
}

/// How the software is wanted, if it is another one than the server has.
fn software_wanted(
    call: &Calling,
    asked: &PlanRequest,
    current: &Current,
) -> Option<SoftwareWanted> {
    let there = asked.software?;
    let here = current.hash(call.project.id);
    let here = here.and_then(|hash| hash.parse::<ContentHash>().ok());
    if here == Some(there) {
        return None;
    }
    let shared = Features::all().shared_with(&asked.features);
    let base = here.filter(|_| shared.has(Feature::InventoryDifferences));
    Some(SoftwareWanted { base })
}

/// The definitions that are asked for and are others than those the computer has.
async fn definitions(call: &Calling, known: &Known, given: Given) -> Result<Definitions, Denial> {
    let caller = call.caller();
    let settings = &call.state.settings;
    let properties = given.properties.told();
    let faults = given.faults.told();
    let deployments = Candidates::of(&given.packages).available(call.computer.id, caller.today());
    let repositories = repositories::told(&caller, &deployments, settings.unusual_port);
    let repositories = repositories.map_err(Denial::internal)?;
    // What is published under the same name is another one, too.
    let published: Vec<Option<i64>> = deployments.iter().map(|one| one.generation()).collect();
    let keys = vec![call.state.domain().signer.fingerprint().to_uppercase()];
    let mandatory = given.packages.mandatory(&caller);
    let mandatory = MandatoryPackages {
        install: mandatory.install,
        remove: mandatory.remove,
    };
    let traits = given.traits.traits();
    let chain = match &known.authorities {
        Some(_) => authorities(call).await,
        None => None,
    };
    Ok(Definitions {
        properties: of(known.properties.as_ref(), properties),
        fault_definitions: of(known.fault_definitions.as_ref(), faults),
        repositories: Definition::for_computer(
            known.repositories.as_ref(),
            Edition::of(&(&repositories, published)),
            repositories,
        ),
        repository_keys: of(known.repository_keys.as_ref(), keys),
        mandatory_packages: of(known.mandatory_packages.as_ref(), mandatory),
        traits: read(known.traits.as_ref(), traits)?,
        tags: match &known.tags {
            Some(edition) => of(Some(edition), tags_of(call, &given.tags).await?),
            None => None,
        },
        apps: match &known.apps {
            Some(edition) => read(Some(edition), apps(call).await?)?,
            None => None,
        },
        categories: match &known.categories {
            Some(edition) => of(Some(edition), categories(call).await?),
            None => None,
        },
        authorities: chain.and_then(|chain| of(known.authorities.as_ref(), chain)),
        features: of(known.features.as_ref(), settings.features()),
    })
}

fn of<T: serde::Serialize>(known: Option<&Edition>, value: T) -> Option<Definition<T>> {
    Definition::for_computer(known, Edition::of(&value), value)
}

/// The same of what is there as JSON.
fn read<T: serde::de::DeserializeOwned>(
    known: Option<&Edition>,
    values: Vec<Value>,
) -> Result<Option<Definition<T>>, Denial> {
    let edition = Edition::of(&values);
    let value = serde_json::from_value(Value::from(values)).map_err(Denial::internal)?;
    Ok(Definition::for_computer(known, edition, value))
}

/// What its own authority's certificates are checked against; empty without an authority. Where that cannot be read, what
/// the computer has stays as it is.
async fn authorities(call: &Calling) -> Option<String> {
    match call.state.domain().certificates.chain_pem().await {
        Ok(chain) => Some(chain.unwrap_or_default()),
        Err(error) => {
            tracing::warn!(%error, "computers are not told of the certificate authority");
            None
        }
    }
}

/// The tags a computer has, and those it may choose from.
pub(super) async fn tags_of(
    call: &Calling,
    assigned: &[migasfree_server_domain::client::attributes::Attribute],
) -> Result<Tags, Denial> {
    let offered = tags::offered(&call.state.db, call.computer.id, call.project.id).await?;
    Ok(Tags {
        assigned: tags::assigned(assigned),
        available: tags::available(offered),
    })
}

async fn apps(call: &Calling) -> Result<Vec<Value>, Denial> {
    let project = (call.project.id, call.project.name.as_str());
    let media = format!("{}{MEDIA}", call.state.settings.base);
    let (db, filter) = (&call.state.db, Filter::default());
    Ok(catalog::applications(db, call.computer.id, project, &filter, &media).await?)
}

async fn categories(call: &Calling) -> Result<Vec<Category>, Denial> {
    let all = catalog::categories(&call.state.db).await?;
    let told = all.into_iter().filter_map(|(id, name)| {
        let id = u32::try_from(id).ok()?;
        Some(Category { id, name })
    });
    Ok(told.collect())
}
