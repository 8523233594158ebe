//! `computers/attributes/`: what the computer evaluated (8.3).

use migasfree_server_domain::client::{
    reported::Before,
    reporting::{Claims, Reporting, report},
};

use crate::safe::answer::{Reply, created};
use crate::safe::call::ComputerCall;
use crate::safe::shapes::Shape as _;

pub(in crate::safe) async fn answer(call: ComputerCall<Before>, claims: Claims) -> Reply {
    let (call, before) = call.apart();
    let reporting = Reporting {
        state: &call.state.services,
        computer: call.computer,
        project: call.project.clone(),
        before,
        address: call.connection.client,
        now: call.now,
    };
    let (computer, tags) = report(reporting, claims).await?;
    created(computer.detail(&call.state.settings, &call.project, &tags))
}
