//! Reading and writing the headers of a signature, by the one profile of requests and the one of answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue};
use sfv::{Dictionary, FieldType as _, InnerList, ListEntry, Parameters, Parser, StringRef};

use super::base::{header, name_of};
use super::{LABEL, SIGNATURE, SIGNATURE_INPUT, Signature, SignatureError};
use crate::freshness::Nonce;
use crate::key::Thumbprint;

const ALGORITHM: &str = "ed25519";

/// What has to be signed, and how. Components are named by their identifiers, in quotation marks.
#[derive(Debug)]
pub(super) struct Profile {
    pub(super) tag: &'static str,
    /// Always signed.
    pub(super) required: &'static [&'static str],
    /// Headers that are signed when they are there.
    pub(super) if_present: &'static [&'static str],
    /// The parameters there are.
    pub(super) parameters: &'static [&'static str],
}

impl Profile {
    /// What is signed of a message with these headers.
    pub(super) fn components(&self, headers: &HeaderMap) -> Vec<&'static str> {
        let there = |identifier: &&&'static str| headers.contains_key(name_of(identifier));
        let optional = self.if_present.iter().filter(there);
        self.required.iter().chain(optional).copied().collect()
    }

    /// The parameters as they are signed.
    pub(super) fn parameters(
        &self,
        components: &[&str],
        created: i64,
        nonce: Option<Nonce>,
        key: Thumbprint,
    ) -> String {
        let components = components.join(" ");
        let nonce = nonce.map_or_else(String::new, |nonce| format!(";nonce=\"{nonce}\""));
        let tag = self.tag;
        format!(
            "({components});created={created}{nonce};keyid=\"{key}\";alg=\"{ALGORITHM}\";tag=\"{tag}\""
        )
    }

    /// Reads what is signed. The order is the signer's; all else is checked.
    pub(super) fn read(&self, headers: &HeaderMap) -> Result<Stated, SignatureError> {
        let input = header(headers, SIGNATURE_INPUT)?;
        let ListEntry::InnerList(InnerList { items, params }) = member(input, SIGNATURE_INPUT)?
        else {
            return Err(malformed(SIGNATURE_INPUT));
        };
        let components: Vec<String> = items.iter().map(|item| item.serialize()).collect();
        self.check_components(&components, headers)?;
        self.check_parameters(&params)?;
        let nonce = match self.parameters.contains(&"nonce") {
            true => Some(parsed(&params, "nonce")?),
            false => None,
        };
        Ok(Stated {
            components,
            // The spelling is the one that is written here, and so begins with the label.
            parameters: input[LABEL.len() + 1..].to_owned(),
            created: created(&params)?,
            nonce,
            key: parsed(&params, "keyid")?,
            signature: signature(headers)?,
        })
    }

    fn check_components(
        &self,
        components: &[String],
        headers: &HeaderMap,
    ) -> Result<(), SignatureError> {
        for (index, component) in components.iter().enumerate() {
            if components[..index].contains(component) {
                return Err(SignatureError::RepeatedComponent(component.clone()));
            }
            let mut known = self.required.iter().chain(self.if_present);
            if !known.any(|identifier| identifier == component) {
                return Err(SignatureError::UnknownComponent(component.clone()));
            }
        }
        for identifier in self.components(headers) {
            if !components.iter().any(|component| component == identifier) {
                return Err(SignatureError::NotCovered(identifier));
            }
        }
        Ok(())
    }

    fn check_parameters(&self, params: &Parameters) -> Result<(), SignatureError> {
        for name in params.keys() {
            if !self.parameters.contains(&name.as_str()) {
                return Err(SignatureError::UnknownParameter(name.to_string()));
            }
        }
        for (name, expected) in [("alg", ALGORITHM), ("tag", self.tag)] {
            if text(params, name)? != expected {
                return Err(SignatureError::WrongParameter(name));
            }
        }
        Ok(())
    }
}

/// What the headers of a signature say.
#[derive(Debug)]
pub(super) struct Stated {
    pub(super) components: Vec<String>,
    pub(super) parameters: String,
    pub(super) created: i64,
    pub(super) nonce: Option<Nonce>,
    pub(super) key: Thumbprint,
    pub(super) signature: Signature,
}

/// Writes the two headers.
pub(super) fn write(headers: &mut HeaderMap, parameters: &str, signature: &Signature) {
    insert(headers, SIGNATURE_INPUT, &format!("{LABEL}={parameters}"));
    let signature = format!("{LABEL}={}", byte_sequence(signature));
    insert(headers, SIGNATURE, &signature);
}

/// Sets a header to a structured field.
pub(super) fn insert(headers: &mut HeaderMap, name: &'static str, value: &str) {
    let value = HeaderValue::from_str(value).expect("structured fields are ASCII");
    headers.insert(name, value);
}

/// A signature as structured fields have it.
pub(super) fn byte_sequence(signature: &Signature) -> String {
    format!(":{}:", STANDARD.encode(signature.0))
}

/// The signature that a message carries.
fn signature(headers: &HeaderMap) -> Result<Signature, SignatureError> {
    let ListEntry::Item(item) = member(header(headers, SIGNATURE)?, SIGNATURE)? else {
        return Err(malformed(SIGNATURE));
    };
    let bytes = item.bare_item.as_byte_sequence().unwrap_or_default();
    match bytes.try_into() {
        Ok(bytes) if item.params.is_empty() => Ok(Signature(bytes)),
        _ => Err(malformed(SIGNATURE)),
    }
}

/// The one member of a dictionary, which has to be written in the one way it is signed: a parser takes the last of two
/// members or parameters of one name, and readers may not differ in what they see.
fn member(text: &str, name: &'static str) -> Result<ListEntry, SignatureError> {
    let dictionary: Result<Dictionary, _> = Parser::new(text).parse();
    let mut dictionary = dictionary.map_err(|_| malformed(name))?;
    if dictionary.len() != 1 || dictionary.serialize().as_deref() != Some(text) {
        return Err(malformed(name));
    }
    dictionary.swap_remove(LABEL).ok_or_else(|| malformed(name))
}

fn malformed(name: &str) -> SignatureError {
    SignatureError::MalformedHeader(name.to_owned())
}

fn text<'a>(params: &'a Parameters, name: &'static str) -> Result<&'a str, SignatureError> {
    let value = params
        .get(name)
        .ok_or(SignatureError::MissingParameter(name))?;
    let text = value.as_string().map(StringRef::as_str);
    text.ok_or(SignatureError::WrongParameter(name))
}

fn parsed<T: std::str::FromStr>(
    params: &Parameters,
    name: &'static str,
) -> Result<T, SignatureError> {
    let value = text(params, name)?.parse();
    value.map_err(|_| SignatureError::WrongParameter(name))
}

fn created(params: &Parameters) -> Result<i64, SignatureError> {
    let value = params
        .get("created")
        .ok_or(SignatureError::MissingParameter("created"))?;
    let seconds = value.as_integer().map(i64::from);
    seconds.ok_or(SignatureError::WrongParameter("created"))
}
