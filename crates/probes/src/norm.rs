//! A registered method over one layout, with its kernels in double precision.

use norm_core::{Call, Isa, Kernel, Layout, Rule};

/// A method, its constants and everything that it is called with besides `x`.
#[derive(Clone)]
pub(crate) struct Norm {
    kernel: &'static Kernel<f64>,
    consts: Vec<f64>,
    layout: Layout,
    /// Parameters where they start, states of controls, and what a store that has seen nothing hands out.
    pub(crate) inputs: Vec<Vec<f64>>,
}

/// An output and the statistics that made it.
pub(crate) struct Forward {
    pub(crate) y: Vec<f64>,
    pub(crate) statistics: Vec<f64>,
}

/// What flows back.
pub(crate) struct Backward {
    pub(crate) x: Vec<f64>,
    /// For parameters in declared order, then for controls.
    pub(crate) params: Vec<Vec<f64>>,
}

impl Norm {
    /// The method of that id over `[cases, channels]`; of weights, `[out, in]`. Constants are the declaration's.
    pub(crate) fn new(id: &str, cases: usize, channels: usize) -> Self {
        Self::over(id, cases, channels, 1, 1)
    }

    /// The same where each channel has places, in groups of channels where the method pools groups.
    pub(crate) fn over(id: &str, cases: usize, channels: usize, places: usize, groups: usize) -> Self {
        let kernel = norms::find(id).unwrap_or_else(|| panic!("no method {id}")).f64;
        let set = kernel.descriptor.reference_set;
        let layout = set.layout(cases, channels, places, groups).expect("sizes that the method has");
        let inputs = kernel.descriptor.initial_inputs(&layout);
        Self { kernel, consts: kernel.descriptor.default_consts(), layout, inputs }
    }

    /// Places lie in rows of this many.
    pub(crate) fn with_row(mut self, row: usize) -> Self {
        self.layout = self.layout.with_row(row);
        self
    }

    /// Epsilon 0, where there is one.
    pub(crate) fn exact(self) -> Self {
        self.with("eps", 0.0)
    }

    /// A constant set, where there is one of that name.
    pub(crate) fn with(mut self, name: &str, value: f64) -> Self {
        for (spec, is) in self.kernel.descriptor.consts.iter().zip(&mut self.consts) {
            if spec.name == name {
                *is = value;
            }
        }
        self
    }

    /// Every value of a parameter set.
    pub(crate) fn with_param(mut self, name: &str, value: f64) -> Self {
        self.param(name).fill(value);
        self
    }

    /// The values of a parameter.
    pub(crate) fn param(&mut self, name: &str) -> &mut Vec<f64> {
        let names = self.kernel.descriptor.input_names();
        let at = names.iter().position(|n| *n == name).unwrap_or_else(|| panic!("no parameter {name}"));
        &mut self.inputs[at]
    }

    pub(crate) fn kernel(&self) -> &'static Kernel<f64> {
        self.kernel
    }

    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    fn with_call<R>(&self, x: &[f64], f: impl FnOnce(&Call<'_, f64>) -> R) -> R {
        let params: Vec<&[f64]> = self.inputs.iter().map(Vec::as_slice).collect();
        f(&Call { layout: self.layout, x, params: &params, consts: &self.consts, mask: None })
    }

    /// By the statistics of `x` itself: training.
    pub(crate) fn forward(&self, x: &[f64]) -> Forward {
        let mut statistics = vec![0.0; self.kernel.statistics_len(&self.layout)];
        let y = self.with_call(x, |call| self.kernel.forward_new(Isa::detect(), call, &mut statistics));
        Forward { y: y.expect("a call of the method's own sizes"), statistics }
    }

    /// By given statistics: evaluation.
    pub(crate) fn apply(&self, x: &[f64], statistics: &[f64]) -> Vec<f64> {
        self.with_call(x, |call| self.kernel.apply_new(Isa::detect(), call, statistics))
            .expect("a call of the method's own sizes")
    }

    /// Back through the statistics of `x`.
    pub(crate) fn backward(&self, x: &[f64], statistics: &[f64], dy: &[f64]) -> Backward {
        let returned = self.kernel.descriptor.returned_names().len();
        let mut params: Vec<Vec<f64>> = self.inputs[..returned].iter().map(|p| vec![0.0; p.len()]).collect();
        let mut dx = vec![0.0; x.len()];
        let mut into: Vec<&mut [f64]> = params.iter_mut().map(Vec::as_mut_slice).collect();
        self.with_call(x, |call| {
            let isa = Isa::detect();
            self.kernel.backward(isa, call, dy, statistics, Rule::Exact, true, &mut dx, &mut into)
        })
        .expect("a call of the method's own sizes");
        Backward { x: dx, params }
    }

    /// A call of these kernels with `x`, for what mixes statistics.
    pub(crate) fn calling<R>(&self, x: &[f64], f: impl FnOnce(&Kernel<f64>, &Call<'_, f64>) -> R) -> R {
        self.with_call(x, |call| f(self.kernel, call))
    }
}
