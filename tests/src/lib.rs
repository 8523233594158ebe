//! End-to-end tests and the fleet simulator.
