//! Placements of a normalization in a recurrent cell, as types. One that is not defined for a method does not
//! compile.

use std::fmt::Debug;
use std::marker::PhantomData;

use norm_core::{Formula, PolicyKind, Site, Skeleton};
use sequence::{Placement, Statistics};

use crate::kind::Kind;

/// A placement as a type.
///
/// One that a method does not have does not compile. Batch normalization has the input projection:
///
/// ```
/// # use dfdx::prelude::*;
/// # use models::{InputOnly, Lstm};
/// let dev = Cpu::default();
/// let lstm = dev.build_module::<Lstm<norm_batch::BatchNorm, InputOnly, 2, 8, 32>, f32>();
/// ```
///
/// but not the layer normalization paper's three places:
///
/// ```compile_fail,E0080
/// # use dfdx::prelude::*;
/// # use models::{Lstm, Paper};
/// let dev = Cpu::default();
/// let lstm = dev.build_module::<Lstm<norm_batch::BatchNorm, Paper, 2, 8, 32>, f32>();
/// ```
pub trait PlacedIn: Copy + Default + Debug + Send + Sync + 'static {
    /// Which slots it fills.
    const PLACEMENT: Placement;

    /// Which statistics, where that is not the usual; see [`Placement::statistics`].
    const STATISTICS: Option<Statistics> = None;

    /// Whether the hidden state before the first step is learned; otherwise it is zero.
    const LEARNS_START: bool = false;

    /// Whether the placement is defined for a method in a kind of recurrence, with these statistics.
    fn defined<K: Kind, F: Formula>()
    where
        Self: Sized,
    {
        const {
            assert!(Self::PLACEMENT.fits(K::KIND), "this placement has no slots in this kind of recurrence");
            assert!(
                Self::PLACEMENT.allows(F::DESCRIPTOR, K::KIND).is_ok(),
                "this placement is not defined for this method: one that pools over cases has InputOnly, \
                 InputFrames, JointPerStep and RecurrentBatch, which but the first are for such methods only"
            );
            assert!(
                Self::PLACEMENT.statistics(F::DESCRIPTOR, K::KIND, Self::STATISTICS).is_ok(),
                "these statistics are not defined for this method in this placement"
            );
        }
    }
}

macro_rules! placements {
    ($($(#[$doc:meta])* $name:ident = $constant:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default)]
        pub struct $name;
        impl PlacedIn for $name {
            const PLACEMENT: Placement = Placement::$constant;
        }
    )+};
}

placements! {
    /// Nothing is normalized.
    NoPlacement = NONE;
    /// The layer normalization paper's: both projections and the cell where it is read out.
    Paper = PAPER;
    /// As the paper with one bias instead of three.
    Haste = HASTE;
    /// Both projections; the normalized cell is carried on.
    FastRnns = FASTRNNS;
    /// As [`FastRnns`] with a bias more and epsilon 1e-3.
    TfAddons = TF_ADDONS;
    /// Each gate on its own over the sum, and the cell where it is read out.
    Labml = LABML;
    /// The input projection, the carried cell and the hidden state.
    BurnPlacement = BURN;
    /// The input projection only; over batch and time for methods that pool over cases.
    InputOnly = INPUT;
}

/// The placement `P`, with a hidden state before the first step that is learned, the same for every case.
///
/// Where the hidden projection is normalized over cases it never moves (cooijmans2017recurrent): what it adds is the same
/// for every case, and that the norm takes off again.
#[derive(Clone, Copy, Debug, Default)]
pub struct LearnedStart<P>(PhantomData<P>);

impl<P: PlacedIn> PlacedIn for LearnedStart<P> {
    const PLACEMENT: Placement = P::PLACEMENT;
    const STATISTICS: Option<Statistics> = P::STATISTICS;
    const LEARNS_START: bool = true;
}

macro_rules! per_step {
    ($($(#[$doc:meta])* $name:ident = $constant:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default)]
        pub struct $name<const T_MAX: usize>;
        impl<const T_MAX: usize> PlacedIn for $name<T_MAX> {
            const PLACEMENT: Placement = Placement::$constant;
            const STATISTICS: Option<Statistics> = Some(Statistics::PerStep { t_max: T_MAX });
        }
    )+};
}

per_step! {
    /// Both projections and the cell where it is read out, with statistics of each step; the first `T_MAX` are
    /// stored. For methods that pool over cases, and no others:
    ///
    /// ```
    /// # use dfdx::prelude::*;
    /// # use models::{Lstm, RecurrentBatch};
    /// let dev = Cpu::default();
    /// let lstm = dev.build_module::<Lstm<norm_batch::BatchNorm, RecurrentBatch<9>, 2, 8, 32>, f32>();
    /// ```
    ///
    /// ```compile_fail,E0080
    /// # use dfdx::prelude::*;
    /// # use models::{Lstm, RecurrentBatch};
    /// let dev = Cpu::default();
    /// let lstm = dev.build_module::<Lstm<norm_layer::LayerNorm, RecurrentBatch<9>, 2, 8, 32>, f32>();
    /// ```
    RecurrentBatch = RECURRENT_BATCH;
    /// The input projection only, with statistics of each step (frame-wise); the first `T_MAX` are stored.
    InputFrames = INPUT;
    /// One norm over the sum of both projections, with statistics of each step; the first `T_MAX` are stored.
    JointPerStep = JOINT;
}

/// The placement a method is compared in unless another is asked for: the first that it declares; else the paper's
/// for methods that pool within a case, the input projection for those that pool over cases, none for the baseline and
/// for what does not normalize sums. Statistics per step are stored for the first `T_MAX` steps.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usual<F, const T_MAX: usize = 64>(PhantomData<F>);

/// The placement of that name.
const fn named(name: &str) -> Option<Placement> {
    let mut i = 0;
    while i < Placement::ALL.len() {
        let (a, b) = (Placement::ALL[i].name.as_bytes(), name.as_bytes());
        let mut j = 0;
        while j < a.len() && j < b.len() && a[j] == b[j] {
            j += 1;
        }
        if j == a.len() && j == b.len() {
            return Some(Placement::ALL[i]);
        }
        i += 1;
    }
    None
}

impl<F: Formula, const T_MAX: usize> PlacedIn for Usual<F, T_MAX> {
    const PLACEMENT: Placement = match (F::DESCRIPTOR.site, F::DESCRIPTOR.placements) {
        (Site::Inputs | Site::Weights | Site::WeightsAndInputs, _) => Placement::NONE,
        (_, [first, ..]) => match named(first) {
            Some(placement) => placement,
            None => panic!("the method declares a placement that `sequence` does not have"),
        },
        (_, []) if F::DESCRIPTOR.is_identity() => Placement::NONE,
        (_, []) => match F::DESCRIPTOR.reference_set.skeleton() {
            Skeleton::Rowwise => Placement::PAPER,
            Skeleton::Channelwise => Placement::INPUT,
        },
    };
    const STATISTICS: Option<Statistics> = match F::DESCRIPTOR.policy {
        PolicyKind::PerStep => Some(Statistics::PerStep { t_max: T_MAX }),
        _ => None,
    };
}
