//! Somebody who looks at a screen through the relay, message by message.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use bytes::Bytes;
use migasfree_tunnel::frame::{Credit, Kind};
use migasfree_tunnel::message::{self, Code, Control, GoAway, Open};
use migasfree_tunnel::screen::{Codec, FromComputer, FromOperator, Reader, ScreenRequest, Shape};
use migasfree_video::{Decoder, Picture};
use serde_json::json;

use super::peer::{Begun, Peer, Side};
use super::{PATIENCE, Scene};
use crate::admin::Admin;
use crate::binaries;
use crate::display::Display;

const STREAM: u32 = 1;
/// What may come unread.
const WINDOW: u64 = 256 * 1024;
/// How far a colour may be from what was painted: video is not exact.
const NEAR: u8 = 12;

/// A connection with a session, and what became of the request for it.
///
/// # Errors
/// When the server gives no grant.
pub async fn begins(scene: &Scene, account: &Admin, mode: &str) -> Result<(Peer, Begun)> {
    let granted = scene
        .ask(account, &json!({"service": "screen", "mode": mode}))
        .await?;
    let grant = granted["grant"].as_str().context("a grant")?;
    let mut peer = Peer::connect(scene.server().url(), Side::Session).await?;
    let begun = peer.begins(grant).await?;
    Ok((peer, begun))
}

/// What an operator asks for who shows all that there is.
#[must_use]
pub fn screen() -> Open {
    Open::Screen(ScreenRequest {
        codecs: vec![Codec::Vp9, Codec::Vp8],
        ..ScreenRequest::default()
    })
}

/// Whether a program shows this display.
///
/// # Errors
/// When the processes cannot be listed.
pub fn is_shown(display: &Display) -> Result<bool> {
    let program = binaries::path("migasfree-screen");
    let variable = format!("DISPLAY={}", display.name()).into_bytes();
    for process in std::fs::read_dir("/proc")? {
        let folder = process?.path();
        let first = |name: &str| {
            let text = std::fs::read(folder.join(name)).unwrap_or_default();
            let parts = text.split(|byte| *byte == 0);
            parts.map(<[u8]>::to_vec).collect::<Vec<_>>()
        };
        let line = first("cmdline");
        let is_program = line
            .first()
            .and_then(|name| std::str::from_utf8(name).ok())
            .is_some_and(|name| Path::new(name) == program);
        if is_program && first("environ").contains(&variable) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Somebody who looks.
#[derive(Debug)]
pub struct Viewer {
    peer: Peer,
    reader: Reader<FromComputer>,
    received: u64,
    decoder: Decoder,
    /// What is shown.
    pub shape: Shape,
    /// Whether the first picture needed none before it.
    pub began_with_a_key_frame: Option<bool>,
}

impl Viewer {
    /// Begins a session, and looks.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn looks(scene: &Scene, account: &Admin, mode: &str) -> Result<Self> {
        let (peer, begun) = begins(scene, account, mode).await?;
        begun.map_err(|code| anyhow!("{code:?}\n{}", scene.logs()))?;
        Self::over(peer).await.with_context(|| scene.logs())
    }

    /// Looks in a session that has begun.
    ///
    /// # Errors
    /// When nothing is shown.
    pub async fn over(mut peer: Peer) -> Result<Self> {
        let refused = peer.opens(STREAM, &screen()).await?;
        ensure!(refused.is_none(), "{refused:?}");
        let (mut reader, mut received) = (Reader::new(), 0);
        grant_credit(&mut peer, received).await?;
        let first = next(&mut peer, &mut reader, &mut received).await?;
        let FromComputer::Shape(shape) = first else {
            bail!("the shape comes first, not {first:?}");
        };
        Ok(Self {
            peer,
            reader,
            received,
            decoder: Decoder::new(shape.codec)?,
            shape,
            began_with_a_key_frame: None,
        })
    }

    /// The next picture.
    ///
    /// # Errors
    /// When none comes.
    pub async fn picture(&mut self) -> Result<Picture> {
        loop {
            match next(&mut self.peer, &mut self.reader, &mut self.received).await? {
                FromComputer::Frame(frame) => {
                    self.began_with_a_key_frame.get_or_insert(frame.key);
                    let sequence = frame.sequence;
                    let picture = self.decoder.decode(&frame.data);
                    self.says(&FromOperator::Seen { sequence }).await?;
                    return picture.context("a frame that can be decoded");
                }
                FromComputer::Shape(shape) => self.shape = shape,
                FromComputer::Failed(failure) => bail!("{failure}"),
                _ => {}
            }
        }
    }

    /// Waits until a pixel has about this colour.
    ///
    /// # Errors
    /// When it never has.
    pub async fn sees(&mut self, (x, y): (u16, u16), colour: u32) -> Result<()> {
        let [_, wanted @ ..] = colour.to_be_bytes();
        let begun = Instant::now();
        loop {
            let picture = self.picture().await?;
            let pixel = picture.pixel(x, y).context("a pixel there")?;
            let mut parts = pixel.iter().zip(&wanted);
            if parts.all(|(seen, wanted)| seen.abs_diff(*wanted) <= NEAR) {
                return Ok(());
            }
            ensure!(begun.elapsed() < PATIENCE, "{pixel:?}, not {wanted:?}");
        }
    }

    /// Does something there.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn says(&mut self, what: &FromOperator) -> Result<()> {
        self.peer.send(Kind::Data, STREAM, what.encode()).await
    }

    /// Waits until the session is over: why.
    ///
    /// # Errors
    /// When it goes on.
    pub async fn is_ended(&mut self) -> Result<Code> {
        loop {
            let frame = self.peer.next().await?.context("it ends without a word")?;
            match frame.kind {
                Kind::Data => {
                    self.received += frame.payload.len() as u64;
                    // The relay may be gone, and its last word not yet read.
                    let _gone = grant_credit(&mut self.peer, self.received).await;
                }
                Kind::GoAway => {
                    let away: GoAway = message::read(&frame.payload)?;
                    return Ok(away.failure.code);
                }
                Kind::Control => {
                    if let Control::End { failure, .. } = message::read(&frame.payload)? {
                        return Ok(failure.code);
                    }
                }
                _ => {}
            }
        }
    }
}

