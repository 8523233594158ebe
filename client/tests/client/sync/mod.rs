//! Synchronisations against a server of the tests, with a package manager that only pretends.

mod hardware;
mod identity;
mod native;
mod offer;
mod packages;
mod played;
mod repositories;
mod told_later;
mod trust;
mod whole;
