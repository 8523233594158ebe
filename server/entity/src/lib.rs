//! The entity machinery: from one declaration to SQL, routes, OpenAPI, CSV and audit. What is declared is the business
//! of the floor above, which makes a [`registry::Registry`] of it.
//!
//! | File | What it knows |
//! |---|---|
//! | `schema` | how a table is declared |
//! | `entity`, `action`, `hooks` | how an entity is declared |
//! | `call` | how a call is declared that is about no entity |
//! | `registry` | everything declared, with its paths resolved |
//! | `path`, `filter`, `search`, `order`, `page`, `keyset`, `id_list`, `visibility` | what a list becomes in SQL |
//! | `boundary` | what belongs to whose domain, and who may write it |
//! | `load` | from ids to answers, one query per relation and page |
//! | `deletion`, `ahead`, `consequences`, `keeping`, `widening` | what goes with a row and before it, what changes, and what keeps it |
//! | `read`, `save`, `export`, `badge`, `links`, `mirrors`, `global_search` | the operations |
//! | `body`, `params`, `value`, `validate`, `values` | what comes in |
//! | `meta` | what is declared, told to programs and views |
//! | `dispatch`, `negotiation`, `metadata`, `error` | HTTP |
//! | `messages` | every sentence of these, with its code |

pub mod access;
pub mod action;
pub mod address;
mod ahead;
mod badge;
pub mod body;
pub mod boundary;
pub mod call;
mod consequences;
pub mod context;
mod deletion;
mod dispatch;
pub mod entity;
pub mod error;
mod export;
pub mod filter;
mod global_search;
pub mod hooks;
pub mod id_list;
pub mod json;
pub mod keeping;
mod keyset;
mod links;
pub mod load;
mod looked_up;
pub mod messages;
pub mod meta;
mod metadata;
mod mirrors;
mod negotiation;
pub mod order;
pub mod page;
pub mod params;
pub mod path;
pub mod precondition;
pub mod read;
pub mod registry;
pub mod save;
pub mod schema;
pub mod search;
pub mod services;
pub mod validate;
pub mod value;
pub mod values;
pub mod visibility;
mod widening;

use axum::{Router, extract::DefaultBodyLimit, routing::any};

use action::Verb;
use call::{Gives, Members, Served, call};
pub use dispatch::{Route, handle};
use entity::Like;
use services::Services;

/// What the search over everything finds: a row of some entity.
const HIT: Members = &[
    ("entity", Like::Text),
    ("id", Like::Integer),
    ("text", Like::Text),
    ("summary", Like::Text),
];

/// Calls about all entities.
#[must_use]
pub fn calls() -> Vec<Served<Services>> {
    vec![
        call(Verb::Get, "/api/v1/token/search/", "Search over everything")
            .asking(&[("q", Like::Text)])
            .gives(Gives::Listed(HIT))
            .answered(global_search::answer),
        call(
            Verb::Get,
            "/api/v1/token/meta/",
            "What is declared of the entities one may view: fields, filters, rights, relations",
        )
        .gives(Gives::Listed(meta::MEMBERS))
        .answered(meta::answer),
    ]
}

/// Routes of every declared entity.
pub fn router() -> Router<Services> {
    Router::new()
        .route("/api/v1/token", any(dispatch::handle))
        .route("/api/v1/token/", any(dispatch::handle))
        .route("/api/v1/token/{*path}", any(dispatch::handle))
        .merge(call::routes(calls(), |route| route))
        .layer(DefaultBodyLimit::disable())
}
