use zbus::OwnedFd;

use crate::Error;

/// `org.migasfree.Client1.Remote`: what the agent of remote support asks for. Nobody else may call it.
///
/// Refusals are [`Error::Refused`]; their code says why.
#[zbus::proxy(
    interface = "org.migasfree.Client1.Remote",
    default_service = "org.migasfree.Client1",
    default_path = "/org/migasfree/Client1"
)]
pub trait Remote {
    /// Signs the hello to the relay that gave `nonce`: the number of this computer, the thumbprint of its key, the
    /// signature, the key of the server, where the server is, and the services there are now.
    fn sign_hello(
        &self,
        nonce: &str,
        made: i64,
    ) -> Result<(i64, String, String, String, String, Vec<String>), Error>;

    /// Where the server is, and the authorities that its certificate is checked by besides those of the system, in PEM.
    fn server(&self) -> Result<(String, String), Error>;

    /// How the server is reached: the proxy on the way there, and the certificate that this computer shows, with those above
    /// it, in PEM. Empty where there is none.
    fn way(&self) -> Result<(String, String), Error>;

    /// Signs with the key of that certificate what a client of TLS 1.3 proves that it has it with, and nothing else.
    fn prove(&self, message: &[u8]) -> Result<Vec<u8>, Error>;

    /// Starts what a grant is for, after everything that has to be asked: its session, the mode and the switches (JSON) that
    /// hold, whether it is recorded, and when it ends at the latest (Unix seconds).
    fn start_session(&self, grant: &str) -> Result<(String, String, String, bool, i64), Error>;

    /// Opens a terminal: its number and its master side.
    fn open_terminal(
        &self,
        session: &str,
        columns: u16,
        rows: u16,
        term: &str,
    ) -> Result<(u32, OwnedFd), Error>;

    /// Changes the size of a terminal.
    fn resize(&self, session: &str, terminal: u32, columns: u16, rows: u16) -> Result<(), Error>;

    /// Ends what runs in a terminal.
    fn close_terminal(&self, session: &str, terminal: u32) -> Result<(), Error>;

    /// Connects to the service of this name on this computer.
    fn open_port(&self, session: &str, name: &str) -> Result<OwnedFd, Error>;

    /// Does what `request` (JSON) says with files. The socket gives a line of JSON, then what belongs to it.
    fn open_files(&self, session: &str, request: &str) -> Result<OwnedFd, Error>;

    /// Has the screen of the person at this computer shown as `request` (JSON) says: the socket to the program that does.
    fn open_screen(&self, session: &str, request: &str) -> Result<OwnedFd, Error>;

    /// Ends a session for the reason that `code` names.
    fn end_session(&self, session: &str, code: &str) -> Result<(), Error>;

    /// Carries out an order of the server, once. What becomes of it is told by [`Acting`](RemoteProxy::receive_acting), from now on
    /// to this agent.
    fn act(&self, order: &str) -> Result<(), Error>;

    /// Has what waits for the server told to this agent: what was told before, and the server may not have.
    fn tell_actions(&self) -> Result<(), Error>;

    /// How far an order is: its execution, a word for its state, the status that something ended with (-1: none), what came out
    /// since the last time, and the number of this result.
    #[zbus(signal)]
    fn acting(
        &self,
        execution: &str,
        state: &str,
        exit: i32,
        output: &str,
        sequence: u32,
    ) -> zbus::Result<()>;

    /// The person is being asked about a session.
    #[zbus(signal)]
    fn asking(&self, session: &str) -> zbus::Result<()>;

    /// A session is over.
    #[zbus(signal)]
    fn session_ended(&self, session: &str, code: &str) -> zbus::Result<()>;

    /// What ran in a terminal ended with this status; -1 where it was killed.
    #[zbus(signal)]
    fn terminal_exited(&self, session: &str, terminal: u32, status: i32) -> zbus::Result<()>;

    /// There are other services than before.
    #[zbus(signal)]
    fn services_changed(&self, services: Vec<String>) -> zbus::Result<()>;
}
