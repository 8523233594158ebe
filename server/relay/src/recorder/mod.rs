//! What terminals show, kept: as asciicast, sealed with a key of the server's own.
//!
//! Recording never keeps a session waiting. What cannot be written as fast as it comes is a gap, or, where there has to be a
//! recording, the end of the session.

mod cast;
mod sealed;

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use migasfree_grant::Recording;
use migasfree_server_auth::secret_file;
use migasfree_server_db::random::Random;
use migasfree_tunnel::message::Failure;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::failures;
use crate::sessions::Recorded;
use crate::state::Relay;
use cast::{Cast, Shown};
use sealed::{Key, Writer};

pub use sealed::Unreadable;

/// The file of the key, in the folder of keys.
const KEY: &str = "remote-recordings.txt";
/// The folder of recordings, in the data folder.
const FOLDER: &str = "remote-recordings";
/// Bytes sealed at once.
const CHUNK: usize = 32 * 1024;
/// What was shown is on disk this late.
const SOON: Duration = Duration::from_secs(1);
/// Bytes that may wait to be written.
const WAITING: usize = 16 * 1024 * 1024;

/// The recordings of a server.
#[derive(Debug, Clone)]
pub struct Recordings {
    folder: PathBuf,
    key: Arc<Key>,
    random: Arc<dyn Random>,
}

impl Recordings {
    /// Opens those of a data folder; makes the key where there is none.
    ///
    /// # Errors
    /// When the key can be neither read nor made.
    pub fn open(data: &Path, random: Arc<dyn Random>) -> io::Result<Self> {
        let seed = secret_file(&data.join("keys").join(KEY), &*random)?;
        let folder = data.join(FOLDER);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)?;
        Ok(Self {
            folder,
            key: Arc::new(Key::of(&seed)),
            random,
        })
    }

    /// What a recording shows, as asciicast v2.
    ///
    /// # Errors
    /// When there is none, or it is not as it was written.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, Unreadable> {
        sealed::read(&self.path(name), &self.key, name)
    }

    /// Removes a recording; one that is gone is no error.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.path(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Where one is. Names are those of sessions; whatever else somebody asks for is nowhere.
    fn path(&self, name: &str) -> PathBuf {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let name = if name.bytes().all(plain) { name } else { "" };
        self.folder.join(format!("{name}.cast"))
    }
}

/// Takes down what a session's terminal shows.
#[derive(Debug)]
pub(crate) struct Recorder {
    entries: mpsc::UnboundedSender<(Duration, Shown)>,
    state: Arc<State>,
    strict: bool,
    begun: tokio::time::Instant,
    /// Seconds that were recorded before the server started anew.
    before: Duration,
}

#[derive(Debug, Default)]
struct State {
    waiting: AtomicUsize,
    failed: AtomicBool,
    gaps: AtomicBool,
}

impl Recorder {
    /// Begins the recording of a session, or goes on with it.
    ///
    /// # Errors
    /// When it has to be recorded and cannot be.
    pub(crate) async fn begin(
        relay: &Relay,
        session: &str,
        recording: Recording,
    ) -> Result<Option<Self>, Failure> {
        if recording == Recording::None {
            return Ok(None);
        }
        let strict = recording == Recording::Strict;
        let recordings = relay.recordings.clone();
        let name = session.to_owned();
        let now = relay.clock.now().seconds();
        let opened = spawn_blocking(move || {
            let path = recordings.path(&name);
            Writer::open(&path, recordings.key, &name, now, recordings.random)
        });
        let writer = match opened
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error)))
        {
            Ok(writer) => writer,
            Err(error) => {
                tracing::error!(%error, session, "a session cannot be recorded");
                return if strict {
                    Err(failures::unrecorded())
                } else {
                    Ok(None)
                };
            }
        };
        let before = now.saturating_sub(writer.begun());
        let (entries, coming) = mpsc::unbounded_channel();
        let state = Arc::<State>::default();
        let keeping = keep(
            relay.clone(),
            session.to_owned(),
            writer,
            coming,
            Arc::clone(&state),
        );
        relay.tasks.spawn(keeping);
        Ok(Some(Self {
            entries,
            state,
            strict,
            begun: tokio::time::Instant::now(),
            before: Duration::from_secs(u64::try_from(before).unwrap_or_default()),
        }))
    }

    /// The terminal is there.
    pub(crate) fn opened(&self, columns: u16, rows: u16, term: &str) -> Result<(), Failure> {
        self.note(Shown::Opened {
            columns,
            rows,
            term: term.to_owned(),
        })
    }

    /// It shows something.
    pub(crate) fn output(&self, output: &Bytes) -> Result<(), Failure> {
        self.note(Shown::Output(output.clone()))
    }

    /// It has another size.
    pub(crate) fn resized(&self, columns: u16, rows: u16) -> Result<(), Failure> {
        self.note(Shown::Resized { columns, rows })
    }

    fn note(&self, shown: Shown) -> Result<(), Failure> {
        let size = shown.size();
        let waiting = self.state.waiting.fetch_add(size, Ordering::Relaxed);
        if self.state.failed.load(Ordering::Relaxed) || waiting > WAITING {
            self.state.waiting.fetch_sub(size, Ordering::Relaxed);
            self.state.gaps.store(true, Ordering::Relaxed);
            return if self.strict {
                Err(failures::unrecorded())
            } else {
                Ok(())
            };
        }
        let _ = self
            .entries
            .send((self.before + self.begun.elapsed(), shown));
        Ok(())
    }
}

/// Writes what comes until nothing more does.
async fn keep(
    relay: Relay,
    session: String,
    mut writer: Writer,
    mut coming: mpsc::UnboundedReceiver<(Duration, Shown)>,
    state: Arc<State>,
) {
    let mut cast = Cast::new(writer.begun(), !writer.is_new());
    let (mut more, mut whole) = (true, true);
    while more {
        match timeout(SOON, coming.recv()).await {
            Ok(Some((at, shown))) => {
                state.waiting.fetch_sub(shown.size(), Ordering::Relaxed);
                if whole && state.gaps.load(Ordering::Relaxed) {
                    cast.mark(at, "gap");
                    whole = false;
                }
                cast.add(at, shown);
                if cast.len() < CHUNK {
                    continue;
                }
            }
            Ok(None) => more = false,
            Err(_) => {}
        }
        let lines = cast.take();
        if lines.is_empty() {
            continue;
        }
        let written = spawn_blocking(move || {
            let written = writer.append(lines);
            (writer, written)
        });
        match written.await {
            Ok((again, Ok(()))) => writer = again,
            Ok((_, Err(error))) => return failed(&state, &session, &error),
            Err(error) => return failed(&state, &session, &error),
        }
    }
    let finished = spawn_blocking(move || writer.finish());
    let size = match finished.await {
        Ok(Ok(size)) => size,
        Ok(Err(error)) => return failed(&state, &session, &error),
        Err(error) => return failed(&state, &session, &error),
    };
    let recorded = Recorded {
        name: session.clone(),
        size,
        key: relay.recordings.key.id().to_owned(),
        gaps: state.gaps.load(Ordering::Relaxed),
    };
    if let Err(error) = relay.sessions.recorded(&session, &recorded).await {
        tracing::error!(%error, session, "a recording could not be noted");
    }
}

fn failed(state: &State, session: &str, error: &dyn std::fmt::Display) {
    tracing::error!(%error, session, "a recording could not be written");
    state.failed.store(true, Ordering::Relaxed);
}
