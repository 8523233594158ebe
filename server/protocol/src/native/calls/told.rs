//! What a computer tells, with whichever call.

use migasfree_native::inventory::{Inventory, apply};
use migasfree_native::synchronization::{
    AttributeReport, Refused, Report, SoftwareReport, SoftwareWanted, Synchronization,
};
use migasfree_server_db as db;
use migasfree_server_domain::client::{
    caller::Refused as Rejected,
    computers,
    deployments::Candidates,
    faults, hardware, last_report, records,
    reported::Before,
    reporting::{Claims, Reporting, report},
    software::{self, Current},
    validate::{cut, few},
};

use crate::messages;
use crate::native::arrival::Calling;
use crate::native::denial::Denial;

/// Characters of the longest name of a program that is kept.
const MAX_CONSUMER: usize = records::MAX_CONSUMER;

/// What there is to say to what was told.
#[derive(Debug, Default)]
pub(super) struct Answered {
    /// The parts that are not taken.
    pub(super) refused: Vec<Refused>,
    /// How the software is wanted, where what was told of it does not fit.
    pub(super) software: Option<SoftwareWanted>,
}

impl Answered {
    /// What is refused is told; what fails ends the call.
    fn note(&mut self, part: &str, taken: Result<(), Rejected>) -> Result<(), Denial> {
        match taken {
            Err(rejected @ (Rejected::Values(_) | Rejected::Said(_))) => {
                self.refused.push(Refused {
                    part: part.to_owned(),
                    reason: rejected.message(),
                });
                Ok(())
            }
            other => Ok(other?),
        }
    }

    /// Takes who the computer is. The computer is from then on what it says.
    pub(super) async fn attributes(
        &mut self,
        call: &mut Calling,
        told: &AttributeReport,
    ) -> Result<(), Denial> {
        let taken = take_attributes(call, told).await;
        let is_taken = taken.is_ok();
        self.note("attributes", taken)?;
        if is_taken {
            let text = serde_json::to_string(told).map_err(Denial::internal)?;
            let (db, hash) = (&call.state.db, told.hash().to_string());
            last_report::keep(db, call.computer.id, &hash, &text).await?;
        }
        Ok(())
    }

    /// Makes of what the computer said last what it comes to now; false where it said something else.
    pub(super) async fn attributes_again(
        &mut self,
        call: &mut Calling,
        hash: &str,
    ) -> Result<bool, Denial> {
        let last = last_report::of(&call.state.db, call.computer.id, hash).await?;
        let last = last.and_then(|text| serde_json::from_str::<AttributeReport>(&text).ok());
        let Some(last) = last else {
            return Ok(false);
        };
        let taken = take_attributes(call, &last).await;
        self.note("attributes", taken)?;
        Ok(true)
    }

    /// Takes all the rest.
    pub(super) async fn rest(&mut self, call: &Calling, told: &Report) -> Result<(), Denial> {
        if let Some(told) = &told.software {
            let taken = self.software(call, told).await?;
            self.note("software", taken)?;
        }
        let caller = call.caller();
        if let Some(tree) = &told.hardware {
            self.note("hardware", hardware::take(&caller, tree).await)?;
        }
        if let Some(told) = &told.faults {
            let found: Vec<(&str, &str)> = told
                .iter()
                .map(|(name, result)| (name.as_str(), result.as_str()))
                .collect();
            let taken = faults::take(&caller, &found, None).await;
            self.note("faults", taken.map(drop))?;
        }
        self.note("errors", errors(call, &told.errors).await)?;
        let taken = synchronizations(call, &told.synchronizations).await?;
        self.note("synchronizations", taken)?;
        if told.end {
            records::end(&caller).await?;
        }
        Ok(())
    }

