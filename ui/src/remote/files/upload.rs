//! A file that goes to a computer. What arrived of it is kept there, so that another attempt goes on behind it.
use super::{
    super::{channel::Channel, link::Link},
    download::hexadecimal,
    transfer::{Done, Progress, Why},
};
use crate::script::asked;
use js_sys::{Array, Uint8Array};
use migasfree_tunnel::{
    files::{FileAnswer, FileRequest, Stored},
    message::Open,
};
use sha2::{Digest as _, Sha256};
use web_sys::File;

/// Bytes that are read at once.
const PIECE: u64 = 256 * 1024;
/// Longer than what a computer says of a file that came.
const LONGEST_ANSWER: usize = 16 * 1024;

/// One.
pub struct Upload {
    file: File,
    path: String,
    sha256: Option<String>,
}

impl Upload {
    /// Of a file, to a path of the computer.
    pub fn new(file: File, path: String) -> Self {
        Self {
            file,
            path,
            sha256: None,
        }
    }

    /// Sends what is not there yet.
    pub async fn run(&mut self, link: &Link, told: Progress) -> Result<Done, Why> {
        let size = size_of(&self.file);
        told.size(size);
        let sha256 = match &self.sha256 {
            Some(sha256) => sha256.clone(),
            None => self.hashed(size, told).await?,
        };
        self.sha256 = Some(sha256.clone());
        told.sends();
        let open = Open::Files(FileRequest::Put {
            path: self.path.clone(),
            size,
            sha256: sha256.clone(),
            // The computer says how much of it is there already.
            offset: size,
            mode: None,
        });
        let (mut channel, answer) = Channel::open(link, &open).await?;
        let FileAnswer::Put { offset: mut at } = answer else {
            return Err(Why::Changed);
        };
        while at < size {
            let piece = piece(&self.file, at, size).await?;
            if !channel.write(&piece).await? {
                break;
            }
            at += piece.len() as u64;
            told.done(at);
        }
        channel.finish();
        let stored = answered(&mut channel).await?;
        if let Some(failure) = stored.failure {
            // It is another file by now than the one that was read first.
            self.sha256 = None;
            return Err(failure.into());
        }
        let is_it = stored.sha256.is_none_or(|there| there == sha256);
        if !stored.ok || !is_it {
            self.sha256 = None;
            return Err(Why::Changed);
        }
        Ok(Done {
            sha256,
            is_compared: true,
        })
    }

    async fn hashed(&self, size: u64, told: Progress) -> Result<String, Why> {
        told.checks();
        let (mut hash, mut at) = (Sha256::new(), 0);
        while at < size {
            let piece = piece(&self.file, at, size).await?;
            hash.update(&piece);
            at += piece.len() as u64;
            told.done(at);
        }
        Ok(hexadecimal(&hash))
    }
}

async fn answered(channel: &mut Channel) -> Result<Stored, Why> {
    let mut line = Vec::new();
    while line.len() <= LONGEST_ANSWER {
        match channel.next().await {
            Ok(Some(bytes)) => {
                channel.used(bytes.len());
                line.extend_from_slice(&bytes);
            }
            // What was said counts, also where the stream broke behind it.
            Err(failure) if line.is_empty() => return Err(failure.into()),
            Ok(None) | Err(_) => break,
        }
    }
    serde_json::from_slice(&line).map_err(|_| Why::Changed)
}

/// How large a file is that somebody chose.
pub fn size_of(file: &File) -> u64 {
    // Whole numbers below 2^53.
    file.size() as u64
}

async fn piece(file: &File, at: u64, size: u64) -> Result<Vec<u8>, Why> {
    let end = size.min(at + PIECE);
    let piece = file.slice_with_f64_and_f64(at as f64, end as f64);
    let piece = piece.map_err(|_| Why::Unreadable)?;
    let read = asked(&piece, "arrayBuffer", &Array::new()).await;
    let bytes = Uint8Array::new(&read.ok_or(Why::Unreadable)?).to_vec();
    match bytes.len() as u64 == end - at {
        true => Ok(bytes),
        false => Err(Why::Changed),
    }
}
