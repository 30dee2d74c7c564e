//! Claims as they are registered, and what records make of them. One program, so that what the modules test is compiled once.

mod admission;
mod bank;
mod bench;
mod declared;
mod diverged;
mod effects;
mod family;
mod misdeclared;
mod probes;
mod rates;
mod registry;
