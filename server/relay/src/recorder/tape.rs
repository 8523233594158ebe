//! What a recording is written as.

use std::time::Duration;

use migasfree_grant::Service;

use super::cast::{Cast, Shown};
use super::film::Film;

/// What recordings of a service are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Asciicast,
    Screen,
}

impl Format {
    /// `None` for what cannot be recorded.
    pub(super) const fn of(service: Service) -> Option<Self> {
        match service {
            Service::Terminal => Some(Self::Asciicast),
            Service::Screen => Some(Self::Screen),
            Service::Files | Service::Port | Service::Action => None,
        }
    }

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Asciicast => "asciicast",
            Self::Screen => "screen",
        }
    }
}

/// What is not written yet.
#[derive(Debug)]
pub(super) enum Tape {
    Cast(Cast),
    Film(Film),
}

impl Tape {
    /// A recording of that moment, or what follows of one.
    pub(super) fn new(format: Format, begun: i64, goes_on: bool) -> Self {
        match format {
            Format::Asciicast => Self::Cast(Cast::new(begun, goes_on)),
            Format::Screen => Self::Film(Film::new()),
        }
    }

    pub(super) fn add(&mut self, at: Duration, shown: Shown) {
        match self {
            Self::Cast(cast) => cast.add(at, shown),
            Self::Film(film) => film.add(at, &shown),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Cast(cast) => cast.len(),
            Self::Film(film) => film.len(),
        }
    }

    pub(super) fn take(&mut self) -> Vec<u8> {
        match self {
            Self::Cast(cast) => cast.take(),
            Self::Film(film) => film.take(),
        }
    }
}
