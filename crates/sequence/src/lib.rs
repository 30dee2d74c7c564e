//! Recurrent cells over time, on plain slices, forward and backward.
//!
//! A [`Cell`] is a recurrence ([`CellKind`]) with a normalization in any of its slots ([`Place`]): on the input
//! projection, the hidden projection (of a GRU's candidate each apart), their sum, the carried cell, the cell where
//! it is read out, the hidden state. A [`Placement`] fills the slots as a published network does. Sizes, constants and methods are run-time
//! data; a slot takes a kernel table ([`norm_core::Kernel`]).
//!
//! Sequences are dense, `x[T, N, I]`, `y[T, N, H]`; weights lie as in PyTorch, `[G·H, I]` and `[G·H, H]`, gates
//! in the order input, forget, candidate, output, and of a GRU reset, update, candidate.
//!
//! Knows nothing of dfdx and of any method by name.

mod backward;
mod buffers;
mod cell;
mod cells;
mod error;
mod fill;
mod forward;
mod gradients;
mod graph;
mod intake;
pub mod matmul;
mod parts;
mod pass;
mod placement;
mod plan;
mod population;
mod rows;
mod slot;
mod state;
mod storage;
mod stored_slot;
mod workspace;

pub use cell::{Bias, Cell, Sizes, SlotParam};
pub use cells::CellKind;
pub use cells::gru::{GruKeepStep, GruMix, GruReset, GruStep};
pub use cells::lstm::{LstmReadOut, LstmStep, LstmUpdate};
pub use cells::min_gru::{MinGruMix, MinGruReset};
pub use cells::peephole_lstm::{PeepholeReadOut, PeepholeUpdate};
pub use cells::rnn::{ClippedStep, ReluStep, TanhStep};
pub use error::{Error, Reason};
pub use fill::Options;
pub use pass::{Gradients, Inputs, Outcome, Upstream, Weights};
pub use placement::{Filling, Methods, Placement};
pub use population::Population;
pub use slot::{Place, Slot, Statistics};
pub use state::{Mode, State};
pub use workspace::Workspace;
