//! What is found out about methods, in four rooms: [`experiment`] trains networks and writes curves, [`catalogue`] says what
//! each method is and how right its gradients are, [`throughput`] reads what Criterion timed, [`provenance`] knows build and
//! machine. There is no second timer: throughput is read from what Criterion saved.

pub mod catalogue;
mod error;
pub mod experiment;
pub mod provenance;
pub mod throughput;

pub use error::Error;

/// Half of dfdx's time on large tensors is fresh pages; every binary of the workspace uses this allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
