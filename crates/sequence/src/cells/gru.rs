//! Gated recurrent units, by what an open update gate does and by where the reset gate stands.

use norm_core::{CellKernel, Elem};

use crate::graph::{BiasRows, Builder, INPUT, Side};
use crate::slot::Place;

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

norm_core::pointwise! {
    /// The state behind the reset gate, and the update gate
    pub GruReset(cho2014learning) {
        in r, z, h0;
        reset = sigmoid(r) * h0;
        gate = sigmoid(z);
        out reset, gate;
    }
}

norm_core::pointwise! {
    /// GRU step behind the product with the reset state; an open update gate keeps the state
    pub GruMix(cho2014learning) {
        in gate, a, h0;
        h = gate * h0 + (1.0 - gate) * tanh(a);
        out h;
    }
}

/// Parts of the weights: reset, update, candidate. The reset gate multiplies the candidate's recurrent product, behind its
/// norm. Of the candidate comes first what is to be added last in the backward pass.
pub(crate) fn describe<T: Elem>(b: &mut Builder<'_, T>, step: CellKernel<T>) {
    let h = b.carry();
    let seen = b.norm(Place::RecurrentInput, h);
    let a = b.product(Side::Input, 2, 1, INPUT);
    let a = b.norm(Place::InputToCandidate, a);
    let a = b.sum(&[a], BiasRows::From(2));
    let ax = b.product(Side::Input, 0, 2, INPUT);
    let ax = b.norm(Place::InputToHidden, ax);
    let u = b.product(Side::Hidden, 2, 1, seen);
    let u = b.norm(Place::HiddenToCandidate, u);
    let u = b.sum(&[u], BiasRows::Recurrent);
    let ah = b.product(Side::Hidden, 0, 2, seen);
    let ah = b.norm(Place::HiddenToHidden, ah);
    let gates = b.sum(&[ax, ah], BiasRows::From(0));
    let [after] = b.update(step, &[gates, a, u, h]);
    let after = b.norm(Place::Hidden, after);
    b.carry_on(h, after);
}

/// The same with the reset gate before the candidate's recurrent product, as the GRU was first written.
pub(crate) fn describe_reset_before<T: Elem>(b: &mut Builder<'_, T>) {
    let h = b.carry();
    let seen = b.norm(Place::RecurrentInput, h);
    let ax = b.product(Side::Input, 0, 2, INPUT);
    let ax = b.norm(Place::InputToHidden, ax);
    let ah = b.product(Side::Hidden, 0, 2, seen);
    let ah = b.norm(Place::HiddenToHidden, ah);
    let gates = b.sum(&[ax, ah], BiasRows::From(0));
    let [reset, gate] = b.update(CellKernel::of::<GruReset>(), &[gates, seen]);
    let a = b.product(Side::Input, 2, 1, INPUT);
    let a = b.norm(Place::InputToCandidate, a);
    let u = b.product(Side::Hidden, 2, 1, reset);
    let u = b.norm(Place::HiddenToCandidate, u);
    let a = b.sum(&[a, u], BiasRows::From(2));
    let [after] = b.update(CellKernel::of::<GruMix>(), &[gate, a, h]);
    let after = b.norm(Place::Hidden, after);
    b.carry_on(h, after);
}
