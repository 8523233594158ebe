//! The errors of the interface. Their replies hold two texts: what happened and what to do next in English, and the same
//! with its code and arguments, see [`said`](crate::said). Ours, because what zbus derives reads only the first.

use std::fmt;

use migasfree_types::message::Message;
use zbus::message::Header;
use zbus::names::ErrorName;

use crate::said;

const PREFIX: &str = "org.migasfree.Client1.Error.";

macro_rules! errors {
    ($($(#[$about:meta])* $name:ident,)+) => {
        /// What a method of `org.migasfree.Client1` may fail with: `org.migasfree.Client1.Error.<variant>`.
        ///
        /// Programs decide by the name, and say the message.
        #[derive(Debug)]
        pub enum Error {
            /// The bus itself failed, for instance because the daemon is not there.
            ZBus(zbus::Error),
            $($(#[$about])* $name(Message),)+
        }

        impl Error {
            /// The last part of the name on the bus, for instance `NotAuthorized`; `None` for errors that
            /// are not of this interface.
            #[must_use]
            pub fn code(&self) -> Option<&'static str> {
                match self {
                    Self::ZBus(_) => None,
                    $(Self::$name(_) => Some(stringify!($name)),)+
                }
            }

            /// What happened and what to do next, for people.
            #[must_use]
            pub fn message(&self) -> Message {
                match self {
                    Self::ZBus(error) => Message::verbatim(error.to_string()),
                    $(Self::$name(message) => message.clone(),)+
                }
            }

            fn of(code: &str, message: Message) -> Option<Self> {
                $(if code == stringify!($name) {
                    return Some(Self::$name(message));
                })+
                None
            }
        }

        impl zbus::DBusError for Error {
            fn create_reply(&self, call: &Header<'_>) -> zbus::Result<zbus::message::Message> {
                let message = self.message();
                let said = said::written(&message);
                zbus::message::Message::error(call, self.name()).build(&(message.text, said))
            }

            fn name(&self) -> ErrorName<'_> {
                match self {
                    Self::ZBus(_) => {
                        ErrorName::from_static_str_unchecked("org.freedesktop.zbus.Error")
                    }
                    $(Self::$name(_) => ErrorName::from_static_str_unchecked(concat!(
                        "org.migasfree.Client1.Error.",
                        stringify!($name)
                    )),)+
                }
            }

            fn description(&self) -> Option<&str> {
                match self {
                    Self::ZBus(error) => error.description(),
                    $(Self::$name(message) => Some(message.text.as_str()),)+
                }
            }
        }
    };
}

errors! {
    /// The caller has not the right, and no prompt can give it.
    NotAuthorized,
    /// The person dismissed the prompt.
    AuthCancelled,
    /// This computer is not registered on a server.
    NotRegistered,
    /// The server cannot be reached and the answer is not in the cache.
    Offline,
    /// The server answered with an error.
    ServerError,
    /// Something that excludes this is going on.
    Busy,
    /// An argument is malformed, too long or out of range.
    InvalidArgument,
    /// There is no such application, job, image.
    NotFound,
    /// It exists, but this computer or a policy does not admit it now.
    NotAvailable,
    /// The job is in a stage that must not be interrupted.
    NotCancellable,
    /// No package manager was found.
    BackendMissing,
    /// Another program holds the package database.
    Locked,
    /// This daemon, server or package manager does not offer it.
    Unsupported,
    /// A request for remote support is not granted; the code of the message says why.
    Refused,
    /// Too many calls, queued jobs or subscribers of this user.
    LimitExceeded,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.message();
        match self.code() {
            Some(code) => write!(f, "{PREFIX}{code}: {message}"),
            None => message.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<zbus::Error> for Error {
    fn from(error: zbus::Error) -> Self {
        let zbus::Error::MethodError(name, text, reply) = &error else {
            return Self::ZBus(error);
        };
        let Some(code) = name.as_str().strip_prefix(PREFIX) else {
            return Self::ZBus(error);
        };
        let said = reply.body().deserialize::<(String, String)>();
        let (_, said) = said.unwrap_or_default();
        let message = said::read(&said, text.as_deref().unwrap_or_default());
        Self::of(code, message).unwrap_or(Self::ZBus(error))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use zbus::DBusError as _;
    use zbus::message::Message as Reply;

    use super::*;
    use crate::messages::wrong_option;

    fn call() -> Reply {
        Reply::method_call("/", "Upgrade").build(&()).unwrap()
    }

    #[test]
    fn an_error_comes_over_the_bus_with_its_code_and_arguments() {
        let said = wrong_option("app", "number");
        let reply = Error::InvalidArgument(said.clone())
            .create_reply(&call().header())
            .unwrap();
        let heard = Error::from(zbus::Error::from(reply));
        assert_eq!(heard.code(), Some("InvalidArgument"));
        assert_eq!(heard.message(), said);
        assert_eq!(heard.message().args["key"], "app".into());
    }

    #[test]
    fn an_error_of_an_older_daemon_is_its_english_text() {
        let reply = Reply::error(&call().header(), "org.migasfree.Client1.Error.Busy")
            .build(&"A job is running.")
            .unwrap();
        let heard = Error::from(zbus::Error::from(reply));
        assert_eq!(heard.code(), Some("Busy"));
        assert_eq!(heard.message(), Message::verbatim("A job is running."));
    }
}
