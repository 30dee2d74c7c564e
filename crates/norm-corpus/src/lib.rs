//! Random declarations, compiled: what every path of the engine is tested on. `CORPUS` is written by the build
//! script from `generator.rs`.

use norm_core::Kernel;

/// A random declaration.
#[derive(Debug)]
pub struct Entry {
    /// What was declared.
    pub text: &'static str,
    /// What became of it, in double precision.
    pub kernel: Kernel<f64>,
}

include!(concat!(env!("OUT_DIR"), "/corpus.rs"));
