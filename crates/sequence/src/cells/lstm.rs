//! Long short-term memory.
//!
//! The step comes in two forms. [`LstmStep`] is the whole step. Where a norm stands between the cell and its read-out,
//! [`LstmUpdate`] and [`LstmReadOut`] do the two halves around it.

use norm_core::{CellKernel, Elem};

use crate::graph::{Builder, INPUT, Side};
use crate::slot::Place;

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

/// Gates in the order input, forget, candidate, output.
pub(crate) fn describe<T: Elem>(b: &mut Builder<'_, T>) {
    let (h, c) = (b.carry(), b.carry());
    let seen = b.norm(Place::RecurrentInput, h);
    let ax = b.product(Side::Input, 0, 4, INPUT);
    let ax = b.norm(Place::InputToHidden, ax);
    let ah = b.product(Side::Hidden, 0, 4, seen);
    let ah = b.norm(Place::HiddenToHidden, ah);
    let z = b.joined(&[ax, ah], 0);
    let (c_after, h_after) = if b.is_empty(Place::Carried) && b.is_empty(Place::ReadOut) {
        let [c_after, h_after] = b.update(CellKernel::of::<LstmStep>(), &[z, c]);
        (c_after, h_after)
    } else {
        let [c_after, gate] = b.update(CellKernel::of::<LstmUpdate>(), &[z, c]);
        let c_after = b.norm(Place::Carried, c_after);
        let read = b.norm(Place::ReadOut, c_after);
        let [h_after] = b.update(CellKernel::of::<LstmReadOut>(), &[gate, read]);
        (c_after, h_after)
    };
    let h_after = b.norm(Place::Hidden, h_after);
    b.carry_on(c, c_after);
    b.carry_on(h, h_after);
}
