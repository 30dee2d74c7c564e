//! The file format of measurements: what is written comes back, what contradicts itself is found, and a run survives whatever
//! ends its writer.

mod cells;
mod common;
mod criterion;
mod join;
mod measured;
mod merge;
mod run;
mod shard;
mod validate;
mod writer;
