//! One normalization of rows, by any of the three paths: what every form of a request is made of.

use dfdx::prelude::*;
use norm_core::{Call, Elem, Isa, Kernel, Layout, Rule};
use norm_dfdx::composed::OnCpu;
use norm_dfdx::fused::{Flat, Statistics};
use norm_dfdx::with_upstream;
use norms::Method;

use crate::error::Error;

/// Which code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    /// The fused kernels.
    Fused,
    /// dfdx's operations, one by one, with its own tape.
    Composed,
    /// The judge: plain loops written from the paper.
    Reference,
}

impl Path {
    pub(crate) const ALL: [(&'static str, Self); 3] =
        [("fused", Self::Fused), ("composed", Self::Composed), ("reference", Self::Reference)];

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|p| p.1 == self).map_or("", |p| p.0)
    }
}

/// An element type that a request may ask for.
pub(crate) trait Real: Elem + Dtype {
    fn table(method: &'static Method) -> &'static Kernel<Self>;
    fn composed(
        norm: &Norm<Self>,
        x: &[Self],
        given: Option<&[Self]>,
        dy: Option<&[Self]>,
    ) -> Result<Played<Self>, Error>;
}

/// What the composed path gives back.
pub(crate) struct Played<T> {
    pub(crate) y: Vec<T>,
    pub(crate) statistics: Vec<T>,
    pub(crate) dx: Vec<T>,
    pub(crate) dparams: Vec<Vec<T>>,
}

pub(crate) fn narrow<T: Elem>(v: &[f64]) -> Vec<T> {
    v.iter().map(|v| T::lit(*v)).collect()
}

/// Its own function because an element that dfdx knows too has two methods of that name.
pub(crate) fn double<T: Elem>(v: T) -> f64 {
    v.to_f64()
}

pub(crate) fn widen<T: Elem>(v: &[T]) -> Vec<f64> {
    v.iter().map(|v| v.to_f64()).collect()
}

/// A method made ready for rows of one layout.
pub(crate) struct Norm<T: 'static> {
    pub(crate) method: &'static Method,
    pub(crate) path: Path,
    pub(crate) layout: Layout,
    /// Parameters, then states of controls, then frozen inputs.
    pub(crate) params: Vec<Vec<T>>,
    pub(crate) consts: Vec<f64>,
    pub(crate) mask: Option<Vec<bool>>,
}

impl<T: Real> Norm<T> {
    /// Puts a store, `[statistics][channels]`, where frozen inputs look at it.
    pub(crate) fn look_at(&mut self, store: &[T]) {
        let (d, channels) = (self.method.descriptor(), self.layout.channels());
        let behind = self.params.iter_mut().skip(d.returned_names().len());
        for (f, seen) in d.frozen.iter().zip(behind) {
            seen.copy_from_slice(f.of(store, channels));
        }
    }

    /// Puts states, `[controls][channels]`, where controls have them.
    pub(crate) fn hold(&mut self, states: &[T]) {
        let (learned, channels) = (self.method.descriptor().params.len(), self.layout.channels());
        for (held, state) in self.params.iter_mut().skip(learned).zip(states.chunks_exact(channels)) {
            held.copy_from_slice(state);
        }
    }

