//! Requests signed by this computer, and answers signed by its server.

use std::io::{self, Read as _, Write as _};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use migasfree_native::freshness::{Nonce, WINDOW};
use migasfree_native::key::{KeyPair, PublicKey};
use migasfree_native::requests::Call;
use migasfree_native::signature::request::{Signer, Target, sign};
use migasfree_native::signature::{SIGNATURE_INPUT, Signature, SignatureError, answer};
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::clock::Clock;
use crate::random::Random;
use crate::transport::carrier::{Body, Request, Response, Transport};
use crate::transport::error::{ApiError, REPEATED, quoted};
use crate::transport::sealed;

/// Longest answer that is unpacked.
const LONGEST_ANSWER: u64 = 32 * 1024 * 1024;

/// Longest body that travels as it is.
const SMALL: usize = 1024;

/// The way to a server of the native protocol: who asks, and who alone may answer.
#[derive(Debug, Clone)]
pub struct Link {
    pub transport: Arc<dyn Transport>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// This computer's.
    pub key: Arc<KeyPair>,
    pub server: PublicKey,
}

/// What the server said, and nobody else.
#[derive(Debug)]
pub(super) struct Confirmed {
    pub response: Response,
    /// How far the clocks are apart, where that is too far.
    skew: Option<ApiError>,
}

/// A request as it went out.
struct Sent {
    signature: Signature,
    at: i64,
}

impl Link {
    /// Asks the server.
    ///
    /// # Errors
    /// [`ApiError`]; [`ApiError::Status`] is the server's own word.
    pub async fn ask<B: Serialize + Sync, A: DeserializeOwned>(
        &self,
        call: &Call<B, A>,
        body: &B,
    ) -> Result<A, ApiError> {
        let confirmed = self.exchange(call.path, body, false).await?;
        confirmed.success(call.path)
    }

    /// Sends a body and gives back what the server said to it, whatever that is.
    pub(super) async fn exchange<B: Serialize + Sync>(
        &self,
        path: &str,
        body: &B,
        carries_credentials: bool,
    ) -> Result<Confirmed, ApiError> {
        let confirmed = self.exchange_once(path, body, carries_credentials).await?;
        if confirmed.is_of_repeated() {
            // Somebody between sent it twice, and the answer to the first one went nowhere.
            return self.exchange_once(path, body, carries_credentials).await;
        }
        Ok(confirmed)
    }

    async fn exchange_once<B: Serialize + Sync>(
        &self,
        path: &str,
        body: &B,
        carries_credentials: bool,
    ) -> Result<Confirmed, ApiError> {
        let content = serde_json::to_vec(body).map_err(|error| malformed(path, &error))?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let content = if content.len() > SMALL {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            packed(&content).map_err(|error| malformed(path, &error))?
        } else {
            content
        };
        let sent = self.signed(path, &mut headers, &content)?;
        let mut request = Request::post(path, Body::Signed { headers, content });
        request.carries_credentials = carries_credentials;
        let response = self.transport.send(request).await?;
        self.confirmed(path, response, &sent)
    }

    fn signed(
        &self,
        path: &str,
        headers: &mut HeaderMap,
        content: &[u8],
    ) -> Result<Sent, ApiError> {
        let at = self.now();
        let target = Target {
            method: "POST",
            path,
            query: None,
        };
        let signer = Signer {
            key: &self.key,
            server: self.server.thumbprint(),
            created: at,
            nonce: Nonce::generate(|bytes| self.random.fill(bytes)),
        };
        let signature =
            sign(&target, headers, content, &signer).map_err(|error| malformed(path, &error))?;
        Ok(Sent { signature, at })
    }

    /// Only what the server's key signed for this request is looked at.
    fn confirmed(
        &self,
        path: &str,
        mut response: Response,
        sent: &Sent,
    ) -> Result<Confirmed, ApiError> {
        let checked = answer::verify(
            response.status,
            &response.headers,
            &response.body,
            &self.server,
            &sent.signature,
        );
        let at = checked.map_err(|why| unconfirmed(path, &response, &why))?;
        if let Some(encoding) = response.headers.get(CONTENT_ENCODING) {
            response.body = unpacked(path, encoding, &response.body)?;
        }
        Ok(Confirmed {
            skew: skew(sent.at, self.now(), at),
            response,
        })
    }

