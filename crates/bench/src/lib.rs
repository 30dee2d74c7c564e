//! Measuring: convergence under one protocol for all methods, throughput by Criterion (in `benches/`), and what a
//! run says about methods and machine. There is no second timer: throughput is read from what Criterion saved.

pub mod begin;
pub mod cases;
mod digits;
mod error;
pub mod grid;
mod judges;
mod learner;
pub mod methods;
pub mod progress;
pub mod provenance;
pub mod runner;
pub mod steps;
pub mod throughput;
mod training;
mod walk;
pub mod workload;
pub mod workloads;

pub use cases::SPLIT_SEED;
pub use error::Error;

/// Half of dfdx's time on large tensors is fresh pages; every binary of the workspace uses this allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
