//! The entity machinery: from one declaration to SQL, routes, OpenAPI, CSV and audit. What is declared is the business
//! of the floor above, which makes a [`registry::Registry`] of it.
//!
//! | File | What it knows |
//! |---|---|
//! | `schema` | how a table is declared |
//! | `entity`, `action`, `hooks` | how an entity is declared |
//! | `registry` | everything declared, with its paths resolved |
//! | `path`, `filter`, `search`, `order`, `page`, `keyset`, `id_list`, `visibility` | what a list becomes in SQL |
//! | `boundary` | what belongs to whose domain, and who may write it |
//! | `load` | from ids to answers, one query per relation and page |
//! | `deletion`, `ahead`, `consequences`, `keeping`, `widening` | what goes with a row and before it, what changes, and what keeps it |
//! | `read`, `save`, `export`, `badge`, `links`, `mirrors`, `global_search` | the operations |
//! | `body`, `params`, `value`, `validate`, `values` | what comes in |
//! | `meta` | what is declared, told to programs and views |
//! | `dispatch`, `negotiation`, `metadata`, `error` | HTTP |

pub mod access;
pub mod action;
pub mod address;
mod ahead;
mod badge;
pub mod body;
pub mod boundary;
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

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{any, get},
};

pub use dispatch::Route;
use services::Services;

/// Routes of every declared entity.
pub fn router() -> Router<Services> {
    Router::new()
        .route("/api/v1/token", any(dispatch::handle))
        .route("/api/v1/token/", any(dispatch::handle))
        .route("/api/v1/token/search/", get(global_search::answer))
        .route("/api/v1/token/meta/", get(meta::answer))
        .route("/api/v1/token/{*path}", any(dispatch::handle))
        .layer(DefaultBodyLimit::disable())
}
