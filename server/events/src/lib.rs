//! The bus: events for whoever listens, in this process and, on PostgreSQL, in those that share the database.

mod bus;
mod postgres;

pub use bus::Bus;
