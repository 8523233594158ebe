//! Pictures for the operator, the way they can be read there.

use std::time::{Duration, Instant};

use migasfree_tunnel::screen::{Codec, Frame, FromComputer};
use migasfree_video::{Encoder, I420, Quality, VideoError};

use crate::geometry::Rect;
use crate::pixels::Pixels;
use crate::tiles::Tiler;

/// How often a picture that stands still is sent again, as it gets sharper each time.
const POLISHES: u8 = 6;
const POLISH_AFTER: Duration = Duration::from_millis(150);

/// What makes pictures.
#[derive(Debug)]
pub enum Painter {
    Video(Box<Video>),
    Tiles(Tiler),
}

impl Painter {
    /// One for the first of `codecs` there is here.
    pub fn new(codecs: &[Codec], (width, height): (u16, u16), kbps: u32) -> Self {
        for codec in codecs {
            match Video::new(*codec, (width, height), kbps) {
                Ok(video) => return Self::Video(Box::new(video)),
                Err(VideoError::NotVideo) => break,
                Err(error) => tracing::warn!(%error, ?codec, "there is no such video"),
            }
        }
        Self::Tiles(Tiler::new(width, height))
    }

    pub fn codec(&self) -> Codec {
        match self {
            Self::Video(video) => video.codec,
            Self::Tiles(_) => Codec::Tiles,
        }
    }

    /// A part of the frame has changed.
    pub fn change(&mut self, frame: &Pixels, part: Rect) {
        match self {
            Self::Video(video) => video.change(frame, part),
            Self::Tiles(tiler) => tiler.change(part),
        }
    }

    /// The next picture needs none before it.
    pub fn begin_anew(&mut self) {
        match self {
            Self::Video(video) => video.wants_key = true,
            Self::Tiles(tiler) => tiler.begin_anew(),
        }
    }

    /// When there is something to send, where the last picture left at `last`.
    pub fn next(&self, last: Instant) -> Option<Instant> {
        match self {
            Self::Video(video) => video.next(last),
            Self::Tiles(tiler) => tiler.has_changed().then_some(last),
        }
    }

    /// What there is to send.
    pub fn paint(
        &mut self,
        frame: &Pixels,
        kbps: u32,
        (sequence, ms): (u32, u32),
    ) -> Option<FromComputer> {
        match self {
            Self::Video(video) => video.paint(kbps, (sequence, ms)),
            Self::Tiles(tiler) => tiler.paint(frame, (sequence, ms)),
        }
    }
}

/// Video.
#[derive(Debug)]
pub struct Video {
    codec: Codec,
    encoder: Encoder,
    picture: I420,
    has_changed: bool,
    wants_key: bool,
    polishes: u8,
}

impl Video {
    fn new(codec: Codec, (width, height): (u16, u16), kbps: u32) -> Result<Self, VideoError> {
        let quality = Quality { bitrate_kbps: kbps };
        Ok(Self {
            codec,
            encoder: Encoder::new(codec, width, height, quality)?,
            picture: I420::new(width, height)?,
            has_changed: false,
            wants_key: true,
            polishes: 0,
        })
    }

    fn change(&mut self, frame: &Pixels, part: Rect) {
        let place = |at: i32| u16::try_from(at).unwrap_or(0);
        let columns = place(part.x)..place(part.right());
        let lines = place(part.y)..place(part.bottom());
        self.picture.update(frame.rows(), columns, lines);
        self.has_changed = true;
    }

    fn next(&self, last: Instant) -> Option<Instant> {
        if self.has_changed || self.wants_key {
            return Some(last);
        }
        (self.polishes > 0).then(|| last + POLISH_AFTER)
    }

    fn paint(&mut self, kbps: u32, (sequence, ms): (u32, u32)) -> Option<FromComputer> {
        let has_changed = std::mem::take(&mut self.has_changed) || self.wants_key;
        self.polishes = if has_changed {
            POLISHES
        } else {
            self.polishes.saturating_sub(1)
        };
        self.encoder.set_bitrate(kbps);
        let encoded = self.encoder.encode(&self.picture, self.wants_key)?;
        self.wants_key = false;
        Some(FromComputer::Frame(Frame {
            key: encoded.key,
            sequence,
            ms,
            data: encoded.data.into(),
        }))
    }
}
