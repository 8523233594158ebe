//! `eot/`: end of transmission.

use migasfree_server_domain::{
    computers::notifications::notify, core::rules::status::Status, services::OfDomain as _,
};

use crate::messages;
use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};
use crate::safe::shapes::search_fields;

pub(in crate::safe) async fn answer(call: ComputerCall, _: NoClaims) -> Reply {
    let (db, doing) = (&call.state.db, &call.state.domain().doing);
    if call.computer.status() != Status::Available {
        doing.tell_nothing(db, call.computer.id);
        return ok("EOT OK");
    }
    // Both, or neither: a call that is cut off leaves the computer among those that never ended.
    let mut tx = db.begin().await?;
    doing.end(db, &mut tx, call.computer.id).await?;
    let name = call
        .computer
        .display_name(&search_fields(&call.state.settings));
    let message = messages::available_synchronized(name);
    notify(&mut tx, &message, call.now).await?;
    tx.commit().await?;
    ok("EOT OK")
}
