//! An administrator's program: the REST API with a token.

use anyhow::{Context, Result, bail};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

/// A signed-in user of the REST API.
#[derive(Clone, Debug)]
pub struct Admin {
    http: Client,
    url: String,
    token: String,
}

impl Admin {
    /// Signs in with a name and a password.
    pub async fn sign_in(url: &str, username: &str, password: &str) -> Result<Self> {
        let http = Client::new();
        let answer = http
            .post(format!("{url}/token-auth/"))
            .json(&json!({"username": username, "password": password}))
            .send()
            .await?;
        let token = read(answer).await?["token"]
            .as_str()
            .context("the answer to the login has no token")?
            .to_owned();
        Ok(Self {
            http,
            url: url.to_owned(),
            token,
        })
    }

    /// What the `Authorization` header says.
    pub fn authorization(&self) -> String {
        format!("Token {}", self.token)
    }

    /// A request to a resource below `/api/v1/token/`, signed in.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}/api/v1/token/{path}", self.url))
            .header("Authorization", self.authorization())
    }

    /// Reads a resource.
    pub async fn get(&self, path: &str) -> Result<Value> {
        read(self.request(Method::GET, path).send().await?).await
    }

    /// Asks whether the server is well: a request that does nothing else.
    pub async fn health(&self) -> Result<()> {
        let answer = self.http.get(format!("{}/health", self.url)).send().await?;
        answer.error_for_status()?.bytes().await?;
        Ok(())
    }

    /// The rows of a list.
    pub async fn list(&self, path: &str) -> Result<Vec<Value>> {
        match self.get(path).await?["results"].take() {
            Value::Array(rows) => Ok(rows),
            other => bail!("{path} is not a list: {other}"),
        }
    }

    /// Creates something and returns it.
    pub async fn create(&self, path: &str, body: &Value) -> Result<Value> {
        read(self.request(Method::POST, path).json(body).send().await?)
            .await
            .with_context(|| format!("POST {path} {body}"))
    }

    /// Creates something and returns its id.
    pub async fn add(&self, path: &str, body: &Value) -> Result<i64> {
        id(&self.create(path, body).await?)
    }

    /// Changes something and returns it.
    pub async fn change(&self, path: &str, body: &Value) -> Result<Value> {
        read(self.request(Method::PATCH, path).json(body).send().await?)
            .await
            .with_context(|| format!("PATCH {path} {body}"))
    }

    /// Deletes something.
    pub async fn delete(&self, path: &str) -> Result<()> {
        let answer = self.request(Method::DELETE, path).send().await?;
        answer
            .error_for_status()
            .map(drop)
            .with_context(|| format!("DELETE {path}"))
    }

    /// Uploads a package into a store.
    pub async fn upload(&self, store: i64, name: &str, content: Vec<u8>) -> Result<Value> {
        let form = Form::new()
            .text("store", store.to_string())
            .part("files", Part::bytes(content).file_name(name.to_owned()));
        read(
            self.request(Method::POST, "packages/")
                .multipart(form)
                .send()
                .await?,
        )
        .await
        .with_context(|| format!("upload of {name}"))
    }

    /// Gives an application its icon.
    pub async fn icon(&self, application: i64, name: &str, content: Vec<u8>) -> Result<Value> {
        let form = Form::new().part("icon", Part::bytes(content).file_name(name.to_owned()));
        let path = format!("catalog/apps/{application}/");
        read(
            self.request(Method::PATCH, &path)
                .multipart(form)
                .send()
                .await?,
        )
        .await
        .with_context(|| format!("icon {name}"))
    }

    /// The id of the first row of a list, which has to have one.
    pub async fn find(&self, path: &str) -> Result<i64> {
        let rows = self.list(path).await?;
        id(rows.first().with_context(|| format!("{path} is empty"))?)
    }
}

/// The id of an object.
pub fn id(object: &Value) -> Result<i64> {
    object["id"]
        .as_i64()
        .with_context(|| format!("no id in {object}"))
}

async fn read(answer: Response) -> Result<Value> {
    let (status, url) = (answer.status(), answer.url().clone());
    let text = answer.text().await?;
    if !status.is_success() {
        bail!("{url} answered {status}: {text}");
    }
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text).with_context(|| format!("{url} answered no JSON: {text}"))
}
