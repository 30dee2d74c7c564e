//! The recurrent engine. One program, so that what the modules test is compiled once for all of them.

mod batch;
mod cells;
mod gru;
mod invariance;
mod reference;
mod refusals;
mod sameness;
mod statistics;
mod stored;
mod stored_slots;
mod support;
mod torch;
