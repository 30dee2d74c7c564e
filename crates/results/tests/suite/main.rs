//! The file format of measurements: what is written comes back, what contradicts itself is found, and a run survives whatever
//! ends its writer.

mod cells;
mod common;
mod criterion;
mod measured;
mod run;
mod validate;
mod writer;
