//! Claims as they are registered, and what records make of them. One program, so that what the modules test is compiled once.

mod admission;
mod advice;
mod bank;
mod bench;
mod counted;
mod declared;
mod diverged;
mod effects;
mod errata;
mod family;
mod misdeclared;
mod probes;
mod rates;
mod registry;
mod timed;
