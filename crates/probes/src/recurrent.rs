//! A recurrent net of the crate `sequence` with its weights, in double precision.

use norm_core::Kernel;
use sequence::{
    Cell, CellKind, Gradients, Inputs, Mode, Options, Placement, Sizes, Statistics, Upstream, Weights,
    Workspace,
};

use crate::draw::Draw;

/// A cell and its weights.
#[derive(Clone)]
pub(crate) struct Net {
    cell: Cell<f64>,
    cases: usize,
    inputs: usize,
    units: usize,
    pub(crate) ih: Vec<f64>,
    pub(crate) hh: Vec<f64>,
    pub(crate) bias: Vec<f64>,
    pub(crate) slots: Vec<Vec<f64>>,
}

/// Where a pass begins.
#[derive(Clone, Copy, Default)]
pub(crate) struct Start<'a> {
    /// `[cases][units]`; zeros where there is none.
    pub(crate) h: Option<&'a [f64]>,
    /// Likewise, of an LSTM.
    pub(crate) c: Option<&'a [f64]>,
}

/// What a pass leaves: the last states, and the gradients of a loss on the last hidden state.
pub(crate) struct Passed {
    pub(crate) h: Vec<f64>,
    pub(crate) c: Vec<f64>,
    pub(crate) dh0: Vec<f64>,
    pub(crate) ih: Vec<f64>,
    pub(crate) hh: Vec<f64>,
    pub(crate) bias: Vec<f64>,
}

impl Net {
    /// A method in a placement with statistics per step, or the plain recurrence; weights are yet to be filled.
    pub(crate) fn new(
        kind: CellKind,
        norm: Option<(&str, Placement)>,
        (cases, inputs, units): (usize, usize, usize),
        steps: usize,
    ) -> Self {
        let cell = match norm {
            None => Cell::new(kind),
            Some((id, placement)) => {
                let kernel: Kernel<f64> = *norms::find(id).unwrap_or_else(|| panic!("no method {id}")).f64;
                let statistics = Some(Statistics::PerStep { t_max: steps });
                placement
                    .cell_with(kind, kernel, Options { statistics, ..Options::default() })
                    .expect("a placement that has the method")
            }
        };
        let width = cell.width(units);
        let slots = cell.slot_params(units).iter().map(|p| vec![p.initial; p.len]).collect();
        let bias = vec![0.0; if cell.has_bias() { width } else { 0 }];
        Self {
            cases,
            inputs,
            units,
            ih: vec![0.0; width * inputs],
            hh: vec![0.0; width * units],
            bias,
            slots,
            cell,
        }
    }

    /// Weights drawn with variance 1 over the number of what they add up.
    pub(crate) fn drawn(mut self, draw: &mut Draw) -> Self {
        self.ih = draw.normals(self.ih.len(), 1.0 / (self.inputs as f64).sqrt());
        self.hh = draw.normals(self.hh.len(), 1.0 / (self.units as f64).sqrt());
        self
    }

    /// Every slot's values of a parameter set.
    pub(crate) fn with_param(mut self, name: &str, value: f64) -> Self {
        for (spec, slot) in self.cell.slot_params(self.units).iter().zip(&mut self.slots) {
            if spec.name == name {
                slot.fill(value);
            }
        }
        self
    }

