//! What an operator asks for.

use migasfree_grant::{Mode, Service};
use migasfree_server_auth::Operator;
use migasfree_server_entity::{
    body::Body,
    error::{RestError, WHOLE},
    value::{self, Refused},
};
use migasfree_types::message::Message;
use serde_json::Value;

use super::{
    rights::{self, ROOT},
    sessions::{LONGEST_REASON, LONGEST_TICKET},
    words,
};
use crate::ids::ComputerId;
use crate::messages;

/// Longest name of an account.
const LONGEST_ACCOUNT: usize = 64;
/// The same of a port.
const LONGEST_PORT: usize = 32;

/// A session somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// On which computer.
    pub computer: ComputerId,
    /// What for.
    pub service: Service,
    /// How.
    pub mode: Mode,
    /// As whom, at terminals and files; empty stands for the person at the computer, or root where that is meant.
    pub account: String,
    /// Which service of the computer is to be reached.
    pub port: String,
    /// Why.
    pub reason: String,
    /// By which order.
    pub ticket: String,
    /// Without asking the person at the computer.
    pub unattended: bool,
    /// Without being recorded.
    pub unrecorded: bool,
}

impl Asked {
    /// Reads a request.
    ///
    /// # Errors
    /// Where the operator may ask for nothing, and with all that cannot be asked for, each under its name.
    pub fn read(operator: &Operator, body: &Body) -> Result<Self, RestError> {
        if !rights::may_ask(operator) {
            return Err(RestError::Forbidden(rights::OPEN_TERMINAL.to_owned()));
        }
        Self::said(body)
    }

    fn said(body: &Body) -> Result<Self, RestError> {
        let mut refused = Vec::new();
        let service = kept(&mut refused, service(body));
        let mode = kept(&mut refused, word(body, "mode"));
        let computer = kept(&mut refused, body.id("computer"));
        let [account, port, reason, ticket] = [
            ("account", LONGEST_ACCOUNT),
            ("port", LONGEST_PORT),
            ("reason", LONGEST_REASON),
            ("ticket", LONGEST_TICKET),
        ]
        .map(|(name, most)| kept(&mut refused, text(body, name, most)).unwrap_or_default());
        let [unattended, unrecorded] = ["unattended", "unrecorded"]
            .map(|name| kept(&mut refused, truth(body, name)).unwrap_or_default());
        let (Some(service), Some(mode), Some(computer), true) =
            (service, mode, computer, refused.is_empty())
        else {
            return Err(RestError::fields(refused));
        };
        let asked = Self {
            computer: ComputerId(computer),
            service,
            mode: mode.unwrap_or_else(|| words::usual(service)),
            account,
            port,
            reason,
            ticket,
            unattended,
            unrecorded,
        };
        asked.check()?;
        Ok(asked)
    }

    fn check(&self) -> Result<(), RestError> {
        if rights::needed(self.service, self.mode, "").is_none() {
            let (service, mode) = (words::word(self.service), words::word(self.mode));
            let message = messages::remote_no_such_mode(service, mode);
            return Err(RestError::field("mode", message));
        }
        if self.service == Service::Port && self.port.is_empty() {
            return Err(missing("port"));
        }
        if !self.account.is_empty() && !is_account(&self.account) {
            return Err(RestError::field("account", messages::remote_no_account()));
        }
        // Root is a right of its own, and is asked for as such.
        if self.mode == Mode::User && self.account == ROOT {
            let message = messages::remote_root_by_mode();
            return Err(RestError::field("account", message));
        }
        Ok(())
    }
}

/// The name of an account that cannot pass for anything else on any command line.
fn is_account(name: &str) -> bool {
    let is_first = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_other = |byte: u8| is_first(byte) || b".-@".contains(&byte);
    let mut bytes = name.bytes();
    bytes.next().is_some_and(is_first) && bytes.all(is_other)
}

/// What was read, or nothing where it is refused.
pub(crate) fn kept<T>(
    refused: &mut Vec<(String, Message)>,
    read: Result<T, RestError>,
) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(RestError::Fields(fields)) => {
            refused.extend(fields);
            None
        }
        Err(other) => {
            refused.push((WHOLE.to_owned(), other.message()));
            None
        }
    }
}

fn service(body: &Body) -> Result<Service, RestError> {
    word(body, "service")?.ok_or_else(|| missing("service"))
}

fn missing(name: &str) -> RestError {
    RestError::refused(name, &Refused::Missing)
}

fn word<T: serde::de::DeserializeOwned>(body: &Body, name: &str) -> Result<Option<T>, RestError> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => match words::meant(text) {
            Some(value) => Ok(Some(value)),
            None => Err(unknown(name, text.clone())),
        },
        Some(other) => Err(unknown(name, other.to_string())),
    }
}

fn unknown(name: &str, written: String) -> RestError {
    RestError::refused(name, &Refused::NotAChoice(written))
}

fn text(body: &Body, name: &str, most: usize) -> Result<String, RestError> {
    let text = match body.get(name) {
        None | Some(Value::Null) => "",
        Some(Value::String(text)) => text.trim(),
        Some(_) => return Err(RestError::refused(name, &Refused::NotAText)),
    };
    if text.chars().count() > most {
        return Err(RestError::refused(name, &Refused::TooLong(most)));
    }
    Ok(text.to_owned())
}

fn truth(body: &Body, name: &str) -> Result<bool, RestError> {
    match body.get(name) {
        None => Ok(false),
        Some(given) => {
            value::written_truth(given).map_err(|reason| RestError::refused(name, &reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(members: Value) -> Result<Asked, RestError> {
        let members = members.as_object().cloned().unwrap_or_default();
        Asked::said(&Body {
            members,
            ..Body::default()
        })
    }

    #[test]
    fn what_is_not_said_is_the_least() {
        let asked = asked(json!({"computer": 7, "service": "screen"})).expect("a request");
        assert_eq!((asked.mode, asked.unattended), (Mode::View, false));
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        for wrong in [
            json!({"computer": 7}),
            json!({"service": "terminal"}),
            json!({"computer": 7, "service": "telnet"}),
            json!({"computer": 7, "service": "terminal", "mode": "view"}),
            json!({"computer": 7, "service": "action"}),
            json!({"computer": 7, "service": "port"}),
            json!({"computer": 7, "service": "terminal", "account": "-oProxyCommand=x"}),
            json!({"computer": 7, "service": "terminal", "account": "ana; id"}),
            json!({"computer": 7, "service": "terminal", "account": "root"}),
            json!({"computer": 7, "service": "terminal", "reason": 7}),
        ] {
            assert!(asked(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
