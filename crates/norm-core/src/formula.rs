//! What the macro emits for one declaration: a descriptor, the compiled tables, and straight-line scalar bodies. A
//! declaration with one reference set has [`Bodies`]; one with several, or with a window, is [`crate::Staged`].
//!
//! A pass over the data is split into what varies inside a reference set and what does not. The part
//! that does not is computed once per set (`hoist_*`) and handed to the body that runs per element.

use std::fmt::Debug;

use crate::descriptor::Descriptor;
use crate::kernel::Kernel;
use crate::value::{Array, Value};

/// One normalization.
pub trait Formula: Copy + Default + Debug + Send + Sync + 'static {
    /// What the declaration says about itself.
    const DESCRIPTOR: &'static Descriptor;
    /// The kernels, compiled in the crate of the declaration and nowhere else.
    const KERNEL_F32: &'static Kernel<f32>;
    /// The kernels in double precision.
    const KERNEL_F64: &'static Kernel<f64>;
}

/// The bodies of a normalization with one reference set, for the rowwise and the channelwise skeleton.
///
/// Forward: for each level, `accumulate` per element, its mean over the set, `finish` per set; then
/// `hoist_apply` per set and `apply` per element.
/// Backward: `hoist_terms` per set, `terms` per element, sums over the set; `statistic_gradients` per set
/// gives the gradient at the statistics the policy handed out; the policy's rule; `chain` per set carries it
/// through statistics that depend on earlier ones; `hoist_input` per set, `input` per element.
pub trait Bodies: Formula {
    /// How many sweeps the statistics need.
    const LEVELS: usize;
    /// Levels 0 and 1 are exactly the mean of `x` and the mean of its squared deviation, so that one sweep finds both.
    const CENTRAL_MOMENTS: bool;
    /// For each parameter, whether it varies inside a reference set.
    const PARAM_WITHIN: &'static [bool];
    /// Whether a statistic looks at the store: then the loops call the bodies with `_stored` behind their names.
    const STATISTICS_LOOK_BACK: bool = false;

    /// Constants.
    type Consts: Array<f64> + Send + Sync;
    /// Statistics.
    type Statistics<V: Value>: Array<V>;
    /// Means accumulated at one level.
    type Means<V: Value>: Array<V>;
    /// Parameters.
    type Params<V: Value>: Array<V>;
    /// What `apply` gets per set.
    type ForApply<V: Value>: Array<V>;
    /// What `terms` gets per set.
    type ForTerms<V: Value>: Array<V>;
    /// Sums over a set that the backward needs.
    type Sums<V: Value>: Array<V>;
    /// What `input` gets per set.
    type ForInput<V: Value>: Array<V>;

