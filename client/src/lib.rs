//! The computer's side of migasfree.
//!
//! The engine ([`sync::Engine`]) knows what a synchronisation, an installation or a registration does. The daemon
//! and the command line are thin fronts over it: they give it a [`job::Job`] and listen through an
//! [`observer::Observer`].

pub mod clock;
pub mod daemon;
pub mod job;
pub mod observer;
pub mod pms;
pub mod sync;
pub mod transport;
