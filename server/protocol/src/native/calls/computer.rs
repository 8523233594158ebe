//! `computer/…`: what the server has to say of the computer, and its tags.

use migasfree_native::requests::{AttributesWanted, Nothing, TagsChosen};
use migasfree_server_domain::client::attributes::{self, Synchronised};
use migasfree_server_domain::client::{caller::Refused as Rejected, computers, tags};
use migasfree_types::computer::Page;
use serde_json::Value;

use super::plan::tags_of;
use crate::native::arrival::Calling;
use crate::native::denial::Denial;
use crate::native::written::{Outcome, ok};
use crate::safe::shown;

pub(in crate::native) async fn info(call: Calling, _: Nothing) -> Outcome {
    ok(&shown::info(&call.state.settings, &call.computer))
}

pub(in crate::native) async fn label(call: Calling, _: Nothing) -> Outcome {
    ok(&shown::label(&call.state.settings, &call.computer))
}

async fn synchronised(call: &Calling) -> Result<Synchronised, Denial> {
    let (id, project) = (call.computer.id, &call.project.name);
    let found = computers::beside_project::<Synchronised>(&call.state.db, id, project).await?;
    let (_, _, synchronised) = found.ok_or(Rejected::Gone)?;
    Ok(synchronised)
}

pub(in crate::native) async fn traits(call: Calling, _: Nothing) -> Outcome {
    ok(&synchronised(&call).await?.traits())
}

pub(in crate::native) async fn attributes(call: Calling, wanted: AttributesWanted) -> Outcome {
    let mut attributes = synchronised(&call).await?.ordered();
    attributes.retain(|attribute| !wanted.only_own || attribute.prefix == "CID");
    let results: Vec<Value> = attributes.iter().map(attributes::Attribute::info).collect();
    ok(&Page {
        count: i64::try_from(results.len()).unwrap_or(i64::MAX),
        next: None,
        previous: None,
        results,
    })
}

pub(in crate::native) async fn tags(call: Calling, _: Nothing) -> Outcome {
    let assigned = attributes::tags(&call.state.db, call.computer.id).await?;
    ok(&tags_of(&call, &assigned).await?)
}

pub(in crate::native) async fn set_tags(call: Calling, chosen: TagsChosen) -> Outcome {
    ok(&tags::choose(&call.caller(), &chosen.tags).await?)
}
