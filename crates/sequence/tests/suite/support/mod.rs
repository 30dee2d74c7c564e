//! A pass with everything it needs, drawn at random, and the engine run on it.

pub(crate) mod gru;
pub(crate) mod recurrent_batch;
pub(crate) mod reference;

use norm_core::{Elem, Isa, Kernel};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sequence::{Cell, Gradients, Inputs, Mode, Outcome, Sizes, State, Upstream, Weights, Workspace};

/// Everything a pass takes, in double precision.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) sizes: Sizes,
    pub(crate) x: Vec<f64>,
    pub(crate) mask: Option<Vec<bool>>,
    pub(crate) h0: Vec<f64>,
    pub(crate) c0: Vec<f64>,
    pub(crate) ih: Vec<f64>,
    pub(crate) hh: Vec<f64>,
    pub(crate) bias: Vec<f64>,
    pub(crate) recurrent_bias: Vec<f64>,
    pub(crate) slots: Vec<Vec<f64>>,
    pub(crate) dy: Vec<f64>,
    pub(crate) dh: Vec<f64>,
    pub(crate) dc: Vec<f64>,
}

/// Everything a pass gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Solution {
    pub(crate) outcome: Outcome,
    pub(crate) y: Vec<f64>,
    pub(crate) h: Vec<f64>,
    pub(crate) c: Vec<f64>,
    /// Named gradients in the order x, ih, hh, bias, h0, c0, recurrent bias, slots.
    pub(crate) gradients: Vec<(String, Vec<f64>)>,
}

impl Problem {
    pub(crate) fn draw<T: Elem>(cell: &Cell<T>, sizes: Sizes, masked: bool, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut draw = |n: usize, scale: f64| -> Vec<f64> {
            // Representable in single precision, so that both precisions see one problem.
            (0..n).map(|_| f64::from((rng.gen_range(-1.0..1.0) * scale) as f32)).collect()
        };
        let Sizes { steps, cases, inputs, units } = sizes;
        let (width, one) = (cell.width(units), cases * units);
        let cells = if cell.kind().has_cell() { one } else { 0 };
        let slots = cell.slot_params(units);
        let slots = slots.iter().map(|p| draw(p.len, 0.5).iter().map(|v| p.initial + v).collect()).collect();
        let mask =
            masked.then(|| (0..steps * cases).map(|i| i / cases < steps - (i % cases) % steps).collect());
        Self {
            sizes,
            x: draw(steps * cases * inputs, 1.5),
            mask,
            h0: draw(one, 0.8),
            c0: draw(cells, 0.8),
            ih: draw(width * inputs, 1.0),
            hh: draw(width * units, 0.8),
            bias: draw(if cell.has_bias() { width } else { 0 }, 0.5),
            recurrent_bias: draw(if cell.has_recurrent_bias() { units } else { 0 }, 0.5),
            slots,
            dy: draw(steps * one, 1.0),
            dh: draw(one, 1.0),
            dc: draw(cells, 1.0),
        }
    }

    /// The parts a loss can be differentiated by, named.
    pub(crate) fn parts(&mut self) -> Vec<(String, &mut Vec<f64>)> {
        let mut all = vec![
            ("x".to_string(), &mut self.x),
            ("ih".to_string(), &mut self.ih),
            ("hh".to_string(), &mut self.hh),
            ("bias".to_string(), &mut self.bias),
            ("h0".to_string(), &mut self.h0),
            ("c0".to_string(), &mut self.c0),
            ("recurrent bias".to_string(), &mut self.recurrent_bias),
        ];
        for (i, p) in self.slots.iter_mut().enumerate() {
            all.push((format!("slot {i}"), p));
        }
        all
    }

    /// Gradients of a loss by fourth-order central differences, named as the engine's.
    pub(crate) fn differences(&self, loss: impl Fn(&Self) -> f64) -> Vec<(String, Vec<f64>)> {
        let mut p = self.clone();
        let step = 1e-4;
        let shapes: Vec<(String, usize)> = p.parts().iter().map(|(n, v)| (n.clone(), v.len())).collect();
        let mut all = Vec::new();
        for (part, (name, len)) in shapes.into_iter().enumerate() {
            let mut d = Vec::new();
            for i in 0..len {
                let mut moved = |by: f64| {
                    let old = p.parts()[part].1[i];
                    p.parts()[part].1[i] = old + by * step;
                    let loss = loss(&p);
                    p.parts()[part].1[i] = old;
                    loss
                };
                let (near, far) = (moved(1.0) - moved(-1.0), moved(2.0) - moved(-2.0));
                d.push((8.0 * near - far) / (12.0 * step));
            }
            all.push((name, d));
        }
        all
    }

    pub(crate) fn run<T: Elem>(
        &self,
        cell: &Cell<T>,
        state: &mut State<T>,
        train: bool,
        ws: &mut Workspace<T>,
    ) -> Solution {
        self.run_in(cell, if train { Mode::Train(state) } else { Mode::Eval(state) }, ws)
    }

