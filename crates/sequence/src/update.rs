//! The cells' updates, declared; their gradients are derived.
//!
//! An LSTM step comes in two forms. [`LstmStep`] is the whole step. Where a norm stands between the cell and
//! its read-out, [`LstmUpdate`] and [`LstmReadOut`] do the two halves around it; the first also hands over the
//! opened output gate, so that its gradient comes back through the same four-part buffer as the other gates'.

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
}

impl CellKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Lstm, Self::RnnTanh, Self::RnnRelu];

    /// The name people type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lstm => "lstm",
            Self::RnnTanh => "rnn_tanh",
            Self::RnnRelu => "rnn_relu",
        }
    }
    /// Parts of a summed input: an LSTM's four gates, or one.
    pub const fn gates(self) -> usize {
        match self {
            Self::Lstm => 4,
            Self::RnnTanh | Self::RnnRelu => 1,
        }
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
        }
    }
}
