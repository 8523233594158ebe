//! `computers/attributes/cid/`: the attribute that stands for the computer itself.

use migasfree_server_domain::client::attributes::Synchronised;

use super::attributes_assigned::page;
use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall<Synchronised>, _: NoClaims) -> Reply {
    let attributes = call.beside.ordered();
    ok(page(
        attributes
            .iter()
            .filter(|attribute| attribute.prefix == "CID"),
    ))
}
