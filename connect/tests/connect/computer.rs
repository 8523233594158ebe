//! The computer behind the relay: a shell of few words, files in memory, a port that says everything back, and a screen that
//! ends when somebody lets a key go.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use migasfree_grant::Mode;
use migasfree_tunnel::connection::{Config, Connection, Event, Priority, Side};
use migasfree_tunnel::files::{Entry, EntryKind, FileAnswer, FileRequest, Stored};
use migasfree_tunnel::frame::{Frame, Kind, StreamId};
use migasfree_tunnel::message::{self, Code, Control, Failure, Open, Opened, Position};
use migasfree_tunnel::screen::{Codec, FromComputer, FromOperator, Reader, Shape};
use sha2::{Digest as _, Sha256};

/// What a stream does.
#[derive(Debug)]
enum Part {
    /// What was typed in the present line.
    Shell(String),
    Echo,
    Screen(Reader<FromOperator>),
    /// What is still to be sent.
    Get(VecDeque<u8>),
    Put {
        path: String,
        sha256: String,
        have: Vec<u8>,
    },
}

/// The computer.
#[derive(Debug)]
pub struct Computer {
    connection: Connection,
    parts: BTreeMap<StreamId, Part>,
    /// Its files by their paths.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What its screen was asked to be, and what was done at it.
    pub heard: Vec<FromOperator>,
    breaks: bool,
}

impl Computer {
    pub fn new() -> Self {
        Self {
            connection: Connection::new(Side::Agent, Config::default()),
            parts: BTreeMap::new(),
            files: BTreeMap::new(),
            heard: Vec::new(),
            breaks: false,
        }
    }

    /// A session begins.
    pub fn begin(&mut self) {
        self.connection = Connection::new(Side::Agent, Config::default());
        self.parts.clear();
    }

    /// Whether somebody typed `break`.
    pub fn is_to_break(&mut self) -> bool {
        std::mem::take(&mut self.breaks)
    }

    pub fn detach(&mut self) {
        self.connection.detach();
    }

    /// Where the streams are, by the operator's names.
    pub fn positions(&self) -> Vec<Position> {
        let positions = self.connection.positions().into_iter();
        positions
            .map(|position| Position {
                stream: position.stream - 1,
                origin: None,
                ..position
            })
            .collect()
    }

    pub fn resume(&mut self, session: &str, theirs: Vec<Position>) {
        let theirs: Vec<Position> = theirs
            .into_iter()
            .map(|position| Position {
                stream: position.stream + 1,
                ..position
            })
            .collect();
        self.connection.resume_session(session, &theirs).unwrap();
        self.act();
    }

    /// Takes a frame of the operator, as the relay passes it on: with even names, and with the session in an open.
    pub fn take(&mut self, session: &str, mut frame: Frame) {
        if frame.kind == Kind::Open {
            let opened = Opened {
                session: session.to_owned(),
                stream: frame.stream.0,
                open: message::read::<Open>(&frame.payload).unwrap(),
            };
            frame.payload = message::write(&opened);
        }
        if frame.stream != StreamId::CONNECTION {
            frame.stream = StreamId(frame.stream.0 + 1);
        }
        if frame.kind == Kind::Hello {
            return;
        }
        self.connection.receive(frame).unwrap();
        self.act();
    }

    /// What leaves, with the operator's names.
    pub fn frames(&mut self) -> Vec<Frame> {
        let mut frames = Vec::new();
        while let Some(mut frame) = self.connection.next_frame() {
            if frame.stream != StreamId::CONNECTION {
                frame.stream = StreamId(frame.stream.0 - 1);
            }
            frames.push(frame);
        }
        frames
    }

    fn act(&mut self) {
        while let Some(event) = self.connection.event() {
            match event {
                Event::Open { stream, payload } => self.open(stream, payload.open),
                Event::Data { stream, bytes } => {
                    self.connection.consumed(stream, bytes.len());
                    self.data(stream, &bytes);
                }
                Event::HalfClosed { stream } => self.ended(stream),
                Event::Writable { stream } => self.write(stream),
                _ => {}
            }
        }
    }

    fn open(&mut self, stream: StreamId, open: Open) {
        let (part, answer) = match open {
            Open::Terminal { columns, .. } => (
                Part::Shell(String::new()),
                Bytes::from(format!("{columns}")),
            ),
            Open::Port { name } if name == "ssh" => (Part::Echo, Bytes::new()),
            Open::Screen(request) => {
                self.heard.push(FromOperator::Show(request));
                (Part::Screen(Reader::new()), Bytes::new())
            }
            Open::Port { .. } => {
                let failure = Failure::new(Code::NotReachable, "connection refused");
                return self.connection.refuse(stream, &failure);
            }
            Open::Files(request) => match self.file(request) {
                Ok((part, answer)) => (part, message::write(&answer)),
                Err(failure) => return self.connection.refuse(stream, &failure),
            },
        };
        self.connection
            .accept(stream, Priority::Interactive, answer);
        let first = match part {
            Part::Shell(_) => Bytes::from_static(b"$ "),
            Part::Screen(_) => FromComputer::Shape(shape()).encode(),
            _ => Bytes::new(),
        };
        self.parts.insert(stream, part);
        self.connection.write(stream, &first);
        self.write(stream);
    }

