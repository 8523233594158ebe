//! Signing in and out, and what that opens.

mod account;
mod cookies;
mod limits;
mod sign_in;
mod tokens;

use reqwest::Method;
use serde_json::json;

use crate::harness::{Answer, Server};

const ACCOUNT: &str = "/rest-auth/user/";

/// Signs in as a page of the admin UI; answers the cookie.
async fn cookie(server: &Server, name: &str, password: &str) -> String {
    let answer = page(server, Method::POST, "/rest-auth/login/", "")
        .json(&json!({"username": name, "password": password}));
    let answer = Answer::of(answer).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json["key"], json!(null), "a page gets no token");
    let cookie = answer.header("set-cookie").to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    cookie.split(';').next().unwrap().to_owned()
}

/// A request as our own page makes it.
fn page(server: &Server, method: Method, path: &str, cookie: &str) -> reqwest::RequestBuilder {
    server
        .anonymous()
        .request(method, path)
        .header("Origin", server.url())
        .header("X-CSRF", "1")
        .header("Cookie", cookie)
}

async fn change_password(server: &Server, program: &crate::harness::Client, old: &str, new: &str) {
    let given = json!({"old_password": old, "new_password1": new, "new_password2": new});
    let answer = program.post("/rest-auth/password/change/", given).await;
    assert_eq!(answer.status, 200, "{} at {}", answer.text, server.url());
}
