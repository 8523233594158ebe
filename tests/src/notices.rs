//! A desktop that keeps the notices it is asked to show.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use zbus::{Connection, OwnedVariant, conn, interface};

/// Title and text of a notice.
pub type Notice = (String, String);

/// The place of notices on a session bus, until it is dropped.
#[derive(Debug)]
pub struct Notices {
    _connection: Connection,
    shown: Arc<Mutex<Vec<Notice>>>,
}

#[derive(Debug)]
struct Server(Arc<Mutex<Vec<Notice>>>);

#[interface(name = "org.freedesktop.Notifications")]
impl Server {
    #[expect(
        clippy::too_many_arguments,
        reason = "the desktop's own interface has them"
    )]
    async fn notify(
        &self,
        _program: String,
        _replaces: u32,
        _icon: String,
        title: String,
        text: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedVariant>,
        _milliseconds: i32,
    ) -> u32 {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.push((title, text));
        u32::try_from(shown.len()).unwrap_or(u32::MAX)
    }
}

impl Notices {
    /// Takes the name of the desktop's notices on the bus at `address`.
    ///
    /// # Errors
    /// When the bus does not give it.
    pub async fn start(address: &str) -> Result<Self> {
        let shown = Arc::new(Mutex::new(Vec::new()));
        let connection = conn::Builder::address(address)
            .serve_at("/org/freedesktop/Notifications", Server(shown.clone()))
            .name("org.freedesktop.Notifications")
            .build()
            .await
            .context("the name of notices")?;
        Ok(Self {
            _connection: connection,
            shown,
        })
    }

    /// What was shown until now.
    #[must_use]
    pub fn shown(&self) -> Vec<Notice> {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.clone()
    }

    /// Waits for the first one.
    ///
    /// # Errors
    /// When none comes.
    pub async fn first(&self) -> Result<Notice> {
        let start = Instant::now();
        loop {
            if let Some(first) = self.shown().into_iter().next() {
                return Ok(first);
            }
            if start.elapsed() > Duration::from_secs(60) {
                bail!("no notice came");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
