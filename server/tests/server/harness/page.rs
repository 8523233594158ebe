//! A page of the admin UI in a browser, which keeps the cookie it gets.

use std::time::Duration;

use migasfree_server_audit::UserId;
use migasfree_server_auth::session::{self, Place};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, Server};

pub struct Page {
    http: reqwest::Client,
    url: String,
    cookie: Option<String>,
    /// What the browser calls itself.
    pub user_agent: &'static str,
}

impl Page {
    /// In a browser that was never here.
    pub fn of(server: &Server) -> Self {
        Self {
            http: reqwest::Client::new(),
            url: server.url(),
            cookie: None,
            user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        }
    }

    /// In a session of an operator that was opened just now.
    pub async fn of_operator(server: &Server, user: UserId) -> Self {
        let page = Self::of(server);
        let place = Place {
            address: "127.0.0.1".to_owned(),
            user_agent: page.user_agent,
        };
        let (state, now, idle) = (
            server.state(),
            server.clock_now(),
            Duration::from_secs(3600),
        );
        let mut tx = state.db.begin().await.unwrap();
        let secret = session::open(&mut tx, &*state.random, user, &place, now, idle).await;
        let secret = secret.unwrap();
        tx.commit().await.unwrap();
        let line = session::set_cookie(&secret, state.settings.public_url.is_some());
        let (cookie, _) = line.split_once(';').unwrap();
        page.with_cookie(cookie)
    }

    /// The same, with a cookie that was planted.
    pub fn with_cookie(self, cookie: &str) -> Self {
        Self {
            cookie: Some(cookie.to_owned()),
            ..self
        }
    }

    pub fn cookie(&self) -> &str {
        self.cookie.as_deref().unwrap_or_default()
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn patch(&mut self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&mut self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }

    /// Signs in with name and password.
    pub async fn sign_in(&mut self, username: &str, password: &str) -> Answer {
        let given = json!({"username": username, "password": password});
        self.post("/rest-auth/login/", given).await
    }

    async fn call(&mut self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.url))
            .header("Origin", &self.url)
            .header("X-CSRF", "1")
            .header("User-Agent", self.user_agent);
        if let Some(cookie) = &self.cookie {
            request = request.header("Cookie", cookie);
        }
        if let Some(body) = &body {
            request = request.json(body);
        }
        let answer = Answer::of(request).await;
        if let Some((cookie, _)) = answer.header("set-cookie").split_once(';') {
            self.cookie = Some(cookie.to_owned()).filter(|cookie| !cookie.ends_with('='));
        }
        answer
    }
}
