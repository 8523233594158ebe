//! Answers of which one byte was changed.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::http::HeaderValue;
use migasfree_client::transport::native::Link;
use migasfree_client::transport::{Request, Response, Transport, TransportError};
use migasfree_native::requests::{LABEL, Nothing};
use proptest::prelude::*;

use super::server::{Counter, PlayedServer, key};
use crate::support::bench::Noon;

/// Changes a byte of what comes: of the status, of a header, or of the body.
#[derive(Debug)]
struct Changing {
    server: PlayedServer,
    place: usize,
    by: u8,
    changed: Mutex<bool>,
}

#[async_trait]
impl Transport for Changing {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let mut answer = self.server.send(request).await?;
        *self.changed.lock().unwrap() = change(&mut answer, self.place, self.by);
        Ok(answer)
    }
}

/// `false` where the change makes no message of HTTP.
fn change(answer: &mut Response, place: usize, by: u8) -> bool {
    let headers: usize = answer.headers.values().map(HeaderValue::len).sum();
    let mut place = place % (headers + answer.body.len() + 1);
    if place == 0 {
        answer.status ^= u16::from(by);
        return true;
    }
    place -= 1;
    for value in answer.headers.values_mut() {
        if place < value.len() {
            let mut bytes = value.as_bytes().to_vec();
            bytes[place] ^= by;
            let changed = HeaderValue::from_bytes(&bytes);
            let is_possible = changed.is_ok();
            if let Ok(changed) = changed {
                *value = changed;
            }
            return is_possible;
        }
        place -= value.len();
    }
    answer.body[place] ^= by;
    true
}

proptest! {
    #[test]
    fn an_answer_with_one_other_byte_is_never_acted_on(place: usize, by in 1..=255_u8) {
        let server = PlayedServer::new();
        let pinned = *server.key.public();
        let changing = Arc::new(Changing { server, place, by, changed: Mutex::default() });
        let link = Link {
            transport: changing.clone(),
            clock: Arc::new(Noon),
            random: Arc::new(Counter::default()),
            key: Arc::new(key(7)),
            server: pinned,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let answer = runtime.block_on(link.ask(&LABEL, &Nothing {}));
        prop_assume!(*changing.changed.lock().unwrap());
        prop_assert!(answer.is_err(), "{answer:?}");
    }
}
