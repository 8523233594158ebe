use zbus::OwnedFd;

use crate::{Error, MessageRecord, SupportRecord};

/// `org.migasfree.Client1.Support`: remote support, as the person at this computer decides about it. Only whoever has the
/// active login may call it.
#[zbus::proxy(
    interface = "org.migasfree.Client1.Support",
    default_service = "org.migasfree.Client1",
    default_path = "/org/migasfree/Client1"
)]
pub trait Support {
    /// Hears the signals from now on; answers with the sessions there are.
    fn register(&self) -> Result<Vec<SupportRecord>, Error>;

    /// Answers a question: `allow`, `view` or `deny`.
    fn answer(&self, id: u32, answer: &str) -> Result<(), Error>;

    /// Ends a session.
    fn end_now(&self, session: &str) -> Result<(), Error>;

    /// Says whether the screen of this person can be shown from here.
    fn offer_screen(&self, shows: bool) -> Result<(), Error>;

    /// Takes the screen that is wanted under this number, once: a socket to whoever looks on, and the order (JSON) that
    /// says what they may do.
    fn take_screen(&self, id: u32) -> Result<(OwnedFd, String), Error>;

    /// The screen is wanted in a session. It is to be taken within seconds.
    #[zbus(signal)]
    fn screen_wanted(&self, session: &str, id: u32) -> zbus::Result<()>;

    /// A message is shown to the person.
    fn shown(&self, id: u32) -> Result<(), Error>;

    /// The person is to be told something; who shows it says so.
    #[zbus(signal)]
    fn message(&self, id: u32, message: MessageRecord) -> zbus::Result<()>;

    /// Somebody wants to help. Without an answer within `seconds` the answer is no, or yes where `allows` says so.
    #[zbus(signal)]
    fn question(
        &self,
        id: u32,
        session: SupportRecord,
        seconds: u32,
        allows: bool,
    ) -> zbus::Result<()>;

    /// A question needs no answer any more.
    #[zbus(signal)]
    fn question_closed(&self, id: u32) -> zbus::Result<()>;

    /// A session began.
    #[zbus(signal)]
    fn started(&self, session: SupportRecord) -> zbus::Result<()>;

    /// A session is over, for the reason that `code` names.
    #[zbus(signal)]
    fn ended(&self, session: &str, code: &str) -> zbus::Result<()>;
}
