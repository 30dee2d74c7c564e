//! Kinds of recurrence as types, and the models' names with them.

use std::fmt::Debug;

use sequence::CellKind;

use crate::classifier::{RecurrentClassifier, RecurrentClassifierLayers};
use crate::recurrent::{Recurrent, RecurrentLayer};

/// A kind of recurrence as a type.
pub trait Kind: Copy + Default + Debug + Send + Sync + 'static {
    /// Which.
    const KIND: CellKind;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $kind:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default)]
        pub struct $name;
        impl Kind for $name {
            const KIND: CellKind = CellKind::$kind;
        }
    )+};
}

kinds! {
    /// Long short-term memory.
    LongShortTerm = Lstm;
    /// Gated recurrent unit whose open update gate takes the candidate, `h' = (1 - z) h + z n`: the layer normalization
    /// paper's (ba2016layer).
    GatedPaper = Gru;
    /// Gated recurrent unit whose open update gate keeps the state, `h' = z h + (1 - z) n`: Cho et al.'s
    /// (cho2014learning) and PyTorch's.
    GatedKeep = GruKeep;
    /// Simple recurrence with the hyperbolic tangent.
    Tanh = RnnTanh;
    /// Simple recurrence with the rectifier.
    Rectified = RnnRelu;
    /// Simple recurrence with the rectifier clipped at 20.
    Clipped = RnnClipped;
}

/// Names an LSTM in a dfdx model type: `I` inputs, `H` units, `W = 4 H` summed inputs.
///
/// ```
/// # use dfdx::prelude::*;
/// # use models::{Lstm, Paper};
/// let dev = Cpu::default();
/// let lstm = dev.build_module::<Lstm<norm_layer::LayerNorm, Paper, 2, 8, 32>, f32>();
/// ```
///
/// Another `W` does not compile:
///
/// ```compile_fail,E0080
/// # use dfdx::prelude::*;
/// # use models::{Lstm, Paper};
/// let dev = Cpu::default();
/// let lstm = dev.build_module::<Lstm<norm_layer::LayerNorm, Paper, 2, 8, 33>, f32>();
/// ```
pub type Lstm<F, P, const I: usize, const H: usize, const W: usize> =
    Recurrent<LongShortTerm, F, P, I, H, W, W>;

/// A long short-term memory.
pub type LstmLayer<F, P, const I: usize, const H: usize, const W: usize, E, D> =
    RecurrentLayer<LongShortTerm, F, P, I, H, W, W, E, D>;

/// Names a classifier of sequences with an LSTM, or with `DEPTH` of them one above the other:
///
/// ```
/// # use dfdx::prelude::*;
/// # use models::{LstmClassifier, Paper};
/// let dev = Cpu::default();
/// let two = dev.build_module::<LstmClassifier<norm_layer::LayerNorm, Paper, 2, 8, 32, 3, 2>, f32>();
/// assert_eq!(two.above.len(), 1);
/// ```
///
/// One without a layer does not compile:
///
/// ```compile_fail,E0080
/// # use dfdx::prelude::*;
/// # use models::{LstmClassifier, Paper};
/// let dev = Cpu::default();
/// let none = dev.build_module::<LstmClassifier<norm_layer::LayerNorm, Paper, 2, 8, 32, 3, 0>, f32>();
/// ```
pub type LstmClassifier<
    F,
    P,
    const I: usize,
    const H: usize,
    const W: usize,
    const O: usize,
    const DEPTH: usize = 1,
> = RecurrentClassifier<LongShortTerm, F, P, I, H, W, W, O, DEPTH>;

/// The layers of an [`LstmClassifier`].
pub type LstmClassifierLayers<
    F,
    P,
    const I: usize,
    const H: usize,
    const W: usize,
    const O: usize,
    E,
    D,
    const DEPTH: usize = 1,
> = RecurrentClassifierLayers<LongShortTerm, F, P, I, H, W, W, O, E, D, DEPTH>;

/// Names a GRU in a dfdx model type: `I` inputs, `H` units, `W = 3 H` summed inputs, `S = 2 H` of them of the reset and
/// the update gate. `K` is [`GatedPaper`] or [`GatedKeep`].
///
/// The candidate's recurrent product has a bias of its own inside the product with the reset gate, as PyTorch's has,
/// unless a norm stands there that shifts.
///
/// ```
/// # use dfdx::prelude::*;
/// # use models::{GatedKeep, Gru, Paper};
/// let dev = Cpu::default();
/// let gru = dev.build_module::<Gru<GatedKeep, norm_layer::LayerNorm, Paper, 2, 8, 24, 16>, f32>();
/// ```
///
/// Another `W` does not compile, nor does another `S`:
///
/// ```compile_fail,E0080
/// # use dfdx::prelude::*;
/// # use models::{GatedKeep, Gru, Paper};
/// let dev = Cpu::default();
/// let gru = dev.build_module::<Gru<GatedKeep, norm_layer::LayerNorm, Paper, 2, 8, 32, 16>, f32>();
/// ```
///
/// ```compile_fail,E0080
/// # use dfdx::prelude::*;
/// # use models::{GatedKeep, Gru, Paper};
/// let dev = Cpu::default();
/// let gru = dev.build_module::<Gru<GatedKeep, norm_layer::LayerNorm, Paper, 2, 8, 24, 24>, f32>();
/// ```
pub type Gru<K, F, P, const I: usize, const H: usize, const W: usize, const S: usize> =
    Recurrent<K, F, P, I, H, W, S>;

/// A gated recurrent unit.
pub type GruLayer<K, F, P, const I: usize, const H: usize, const W: usize, const S: usize, E, D> =
    RecurrentLayer<K, F, P, I, H, W, S, E, D>;

/// Names a classifier of sequences with a GRU, or with `DEPTH` of them.
pub type GruClassifier<
    K,
    F,
    P,
    const I: usize,
    const H: usize,
    const W: usize,
    const S: usize,
    const O: usize,
    const DEPTH: usize = 1,
> = RecurrentClassifier<K, F, P, I, H, W, S, O, DEPTH>;

/// Names a simple recurrence in a dfdx model type: `I` inputs, `H` units, nonlinearity `K`.
///
/// ```
/// # use dfdx::prelude::*;
/// # use models::{Paper, Rnn, Tanh};
/// let dev = Cpu::default();
/// let rnn = dev.build_module::<Rnn<Tanh, norm_layer::LayerNorm, Paper, 2, 8>, f32>();
/// ```
///
/// A placement at a cell state does not compile: there is none.
///
/// ```compile_fail,E0080
/// # use dfdx::prelude::*;
/// # use models::{FastRnns, Rnn, Tanh};
/// let dev = Cpu::default();
/// let rnn = dev.build_module::<Rnn<Tanh, norm_layer::LayerNorm, FastRnns, 2, 8>, f32>();
/// ```
pub type Rnn<K, F, P, const I: usize, const H: usize> = Recurrent<K, F, P, I, H, H, H>;

/// Names a classifier of sequences with a simple recurrence, or with `DEPTH` of them.
pub type RnnClassifier<K, F, P, const I: usize, const H: usize, const O: usize, const DEPTH: usize = 1> =
    RecurrentClassifier<K, F, P, I, H, H, H, O, DEPTH>;
