//! Actions: an agent of version 1 hands what it is told to a shell, so it is told one command, which is written here.

use std::collections::{HashMap, VecDeque};

use migasfree_grant::order::{Order, Verb};
use migasfree_tunnel::frame::{Frame, Kind, StreamId};
use migasfree_tunnel::message::{Control, ExecutionState, MAX_OUTPUT};

use super::said::Said;
use crate::wire;

/// All that is ever told an agent to run.
const SYNCHRONIZE: &str = "migasfree sync";
/// Lines are put together until there are so many bytes.
const ENOUGH: usize = MAX_OUTPUT / 2;
/// Bytes of output that are passed on.
const MOST: usize = 1024 * 1024;

/// An execution that goes on.
#[derive(Debug, Default)]
struct Running {
    told: u32,
    output: String,
    passed: usize,
}

/// The executions of one agent, and what is to be said of them.
#[derive(Debug, Default)]
pub(super) struct Actions {
    running: HashMap<String, Running>,
    frames: VecDeque<Frame>,
}

impl Actions {
    pub(super) fn next_frame(&mut self) -> Option<Frame> {
        self.frames.pop_front()
    }

    /// Begins what an order says, if it is one and agents can do it: what is to be told the agent.
    pub(super) fn begin(&mut self, execution: String, order: Option<Order>) -> Option<String> {
        let Some(order) = order.filter(|order| matches!(order.verb, Verb::Sync {})) else {
            self.tell(&execution, 0, (ExecutionState::Refused, None, None));
            return None;
        };
        if self.running.contains_key(&execution) {
            return None;
        }
        let command = Said::ExecuteCommand {
            exec_id: &execution,
            command: SYNCHRONIZE,
            client_cn: &order.operator.name,
        };
        let text = command.text();
        self.tell(&execution, 0, (ExecutionState::Running, None, None));
        let begun = Running {
            told: 1,
            ..Running::default()
        };
        self.running.insert(execution, begun);
        Some(text)
    }

    /// A line came out. What was not begun here is nobody's.
    pub(super) fn output(&mut self, execution: &str, line: &str) {
        let Some(running) = self.running.get_mut(execution) else {
            return;
        };
        let mut rest = line;
        let mut full = Vec::new();
        while !rest.is_empty() && running.passed < MOST {
            let room = ENOUGH.saturating_sub(running.output.len());
            let (now, later) = rest.split_at(rest.floor_char_boundary(room));
            running.passed += now.len();
            running.output.push_str(now);
            rest = later;
            if !rest.is_empty() || running.output.len() >= ENOUGH {
                full.push((running.told, std::mem::take(&mut running.output)));
                running.told += 1;
            }
        }
        for (sequence, output) in full {
            let said = (ExecutionState::Running, None, Some(output));
            self.tell(execution, sequence, said);
        }
    }

    /// It ended with this status.
    pub(super) fn completed(&mut self, execution: &str, exit: i32) {
        let state = if exit == 0 {
            ExecutionState::Succeeded
        } else {
            ExecutionState::Failed
        };
        self.end(execution, state, Some(exit));
    }

    /// It did not run.
    pub(super) fn failed(&mut self, execution: &str, error: &str) {
        self.output(execution, error);
        self.end(execution, ExecutionState::Failed, None);
    }

    fn end(&mut self, execution: &str, state: ExecutionState, exit: Option<i32>) {
        if let Some(running) = self.running.remove(execution) {
            let output = Some(running.output).filter(|output| !output.is_empty());
            self.tell(execution, running.told, (state, exit, output));
        }
    }

    fn tell(
        &mut self,
        execution: &str,
        sequence: u32,
        (state, exit, output): (ExecutionState, Option<i32>, Option<String>),
    ) {
        let acting = Control::Acting {
            execution: execution.to_owned(),
            state,
            exit,
            output,
            sequence,
        };
        let frame = wire::told(Kind::Control, StreamId::CONNECTION, &acting);
        self.frames.push_back(frame);
    }
}
