//! What terminals and screens show, kept: as asciicast, and as it was sent, sealed with a key of the server's own.
//!
//! Recording never keeps a session waiting. What cannot be written as fast as it comes is a gap, or, where there has to be a
//! recording, the end of the session.

mod cast;
mod film;
mod sealed;
mod tape;

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
use crate::sessions::{Recorded, Terms};
use crate::state::Relay;
use cast::Shown;
use sealed::{Key, Reader, Writer};
use tape::{Format, Tape};

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
/// The largest recording.
const LARGEST: u64 = 8 * 1024 * 1024 * 1024;

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

    /// What a recording holds: asciicast v2 of a terminal, what was sent of a screen.
    ///
    /// # Errors
    /// When there is none, or it is not as it was written.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, Unreadable> {
        let pieces: Result<Vec<Vec<u8>>, Unreadable> = self.pieces(name)?.collect();
        Ok(pieces?.concat())
    }

    /// The same, piece by piece.
    ///
    /// # Errors
    /// When there is none, or it does not begin as it was written.
    pub fn pieces(&self, name: &str) -> Result<Pieces, Unreadable> {
        let reader = Reader::open(&self.path(name), Arc::clone(&self.key), name)?;
        Ok(Pieces(Some(reader)))
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

/// Pieces of a recording, up to the first that is not as it was written.
#[derive(Debug)]
pub struct Pieces(Option<Reader>);

impl Iterator for Pieces {
    type Item = Result<Vec<u8>, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.0.as_mut()?.next().transpose();
        if !matches!(next, Some(Ok(_))) {
            self.0 = None;
        }
        next
    }
}

/// Takes down what a session's terminal or screen shows.
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
    /// Whether something was left out since the last that was not.
    missing: AtomicBool,
}

impl Recorder {
    /// Begins the recording of a session, or goes on with it.
    ///
    /// # Errors
    /// When it has to be recorded and cannot be.
    pub(crate) async fn begin(relay: &Relay, terms: &Terms) -> Result<Option<Self>, Failure> {
        let format = Format::of(terms.service).filter(|_| terms.recording != Recording::None);
        let Some(format) = format else {
            return Ok(None);
        };
        let session = terms.session.as_str();
        let strict = terms.recording == Recording::Strict;
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
        // Nobody knows where in a message the stream of a screen goes on.
        let has_gap = format == Format::Screen && !writer.is_new();
        if has_gap && strict {
            return Err(failures::unrecorded());
        }
        let before = now.saturating_sub(writer.begun());
        let (entries, coming) = mpsc::unbounded_channel();
        let state = Arc::<State>::default();
        state.gaps.store(has_gap, Ordering::Relaxed);
        let keeping = keep(
            relay.clone(),
            session.to_owned(),
            format,
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

    /// The stream of a screen begins.
    pub(crate) fn begun(&self) -> Result<(), Failure> {
        self.note(Shown::Begun)
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
            self.state.missing.store(true, Ordering::Relaxed);
            return if self.strict {
                Err(failures::unrecorded())
            } else {
                Ok(())
            };
        }
        let at = self.before + self.begun.elapsed();
        if self.state.missing.swap(false, Ordering::Relaxed) {
            let _ = self.entries.send((at, Shown::Gap));
        }
        let _ = self.entries.send((at, shown));
        Ok(())
    }
}

/// Writes what comes until nothing more does.
async fn keep(
    relay: Relay,
    session: String,
    format: Format,
    mut writer: Writer,
    mut coming: mpsc::UnboundedReceiver<(Duration, Shown)>,
    state: Arc<State>,
) {
    let mut tape = Tape::new(format, writer.begun(), !writer.is_new());
    let mut more = true;
    while more {
        match timeout(SOON, coming.recv()).await {
            Ok(Some((at, shown))) => {
                state.waiting.fetch_sub(shown.size(), Ordering::Relaxed);
                tape.add(at, shown);
                if tape.len() < CHUNK {
                    continue;
                }
            }
            Ok(None) => more = false,
            Err(_) => {}
        }
        let taken = tape.take();
        if taken.is_empty() {
            continue;
        }
        if writer.size() > LARGEST {
            failed(&state, &session, &"it is larger than a recording may be");
            break;
        }
        let written = spawn_blocking(move || {
            let written = writer.append(taken);
            (writer, written)
        });
        match written.await {
            Ok((again, Ok(()))) => writer = again,
            // What there is so far stays, for those who play it and until it is too old.
            Ok((again, Err(error))) => {
                failed(&state, &session, &error);
                writer = again;
                break;
            }
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
        format: format.word(),
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
    state.gaps.store(true, Ordering::Relaxed);
}
