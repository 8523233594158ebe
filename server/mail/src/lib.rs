//! Mail: short texts to people, over a mail server.

mod server;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use std::{fmt, fs, io};

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use migasfree_server_db::{clock::Clock, random::Random};

pub use server::MailServer;

/// How long a mail server may take to answer a command.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why a mail is not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The sender's or the recipient's.
    #[error("{0:?} is no mail address: {1}")]
    Address(String, lettre::address::AddressError),
    /// The file with authorities.
    #[error("cannot use {}: {source}", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Something of the text.
    #[error("the mail cannot be written: {0}")]
    Message(#[from] lettre::error::Error),
    /// The mail server did not take it.
    #[error("the mail server: {0}")]
    Server(#[from] lettre::transport::smtp::Error),
}

/// How mail is sent.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server that takes it.
    pub server: MailServer,
    /// Name and password there, if it asks for them.
    pub account: Option<(String, String)>,
    /// Whom it is from.
    pub sender: String,
    /// Authorities that are believed besides the system's, as PEM.
    pub authorities: Option<PathBuf>,
}

impl Settings {
    fn authorities(&self) -> Result<Option<Vec<u8>>, MailError> {
        let Some(path) = &self.authorities else {
            return Ok(None);
        };
        fs::read(path).map(Some).map_err(|source| {
            let path = path.clone();
            MailError::Authorities { path, source }
        })
    }
}

/// A mail to one person.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Their address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

/// Sends mail. Cheap to clone.
#[derive(Clone)]
pub struct Mailer(Arc<Parts>);

struct Parts {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    sender: Mailbox,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mailer").field(&self.0.sender).finish()
    }
}

impl Mailer {
    /// One that is ready; nothing is sent yet.
    ///
    /// # Errors
    /// When the sender is no address, or there are no certificates to know the server by, or none can be read.
    pub fn new(
        settings: &Settings,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, MailError> {
        let (server, authorities) = (&settings.server, settings.authorities()?);
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host.as_str())
                .port(server.port)
                .tls(server.tls(authorities.as_deref())?)
                .timeout(Some(PATIENCE));
        if let Some((name, password)) = settings.account.clone() {
            builder = builder.credentials(Credentials::new(name, password));
        }
        Ok(Self(Arc::new(Parts {
            transport: builder.build(),
            sender: mailbox(&settings.sender)?,
            clock,
            random,
        })))
    }

    /// Sends a mail.
    ///
    /// # Errors
    /// When the address is none, or the server does not take it.
    pub async fn send(&self, mail: Mail) -> Result<(), MailError> {
        let Parts {
            transport,
            sender,
            clock,
            random,
        } = &*self.0;
        let seconds = u64::try_from(clock.now().seconds()).unwrap_or_default();
        let name = hex::encode(random.bytes::<16>());
        let id = format!("<{name}@{}>", sender.email.domain());
        let message = Message::builder()
            .from(sender.clone())
            .to(mailbox(&mail.to)?)
            .subject(mail.subject)
            .date(UNIX_EPOCH + Duration::from_secs(seconds))
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text)?;
        transport.send(message).await?;
        Ok(())
    }
}

fn mailbox(text: &str) -> Result<Mailbox, MailError> {
    let parsed = text.parse::<Mailbox>();
    parsed.map_err(|error| MailError::Address(text.to_owned(), error))
}
