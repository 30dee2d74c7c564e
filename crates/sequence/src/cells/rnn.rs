//! Simple recurrences, by what stands behind the sum.

use norm_core::{CellKernel, Elem};

use crate::graph::{Builder, INPUT, Side};
use crate::slot::Place;

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

pub(crate) fn describe<T: Elem>(b: &mut Builder<'_, T>, step: CellKernel<T>) {
    let h = b.carry();
    let seen = b.norm(Place::RecurrentInput, h);
    let ax = b.product(Side::Input, 0, 1, INPUT);
    let ax = b.norm(Place::InputToHidden, ax);
    let ah = b.product(Side::Hidden, 0, 1, seen);
    let ah = b.norm(Place::HiddenToHidden, ah);
    let a = b.joined(&[ax, ah], 0);
    let [after] = b.update(step, &[a]);
    let after = b.norm(Place::Hidden, after);
    b.carry_on(h, after);
}
