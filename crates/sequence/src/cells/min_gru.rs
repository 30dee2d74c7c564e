//! The minimal gated unit: one gate both forgets and resets (heck2017simplified).

use norm_core::{CellKernel, Elem};

use crate::graph::{BiasRows, Builder, INPUT, Side};
use crate::slot::Place;

norm_core::pointwise! {
    /// The gate, and the state behind it
    pub MinGruReset(heck2017simplified) {
        in f, h0;
        gate = sigmoid(f);
        reset = gate * h0;
        out gate, reset;
    }
}

norm_core::pointwise! {
    /// Minimal gated unit behind the product with the reset state; an open gate takes the candidate
    pub MinGruMix(heck2017simplified) {
        in gate, a, h0;
        h = (1.0 - gate) * h0 + gate * tanh(a);
        out h;
    }
}

/// Parts of the weights: the gate, the candidate.
pub(crate) fn describe<T: Elem>(b: &mut Builder<'_, T>) {
    let h = b.carry();
    let seen = b.norm(Place::RecurrentInput, h);
    let fx = b.product(Side::Input, 0, 1, INPUT);
    let fx = b.norm(Place::InputToHidden, fx);
    let fh = b.product(Side::Hidden, 0, 1, seen);
    let fh = b.norm(Place::HiddenToHidden, fh);
    let f = b.sum(&[fx, fh], BiasRows::From(0));
    let [gate, reset] = b.update(CellKernel::of::<MinGruReset>(), &[f, seen]);
    let ax = b.product(Side::Input, 1, 1, INPUT);
    let ax = b.norm(Place::InputToCandidate, ax);
    let ah = b.product(Side::Hidden, 1, 1, reset);
    let ah = b.norm(Place::HiddenToCandidate, ah);
    let a = b.sum(&[ax, ah], BiasRows::From(1));
    let [after] = b.update(CellKernel::of::<MinGruMix>(), &[gate, a, h]);
    let after = b.norm(Place::Hidden, after);
    b.carry_on(h, after);
}
