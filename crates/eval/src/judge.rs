//! One call by one of the two judges, dfdx's own operations or plain loops: nothing of the kernels runs here.

use dfdx::prelude::*;
use norm_core::conformance::StoredReference;
use norm_core::{Call, Descriptor, Elem, Kernel, Layout};
use norm_dfdx::composed::OnCpu;
use norm_dfdx::fused::{Flat, Statistics};
use norm_dfdx::with_upstream;
use norms::Method;

use crate::error::Error;
use crate::norm::{Path, Real, narrow, widen};

/// What the composed path gives back.
pub(crate) struct Played<T> {
    y: Vec<T>,
    statistics: Vec<T>,
    dx: Vec<T>,
    dparams: Vec<Vec<T>>,
}

/// Inputs in double precision, as the plain loops take them.
pub(crate) struct Wide {
    x: Vec<f64>,
    params: Vec<Vec<f64>>,
}

impl Wide {
    pub(crate) fn of<T: Elem>(call: &Call<'_, T>) -> Self {
        Self { x: widen(call.x), params: call.params.iter().map(|p| widen(p)).collect() }
    }

    /// Runs `f` on the call with these inputs.
    pub(crate) fn call<T, R>(&self, of: &Call<'_, T>, f: impl FnOnce(&Call<'_, f64>) -> R) -> R {
        let params: Vec<&[f64]> = self.params.iter().map(|p| &p[..]).collect();
        f(&Call { layout: of.layout, x: &self.x, params: &params, consts: of.consts, mask: of.mask })
    }
}

fn stored(method: &Method) -> Result<StoredReference, Error> {
    method.reference.stored.ok_or_else(|| Error::NotApplicable {
        method: method.descriptor().id.to_owned(),
        what: "path = reference with stored statistics".to_owned(),
        reason: "its reference stores none".to_owned(),
    })
}

/// A statistics buffer as the reference takes it: one list per statistic.
fn planes<T: Real>(method: &'static Method, layout: &Layout, flat: &[T]) -> Vec<Vec<f64>> {
    let (kernel, flat) = (f64::table(method), widen(flat));
    let at =
        |i: usize| (0..kernel.sets(layout)).map(|set| flat[kernel.statistic_index(i, set, layout)]).collect();
    (0..method.descriptor().statistics.len()).map(at).collect()
}

/// The output and the statistics that made it, laid out as the kernels lay them out. `given` are stored ones.
pub(crate) fn forward<T: Real>(
    method: &'static Method,
    path: Path,
    call: &Call<'_, T>,
    given: Option<&[T]>,
) -> Result<(Vec<T>, Vec<T>), Error> {
    if path == Path::Composed {
        let played = T::composed(method.descriptor(), call, given, None)?;
        return Ok((played.y, played.statistics));
    }
    let wide = Wide::of(call);
    if let Some(given) = given {
        let (stored, planes) = (stored(method)?, planes(method, &call.layout, given));
        return Ok((narrow(&wide.call(call, |call| (stored.forward)(call, &planes))), given.to_vec()));
    }
    let found = wide.call(call, |call| method.reference.forward_scaled(method.descriptor(), call));
    let kernel = T::table(method);
    let mut statistics = vec![T::lit(0.0); kernel.statistics_len(&call.layout)];
    for (i, plane) in found.statistics.iter().enumerate() {
        for (set, v) in plane.iter().enumerate() {
            statistics[kernel.statistic_index(i, set, &call.layout)] = T::lit(*v);
        }
    }
    Ok((narrow(&found.y), statistics))
}

/// The gradients of `x` and of the parameters, and behind these what states of controls are to grow by. Nothing flows
/// through `given` statistics.
pub(crate) fn backward<T: Real>(
    method: &'static Method,
    path: Path,
    call: &Call<'_, T>,
    statistics: &[T],
    dy: &[T],
    given: bool,
) -> Result<(Vec<T>, Vec<Vec<T>>), Error> {
    if path == Path::Composed {
        let played = T::composed(method.descriptor(), call, given.then_some(statistics), Some(dy))?;
        return Ok((played.dx, played.dparams));
    }
    let (wide, dy) = (Wide::of(call), widen(dy));
    let found = if given {
        let (stored, planes) = (stored(method)?, planes(method, &call.layout, statistics));
        wide.call(call, |call| (stored.backward)(call, &dy, &planes))
    } else {
        wide.call(call, |call| method.reference.backward_scaled(method.descriptor(), call, &dy))
    };
    Ok((narrow(&found.dx), found.dparams.iter().map(|p| narrow(p)).collect()))
}

/// Rows of the cases that count, and where they go back to. The composed path knows no mask: a masked case is left
/// out, and gets zeros.
struct Kept {
    cases: Vec<usize>,
    case: usize,
}

impl Kept {
    fn of<T>(call: &Call<'_, T>) -> Self {
        let counts = |n: &usize| call.mask.is_none_or(|m| m[*n]);
        Self { cases: (0..call.layout.n).filter(counts).collect(), case: call.layout.case() }
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
                d: &'static Descriptor,
                call: &Call<'_, Self>,
                given: Option<&[Self]>,
                dy: Option<&[Self]>,
            ) -> Result<Played<Self>, Error> {
                let dev = Cpu::default();
                let fails = |e: norm_dfdx::Error<CpuError>| Error::Composed { what: e.to_string() };
                let dead = |e: CpuError| Error::Composed { what: format!("{e:?}") };
                let kept = Kept::of(call);
                let rows = kept.gather(call.x);
                let layout = Layout { n: kept.cases.len(), ..call.layout };
                let input: Tensor<(usize,), $t, Cpu> = dev.tensor_from_vec(rows.clone(), (rows.len(),));
                let params: Vec<Flat<$t, Cpu>> =
                    call.params.iter().map(|p| dev.tensor_from_vec(p.to_vec(), (p.len(),))).collect();
                let traced = params.iter().map(|p| p.leaky_trace()).collect();
                let statistics = given.map_or(Statistics::Current, Statistics::Stored);
                let mut found = Vec::new();
                let y = <$t as OnCpu>::composed(
                    d,
                    layout,
                    input.leaky_trace(),
                    traced,
                    call.consts,
                    statistics,
                    Some(&mut found),
                )
                .map_err(fails)?;
                if rows.is_empty() {
                    // Of nothing dfdx reads the first element all the same.
                    let returned = d.returned_names().len();
                    let zeros = |p: &&[$t]| vec![0.0; p.len()];
                    let dparams = call.params.iter().take(returned).map(zeros).collect();
                    let zeros = vec![0.0; call.x.len()];
                    return Ok(Played { y: zeros.clone(), statistics: found, dx: zeros, dparams });
                }
                let out = kept.scatter(&y.as_vec(), call.x.len());
                let mut played = Played { y: out, statistics: found, dx: Vec::new(), dparams: Vec::new() };
                let Some(dy) = dy else { return Ok(played) };
                let mut gradients =
                    with_upstream(y, kept.gather(dy)).map_err(dead)?.try_backward().map_err(dead)?;
                let dx = gradients.get_or_alloc_mut(&input).map_err(dead)?.to_vec();
                played.dx = kept.scatter(&dx, call.x.len());
                for p in params.iter().take(d.returned_names().len()) {
                    played.dparams.push(gradients.get_or_alloc_mut(p).map_err(dead)?.to_vec());
                }
                Ok(played)
            }
        }
    };
}

real!(f32, f32);
real!(f64, f64);