    /// The terms whose means level `LEVEL` needs.
    fn accumulate<V: Value, const LEVEL: usize>(
        x: V,
        s: &Self::Statistics<V>,
        c: &Self::Consts,
    ) -> Self::Means<V>;
    /// The statistics of level `LEVEL` from their means over `n` elements.
    fn finish<V: Value, const LEVEL: usize>(
        m: &Self::Means<V>,
        n: V,
        s: &mut Self::Statistics<V>,
        c: &Self::Consts,
    );
    /// [`Bodies::accumulate`] with the inputs of the call; `p` holds set-invariant ones only.
    #[inline(always)]
    fn accumulate_stored<V: Value, const LEVEL: usize>(
        x: V,
        s: &Self::Statistics<V>,
        _p: &Self::Params<V>,
        c: &Self::Consts,
    ) -> Self::Means<V> {
        Self::accumulate::<V, LEVEL>(x, s, c)
    }
    /// [`Bodies::finish`] with the inputs of the call.
    #[inline(always)]
    fn finish_stored<V: Value, const LEVEL: usize>(
        m: &Self::Means<V>,
        n: V,
        s: &mut Self::Statistics<V>,
        _p: &Self::Params<V>,
        c: &Self::Consts,
    ) {
        Self::finish::<V, LEVEL>(m, n, s, c);
    }
    /// Per-set part of the application. `p` holds set-invariant parameters only.
    fn hoist_apply<V: Value>(
        hat: &Self::Statistics<V>,
        p: &Self::Params<V>,
        n: V,
        c: &Self::Consts,
    ) -> Self::ForApply<V>;
    /// `y`.
    fn apply<V: Value>(x: V, h: &Self::ForApply<V>, p: &Self::Params<V>, c: &Self::Consts) -> V;
    /// Per-set part of `terms`.
    fn hoist_terms<V: Value>(
        hat: &Self::Statistics<V>,
        s: &Self::Statistics<V>,
        p: &Self::Params<V>,
        n: V,
        c: &Self::Consts,
    ) -> Self::ForTerms<V>;
    /// Terms summed over the set, and gradient terms of the parameters that vary inside it.
    fn terms<V: Value>(
        x: V,
        dy: V,
        h: &Self::ForTerms<V>,
        p: &Self::Params<V>,
        c: &Self::Consts,
    ) -> (Self::Sums<V>, Self::Params<V>);
    /// ∂L/∂ŝ.
    fn statistic_gradients<V: Value>(
        sums: &Self::Sums<V>,
        hat: &Self::Statistics<V>,
        p: &Self::Params<V>,
        n: V,
        c: &Self::Consts,
    ) -> Self::Statistics<V>;
    /// Gradients of the set-invariant parameters, and what is to be added to the states of controls; zero for the others.
    fn param_gradients<V: Value>(
        sums: &Self::Sums<V>,
        hat: &Self::Statistics<V>,
        p: &Self::Params<V>,
        n: V,
        c: &Self::Consts,
    ) -> Self::Params<V>;
    /// Carries `g` through statistics that depend on earlier ones.
    fn chain<V: Value>(
        g: &Self::Statistics<V>,
        sums: &Self::Sums<V>,
        s: &Self::Statistics<V>,
        n: V,
        c: &Self::Consts,
    ) -> Self::Statistics<V>;
    /// [`Bodies::chain`] with the inputs of the call.
    #[inline(always)]
    fn chain_stored<V: Value>(
        g: &Self::Statistics<V>,
        sums: &Self::Sums<V>,
        s: &Self::Statistics<V>,
        _p: &Self::Params<V>,
        n: V,
        c: &Self::Consts,
    ) -> Self::Statistics<V> {
        Self::chain::<V>(g, sums, s, n, c)
    }
    /// Per-set part of `input`.
    fn hoist_input<V: Value>(
        hat: &Self::Statistics<V>,
        s: &Self::Statistics<V>,
        g: &Self::Statistics<V>,
        p: &Self::Params<V>,
        n: V,
        c: &Self::Consts,
    ) -> Self::ForInput<V>;
    /// `dx`.
    fn input<V: Value>(x: V, dy: V, h: &Self::ForInput<V>, p: &Self::Params<V>, c: &Self::Consts) -> V;
}

/// A pointwise map with several inputs and outputs: the update of a recurrent cell.
pub trait Pointwise: Copy + Default + Debug + Send + Sync + 'static {
    /// What the declaration says about itself.
    const DESCRIPTOR: &'static PointwiseDescriptor;
    /// Inputs.
    type Inputs<V: Value>: Array<V>;
    /// Outputs.
    type Outputs<V: Value>: Array<V>;
    /// The outputs.
    fn forward<V: Value>(x: &Self::Inputs<V>) -> Self::Outputs<V>;
    /// The gradients of the inputs.
    fn backward<V: Value>(x: &Self::Inputs<V>, dy: &Self::Outputs<V>) -> Self::Inputs<V>;
}

/// What a pointwise declaration says about itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointwiseDescriptor {
    /// The type's name.
    pub type_name: &'static str,
    /// First line of the doc comment.
    pub title: &'static str,
    /// Citation key in `references.bib`.
    pub cite: &'static str,
    /// Input names in order.
    pub inputs: &'static [&'static str],
    /// Output names in order.
    pub outputs: &'static [&'static str],
    /// The formula.
    pub formula: &'static [crate::descriptor::Equation],
    /// The gradient, derived symbolically.
    pub gradient: &'static [crate::descriptor::Equation],
}
