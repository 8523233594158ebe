//! What speaks with libvpx, which is written in C: the one place with unsafe code.
#![allow(unsafe_code, reason = "libvpx is a C library")]

mod context;
mod decode;
mod encode;

pub(crate) use self::decode::Reader;
pub(crate) use self::encode::{Coder, Profile};
