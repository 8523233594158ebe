//! What an operator asks computers to do.

use std::time::Duration;

use migasfree_grant::order::LONGEST;
use migasfree_server_db::{Ts, zone::Zone};
use migasfree_server_entity::{
    body::Body,
    context::Context,
    error::RestError,
    value::{self, Refused},
};
use migasfree_types::message::{Message, quoted};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::verbs;
use crate::messages;
use crate::remote::asked::kept;

/// Most characters of a reason.
pub(super) const LONGEST_REASON: usize = 500;
/// The same of the key by which a request is known again.
pub(super) const LONGEST_KEY: usize = 100;
/// Most bytes of parameters and reason as JSON: with the rest of an order, computers read no more (`MAX_LENGTH`).
const LONGEST_ORDER: usize = 5_000;
/// How long computers have to take it where nobody says.
const USUAL: Duration = Duration::from_secs(24 * 60 * 60);

/// An action somebody asks for; which computers are meant stays in the body.
#[derive(Debug)]
pub struct Asked {
    pub(super) verb: &'static str,
    pub(super) right: &'static str,
    pub(super) parameters: Value,
    pub(super) reason: String,
    pub(super) starts: Ts,
    pub(super) expires: Ts,
    pub(super) key: Option<String>,
    /// Of all that was written.
    pub(super) digest: String,
    pub(super) body: Body,
}

impl Asked {
    /// Reads a request.
    ///
    /// # Errors
    /// Where the operator may have computers do nothing at all, there is no such verb, or something of it cannot be.
    pub fn read(context: &Context, body: Body) -> Result<Self, RestError> {
        verbs::some_right(&context.operator)?;
        let (now, zone) = (context.now, context.zone());
        let mut refused = misshapen(&body);
        let verb = kept(&mut refused, verb(&body));
        let members = kept(&mut refused, object(&body));
        let [reason, key] = [("reason", LONGEST_REASON), ("key", LONGEST_KEY)]
            .map(|(name, most)| kept(&mut refused, text(&body, name, most)).unwrap_or_default());
        let [starts, expires] = ["starts_at", "expires_at"]
            .map(|name| kept(&mut refused, moment(&body, name, zone)).flatten());
        let (Some((verb, right)), Some(members), true) = (verb, members, refused.is_empty()) else {
            return Err(RestError::fields(refused));
        };
        let parameters = verbs::parameters(verb, &members)?;
        let starts = starts.unwrap_or(now).max(now);
        let expires = expires.unwrap_or(starts + USUAL);
        let latest = now + Duration::from_secs(LONGEST.unsigned_abs());
        if expires <= starts || expires > latest {
            let days = LONGEST / 86_400;
            return Err(RestError::field(
                "expires_at",
                messages::action_expires(days),
            ));
        }
        let said = parameters.to_string().len() + json!(reason).to_string().len();
        if said > LONGEST_ORDER {
            let refused = Refused::TooLong(LONGEST_ORDER);
            return Err(RestError::refused("parameters", &refused));
        }
        Ok(Self {
            verb,
            right,
            parameters,
            reason,
            starts,
            expires,
            key: (!key.is_empty()).then_some(key),
            digest: hex::encode(Sha256::digest(json!(body.members).to_string())),
            body,
        })
    }

    /// The same for one computer alone.
    ///
    /// # Errors
    /// As [`Asked::read`], and where other computers are named besides.
    pub fn of_one(context: &Context, mut body: Body, computer: i64) -> Result<Self, RestError> {
        const OTHERS: [&str; 4] = [
            "computers",
            "filter",
            "included_attributes",
            "excluded_attributes",
        ];
        if let Some(other) = OTHERS.iter().find(|name| body.get(name).is_some()) {
            return Err(RestError::field(other, messages::action_of_one()));
        }
        body.members
            .insert("computers".to_owned(), json!([computer]));
        Self::read(context, body)
    }
}

/// What cannot say which computers are meant, under its name.
fn misshapen(body: &Body) -> Vec<(String, Message)> {
    let mut refused = Vec::new();
    let mut look = |name: &str, shape: fn(&Value) -> Result<(), Refused>| {
        if let Some(Err(reason)) = body.get(name).map(shape) {
            kept(
                &mut refused,
                Err::<(), _>(RestError::refused(name, &reason)),
            );
        }
    };
    for name in ["computers", "included_attributes", "excluded_attributes"] {
        look(name, |value| match value {
            Value::Null => Err(Refused::NotAList),
            written => value::id_list(written).map(drop),
        });
    }
    look("expected", |value| value::number(value).map(drop));
    look("filter", |value| match value {
        Value::Object(_) | Value::Null => Ok(()),
        _ => Err(Refused::NotAnObject),
    });
    refused
}

fn verb(body: &Body) -> Result<(&'static str, &'static str), RestError> {
    let written = body.text("verb");
    let known = verbs::named(written).zip(verbs::right(written));
    known.ok_or_else(|| {
        let refused = match written {
            "" => Refused::Missing,
            _ => Refused::NotAChoice(written.to_owned()),
        };
        RestError::refused("verb", &refused)
    })
}

fn object(body: &Body) -> Result<Map<String, Value>, RestError> {
    match body.get("parameters") {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(members)) => Ok(members.clone()),
        Some(_) => Err(RestError::refused("parameters", &Refused::NotAnObject)),
    }
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

fn moment(body: &Body, name: &str, zone: &Zone) -> Result<Option<Ts>, RestError> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Value::String(text)) => match value::moment(text, zone) {
            Some(at) => Ok(Some(at)),
            None => {
                let message = messages::action_no_time(quoted(text));
                Err(RestError::field(name, message))
            }
        },
        Some(_) => Err(RestError::refused(name, &Refused::NotATime)),
    }
}
