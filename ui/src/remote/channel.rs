//! A stream of a session, as one waits for it: an answer first, then bytes both ways.
use super::link::{Link, Told};
use bytes::Bytes;
use futures_channel::mpsc;
use futures_util::StreamExt;
use migasfree_tunnel::{
    frame::StreamId,
    message::{Code, Failure, Open},
};
use serde::de::DeserializeOwned;
use std::collections::VecDeque;

/// A stream. Where it is dropped before its end, the computer hears that nobody wants it.
pub struct Channel {
    link: Link,
    stream: StreamId,
    heard: mpsc::UnboundedReceiver<Told>,
    /// What came while something was written.
    early: VecDeque<Bytes>,
    /// Nothing more comes.
    ended: bool,
    /// It is gone at the other end, too.
    over: Option<Failure>,
}

impl Channel {
    /// Opens one, and waits for the answer.
    pub async fn open<T: DeserializeOwned>(link: &Link, open: &Open) -> Result<(Self, T), Failure> {
        let (stream, heard) = link.open(open)?;
        let mut channel = Self {
            link: link.clone(),
            stream,
            heard,
            early: VecDeque::new(),
            ended: false,
            over: None,
        };
        let answer = match channel.hear().await? {
            Told::Opened(answer) => serde_json::from_slice(&answer).ok(),
            _ => None,
        };
        let unexpected = || Failure::new(Code::Protocol, "another answer was expected");
        Ok((channel, answer.ok_or_else(unexpected)?))
    }

    /// The next bytes, for which [`Self::used`] makes room again; nothing once all have come.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            if let Some(bytes) = self.early.pop_front() {
                return Ok(Some(bytes));
            }
            if self.ended {
                return Ok(None);
            }
            let told = self.hear().await?;
            self.keep(told);
        }
    }

    /// So many bytes were used.
    pub fn used(&self, size: usize) {
        self.link.used(self.stream, size);
    }

    /// Writes all of it; `false` where the computer wants no more, and says why in what comes next.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<bool, Failure> {
        loop {
            bytes = &bytes[self.link.write_to(self.stream, bytes)..];
            if bytes.is_empty() {
                return Ok(true);
            }
            let told = match self.hear().await {
                Err(_) if !self.early.is_empty() => return Ok(false),
                told => told?,
            };
            self.keep(told);
            if self.ended {
                return Ok(false);
            }
        }
    }

    /// Nothing more is written.
    pub fn finish(&self) {
        self.link.finish(self.stream);
    }

    fn keep(&mut self, told: Told) {
        match told {
            Told::Bytes(bytes) => self.early.push_back(bytes),
            Told::Ended => self.ended = true,
            Told::Opened(_) | Told::Writable | Told::Over(_) => {}
        }
    }

    async fn hear(&mut self) -> Result<Told, Failure> {
        if let Some(failure) = &self.over {
            return Err(failure.clone());
        }
        match self.heard.next().await {
            Some(Told::Over(failure)) => Err(self.over.insert(failure).clone()),
            Some(told) => Ok(told),
            None => {
                let failure = Failure::new(Code::Lost, "the session is over");
                Err(self.over.insert(failure).clone())
            }
        }
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.link.forget(self.stream, self.over.is_some());
    }
}
