//! The cells' updates, declared; their gradients are derived.
//!
//! An LSTM step comes in two forms. [`LstmStep`] is the whole step. Where a norm stands between the cell and
//! its read-out, [`LstmUpdate`] and [`LstmReadOut`] do the two halves around it; the first also hands over the
//! opened output gate, so that its gradient comes back through the same four-part buffer as the other gates'.
//!
//! A GRU step takes its two gates' summed inputs and the candidate's two projections apart, each normalized or not.

use norm_core::{CellKernel, Elem};

norm_core::pointwise! {
    /// LSTM step
    pub LstmStep(hochreiter1997lstm) {
        in i, f, g, o, c0;
        c = sigmoid(f) * c0 + sigmoid(i) * tanh(g);
        h = sigmoid(o) * tanh(c);
        out c, h;
    }
}

norm_core::pointwise! {
    /// LSTM step up to the cell and the opened output gate
    pub LstmUpdate(hochreiter1997lstm) {
        in i, f, g, o, c0;
        c = sigmoid(f) * c0 + sigmoid(i) * tanh(g);
        gate = sigmoid(o);
        out c, gate;
    }
}

norm_core::pointwise! {
    /// LSTM read-out of a (normalized) cell through the opened output gate
    pub LstmReadOut(hochreiter1997lstm) {
        in gate, c;
        h = gate * tanh(c);
        out h;
    }
}

norm_core::pointwise! {
    /// RNN step with the hyperbolic tangent
    pub TanhStep(elman1990finding) {
        in a;
        h = tanh(a);
        out h;
    }
}

norm_core::pointwise! {
    /// RNN step with the rectifier
    pub ReluStep(le2015simple) {
        in a;
        h = max(a, 0.0);
        out h;
    }
}

norm_core::pointwise! {
    /// RNN step with the rectifier clipped at 20
    pub ClippedStep(amodei2016deep) {
        in a;
        h = min(max(a, 0.0), 20.0);
        out h;
    }
}

norm_core::pointwise! {
    /// GRU step; an open update gate takes the candidate
    pub GruStep(ba2016layer) {
        in r, z, a, u, h0;
        n = tanh(a + sigmoid(r) * u);
        h = (1.0 - sigmoid(z)) * h0 + sigmoid(z) * n;
        out h;
    }
}

norm_core::pointwise! {
    /// GRU step; an open update gate keeps the state
    pub GruKeepStep(cho2014learning) {
        in r, z, a, u, h0;
        n = tanh(a + sigmoid(r) * u);
        h = sigmoid(z) * h0 + (1.0 - sigmoid(z)) * n;
        out h;
    }
}

/// Which recurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CellKind {
    /// Long short-term memory, gates in the order input, forget, candidate, output.
    Lstm,
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
}

impl CellKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Lstm, Self::RnnTanh, Self::RnnRelu, Self::RnnClipped, Self::Gru, Self::GruKeep];

    /// The name people type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lstm => "lstm",
            Self::RnnTanh => "rnn_tanh",
            Self::RnnRelu => "rnn_relu",
            Self::RnnClipped => "rnn_clipped",
            Self::Gru => "gru",
            Self::GruKeep => "gru_keep",
        }
    }
    /// Parts of the weights and of the bias: an LSTM's four gates, a GRU's two and its candidate, or one.
    pub const fn gates(self) -> usize {
        match self {
            Self::Lstm => 4,
            Self::Gru | Self::GruKeep => 3,
            Self::RnnTanh | Self::RnnRelu | Self::RnnClipped => 1,
        }
    }
    /// Of these, the parts whose two projections are just added up. A GRU's candidate is not among them: its
    /// reset gate stands between the two.
    pub const fn summed(self) -> usize {
        if self.has_candidate() { 2 } else { self.gates() }
    }
    /// Whether the candidate's projections are kept apart from the gates'.
    pub const fn has_candidate(self) -> bool {
        matches!(self, Self::Gru | Self::GruKeep)
    }
    /// Whether there is a cell beside the hidden state.
    pub const fn has_cell(self) -> bool {
        matches!(self, Self::Lstm)
    }
}

/// The tables of one kind's updates.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Updates<T: 'static> {
    Lstm { step: CellKernel<T>, update: CellKernel<T>, read_out: CellKernel<T> },
    Rnn { step: CellKernel<T> },
    Gru { step: CellKernel<T> },
}

impl<T: Elem> Updates<T> {
    pub(crate) const fn of(kind: CellKind) -> Self {
        match kind {
            CellKind::Lstm => Self::Lstm {
                step: CellKernel::of::<LstmStep>(),
                update: CellKernel::of::<LstmUpdate>(),
                read_out: CellKernel::of::<LstmReadOut>(),
            },
            CellKind::RnnTanh => Self::Rnn { step: CellKernel::of::<TanhStep>() },
            CellKind::RnnRelu => Self::Rnn { step: CellKernel::of::<ReluStep>() },
            CellKind::RnnClipped => Self::Rnn { step: CellKernel::of::<ClippedStep>() },
            CellKind::Gru => Self::Gru { step: CellKernel::of::<GruStep>() },
            CellKind::GruKeep => Self::Gru { step: CellKernel::of::<GruKeepStep>() },
        }
    }
}
