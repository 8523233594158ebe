//! `synchronization/result/`: what was done and found out.

use migasfree_native::synchronization::{ResultAnswer, ResultRequest, Wanted};

use super::told::Answered;
use crate::native::arrival::Calling;
use crate::native::written::{Outcome, ok};

pub(in crate::native) async fn answer(mut call: Calling, said: ResultRequest) -> Outcome {
    let mut answered = Answered::default();
    if let Some(told) = &said.report.attributes {
        answered.attributes(&mut call, told).await?;
    }
    answered.rest(&call, &said.report).await?;
    ok(&ResultAnswer {
        wanted: Wanted {
            software: answered.software,
            ..Wanted::default()
        },
        refused: answered.refused,
    })
}
