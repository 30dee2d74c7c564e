//! One call of a method, to be changed and looked at.

use norm_core::blocks;
use norm_core::policy::{Running, Stored};
use norm_core::{Call, Descriptor, Isa, Kernel, Layout, Rule};

/// Values of mean 0 and deviation about 1, the same everywhere: sums of twelve uniform numbers.
pub(crate) fn noise(n: usize, seed: u64) -> Vec<f64> {
    let mut s = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut uniform = || {
        s = s.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (s >> 11) as f64 / 2f64.powi(53)
    };
    (0..n).map(|_| (0..12).map(|_| uniform()).sum::<f64>() - 6.0).collect()
}

/// A call with everything in it: parameters, then states of controls, then what is stored, `[statistics][sets]`.
#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) k: &'static Kernel<f64>,
    pub(crate) layout: Layout,
    pub(crate) x: Vec<f64>,
    pub(crate) dy: Vec<f64>,
    pub(crate) inputs: Vec<Vec<f64>>,
    pub(crate) consts: Vec<f64>,
    pub(crate) mask: Option<Vec<bool>>,
}

impl Run {
    /// A tensor `[cases, channels, space]` of noise with parameters where they start.
    pub(crate) fn new(id: &str, cases: usize, channels: usize, space: usize) -> Self {
        let k = norms::find(id).unwrap_or_else(|| panic!("no {id}")).f64;
        let layout = k.descriptor.reference_set.layout(cases, channels, space, 1).unwrap();
        let (x, dy) = (noise(layout.len(), 11), noise(layout.len(), 12));
        let inputs = k.descriptor.initial_inputs(&layout);
        Self { k, layout, x, dy, inputs, consts: k.descriptor.default_consts(), mask: None }
    }

    pub(crate) fn d(&self) -> &'static Descriptor {
        self.k.descriptor
    }

    fn input(&self, name: &str) -> usize {
        self.d().input_names().iter().position(|n| *n == name).unwrap_or_else(|| panic!("no {name}"))
    }

    pub(crate) fn with(mut self, name: &str, value: f64) -> Self {
        if let Some(i) = self.d().consts.iter().position(|c| c.name == name) {
            self.consts[i] = value;
        } else {
            let i = self.input(name);
            self.inputs[i].fill(value);
        }
        self
    }

    pub(crate) fn of(mut self, x: Vec<f64>) -> Self {
        assert_eq!(x.len(), self.x.len());
        self.x = x;
        self
    }

    pub(crate) fn map(self, f: impl Fn(f64) -> f64) -> Self {
        let x = self.x.iter().map(|v| f(*v)).collect();
        self.of(x)
    }

    fn call<R>(&self, f: impl FnOnce(&Call<'_, f64>) -> R) -> R {
        let params: Vec<&[f64]> = self.inputs.iter().map(|p| &p[..]).collect();
        let mask = self.mask.as_deref();
        f(&Call { layout: self.layout, x: &self.x, params: &params, consts: &self.consts, mask })
    }

    /// Statistics, laid out as the kernels do, and the output.
    pub(crate) fn forward(&self) -> (Vec<f64>, Vec<f64>) {
        let mut stats = vec![0.0; self.k.statistics_len(&self.layout)];
        let y = self.call(|c| self.k.forward_new(Isa::detect(), c, &mut stats)).unwrap();
        (stats, y)
    }

    pub(crate) fn y(&self) -> Vec<f64> {
        self.forward().1
    }

    /// The output under those statistics.
    pub(crate) fn apply(&self, stats: &[f64]) -> Vec<f64> {
        self.call(|c| self.k.apply_new(Isa::detect(), c, stats)).unwrap()
    }

    /// `dx` and the gradients of parameters and states.
    pub(crate) fn backward(&self, rule: Rule) -> (Vec<f64>, Vec<Vec<f64>>) {
        let (stats, _) = self.forward();
        let mut dx = vec![0.0; self.layout.len()];
        let returned = self.d().returned_names().len();
        let mut dparams: Vec<Vec<f64>> =
            self.inputs.iter().take(returned).map(|p| vec![0.0; p.len()]).collect();
        let mut slots: Vec<&mut [f64]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
        self.call(|c| self.k.backward(Isa::detect(), c, &self.dy, &stats, rule, true, &mut dx, &mut slots))
            .unwrap();
        (dx, dparams)
    }

    pub(crate) fn dx(&self) -> Vec<f64> {
        self.backward(Rule::Exact).0
    }

    pub(crate) fn gradient(&self, name: &str) -> Vec<f64> {
        self.backward(Rule::Exact).1[self.input(name)].clone()
    }

    /// A use in training of a fresh store; what is stored after it.
    pub(crate) fn stored(&self, running: Running) -> Vec<f64> {
        let mut store = Running::initial::<f64>(self.d(), self.k.sets(&self.layout));
        self.train(running, &mut store);
        store
    }

    /// A use in training, block after block; the output, and the store has taken it in.
    pub(crate) fn train(&self, running: Running, store: &mut [f64]) -> Vec<f64> {
        let learned = self.d().params.len();
        let params: Vec<&[f64]> = self.inputs[..learned].iter().map(|p| &p[..]).collect();
        let mask = self.mask.as_deref();
        let call = Call { layout: self.layout, x: &self.x, params: &params, consts: &self.consts, mask };
        blocks::forward(self.k, Isa::detect(), &call, running, store).unwrap().0
    }

    /// Elements of one channel of a tensor `[cases, channels, space]`.
    pub(crate) fn channel<'a>(&self, v: &'a [f64], channel: usize) -> Vec<&'a f64> {
        let (channels, space) = (self.layout.channels(), self.layout.s);
        v.iter().enumerate().filter(|(i, _)| i / space % channels == channel).map(|(_, v)| v).collect()
    }
}

pub(crate) const BIASED: Running = Running { rate: 0.5, stored: Stored::Biased };

pub(crate) fn mean<'a>(v: impl IntoIterator<Item = &'a f64>) -> f64 {
    let (sum, n) = v.into_iter().fold((0.0, 0.0), |(sum, n), v| (sum + v, n + 1.0));
    sum / n
}

pub(crate) fn deviation(v: &[f64]) -> f64 {
    let m = mean(v);
    (v.iter().map(|v| (v - m).powi(2)).sum::<f64>() / v.len() as f64).sqrt()
}

pub(crate) fn close(a: f64, b: f64, bound: f64) {
    assert!((a - b).abs() <= bound, "{a} is not {b}");
}
