//! The REST interface of the server.

use std::error::Error as _;
use std::time::Duration;

use migasfree_types::message::{MEDIA_TYPE, Problem};
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::servers::Server;
use crate::texts::Text;
use crate::trouble::{Kind, Trouble};
use crate::trust;

const PATIENCE: Duration = Duration::from_secs(30);

/// A server, as whom somebody is signed in there or as nobody.
#[derive(Debug, Clone)]
pub struct Api {
    http: Client,
    address: String,
    access: Option<String>,
}

impl Api {
    /// The server, as nobody.
    ///
    /// # Errors
    /// When its authority is none.
    pub fn of(server: &Server) -> Result<Self, Trouble> {
        let config = trust::config(server.authority.as_deref())?;
        let accept = HeaderValue::from_str(&format!("application/json, {MEDIA_TYPE}"));
        let headers: HeaderMap = accept.into_iter().map(|value| (ACCEPT, value)).collect();
        let http = Client::builder()
            .user_agent(concat!("migasfree-connect/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .tls_backend_preconfigured((*config).clone())
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .build()
            .map_err(|error| unreached(&server.address, &error))?;
        Ok(Self {
            http,
            address: server.address.clone(),
            access: None,
        })
    }

    /// The same, as whoever has the access token.
    #[must_use]
    pub fn with_access(mut self, access: String) -> Self {
        self.access = Some(access);
        self
    }

    /// The address of the server.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The access token, for what is not REST.
    #[must_use]
    pub fn access(&self) -> Option<&str> {
        self.access.as_deref()
    }

    /// Reads something.
    ///
    /// # Errors
    /// What the server says against it, or that it does not answer.
    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, Trouble> {
        let request = self.http.get(self.url(path)).query(query);
        self.read(self.answered(request).await?).await
    }

    /// Reads a text.
    ///
    /// # Errors
    /// As of [`Self::get`].
    pub async fn text(&self, path: &str) -> Result<String, Trouble> {
        let request = self.http.get(self.url(path));
        let answer = self.answered(request).await?;
        answer
            .text()
            .await
            .map_err(|error| unreached(&self.address, &error))
    }

    /// Asks for something to be done.
    ///
    /// # Errors
    /// As of [`Self::get`].
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> Result<T, Trouble> {
        let request = self.http.post(self.url(path)).json(body);
        self.read(self.answered(request).await?).await
    }

    /// Sends a form, and gives the answer whatever its status is.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Result<Response, Trouble> {
        let request = self.http.post(self.url(path)).form(fields);
        self.sent(request).await
    }

    /// What an answer says.
    ///
    /// # Errors
    /// When it is not what was expected.
    pub async fn read<T: DeserializeOwned>(&self, answer: Response) -> Result<T, Trouble> {
        let body = answer.bytes().await;
        let body = body.map_err(|error| unreached(&self.address, &error))?;
        serde_json::from_slice(&body).map_err(|error| {
            let values = [self.address.as_str(), &error.to_string()];
            Trouble::of(Kind::Failed, Text::ErrorUnintelligible, &values)
        })
    }

    /// What is said of a status that nobody expects.
    #[must_use]
    pub fn unexpected(&self, status: StatusCode) -> Trouble {
        let values = [self.address.as_str(), status.as_str()];
        Trouble::of(Kind::Failed, Text::ErrorStatus, &values)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    async fn sent(&self, request: RequestBuilder) -> Result<Response, Trouble> {
        let request = match &self.access {
            Some(access) => request.bearer_auth(access),
            None => request,
        };
        request
            .send()
            .await
            .map_err(|error| unreached(&self.address, &error))
    }

    async fn answered(&self, request: RequestBuilder) -> Result<Response, Trouble> {
        let answer = self.sent(request).await?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status();
        let body = answer.bytes().await.unwrap_or_default();
        Err(match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => Trouble::of_problem(&problem),
            Err(_) if status.as_u16() == 401 => Trouble::of(Kind::SignIn, Text::ErrorSignIn, &[]),
            Err(_) => self.unexpected(status),
        })
    }
}

/// The last cause says most: the others are layers around it.
fn unreached(address: &str, error: &reqwest::Error) -> Trouble {
    let mut reason = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        reason = deeper.to_string();
        cause = deeper.source();
    }
    Trouble::of(Kind::Offline, Text::ErrorUnreachable, &[address, &reason])
}