    pub(crate) fn run_in<T: Elem>(
        &self,
        cell: &Cell<T>,
        mode: Mode<'_, T>,
        ws: &mut Workspace<T>,
    ) -> Solution {
        let to = |v: &[f64]| v.iter().map(|x| T::lit(*x)).collect::<Vec<T>>();
        let from = |v: &[T]| v.iter().map(|x| x.to_f64()).collect::<Vec<f64>>();
        let (x, h0, c0, ih, hh, bias) =
            (to(&self.x), to(&self.h0), to(&self.c0), to(&self.ih), to(&self.hh), to(&self.bias));
        let slots: Vec<Vec<T>> = self.slots.iter().map(|s| to(s)).collect();
        let slots: Vec<&[T]> = slots.iter().map(|s| &s[..]).collect();
        let recurrent = to(&self.recurrent_bias);
        let w = Weights {
            ih: &ih,
            hh: &hh,
            bias: cell.has_bias().then_some(&bias[..]),
            recurrent_bias: cell.has_recurrent_bias().then_some(&recurrent[..]),
            slots: &slots,
        };
        let mask = self.mask.as_deref();
        let inputs = Inputs { sizes: self.sizes, x: &x, mask, h0: Some(&h0), c0: Some(&c0) };
        // Whatever is not written shows.
        let mut y = vec![T::lit(f64::NAN); self.dy.len()];
        let outcome = cell.forward(&w, &inputs, mode, ws, &mut y).unwrap();
        let (h, c) = (from(&ws.last_hidden()), from(&ws.last_cell()));
        let (dy, dh, dc) = (to(&self.dy), to(&self.dh), to(&self.dc));
        let up = Upstream { y: &dy, h: Some(&dh), c: Some(&dc) };
        let zero = |v: &[f64]| vec![T::default(); v.len()];
        let (mut dx, mut dih, mut dhh, mut dbias, mut dh0, mut dc0) =
            (zero(&self.x), zero(&self.ih), zero(&self.hh), zero(&self.bias), zero(&self.h0), zero(&self.c0));
        let mut drecurrent = zero(&self.recurrent_bias);
        let mut dslots: Vec<Vec<T>> = self.slots.iter().map(|s| zero(s)).collect();
        let mut refs: Vec<&mut [T]> = dslots.iter_mut().map(|s| &mut s[..]).collect();
        let mut out = Gradients {
            x: Some(&mut dx),
            ih: &mut dih,
            hh: &mut dhh,
            bias: if cell.has_bias() { Some(&mut dbias[..]) } else { None },
            recurrent_bias: if cell.has_recurrent_bias() { Some(&mut drecurrent[..]) } else { None },
            slots: &mut refs,
            h0: Some(&mut dh0),
            c0: Some(&mut dc0),
        };
        cell.backward(&w, &inputs, &up, ws, &mut out).unwrap();
        let mut gradients: Vec<(String, Vec<f64>)> = vec![
            ("x".into(), from(&dx)),
            ("ih".into(), from(&dih)),
            ("hh".into(), from(&dhh)),
            ("bias".into(), from(&dbias)),
            ("h0".into(), from(&dh0)),
            ("c0".into(), from(&dc0)),
            ("recurrent bias".into(), from(&drecurrent)),
        ];
        gradients.extend(dslots.iter().enumerate().map(|(i, d)| (format!("slot {i}"), from(d))));
        Solution { outcome, y: from(&y), h, c, gradients }
    }
}

/// One pass from a fresh workspace and state.
pub(crate) fn solve<T: Elem>(cell: &Cell<T>, p: &Problem, isa: Isa) -> Solution {
    let mut state = State::new(cell, p.sizes.units);
    p.run(cell, &mut state, true, &mut Workspace::on(isa))
}

pub(crate) fn kernel32(id: &str) -> Kernel<f32> {
    *norms::find(id).unwrap().f32
}

pub(crate) fn kernel64(id: &str) -> Kernel<f64> {
    *norms::find(id).unwrap().f64
}

pub(crate) fn sizes(steps: usize, cases: usize, inputs: usize, units: usize) -> Sizes {
    Sizes { steps, cases, inputs, units }
}

/// Gradients agree with their differences to within `bound`.
pub(crate) fn agree(what: &str, expected: &[(String, Vec<f64>)], got: &[(String, Vec<f64>)], bound: f64) {
    assert_eq!(expected.len(), got.len(), "{what}");
    for ((name, expected), (_, got)) in expected.iter().zip(got) {
        let d = difference(expected, got);
        assert!(d < bound, "{what}: the gradient of {name} differs by {d:e}\n{expected:?}\n{got:?}");
    }
}

/// The largest difference, relative to the largest expected element.
pub(crate) fn difference(expected: &[f64], got: &[f64]) -> f64 {
    assert_eq!(expected.len(), got.len());
    norm_core::conformance::relative_difference(got, expected, 1e-3)
}
