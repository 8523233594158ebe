//! HTTP as the client speaks it.

use std::time::Duration;

use anyhow::Result;
use reqwest::multipart::{Form, Part};
use reqwest::{Client, RequestBuilder, redirect};
use serde_json::Value;

use super::{LocalFile, Reply};

/// A connection to a server: no cookies, no session, a new connection for every call.
#[derive(Debug, Clone)]
pub struct Transport {
    http: Client,
    url: String,
}

impl Transport {
    /// To the server at `url`.
    #[must_use]
    pub fn new(url: &str) -> Self {
        let http = Client::builder()
            .user_agent("migasfree-client/5.0 python-requests/2.32.3")
            .pool_max_idle_per_host(0)
            .redirect(redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            .build();
        Self {
            http: http.unwrap_or_default(),
            url: url.trim_end_matches('/').to_owned(),
        }
    }

    /// Like [`Transport::new`], keeping connections open: for measuring the server alone.
    #[must_use]
    pub fn keeping_connections(url: &str) -> Self {
        let http = Client::builder().timeout(Duration::from_secs(60)).build();
        Self {
            http: http.unwrap_or_default(),
            url: url.trim_end_matches('/').to_owned(),
        }
    }

    /// The server's name, without the port: what the client writes for `{server}`.
    pub(super) fn host(&self) -> &str {
        let host = self.url.split("://").nth(1).unwrap_or_default();
        host.split(':').next().unwrap_or_default()
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.http
            .post(format!("{}{path}", self.url))
            .header("accept-language", "en_US.UTF-8")
    }

    /// A call without data.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn empty(&self, path: &str) -> Result<Reply> {
        read(self.post(path).header("content-length", "0")).await
    }

    /// A call with a form.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Result<Reply> {
        read(self.post(path).form(fields)).await
    }

    /// A call with JSON.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn json(&self, path: &str, body: &str) -> Result<Reply> {
        let request = self.post(path).header("content-type", "application/json");
        read(request.body(body.to_owned())).await
    }

    /// A call with a file: `msg`, `project`, then `file` under its whole local path.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn multipart(
        &self,
        path: &str,
        msg: &str,
        project: &str,
        file: &LocalFile<'_>,
    ) -> Result<Reply> {
        let content = Part::bytes(file.content.to_vec()).file_name(file.path.to_owned());
        let form = Form::new()
            .text("msg", msg.to_owned())
            .text("project", project.to_owned())
            .part("file", content);
        read(self.post(path).multipart(form)).await
    }

    /// A public file.
    ///
    /// # Errors
    /// When the server cannot be reached, or has no such file.
    pub async fn file(&self, url: &str) -> Result<Vec<u8>> {
        let answer = self.http.get(url).send().await?.error_for_status()?;
        Ok(answer.bytes().await?.to_vec())
    }
}

/// JSON, or the text of anything else.
async fn read(request: RequestBuilder) -> Result<Reply> {
    let answer = request.send().await?;
    let status = answer.status().as_u16();
    let text = answer.text().await?;
    let data = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(Reply {
        status,
        data,
        sealed: false,
    })
}
