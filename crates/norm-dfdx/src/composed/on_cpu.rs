//! The composed path on the CPU, compiled in this crate.

use dfdx::prelude::*;
use norm_core::{Descriptor, Elem, Layout};

use super::normalize;
use crate::error::Error;
use crate::fused::{Flat, Statistics};

/// A tensor on a tape.
type Taped<E> = Flat<E, Cpu, OwnedTape<E, Cpu>>;

/// An element type whose composed path stands here, with all of dfdx's operations in it: a crate that calls it does not
/// compile them again.
pub trait OnCpu: Dtype + Elem {
    /// [`normalize`] of a flat input with a tape.
    fn composed(
        descriptor: &'static Descriptor,
        layout: Layout,
        x: Taped<Self>,
        params: Vec<Taped<Self>>,
        consts: &[f64],
        statistics: Statistics<'_, Self>,
        found: Option<&mut Vec<Self>>,
    ) -> Result<Taped<Self>, Error<CpuError>>;
}

macro_rules! on_cpu {
    ($($t:ty),+) => {$(
        impl OnCpu for $t {
            #[inline(never)]
            fn composed(
                descriptor: &'static Descriptor,
                layout: Layout,
                x: Taped<Self>,
                params: Vec<Taped<Self>>,
                consts: &[f64],
                statistics: Statistics<'_, Self>,
                found: Option<&mut Vec<Self>>,
            ) -> Result<Taped<Self>, Error<CpuError>> {
                normalize(descriptor, layout, x, params, consts, statistics, found)
            }
        }
    )+};
}
on_cpu!(f32, f64);
