//! A file that comes from a computer. What arrived of it is kept, so that another attempt goes on behind it.
use super::{
    super::{channel::Channel, link::Link},
    sink::Sink,
    transfer::{Done, Progress, Why},
};
use migasfree_tunnel::{
    files::{FileAnswer, FileRequest},
    message::Open,
};
use sha2::{Digest as _, Sha256};

/// One.
pub struct Download {
    path: String,
    name: String,
    sink: Sink,
    hash: Sha256,
    at: u64,
    known: Option<Known>,
}

/// Which file it is; another one has other facts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    size: u64,
    sha256: Option<String>,
    modified: i64,
}

impl Download {
    /// Of a file, into the sink.
    pub fn new(path: String, name: String, sink: Sink) -> Self {
        Self {
            path,
            name,
            sink,
            hash: Sha256::new(),
            at: 0,
            known: None,
        }
    }

    /// Fetches what is not there yet.
    pub async fn run(&mut self, link: &Link, told: Progress) -> Result<Done, Why> {
        let (mut channel, mut known) = self.ask(link).await?;
        if self.known.as_ref().is_some_and(|before| *before != known) {
            self.restart().await?;
            (channel, known) = self.ask(link).await?;
        }
        told.size(known.size);
        self.known = Some(known.clone());
        if !self.sink.fits(known.size) {
            return Err(Why::TooLarge);
        }
        channel.finish();
        while self.at < known.size {
            let bytes = channel.next().await?.ok_or(Why::Changed)?;
            if !self.sink.write(&bytes).await {
                return Err(Why::NotWritten);
            }
            self.hash.update(&bytes);
            self.at += bytes.len() as u64;
            channel.used(bytes.len());
            told.done(self.at);
        }
        let sha256 = hexadecimal(&self.hash);
        let is_it = |there: &String| there.eq_ignore_ascii_case(&sha256);
        if self.at != known.size || !known.sha256.as_ref().is_none_or(is_it) {
            self.restart().await?;
            return Err(Why::Changed);
        }
        if !self.sink.finish(&self.name).await {
            return Err(Why::NotWritten);
        }
        Ok(Done {
            sha256,
            is_compared: known.sha256.is_some(),
        })
    }

    /// Nobody wants it any longer.
    pub async fn discard(self) {
        self.sink.discard().await;
    }

    async fn ask(&self, link: &Link) -> Result<(Channel, Known), Why> {
        let open = Open::Files(FileRequest::Get {
            path: self.path.clone(),
            offset: self.at,
        });
        let (channel, answer) = Channel::open(link, &open).await?;
        match answer {
            FileAnswer::Get {
                size,
                sha256,
                modified,
                offset,
            } if offset == self.at => {
                let known = Known {
                    size,
                    sha256,
                    modified,
                };
                Ok((channel, known))
            }
            _ => Err(Why::Changed),
        }
    }

    async fn restart(&mut self) -> Result<(), Why> {
        (self.hash, self.at, self.known) = (Sha256::new(), 0, None);
        match self.sink.restart().await {
            true => Ok(()),
            false => Err(Why::NotWritten),
        }
    }
}

/// What a hash is so far, as it is written.
pub fn hexadecimal(hash: &Sha256) -> String {
    let digest = hash.clone().finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
