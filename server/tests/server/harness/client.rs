//! A program that calls the server.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::described;

/// A program, with a token or without.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
    /// What the token is shown as.
    scheme: &'static str,
    /// Whether every answer has to be what the description of the API says.
    described: bool,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// The body as JSON; null when it is not.
    pub json: Value,
    pub text: String,
}

impl Client {
    pub fn new(url: String, token: Option<String>) -> Self {
        Self {
            http: reqwest::Client::new(),
            url,
            token,
            scheme: "Token",
            described: false,
        }
    }

    /// A program with an API key or a JSON web token.
    pub fn bearing(url: String, secret: &str) -> Self {
        Self {
            scheme: "Bearer",
            ..Self::new(url, Some(secret.to_owned()))
        }
    }

    /// The same, of which every answer has to be what the description of the API says.
    pub fn described(self) -> Self {
        Self {
            described: true,
            ..self
        }
    }

    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    /// What the token is shown with.
    pub fn authorization(&self) -> String {
        format!("{} {}", self.scheme, self.token())
    }

    /// A request to a path, with the token.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.header("Authorization", format!("{} {token}", self.scheme)),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.request(method.clone(), path);
        let request = match &body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = Answer::of(request).await;
        if self.described
            && let Some(difference) = described::difference(&method, path, &answer)
        {
            panic!(
                "{method} {path}: {} {}: {difference}",
                answer.status, answer.text
            );
        }
        answer
    }
}

impl Answer {
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await.unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self {
            status,
            headers,
            json,
            text,
        }
    }

    /// The stable code of an error.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}
