//! Passing requests on to the server, WebSockets included.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, Uri, header, uri::PathAndQuery};
use axum::response::{IntoResponse as _, Response};
use hyper::upgrade::{self, OnUpgrade};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo};

/// The way to a server.
#[derive(Clone, Debug)]
pub struct Forward {
    client: Client<HttpConnector, Body>,
    address: Arc<str>,
}

impl Forward {
    /// To the server at `address`, which is host and port.
    pub fn to(address: &str) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            address: address.into(),
        }
    }

    /// The server's answer. It sees the browser's own `Host`, so that it takes the page for its own.
    pub async fn pass_on(&self, mut request: Request) -> Response {
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", PathAndQuery::as_str);
        let Ok(target) = format!("http://{}{path}", self.address).parse::<Uri>() else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        let browser =
            (request.headers().contains_key(header::UPGRADE)).then(|| upgrade::on(&mut request));
        *request.uri_mut() = target;
        match self.client.request(request).await {
            Ok(mut response) => {
                if response.status() == StatusCode::SWITCHING_PROTOCOLS
                    && let Some(browser) = browser
                {
                    tokio::spawn(connect(browser, upgrade::on(&mut response)));
                }
                response.map(Body::new)
            }
            Err(error) => {
                let text = format!("the server does not answer: {error}\n");
                (StatusCode::BAD_GATEWAY, text).into_response()
            }
        }
    }
}

/// Carries what both say until one of them leaves.
async fn connect(browser: OnUpgrade, server: OnUpgrade) {
    if let Ok((browser, server)) = tokio::try_join!(browser, server) {
        // However it ends, it has ended.
        let _ =
            tokio::io::copy_bidirectional(&mut TokioIo::new(browser), &mut TokioIo::new(server))
                .await;
    }
}