    fn file(&mut self, request: FileRequest) -> Result<(Part, FileAnswer), Failure> {
        match request {
            FileRequest::List { .. } | FileRequest::Stat { .. } => {
                let entries = self.files.iter().map(|(path, content)| Entry {
                    name: path.rsplit('/').next().unwrap_or_default().to_owned(),
                    kind: EntryKind::File,
                    size: content.len() as u64,
                    modified: 0,
                    mode: 0o644,
                    owner: None,
                });
                let answer = FileAnswer::List {
                    entries: entries.collect(),
                    more: false,
                };
                Ok((Part::Get(VecDeque::new()), answer))
            }
            FileRequest::Get { path, offset } => {
                let content = self.files.get(&path);
                let content = content.ok_or_else(|| Failure::new(Code::Failed, "no such file"))?;
                let at = usize::try_from(offset).unwrap();
                let answer = FileAnswer::Get {
                    size: content.len() as u64,
                    sha256: Some(hash(content)),
                    modified: 0,
                    offset,
                };
                Ok((Part::Get(content[at..].iter().copied().collect()), answer))
            }
            FileRequest::Put { path, sha256, .. } => {
                let part = format!("{path}.part");
                let have = self.files.get(&part).cloned().unwrap_or_default();
                let offset = have.len() as u64;
                let part = Part::Put { path, sha256, have };
                Ok((part, FileAnswer::Put { offset }))
            }
        }
    }

    fn data(&mut self, stream: StreamId, bytes: &[u8]) {
        match self.parts.get_mut(&stream) {
            Some(Part::Shell(line)) => {
                line.push_str(&String::from_utf8_lossy(bytes));
                if let Some((typed, rest)) = line.split_once('\n') {
                    let typed = typed.to_owned();
                    *line = rest.to_owned();
                    self.breaks |= typed == "break";
                    if let Some(status) = typed.strip_prefix("exit ") {
                        let status = status.parse().ok();
                        return self.exit(stream, status);
                    }
                    let said = format!("you said {typed}\r\n$ ");
                    self.connection.write(stream, said.as_bytes());
                    self.data(stream, b"");
                }
            }
            Some(Part::Echo) => {
                self.connection.write(stream, bytes);
            }
            Some(Part::Screen(said)) => {
                said.push(bytes);
                while let Some(one) = said.next().unwrap() {
                    if matches!(one, FromOperator::Key { down: false, .. }) {
                        let failure = Failure::new(Code::NotReachable, "no display");
                        let failed = FromComputer::Failed(failure).encode();
                        self.connection.write(stream, &failed);
                        self.connection.half_close(stream);
                    }
                    self.heard.push(one);
                }
            }
            Some(Part::Put { have, .. }) => have.extend_from_slice(bytes),
            Some(Part::Get(_)) | None => {}
        }
    }

    fn exit(&mut self, stream: StreamId, status: Option<i32>) {
        self.parts.remove(&stream);
        self.connection.half_close(stream);
        self.connection.control(&Control::Exit {
            session: crate::server::SESSION.to_owned(),
            stream: stream.0 - 1,
            status,
        });
    }

    fn ended(&mut self, stream: StreamId) {
        match self.parts.remove(&stream) {
            Some(Part::Put { path, sha256, have }) => {
                let is_whole = hash(&have) == sha256;
                let stored = Stored {
                    ok: is_whole,
                    sha256: Some(hash(&have)),
                    failure: None,
                };
                let mut line = serde_json::to_vec(&stored).unwrap();
                line.push(b'\n');
                self.connection.write(stream, &line);
                if is_whole {
                    self.files.insert(path, have);
                }
                self.connection.half_close(stream);
            }
            Some(Part::Shell(_)) => self.exit(stream, Some(0)),
            Some(Part::Echo | Part::Screen(_)) => self.connection.half_close(stream),
            Some(part @ Part::Get(_)) => drop(self.parts.insert(stream, part)),
            None => {}
        }
    }

    /// Sends more of a file.
    fn write(&mut self, stream: StreamId) {
        let Some(Part::Get(left)) = self.parts.get_mut(&stream) else {
            return;
        };
        let taken = self.connection.write(stream, left.make_contiguous());
        left.drain(..taken);
        if left.is_empty() {
            self.parts.remove(&stream);
            self.connection.half_close(stream);
        }
    }
}

fn shape() -> Shape {
    Shape {
        codec: Codec::Tiles,
        width: 800,
        height: 600,
        monitors: Vec::new(),
        shown: None,
        mode: Mode::Control,
        clipboard_in: false,
        clipboard_out: false,
        system: "x11".to_owned(),
    }
}

/// SHA-256 in hexadecimal.
pub fn hash(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}
