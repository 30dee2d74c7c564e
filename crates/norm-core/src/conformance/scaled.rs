//! A judge at any size of its input, as the kernels are: see [`crate::scaling`].

use super::reference::{Reference, ReferenceBackward, ReferenceCall, ReferenceForward};
use crate::descriptor::Descriptor;
use crate::scaling::{Shift, Shifts, times};

/// Runs `f` on what a call becomes under a factor.
fn moved<R>(call: &ReferenceCall<'_>, shift: Shift<'_>, f: impl FnOnce(&ReferenceCall<'_>) -> R) -> R {
    let moved = shift.enter(call);
    let params = moved.params();
    f(&moved.call(call, &params))
}

impl Reference {
    /// Output and statistics, also where the squares of `x` are no numbers.
    pub fn forward_scaled(&self, d: &'static Descriptor, call: &ReferenceCall<'_>) -> ReferenceForward {
        let mut plain = (self.forward)(call);
        let Some(shifts) = Shifts::of(d, call) else { return plain };
        for shift in shifts.each().into_iter().filter(|shift| !shift.is_one()) {
            let found = moved(call, shift, self.forward);
            for (i, (out, v)) in plain.y.iter_mut().zip(&found.y).enumerate() {
                if shift.holds(i) {
                    *out = times(*v, shift.of_y());
                }
            }
            for (kind, (out, values)) in plain.statistics.iter_mut().zip(&found.statistics).enumerate() {
                for (set, (out, v)) in out.iter_mut().zip(values).enumerate() {
                    if shift.holds_set(set) {
                        *out = times(*v, -shift.of_statistic(kind));
                    }
                }
            }
        }
        plain
    }

    /// Gradients, also where the squares of `x` are no numbers.
    pub fn backward_scaled(
        &self,
        d: &'static Descriptor,
        call: &ReferenceCall<'_>,
        dy: &[f64],
    ) -> ReferenceBackward {
        let Some(shifts) = Shifts::of(d, call) else { return (self.backward)(call, dy) };
        let mut dx = vec![0.0; call.x.len()];
        let mut dparams: Vec<Vec<f64>> = Vec::new();
        for shift in shifts.each() {
            let found = moved(call, shift, |call| (self.backward)(call, &shift.upstream(dy)));
            for (i, (out, v)) in dx.iter_mut().zip(&found.dx).enumerate() {
                if shift.holds(i) {
                    *out = times(*v, shift.of_x() + shift.of_y());
                }
            }
            dparams.resize(found.dparams.len(), Vec::new());
            for (i, (out, add)) in dparams.iter_mut().zip(&found.dparams).enumerate() {
                out.resize(add.len(), 0.0);
                let exponent = shift.of_input(i) + shift.of_y();
                out.iter_mut().zip(add).for_each(|(out, add)| *out += times(*add, exponent));
            }
        }
        ReferenceBackward { dx, dparams }
    }
}
