//! The least that a signed synchronisation with nothing to do can cost: one verification, one signature, one indexed read
//! and one row of a batched write.

use std::hint::black_box;

use anyhow::{Context as _, Result, ensure};
use migasfree_native::key::KeyPair;
use migasfree_server_db::{Db, args};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::machine;

/// How often each is done for one figure.
const ROUNDS: usize = 4_000;
/// Rows of one batch.
const TOGETHER: usize = 1_000;
/// About as much as there is to sign in a request.
const MESSAGE: [u8; 600] = [b'm'; 600];

const TABLE: &str = "CREATE TABLE bare (id INTEGER PRIMARY KEY, thumbprint TEXT NOT NULL UNIQUE, public_key TEXT NOT NULL, \
     last_used_at INTEGER, last_address TEXT)";
const FILL: &str = "INSERT INTO bare (id, thumbprint, public_key) SELECT value ->> 'id', value ->> 'thumbprint', \
     value ->> 'public_key' FROM json_each($1)";
const READ: &str = "SELECT public_key FROM bare WHERE thumbprint = $1";
const WRITE: &str = "UPDATE bare SET last_used_at = heard.at, last_address = heard.address FROM (SELECT value ->> 'id' AS id, \
     value ->> 'at' AS at, value ->> 'address' AS address FROM json_each($1)) AS heard WHERE bare.id = heard.id";

/// Keys, and a SQLite file through which the server would read and write them.
pub struct Bare {
    key: KeyPair,
    thumbprints: Vec<String>,
    db: Db,
    _folder: TempDir,
}

impl Bare {
    pub async fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let db = Db::open_sqlite(folder.path()).await?;
        db.execute(TABLE, args![]).await?;
        let mut thumbprints = Vec::new();
        let mut rows = Vec::new();
        for id in 0..ROUNDS {
            let key = key();
            let thumbprint = key.public().thumbprint().to_string();
            rows.push(json!({ "id": id, "thumbprint": thumbprint, "public_key": key.public() }));
            thumbprints.push(thumbprint);
        }
        db.execute(FILL, args![Value::from(rows).to_string()])
            .await?;
        Ok(Self {
            key: key(),
            thumbprints,
            db,
            _folder: folder,
        })
    }

    /// Milliseconds of processor time of one of each.
    pub async fn cost(&self) -> Result<f64> {
        let process = std::process::id();
        let signature = self.key.sign(&MESSAGE);
        let before = machine::cpu_seconds(process)?;
        for _ in 0..ROUNDS {
            let is_good = self.key.public().verify(black_box(&MESSAGE), &signature);
            ensure!(is_good, "the signature does not fit");
            black_box(self.key.sign(black_box(&MESSAGE)));
        }
        for thumbprint in &self.thumbprints {
            let found = self.db.optional::<(String,)>(READ, args![thumbprint]);
            found.await?.context("a key is missing")?;
        }
        for first in (0..ROUNDS).step_by(TOGETHER) {
            let rows: Vec<Value> = (first..first + TOGETHER)
                .map(|id| json!({ "id": id, "at": 1_796_000_000_000_000_i64, "address": "192.0.2.10" }))
                .collect();
            self.db
                .execute(WRITE, args![Value::from(rows).to_string()])
                .await?;
        }
        Ok((machine::cpu_seconds(process)? - before) * 1000.0 / ROUNDS as f64)
    }
}

fn key() -> KeyPair {
    KeyPair::generate(|seed| {
        aws_lc_rs::rand::fill(seed).expect("the system has random numbers");
    })
}
