//! `computers/repositories/`: where the computer gets packages from.

use migasfree_server_domain::client::{deployments::Candidates, repositories};

use crate::safe::answer::{Refusal, Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall<Candidates>, _: NoClaims) -> Reply {
    let (call, candidates) = call.apart();
    let caller = call.caller();
    let deployments = candidates.available(call.computer.id, caller.today());
    let port = call.state.settings.unusual_port;
    let told = repositories::told(&caller, &deployments, port);
    ok(told.map_err(|error| Refusal::Internal(error.to_string()))?)
}