async fn grant_credit(peer: &mut Peer, consumed: u64) -> Result<()> {
    let limit = consumed + WINDOW;
    let credit = Credit { consumed, limit };
    peer.send(Kind::Credit, STREAM, credit.encode()).await
}

/// The next message of the computer.
async fn next(
    peer: &mut Peer,
    reader: &mut Reader<FromComputer>,
    received: &mut u64,
) -> Result<FromComputer> {
    loop {
        if let Some(said) = reader.next()? {
            return Ok(said);
        }
        let frame = peer.next().await?.context("the relay went")?;
        match frame.kind {
            Kind::Data if frame.stream.0 == STREAM => {
                reader.push(&frame.payload);
                *received += frame.payload.len() as u64;
                grant_credit(peer, *received).await?;
            }
            Kind::HalfClose | Kind::Reset | Kind::OpenFail | Kind::GoAway => {
                bail!("{:?}: {}", frame.kind, text(&frame.payload));
            }
            _ => {}
        }
    }
}

fn text(bytes: &Bytes) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The messages in the recording of a screen.
///
/// # Errors
/// When it is none.
pub fn recorded(mut film: &[u8]) -> Result<Vec<FromComputer>> {
    let mut reader = Reader::<FromComputer>::new();
    let (mut messages, mut last) = (Vec::new(), 0);
    while !film.is_empty() {
        let (moment, rest) = film.split_first_chunk::<4>().context("a moment")?;
        let (length, rest) = rest.split_first_chunk::<4>().context("a length")?;
        let length = usize::try_from(u32::from_be_bytes(*length))?;
        let (piece, rest) = rest.split_at_checked(length).context("a whole piece")?;
        let moment = u32::from_be_bytes(*moment);
        ensure!(moment >= last, "time goes on: {moment}");
        (film, last) = (rest, moment);
        if piece.is_empty() {
            reader = Reader::new();
        }
        reader.push(piece);
        while let Some(said) = reader.next()? {
            messages.push(said);
        }
    }
    Ok(messages)
}
