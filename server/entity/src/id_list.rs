//! Lists that are nothing but ids: read some at a time, and sent while they are read.

use axum::{
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse as _, Response},
};
use futures_util::{StreamExt as _, stream};
use migasfree_server_db::{Db, Result};
use sea_query::{Expr, ExprTrait as _, Order, SelectStatement};

use super::error::RestError;

/// Ids read at a time.
const READ: usize = 5_000;

/// The ids of some rows, ascending.
#[derive(Debug)]
pub struct IdList {
    rows: SelectStatement,
    id: (&'static str, &'static str),
    after: Option<i64>,
    ended: bool,
}

impl IdList {
    /// The ids in the column `id` of these rows.
    #[must_use]
    pub const fn new(rows: SelectStatement, id: (&'static str, &'static str)) -> Self {
        Self {
            rows,
            id,
            after: None,
            ended: false,
        }
    }

    /// How many there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count(&self, db: &Db) -> Result<i64> {
        let mut rows = self.rows.clone();
        rows.expr(Expr::cust("count(*)"));
        let (count,): (i64,) = db.one_query(&rows).await?;
        Ok(count)
    }

    /// The next of them; `None` after the last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next(&mut self, db: &Db) -> Result<Option<Vec<i64>>> {
        if self.ended {
            return Ok(None);
        }
        let mut rows = self.rows.clone();
        rows.column(self.id)
            .order_by(self.id, Order::Asc)
            .limit(READ as u64);
        if let Some(after) = self.after {
            rows.and_where(Expr::col(self.id).gt(after));
        }
        let ids: Vec<(i64,)> = db.all_query(&rows).await?;
        let ids: Vec<i64> = ids.into_iter().map(|(id,)| id).collect();
        self.ended = ids.len() < READ;
        self.after = ids.last().copied();
        Ok((!ids.is_empty()).then_some(ids))
    }
}

/// Answers them as one JSON array.
///
/// # Errors
/// When the database fails before anything is sent.
pub async fn answer(db: &Db, mut list: IdList) -> Result<Response, RestError> {
    let Some(first) = list.next(db).await? else {
        return Ok(as_json(Body::from("[]")));
    };
    let head = format!("[{}", joined(&first));
    let rest = stream::unfold((db.clone(), Some(list)), |(db, list)| async move {
        let mut list = list?;
        match list.next(&db).await {
            Ok(Some(ids)) => {
                let text = format!(",{}", joined(&ids));
                Some((Ok(Bytes::from(text)), (db, Some(list))))
            }
            Ok(None) => Some((Ok(Bytes::from_static(b"]")), (db, None))),
            Err(error) => Some((Err(std::io::Error::other(error)), (db, None))),
        }
    });
    let body = stream::once(async { Ok(Bytes::from(head)) })
        .chain(rest)
        .fuse();
    Ok(as_json(Body::from_stream(body)))
}

fn joined(ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    ids.join(",")
}

fn as_json(body: Body) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
