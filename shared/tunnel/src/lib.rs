#![doc = include_str!("../README.md")]

pub mod connection;
pub mod files;
pub mod frame;
pub mod message;
pub mod screen;
pub mod switch;
mod varint;
