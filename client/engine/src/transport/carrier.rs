//! What goes to the server and comes back, whoever carries it.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::HeaderMap;

use super::error::TransportError;

/// How a request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

/// What a request carries.
#[derive(Debug, Clone)]
pub enum Body {
    Empty,
    Form(Vec<(&'static str, String)>),
    Json(serde_json::Value),
    /// Bytes that are signed, with the headers that say so: nothing on the way changes them, or the answer to them.
    Signed {
        headers: HeaderMap,
        content: Vec<u8>,
    },
    /// A file that is read while it is sent, after the fields.
    Upload {
        fields: Vec<(&'static str, String)>,
        file: PathBuf,
        file_name: String,
        media_type: String,
    },
}

/// A request to the server.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: Method,
    /// Path below the server with its leading slash.
    pub path: String,
    pub body: Body,
    pub limit: Duration,
    /// Whether a password can be read in it: such a request does not go everywhere.
    pub carries_credentials: bool,
}

impl Request {
    /// Time the reference client grants every call, too.
    const LIMIT: Duration = Duration::from_secs(60);

    #[must_use]
    pub fn get(path: &str) -> Self {
        Self {
            method: Method::Get,
            path: path.to_owned(),
            body: Body::Empty,
            limit: Self::LIMIT,
            carries_credentials: false,
        }
    }

    #[must_use]
    pub fn post(path: &str, body: Body) -> Self {
        Self {
            method: Method::Post,
            path: path.to_owned(),
            body,
            limit: Self::LIMIT,
            carries_credentials: false,
        }
    }
}

/// The server's answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    pub media_type: String,
    pub retry_after: Option<Duration>,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Response {
    /// Whether it is for a person with a web browser, which nothing of a server is that this program asks for.
    pub(super) fn is_page(&self) -> bool {
        self.media_type
            .to_ascii_lowercase()
            .starts_with("text/html")
    }
}

/// Carries requests to the server.
#[async_trait]
pub trait Transport: Send + Sync + std::fmt::Debug {
    /// # Errors
    /// When no answer came. An answer that says no is an answer.
    async fn send(&self, request: Request) -> Result<Response, TransportError>;
}
