//! A provider of OpenID Connect, of the tests' own: it keeps to the rules until it is told not to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use url::Url;

use super::clock;

pub const CLIENT: &str = "migasfree";
pub const SECRET: &str = "between the two of us";

/// The provider. Cheap to clone.
#[derive(Clone)]
pub struct House {
    pub url: String,
    desk: Arc<Mutex<Desk>>,
}

/// What it knows, and how it answers.
pub struct Desk {
    issuer: String,
    key: Ed25519KeyPair,
    codes: BTreeMap<String, Grant>,
    /// What it says of who signs in.
    pub claims: Map<String, Value>,
    /// What it says in their place in the token; null leaves a claim out.
    pub instead: Map<String, Value>,
    /// Signs with this, which it does not publish.
    pub secret_key: Option<Ed25519KeyPair>,
    /// Says so in place of "EdDSA".
    pub algorithm: &'static str,
}

struct Grant {
    nonce: String,
    challenge: String,
}

impl House {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let desk = Desk {
            issuer: url.clone(),
            key: Ed25519KeyPair::generate().unwrap(),
            codes: BTreeMap::new(),
            claims: Map::new(),
            instead: Map::new(),
            secret_key: None,
            algorithm: "EdDSA",
        };
        let house = Self {
            url,
            desk: Arc::new(Mutex::new(desk)),
        };
        house.knows(json!({"sub": "7", "preferred_username": "ana", "given_name": "Ana"}));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/me", get(me))
            .with_state(house.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        house
    }

    pub fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap()
    }

    /// Who signs in from now on.
    pub fn knows(&self, claims: Value) {
        let Value::Object(claims) = claims else {
            panic!("{claims}");
        };
        self.desk().claims = claims;
    }

    /// Another key in place of the one it has.
    pub fn rotate(&self) {
        self.desk().key = Ed25519KeyPair::generate().unwrap();
    }

    /// Signs the person in whose browser was sent to `address`; answers what it comes back with: a path and a query.
    pub fn signs_in(&self, address: &str) -> String {
        let asked = query(address);
        assert_eq!(asked["client_id"], CLIENT);
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["code_challenge_method"], "S256");
        let code = format!("code of {}", asked["state"]);
        let grant = Grant {
            nonce: asked["nonce"].clone(),
            challenge: asked["code_challenge"].clone(),
        };
        self.desk().codes.insert(code.clone(), grant);
        let mut back = Url::parse(&asked["redirect_uri"]).unwrap();
        back.query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("state", &asked["state"])
            .append_pair("iss", &self.url);
        format!("{}?{}", back.path(), back.query().unwrap())
    }
}

/// The parameters of an address.
pub fn query(address: &str) -> BTreeMap<String, String> {
    let url = Url::parse(address).unwrap();
    url.query_pairs().into_owned().collect()
}

async fn metadata(State(house): State<House>) -> Json<Value> {
    let at = |path: &str| format!("{}/{path}", house.url);
    Json(json!({
        "issuer": house.desk().issuer,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("me"),
        "jwks_uri": at("keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    }))
}

async fn keys(State(house): State<House>) -> Json<Value> {
    let x = URL_SAFE_NO_PAD.encode(house.desk().key.public_key().as_ref());
    Json(json!({"keys": [{
        "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "of the day", "x": x,
    }]}))
}

async fn token(
    State(house): State<House>,
    headers: HeaderMap,
    Form(asked): Form<BTreeMap<String, String>>,
) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({"error": error})));
    // Both are written as forms are, then in base64.
    let written = |text: &str| text.replace(' ', "+");
    let basic = format!(
        "Basic {}",
        STANDARD.encode(format!("{CLIENT}:{}", written(SECRET)))
    );
    if headers.get(header::AUTHORIZATION).unwrap() != basic.as_str() {
        return Err(refused("invalid_client"));
    }
    let mut desk = house.desk();
    let grant = desk.codes.remove(&asked["code"]);
    let grant = grant.ok_or_else(|| refused("invalid_grant"))?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(asked["code_verifier"].as_bytes()));
    if challenge != grant.challenge {
        return Err(refused("invalid_grant"));
    }
    Ok(Json(json!({
        "access_token": "for /me",
        "token_type": "Bearer",
        "id_token": desk.id_token(&grant.nonce),
    })))
}

async fn me(State(house): State<House>, headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    if headers.get(header::AUTHORIZATION).unwrap() != "Bearer for /me" {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(Json(Value::Object(house.desk().claims.clone())))
}

impl Desk {
    fn id_token(&self, nonce: &str) -> String {
        let now = clock::NOON.seconds();
        let mut claims = json!({
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.claims["sub"],
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
        });
        for (name, value) in &self.instead {
            claims[name] = value.clone();
        }
        let claims = claims.as_object_mut().unwrap();
        claims.retain(|_, value| !value.is_null());
        let header = json!({"alg": self.algorithm, "kid": "of the day"});
        let encode = |part: String| URL_SAFE_NO_PAD.encode(part);
        let signed = format!(
            "{}.{}",
            encode(header.to_string()),
            encode(json!(claims).to_string())
        );
        let key = self.secret_key.as_ref().unwrap_or(&self.key);
        let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}
