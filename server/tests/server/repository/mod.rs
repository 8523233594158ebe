//! Files, uploads and published repositories, also with the real apt.

mod apt;
mod apt_root;
mod at_once;
mod contract;
mod files;
mod identity;
mod killed;
mod operator;
mod publishing;
mod site;
mod uploads;
