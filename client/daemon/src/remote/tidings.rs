//! What remote support says without being asked: to the agent, and to the person.

use migasfree_dbus::{MessageRecord, SupportRecord};
use migasfree_native::actions::ActionResult;

/// Something to be told.
#[derive(Debug, Clone)]
pub enum Tiding {
    /// To the agent: the person is being asked about this session.
    Asking(String),
    /// To the agent: this session is over, with the reason.
    SessionEnded(String, String),
    /// To the agent: what ran in this terminal of this session ended, with its status.
    TerminalExited(String, u32, i32),
    /// To the agent: what is offered now.
    Services(Vec<String>),
    /// To the agent: how far an order is.
    Acting(ActionResult),
    /// To the person: a question with its number, how many seconds it stays open, and whether no answer is a yes.
    Question(u32, SupportRecord, u32, bool),
    /// To the person: this question needs no answer any more.
    Closed(u32),
    /// To the person: the screen is wanted in this session, under a number by which it is taken.
    ScreenWanted(String, u32),
    /// To the person: a notice with its number.
    Message(u32, MessageRecord),
    /// To the person: this session began.
    Started(SupportRecord),
    /// To the person: this session is over, with the reason.
    Ended(String, String),
}