    /// Runs over `x[steps][cases][inputs]` by the statistics of the batch, and back from the gradient at the last hidden
    /// state that `loss` makes of it.
    pub(crate) fn pass(&self, x: &[f64], from: Start<'_>, loss: impl FnOnce(&[f64]) -> Vec<f64>) -> Passed {
        let Self { cases, inputs, units, .. } = *self;
        let sizes = Sizes { steps: x.len() / (cases * inputs), cases, inputs, units };
        let slots: Vec<&[f64]> = self.slots.iter().map(Vec::as_slice).collect();
        let bias = self.cell.has_bias();
        let weights = Weights {
            ih: &self.ih,
            hh: &self.hh,
            bias: bias.then_some(&self.bias[..]),
            recurrent_bias: None,
            slots: &slots,
        };
        let given = Inputs { sizes, x, mask: None, h0: from.h, c0: from.c };
        let mut ws = Workspace::default();
        let mut y = vec![0.0; sizes.steps * cases * units];
        self.cell
            .forward(&weights, &given, Mode::EvalBatch, &mut ws, &mut y)
            .expect("a pass of the net's own sizes");
        let (h, c) = (ws.last_hidden(), ws.last_cell());
        let dh = loss(&h);

        let none = vec![0.0; y.len()];
        let mut dslots: Vec<Vec<f64>> = self.slots.iter().map(|s| vec![0.0; s.len()]).collect();
        let mut dslots: Vec<&mut [f64]> = dslots.iter_mut().map(Vec::as_mut_slice).collect();
        let mut dh0 = vec![0.0; cases * units];
        let (mut ih, mut hh) = (vec![0.0; self.ih.len()], vec![0.0; self.hh.len()]);
        let mut dbias = vec![0.0; self.bias.len()];
        let mut gradients = Gradients {
            x: None,
            ih: &mut ih,
            hh: &mut hh,
            bias: bias.then_some(&mut dbias[..]),
            recurrent_bias: None,
            slots: &mut dslots,
            h0: Some(&mut dh0),
            c0: None,
        };
        let up = Upstream { y: &none, h: Some(&dh), c: None };
        self.cell
            .backward(&weights, &given, &up, &mut ws, &mut gradients)
            .expect("the pass that was just made");
        Passed { h, c, dh0, ih, hh, bias: dbias }
    }

    /// The states before each step and after the last, `(h, c)`.
    pub(crate) fn states(&self, x: &[f64], from: Start<'_>) -> Vec<(Vec<f64>, Vec<f64>)> {
        let one = self.cases * self.units;
        let zeros = || vec![0.0; one];
        let cells = if self.cell.kind().has_cell() { one } else { 0 };
        let c0 = from.c.map_or_else(|| vec![0.0; cells], <[f64]>::to_vec);
        let mut states = vec![(from.h.map_or_else(zeros, <[f64]>::to_vec), c0)];
        for x in x.chunks_exact(self.cases * self.inputs) {
            let (h, c) = &states[states.len() - 1];
            let from = Start { h: Some(h), c: (cells > 0).then_some(&c[..]) };
            let next = self.pass(x, from, |_| zeros());
            states.push((next.h, next.c));
        }
        states
    }

    /// The gradient of the loss at the hidden state before step `t`, `[cases][units]`: that at the start of what follows.
    pub(crate) fn gradient_before(
        &self,
        x: &[f64],
        t: usize,
        states: &[(Vec<f64>, Vec<f64>)],
        loss: impl FnOnce(&[f64]) -> Vec<f64>,
    ) -> Vec<f64> {
        let rest = &x[t * self.cases * self.inputs..];
        let (h, c) = &states[t];
        if rest.is_empty() {
            return loss(h);
        }
        let from = Start { h: Some(h), c: self.cell.kind().has_cell().then_some(&c[..]) };
        self.pass(rest, from, loss).dh0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against central differences, at the beginning and in the middle.
    #[test]
    fn gradients_at_hidden_states_are_those_of_the_loss() {
        let (cases, inputs, units, steps) = (4, 2, 3, 5);
        let sizes = (cases, inputs, units);
        let batch = Some(("recurrent-batch", Placement::RECURRENT_BATCH));
        for (kind, norm) in [(CellKind::Lstm, batch), (CellKind::RnnTanh, None), (CellKind::RnnTanh, batch)] {
            let mut draw = Draw::new(3);
            let net = Net::new(kind, norm, sizes, steps).drawn(&mut draw);
            let (x, h0) = (draw.normals(steps * cases * inputs, 1.0), draw.normals(cases * units, 0.5));
            let aim = draw.normals(cases * units, 1.0);
            let states = net.states(&x, Start { h: Some(&h0), c: None });
            for t in [0, 2, steps] {
                let gradient = net.gradient_before(&x, t, &states, |_| aim.clone());
                for (i, expected) in gradient.iter().enumerate() {
                    let at = |by: f64| {
                        let mut moved = states.clone();
                        moved[t].0[i] += by;
                        let mut loss = 0.0;
                        net.gradient_before(&x, t, &moved, |h| {
                            loss = crate::dense::dot(h, &aim);
                            aim.clone()
                        });
                        loss
                    };
                    let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
                    assert!((slope - expected).abs() < 1e-6, "{kind:?} {t} {i}: {slope} {expected}");
                }
            }
        }
    }
}