    async fn software(
        &mut self,
        call: &Calling,
        told: &SoftwareReport,
    ) -> Result<Result<(), Rejected>, Denial> {
        let db = &call.state.db;
        let (id, project) = (call.computer.id, &call.project.name);
        let found = computers::beside_project::<Current>(db, id, project).await?;
        let (computer, _, current) = found.ok_or(Rejected::Gone)?;
        let whole = match told {
            SoftwareReport::Full(inventory) => inventory.clone(),
            SoftwareReport::Difference(difference) => {
                let before = match computer.software_inventory_id {
                    Some(list) => software::names(db, list).await?,
                    None => Vec::new(),
                };
                match apply(&Inventory::new(before), difference) {
                    Ok(whole) => whole,
                    Err(_) => {
                        self.software = Some(SoftwareWanted::default());
                        return Ok(Ok(()));
                    }
                }
            }
        };
        let names = whole.lines().map(str::to_owned).collect();
        Ok(software::take(&call.caller(), &current, names).await)
    }
}

/// Reads everything as it is, and takes what the computer says of itself.
async fn take_attributes(call: &mut Calling, told: &AttributeReport) -> Result<(), Rejected> {
    let (id, project) = (call.computer.id, &call.project.name);
    let found = computers::beside_project::<Before>(&call.state.db, id, project).await?;
    let (computer, project, before) = found.ok_or(Rejected::Gone)?;
    let reporting = Reporting {
        state: &call.state.services,
        computer,
        project: project.clone(),
        before,
        address: call.connection.client,
        now: call.now,
    };
    let identity = &told.identity;
    let attributes = told.attributes.iter();
    let claims = Claims {
        uuid: identity.uuid.clone(),
        name: identity.name.clone(),
        fqdn: Some(identity.fqdn.clone()),
        ip_address: Some(identity.ip_address.clone()),
        sync_user: Some(told.user.clone()),
        sync_fullname: Some(told.user_full_name.clone()),
        sync_attributes: attributes
            .map(|(prefix, raw)| (prefix.clone(), raw.as_str().into()))
            .collect(),
    };
    let (computer, _) = report(reporting, claims).await?;
    call.computer = computer;
    call.project = project;
    Ok(())
}

async fn errors(call: &Calling, told: &[String]) -> Result<(), Rejected> {
    let caller = call.caller();
    let limit = call.state.settings.reports.names;
    few(told.len(), limit, messages::message_names_errors)?;
    for description in told {
        let description = records::told(&caller, description);
        if !description.is_empty() {
            records::take_error(&caller, &description).await?;
        }
    }
    Ok(())
}

async fn synchronizations(
    call: &Calling,
    told: &[Synchronization],
) -> Result<Result<(), Rejected>, db::Error> {
    let limit = call.state.settings.reports.names;
    if let Err(rejected) = few(told.len(), limit, messages::message_names_synchronizations) {
        return Ok(Err(rejected));
    }
    let (id, project) = (call.computer.id, &call.project.name);
    for one in told {
        let db = &call.state.db;
        let found = computers::beside_project::<Candidates>(db, id, project).await?;
        let Some((_, _, candidates)) = found else {
            return Ok(Err(Rejected::Gone));
        };
        let taken = synchronization(call, one, candidates).await;
        if taken.is_err() {
            return Ok(taken);
        }
    }
    Ok(Ok(()))
}

/// When a synchronisation began.
pub(super) fn started(call: &Calling, told: &Synchronization) -> Option<db::Ts> {
    call.state.settings.clients.time_zone.parse(&told.start)
}

/// The program that did it.
pub(super) fn consumer(told: &Synchronization) -> String {
    cut(&told.consumer, MAX_CONSUMER)
}

/// Notes down a synchronisation that is over.
pub(super) async fn synchronization(
    call: &Calling,
    told: &Synchronization,
    candidates: Candidates,
) -> Result<(), Rejected> {
    let consumer = consumer(told);
    let said = (started(call, told), Some(consumer.as_str()));
    records::take_synchronization(&call.caller(), candidates, said, told.packages_ok).await
}