    fn call<'a>(&'a self, x: &'a [T], params: &'a [&'a [T]]) -> Call<'a, T> {
        Call { layout: self.layout, x, params, consts: &self.consts, mask: self.mask.as_deref() }
    }

    fn double(&self) -> Norm<f64> {
        Norm {
            method: self.method,
            path: self.path,
            layout: self.layout,
            params: self.params.iter().map(|p| widen(p)).collect(),
            consts: self.consts.clone(),
            mask: self.mask.clone(),
        }
    }

    /// Elements that a set pools.
    pub(crate) fn pooled(&self) -> usize {
        let params: Vec<&[T]> = self.params.iter().map(|p| &p[..]).collect();
        T::table(self.method).pooled(&self.call(&[], &params))
    }

    /// The output and the statistics that made it, laid out as the kernels lay them out. `given` are stored ones.
    pub(crate) fn forward(&self, x: &[T], given: Option<&[T]>) -> Result<(Vec<T>, Vec<T>), Error> {
        let kernel = T::table(self.method);
        let params: Vec<&[T]> = self.params.iter().map(|p| &p[..]).collect();
        match self.path {
            Path::Fused => {
                let mut statistics = vec![T::lit(0.0); kernel.statistics_len(&self.layout)];
                let mut y = vec![T::lit(0.0); x.len()];
                let call = self.call(x, &params);
                if let Some(given) = given {
                    kernel.apply(Isa::detect(), &call, given, &mut y)?;
                    return Ok((y, given.to_vec()));
                }
                kernel.forward(Isa::detect(), &call, &mut statistics, &mut y)?;
                Ok((y, statistics))
            }
            Path::Composed => {
                let played = T::composed(self, x, given, None)?;
                Ok((played.y, played.statistics))
            }
            Path::Reference => {
                let (wide, x) = (self.double(), widen(x));
                let params: Vec<&[f64]> = wide.params.iter().map(|p| &p[..]).collect();
                let call = wide.call(&x, &params);
                if let Some(given) = given {
                    let stored = self.stored()?;
                    let y = (stored.forward)(&call, &self.planes(&widen(given)));
                    return Ok((narrow(&y), given.to_vec()));
                }
                let found = self.method.reference.forward_scaled(self.method.descriptor(), &call);
                let mut statistics = vec![T::lit(0.0); kernel.statistics_len(&self.layout)];
                for (i, plane) in found.statistics.iter().enumerate() {
                    for (set, v) in plane.iter().enumerate() {
                        statistics[kernel.statistic_index(i, set, &self.layout)] = T::lit(*v);
                    }
                }
                Ok((narrow(&found.y), statistics))
            }
        }
    }

    /// The gradients of `x` and of the parameters, and behind these what states of controls are to grow by. Nothing flows
    /// through `given` statistics.
    pub(crate) fn backward(
        &self,
        x: &[T],
        statistics: &[T],
        dy: &[T],
        given: bool,
    ) -> Result<(Vec<T>, Vec<Vec<T>>), Error> {
        let kernel = T::table(self.method);
        let params: Vec<&[T]> = self.params.iter().map(|p| &p[..]).collect();
        match self.path {
            Path::Fused => {
                let mut dx = vec![T::lit(0.0); x.len()];
                let returned = self.method.descriptor().returned_names().len();
                let mut dparams: Vec<Vec<T>> =
                    params.iter().take(returned).map(|p| vec![T::lit(0.0); p.len()]).collect();
                let mut slots: Vec<&mut [T]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
                let rule = if given { Rule::Frozen } else { Rule::Exact };
                let call = self.call(x, &params);
                kernel.backward(Isa::detect(), &call, dy, statistics, rule, true, &mut dx, &mut slots)?;
                Ok((dx, dparams))
            }
            Path::Composed => {
                let played = T::composed(self, x, given.then_some(statistics), Some(dy))?;
                Ok((played.dx, played.dparams))
            }
            Path::Reference => {
                let (wide, x, dy) = (self.double(), widen(x), widen(dy));
                let params: Vec<&[f64]> = wide.params.iter().map(|p| &p[..]).collect();
                let call = wide.call(&x, &params);
                let found = if given {
                    (self.stored()?.backward)(&call, &dy, &self.planes(&widen(statistics)))
                } else {
                    self.method.reference.backward_scaled(self.method.descriptor(), &call, &dy)
                };
                Ok((narrow(&found.dx), found.dparams.iter().map(|p| narrow(p)).collect()))
            }
        }
    }

    fn stored(&self) -> Result<norm_core::conformance::StoredReference, Error> {
        self.method.reference.stored.ok_or_else(|| Error::NotApplicable {
            method: self.method.descriptor().id.to_owned(),
            what: "path = reference with stored statistics".to_owned(),
            reason: "its reference stores none".to_owned(),
        })
    }

    /// A statistics buffer as the reference takes it: one list per statistic.
    fn planes(&self, flat: &[f64]) -> Vec<Vec<f64>> {
        let (kernel, l) = (f64::table(self.method), &self.layout);
        let count = self.method.descriptor().statistics.len();
        (0..count)
            .map(|i| (0..kernel.sets(l)).map(|set| flat[kernel.statistic_index(i, set, l)]).collect())
            .collect()
    }
}

/// Rows of the cases that count, and where they go back to. The composed path knows no mask: a masked case is left
/// out, and gets zeros.
struct Kept {
    cases: Vec<usize>,
    case: usize,
}

impl Kept {
    fn of<T>(norm: &Norm<T>) -> Self {
        let counts = |n: &usize| norm.mask.as_ref().is_none_or(|m| m[*n]);
        Self { cases: (0..norm.layout.n).filter(counts).collect(), case: norm.layout.case() }
    }
    fn gather<T: Copy>(&self, v: &[T]) -> Vec<T> {
        self.cases.iter().flat_map(|n| &v[n * self.case..(n + 1) * self.case]).copied().collect()
    }
    fn scatter<T: Elem>(&self, v: &[T], len: usize) -> Vec<T> {
        let mut all = vec![T::lit(0.0); len];
        for (row, n) in v.chunks_exact(self.case.max(1)).zip(&self.cases) {
            all[n * self.case..(n + 1) * self.case].copy_from_slice(row);
        }
        all
    }
}

macro_rules! real {
    ($t:ty, $field:ident) => {
        impl Real for $t {
            fn table(method: &'static Method) -> &'static Kernel<Self> {
                method.$field
            }

            fn composed(
                norm: &Norm<Self>,
                x: &[Self],
                given: Option<&[Self]>,
                dy: Option<&[Self]>,
            ) -> Result<Played<Self>, Error> {
                let dev = Cpu::default();
                let fails = |e: norm_dfdx::Error<CpuError>| Error::Composed { what: e.to_string() };
                let dead = |e: CpuError| Error::Composed { what: format!("{e:?}") };
                let kept = Kept::of(norm);
                let rows = kept.gather(x);
                let layout = Layout { n: kept.cases.len(), ..norm.layout };
                let input: Tensor<(usize,), $t, Cpu> = dev.tensor_from_vec(rows.clone(), (rows.len(),));
                let params: Vec<Flat<$t, Cpu>> =
                    norm.params.iter().map(|p| dev.tensor_from_vec(p.clone(), (p.len(),))).collect();
                let traced = params.iter().map(|p| p.leaky_trace()).collect();
                let statistics = given.map_or(Statistics::Current, Statistics::Stored);
                let mut found = Vec::new();
                let y = <$t as OnCpu>::composed(
                    norm.method.descriptor(),
                    layout,
                    input.leaky_trace(),
                    traced,
                    &norm.consts,
                    statistics,
                    Some(&mut found),
                )
                .map_err(fails)?;
                if rows.is_empty() {
                    // Of nothing dfdx reads the first element all the same.
                    let returned = norm.method.descriptor().returned_names().len();
                    let zeros = |p: &Vec<$t>| vec![0.0; p.len()];
                    let dparams = norm.params.iter().take(returned).map(zeros).collect();
                    let zeros = vec![0.0; x.len()];
                    return Ok(Played { y: zeros.clone(), statistics: found, dx: zeros, dparams });
                }
                let out = kept.scatter(&y.as_vec(), x.len());
                let mut played = Played { y: out, statistics: found, dx: Vec::new(), dparams: Vec::new() };
                let Some(dy) = dy else { return Ok(played) };
                let mut gradients =
                    with_upstream(y, kept.gather(dy)).map_err(dead)?.try_backward().map_err(dead)?;
                let dx = gradients.get_or_alloc_mut(&input).map_err(dead)?.to_vec();
                played.dx = kept.scatter(&dx, x.len());
                for p in params.iter().take(norm.method.descriptor().returned_names().len()) {
                    played.dparams.push(gradients.get_or_alloc_mut(p).map_err(dead)?.to_vec());
                }
                Ok(played)
            }
        }
    };
}

real!(f32, f32);
real!(f64, f64);
