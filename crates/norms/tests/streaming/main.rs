//! Streaming against batch, layer and instance normalization, against the judge of whole runs, and against differences.

mod history;
mod reductions;
mod uses;
