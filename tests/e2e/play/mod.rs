//! Play in its own window, in front of a daemon that plays a part.

mod no_screen;
mod notices;
mod pages;
mod pictures;
mod questions;
mod stage;
mod updates;
mod use_of_it;
