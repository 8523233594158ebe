//! `actions/result/`: how far actions are whose orders came with a plan.

use migasfree_native::actions::{ActionResults, ActionsTaken};
use migasfree_server_domain::actions::{self, Told};

use crate::native::arrival::Calling;
use crate::native::written::{Outcome, ok};

pub(in crate::native) async fn told(call: Calling, said: ActionResults) -> Outcome {
    let mut taken = ActionsTaken::default();
    for result in said.results {
        let told = Told {
            execution: &result.execution,
            state: result.state,
            exit: result.exit,
            output: result.output.as_deref(),
            sequence: result.sequence,
        };
        if !actions::told(&call.state.services, call.computer.id, &told).await? {
            taken.unknown.push(result.execution);
        }
    }
    ok(&taken)
}