    pub(super) fn now(&self) -> i64 {
        self.clock.now().unix_timestamp()
    }
}

impl Confirmed {
    /// Whether the server says that the request came before.
    fn is_of_repeated(&self) -> bool {
        let body = serde_json::from_slice::<Value>(&self.response.body);
        self.response.status == 409 && body.is_ok_and(|body| body["code"] == REPEATED)
    }

    /// What a success says; for a refusal the server's words, or that the clocks are too far apart.
    pub(super) fn success<A: DeserializeOwned>(self, path: &str) -> Result<A, ApiError> {
        if (200..300).contains(&self.response.status) {
            return serde_json::from_slice(&self.response.body)
                .map_err(|error| malformed(path, &error));
        }
        Err(self.refusal())
    }

    pub(super) fn refusal(self) -> ApiError {
        let body: Value = serde_json::from_slice(&self.response.body).unwrap_or_default();
        let refused = || sealed::status(&self.response, &body);
        self.skew.unwrap_or_else(refused)
    }
}

/// An answer took no longer than it was waited for: what is outside of that is the clock's fault.
fn skew(sent: i64, received: i64, server: i64) -> Option<ApiError> {
    let (behind, distance) = if server > received {
        (true, server.abs_diff(received))
    } else if server < sent {
        (false, sent.abs_diff(server))
    } else {
        return None;
    };
    let skewed = ApiError::Skewed {
        behind,
        seconds: distance,
    };
    (distance > WINDOW.as_secs()).then_some(skewed)
}

/// What an answer is that nobody signed: nothing follows from it but a message.
fn unconfirmed(path: &str, response: &Response, why: &SignatureError) -> ApiError {
    if response.headers.contains_key(SIGNATURE_INPUT) {
        return changed(path, why);
    }
    match response.status {
        404 | 405 | 410 | 501 => ApiError::NotNative {
            call: path.to_owned(),
            status: response.status,
        },
        _ if response.is_page() => ApiError::page(),
        200..400 => changed(path, why),
        status => {
            let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
            match sealed::unsealed(response, &body, path) {
                // A server with another key cannot sign what it is not meant to read.
                ApiError::Unsealed { call, detail, .. } if status == 401 => ApiError::Changed {
                    call,
                    reason: detail,
                },
                other => other,
            }
        }
    }
}

fn changed(path: &str, why: &SignatureError) -> ApiError {
    ApiError::Changed {
        call: path.to_owned(),
        reason: quoted(&why.to_string()),
    }
}

fn packed(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(content)?;
    packed.finish()
}

fn unpacked(path: &str, encoding: &HeaderValue, packed: &[u8]) -> Result<Vec<u8>, ApiError> {
    if encoding != "gzip" {
        return Err(malformed(path, &"it is packed in an unknown way"));
    }
    let mut body = Vec::new();
    GzDecoder::new(packed)
        .take(LONGEST_ANSWER)
        .read_to_end(&mut body)
        .map_err(|error| malformed(path, &error))?;
    Ok(body)
}

pub(super) fn malformed(call: &str, reason: &impl ToString) -> ApiError {
    ApiError::Malformed {
        call: call.to_owned(),
        reason: quoted(&reason.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_apart_when_waiting_does_not_explain_it() {
        for (sent, received, server, expected) in [
            (1000, 1001, 1001, None),
            (1000, 1001, 1061, None),
            (1000, 1001, 1301, Some((true, 300))),
            (1000, 1001, 700, Some((false, 300))),
            // Somebody held the request back: both clocks are right.
            (1000, 1300, 1290, None),
        ] {
            let found = skew(sent, received, server).map(|error| match error {
                ApiError::Skewed { behind, seconds } => (behind, seconds),
                other => panic!("{other}"),
            });
            assert_eq!(found, expected, "{server}");
        }
    }
}
