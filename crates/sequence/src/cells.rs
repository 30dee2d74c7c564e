//! The recurrences, a file each: their elementwise work, declared, whose gradients are derived, and the graph that it stands in.

pub(crate) mod gru;
pub(crate) mod lstm;
pub(crate) mod min_gru;
pub(crate) mod peephole_lstm;
pub(crate) mod rnn;

use norm_core::{CellKernel, Elem};

use crate::graph::Builder;

/// Which recurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CellKind {
    /// Long short-term memory, gates in the order input, forget, candidate, output.
    Lstm,
    /// The same with gates that see the cell (gers2000recurrent).
    PeepholeLstm,
    /// Simple recurrence with the hyperbolic tangent.
    RnnTanh,
    /// Simple recurrence with the rectifier.
    RnnRelu,
    /// Simple recurrence with the rectifier clipped at 20 (amodei2016deep).
    RnnClipped,
    /// Gated recurrent unit, gates in the order reset, update, candidate; `h' = (1 - z) h + z n`, as the layer
    /// normalization paper writes it. The reset gate multiplies the recurrent product of the candidate, behind
    /// its norm.
    Gru,
    /// As [`CellKind::Gru`] with the update gate the other way round, `h' = z h + (1 - z) n`: Cho et al. and
    /// PyTorch. With empty slots it is PyTorch's.
    GruKeep,
    /// As [`CellKind::GruKeep`] with the reset gate before the candidate's recurrent product (cho2014learning).
    GruResetBefore,
    /// The minimal gated unit: a gate that both forgets and resets, and the candidate (heck2017simplified).
    MinGru,
}

impl CellKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Lstm,
        Self::PeepholeLstm,
        Self::RnnTanh,
        Self::RnnRelu,
        Self::RnnClipped,
        Self::Gru,
        Self::GruKeep,
        Self::GruResetBefore,
        Self::MinGru,
    ];

    /// The name people type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lstm => "lstm",
            Self::PeepholeLstm => "peephole_lstm",
            Self::RnnTanh => "rnn_tanh",
            Self::RnnRelu => "rnn_relu",
            Self::RnnClipped => "rnn_clipped",
            Self::Gru => "gru",
            Self::GruKeep => "gru_keep",
            Self::GruResetBefore => "gru_reset_before",
            Self::MinGru => "min_gru",
        }
    }
    /// Parts of the weights and of the bias.
    pub const fn gates(self) -> usize {
        match self {
            Self::Lstm | Self::PeepholeLstm => 4,
            Self::Gru | Self::GruKeep | Self::GruResetBefore => 3,
            Self::MinGru => 2,
            Self::RnnTanh | Self::RnnRelu | Self::RnnClipped => 1,
        }
    }
    /// Of these, the parts whose two projections are added up at once. The candidate of a gated unit is not among them: a
    /// gate stands before or behind its recurrent product.
    pub const fn summed(self) -> usize {
        if self.has_candidate() { self.gates() - 1 } else { self.gates() }
    }
    /// Whether the candidate's projections are kept apart from the gates'.
    pub const fn has_candidate(self) -> bool {
        matches!(self, Self::Gru | Self::GruKeep | Self::GruResetBefore | Self::MinGru)
    }
    /// Whether a gate multiplies the candidate's recurrent product, so that a bias inside is not one outside.
    pub const fn gates_a_product(self) -> bool {
        matches!(self, Self::Gru | Self::GruKeep)
    }
    /// Whether there is a cell beside the hidden state.
    pub const fn has_cell(self) -> bool {
        matches!(self, Self::Lstm | Self::PeepholeLstm)
    }
    /// Whether gates see the cell.
    pub const fn has_peepholes(self) -> bool {
        matches!(self, Self::PeepholeLstm)
    }

    /// Writes down its graph.
    pub(crate) fn describe<T: Elem>(self, b: &mut Builder<'_, T>) {
        match self {
            Self::Lstm => lstm::describe(b),
            Self::PeepholeLstm => peephole_lstm::describe(b),
            Self::RnnTanh => rnn::describe(b, CellKernel::of::<rnn::TanhStep>()),
            Self::RnnRelu => rnn::describe(b, CellKernel::of::<rnn::ReluStep>()),
            Self::RnnClipped => rnn::describe(b, CellKernel::of::<rnn::ClippedStep>()),
            Self::Gru => gru::describe(b, CellKernel::of::<gru::GruStep>()),
            Self::GruKeep => gru::describe(b, CellKernel::of::<gru::GruKeepStep>()),
            Self::GruResetBefore => gru::describe_reset_before(b),
            Self::MinGru => min_gru::describe(b),
        }
    }
}
