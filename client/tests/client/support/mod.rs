pub mod apt;
pub mod bench;
pub mod observer;
pub mod packages;
pub mod pms;
pub mod repository;
pub mod root;
pub mod server;
