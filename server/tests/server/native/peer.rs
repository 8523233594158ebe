//! A computer with a key of its own, over the crate that both sides share.

use std::sync::Arc;
use std::time::Duration;

use migasfree_native::enrolment::{EnrolmentRequest, Identity};
use migasfree_native::features::Features;
use migasfree_native::freshness::Nonce;
use migasfree_native::key::{KeyPair, PublicKey};
use migasfree_native::requests::{Call, ENROL};
use migasfree_native::signature::{Signature, answer, request};
use migasfree_server_db::clock::{Clock as _, ManualClock};
use migasfree_server_db::random::{Random as _, SystemRandom};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::harness::Server;

/// A computer.
pub struct Computer {
    pub key: KeyPair,
    pub identity: Identity,
    /// Seconds by which its clock is ahead.
    pub ahead: i64,
    url: String,
    server: PublicKey,
    clock: Arc<ManualClock>,
}

/// A request as it travels.
#[derive(Clone)]
pub struct Request {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub signature: Signature,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub json: Value,
    /// Whether the server signed it, for this request.
    pub is_signed: bool,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    /// Bytes of the head and the body, about as they travel.
    pub fn size(&self) -> usize {
        size(&self.headers) + self.body.len() + "HTTP/1.1 200 OK\r\n".len()
    }
}

impl Request {
    pub fn size(&self) -> usize {
        size(&self.headers) + self.body.len() + self.path.len() + "POST  HTTP/1.1\r\n".len()
    }
}

fn size(headers: &HeaderMap) -> usize {
    let line = |name: &str, value: &HeaderValue| name.len() + value.len() + 4;
    headers
        .iter()
        .map(|(name, value)| line(name.as_str(), value))
        .sum()
}

impl Computer {
    /// One that nobody knows yet.
    pub fn new(server: &Server, uuid: &str, name: &str) -> Self {
        // A server takes nothing that was made in the second in which it started.
        server.clock.advance(Duration::from_secs(1));
        Self {
            key: KeyPair::generate(|seed: &mut [u8]| SystemRandom.fill(seed)),
            identity: Identity {
                uuid: uuid.to_owned(),
                name: name.to_owned(),
                fqdn: format!("{name}.example.org"),
                ip_address: "192.0.2.10".to_owned(),
            },
            ahead: 0,
            url: server.url(),
            server: *server.state().protocol.native.public(),
            clock: Arc::clone(&server.clock),
        }
    }

    pub fn server(&self) -> &PublicKey {
        &self.server
    }

    pub fn sign(&self, path: &str, body: Vec<u8>) -> Request {
        self.sign_for(path, body, &self.server)
    }

    pub fn sign_for(&self, path: &str, body: Vec<u8>, server: &PublicKey) -> Request {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let target = request::Target {
            method: "POST",
            path,
            query: None,
        };
        let signer = request::Signer {
            key: &self.key,
            server: server.thumbprint(),
            created: self.clock.now().seconds() + self.ahead,
            nonce: Nonce::generate(|bytes: &mut [u8]| SystemRandom.fill(bytes)),
        };
        let signature = request::sign(&target, &mut headers, &body, &signer).unwrap();
        Request {
            path: path.to_owned(),
            headers,
            body,
            signature,
        }
    }

    pub async fn send(&self, request: &Request) -> Answer {
        self.send_to(&self.url, request).await
    }

    /// Sends a request to a server at this address.
    pub async fn send_to(&self, url: &str, request: &Request) -> Answer {
        // What is signed is the body as it travels.
        let client = reqwest::Client::builder().no_gzip().build().unwrap();
        let response = client
            .post(format!("{url}{}", request.path))
            .headers(request.headers.clone())
            .body(request.body.clone())
            .send()
            .await
            .unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.bytes().await.unwrap().to_vec();
        let verified = answer::verify(status, &headers, &body, &self.server, &request.signature);
        Answer {
            status,
            is_signed: verified.is_ok(),
            json: serde_json::from_slice(&body).unwrap_or_default(),
            headers,
            body,
        }
    }

    pub fn request<B: Serialize, A>(&self, call: &Call<B, A>, body: &B) -> Request {
        self.sign(call.path, serde_json::to_vec(body).unwrap())
    }

    pub async fn ask<B: Serialize, A>(&self, call: &Call<B, A>, body: &B) -> Answer {
        self.send(&self.request(call, body)).await
    }

    /// What a call that has to go well is answered with.
    pub async fn get<B: Serialize, A: DeserializeOwned>(&self, call: &Call<B, A>, body: &B) -> A {
        let answer = self.ask(call, body).await;
        assert!(
            answer.is_signed && matches!(answer.status, 200 | 201),
            "{}: {answer:?}",
            call.path
        );
        serde_json::from_value(answer.json).unwrap()
    }

    pub fn enrolment(&self, project: &str) -> EnrolmentRequest {
        EnrolmentRequest {
            public_key: *self.key.public(),
            identity: self.identity.clone(),
            project: Some(project.to_owned()),
            platform: None,
            pms: "apt".to_owned(),
            architecture: "amd64".to_owned(),
            tags: Vec::new(),
            token: None,
            operator: None,
            previous: None,
            features: Features::all(),
        }
    }

    pub async fn enrol(&self, request: &EnrolmentRequest) -> Answer {
        self.ask(&ENROL, request).await
    }
}
