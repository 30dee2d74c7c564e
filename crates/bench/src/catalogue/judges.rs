//! Pictures and judgements for the record of a method: what the probe measured, and how far hand-derived, symbolic
//! and tape gradients are apart.

use dfdx::prelude::*;
use norm_core::conformance::{Dependencies, Probe, ReferenceCall, Shape, relative_difference};
use norm_core::{Call, Descriptor, Isa, Layout, PolicyKind, ReferenceSet, Rule};
use norm_dfdx::composed::OnCpu;
use norm_dfdx::fused::Statistics;
use norms::Method;
use results::{DependencyPicture, GradientJudges, Judgement, PictureGrid, QuantityDifference};

/// Cases, steps, channels and places of a picture: small enough to draw, large enough that every dependence shows.
#[derive(Clone, Copy)]
struct Sizes {
    cases: usize,
    steps: usize,
    channels: usize,
    space: usize,
}

impl Sizes {
    fn of(d: &Descriptor) -> Self {
        // A matrix of weights has units and inputs. Only where places differ from channels are there several.
        match (d.reference_set.is_of_weights(), d.sees_places()) {
            (true, _) => Self { cases: 3, steps: 1, channels: 4, space: 1 },
            (false, true) => Self { cases: 2, steps: 2, channels: 2, space: 6 },
            (false, false) => Self { cases: 3, steps: 2, channels: 4, space: 1 },
        }
    }

    fn shape(&self, rows: usize) -> Shape {
        Shape { cases: rows, channels: self.channels, space: self.space, groups: 1 }
    }

    fn len(&self) -> usize {
        self.cases * self.steps * self.channels * self.space
    }

    /// The element at a row `(case, step)` of a picture, and its name.
    fn label(&self, prefix: &str, at: usize, weights: bool) -> String {
        let (place, rest) = (at % self.space, at / self.space);
        let (channel, row) = (rest % self.channels, rest / self.channels);
        let (case, step) = (row / self.steps, row % self.steps);
        match (weights, self.space) {
            (true, _) => format!("{prefix}[{case},{channel}]"),
            (false, 1) => format!("{prefix}[{case},t{step},{channel}]"),
            (false, _) => format!("{prefix}[{case},t{step},{channel},{place}]"),
        }
    }
}

/// Pairs that depend, `[of][on]`.
type Pairs = Vec<Vec<bool>>;

/// A picture over cases and steps out of that of a call: of all steps, or of one where each step has statistics of its own.
fn over_steps(sizes: Sizes, per_step: bool, of_call: &Dependencies) -> Pairs {
    let row = sizes.channels * sizes.space;
    // In which call an element stands, and where.
    let place = |at: usize| {
        let (rows, within) = (at / row, at % row);
        if per_step { (rows % sizes.steps, rows / sizes.steps * row + within) } else { (0, at) }
    };
    let depends = |of: usize, on: usize| {
        let ((a, of), (b, on)) = (place(of), place(on));
        a == b && of_call.depends(of, on)
    };
    (0..sizes.len()).map(|of| (0..sizes.len()).map(|on| depends(of, on)).collect()).collect()
}

/// Which `y` depends on which `x`, and which `dx` on which `dy`, as measured.
pub(crate) fn pictures(m: &Method) -> Vec<DependencyPicture> {
    let d = m.descriptor();
    let (sizes, weights) = (Sizes::of(d), d.reference_set.is_of_weights());
    let per_step = d.policy == PolicyKind::PerStep;
    let shape = sizes.shape(if per_step { sizes.cases } else { sizes.cases * sizes.steps });
    let (Ok(measured), Ok(promised)) =
        (Probe::measured_with(m.f64, shape, None, WINDOW), Probe::promised_with(d, shape, None, WINDOW))
    else {
        return Vec::new();
    };
    let quantities = [
        ("which y depends on which x", "y", "x", &measured.y_on_x, &promised.y_on_x),
        ("which dx depends on which dy", "dx", "dy", &measured.dx_on_dy, &promised.dx_on_dy),
    ];
    let picture = |(title, of, on, found, declared): (&str, &str, &str, &Dependencies, &Dependencies)| {
        let names = |prefix: &str| (0..sizes.len()).map(|at| sizes.label(prefix, at, weights)).collect();
        let (down, across) = match (weights, sizes.space) {
            (true, _) => ("unit", "input"),
            (false, 1) => ("case, step", "channel"),
            (false, _) => ("case, step", "channel, place"),
        };
        DependencyPicture {
            title: title.to_owned(),
            rows: names(of),
            columns: names(on),
            cells: over_steps(sizes, per_step, found),
            declared_equals_measured: found.is_as_declared(declared, d),
            grid: Some(PictureGrid {
                down_axis: down.to_owned(),
                down: sizes.cases * sizes.steps,
                across_axis: across.to_owned(),
                across: sizes.channels * sizes.space,
            }),
        }
    };
    quantities.into_iter().map(picture).collect()
}

/// Windows of a picture are this wide, so that they are smaller than what they lie on.
const WINDOW: Option<f64> = Some(3.0);

fn values(n: usize, seed: u64) -> Vec<f64> {
    let mut s = seed;
    (0..n)
        .map(|_| {
            s = s.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (s >> 11) as f64 / 2f64.powi(52) - 1.0
        })
        .collect()
}

struct Gradients {
    dx: Vec<f64>,
    dparams: Vec<Vec<f64>>,
}

impl Gradients {
    fn judged(&self, judge: &Self, names: &[&str]) -> Judgement {
        let one = |name: &str, a: &[f64], b: &[f64]| QuantityDifference {
            quantity: name.to_owned(),
            max_relative: relative_difference(a, b, 0.0),
        };
        let params = names.iter().zip(self.dparams.iter().zip(&judge.dparams));
        let mut differences = vec![one("dx", &self.dx, &judge.dx)];
        differences.extend(params.map(|(n, (a, b))| one(&format!("d{n}"), a, b)));
        Judgement { differences }
    }
}

/// Hand-derived, symbolic and tape gradients against central differences of the kernel's forward, in double precision; of a
/// method whose gradient is declared to be another, the derived ones against that by hand, and that against the tape's.
pub(crate) fn gradient_judges(m: &Method) -> Option<GradientJudges> {
    let d = m.descriptor();
    // Where space is pooled there has to be some. Of several sets one may be a window over it, but a set over the batch
    // alone knows none, and a matrix of weights is one case.
    let (l, shape) = match d.reference_set {
        ReferenceSet::Space => (Layout::new(6, 5, 1, 4), "6x5x4"),
        ReferenceSet::Unit => (Layout::new(1, 1, 6, 10), "6x10"),
        ReferenceSet::Batch | ReferenceSet::BatchTime => (Layout::new(6, 1, 10, 1), "6x10"),
        _ if d.plan.is_staged() => (Layout::new(6, 1, 5, 4).with_row(2), "6x5x4"),
        _ => (Layout::new(6, 1, 10, 1), "6x10"),
    };
    let (x, dy) = (values(l.len(), 1), values(l.len(), 2));
    let params: Vec<Vec<f64>> = d.params.iter().zip(3..).map(|(p, s)| values(p.axis.len(&l), s)).collect();
    let consts = d.default_consts();
    let around = |(v, s): (f64, u64)| values(l.channels(), s).iter().map(|n| v + 0.4 * n).collect::<Vec<_>>();
    let states: Vec<Vec<f64>> = d.plan.controls().into_iter().map(|_| 0.0).zip(21..).map(around).collect();
    // Near what it starts at and well away from 0, which a deviation divides by.
    let near = |(f, seed): (&norm_core::Frozen, u64)| -> Vec<f64> {
        let start = |set: usize| 0.5 + 0.5 * d.start(f.statistic).at(set);
        around((0.0, seed)).iter().enumerate().map(|(set, v)| v + start(set)).collect()
    };
    let frozen: Vec<Vec<f64>> = d.frozen.iter().zip(11..).map(near).collect();
    let behind: Vec<Vec<f64>> = states.iter().chain(&frozen).cloned().collect();
    let isa = Isa::detect();
    let loss = |x: &[f64], params: &[Vec<f64>]| -> Option<f64> {
        let slices: Vec<&[f64]> = params.iter().chain(&behind).map(|p| &p[..]).collect();
        let call = Call { layout: l, x, params: &slices, consts: &consts, mask: None };
        let (mut stats, mut y) = (vec![0.0; m.f64.statistics_len(&l)], vec![0.0; l.len()]);
        m.f64.forward(isa, &call, &mut stats, &mut y).ok()?;
        Some(y.iter().zip(&dy).map(|(a, b)| a * b).sum())
    };
    let slope = |change: &dyn Fn(f64) -> Option<f64>| -> Option<f64> {
        // Five points: the error falls with the fourth power of the step.
        let h = 1e-4;
        let (a, b) = (change(h)? - change(-h)?, change(2.0 * h)? - change(-2.0 * h)?);
        Some((8.0 * a - b) / (12.0 * h))
    };
    let differences = Gradients {
        dx: (0..x.len())
            .map(|i| {
                slope(&|h| {
                    let mut x = x.clone();
                    x[i] += h;
                    loss(&x, &params)
                })
            })
            .collect::<Option<_>>()?,
        dparams: (0..params.len())
            .map(|p| {
                let one = |i: usize| {
                    slope(&|h| {
                        let mut params = params.clone();
                        params[p][i] += h;
                        loss(&x, &params)
                    })
                };
                (0..params[p].len()).map(one).collect::<Option<_>>()
            })
            .collect::<Option<_>>()?,
    };

    let slices: Vec<&[f64]> = params.iter().chain(&behind).map(|p| &p[..]).collect();
    let call = Call { layout: l, x: &x, params: &slices, consts: &consts, mask: None };
    let (mut stats, mut y) = (vec![0.0; m.f64.statistics_len(&l)], vec![0.0; l.len()]);
    m.f64.forward(isa, &call, &mut stats, &mut y).ok()?;
    let returned = params.iter().chain(&states).map(|p| vec![0.0; p.len()]).collect();
    let mut symbolic = Gradients { dx: vec![0.0; l.len()], dparams: returned };
    let mut slots: Vec<&mut [f64]> = symbolic.dparams.iter_mut().map(|p| &mut p[..]).collect();
    m.f64.backward(isa, &call, &dy, &stats, Rule::Exact, true, &mut symbolic.dx, &mut slots).ok()?;

    let reference = ReferenceCall { layout: l, x: &x, params: &slices, consts: &consts, mask: None };
    let by_hand = (m.reference.backward)(&reference, &dy);
    let by_hand = Gradients { dx: by_hand.dx, dparams: by_hand.dparams };
    let tape = tape(m, l, &x, [&params, &states, &frozen], &consts, &dy)?;

    let names = d.returned_names();
    let (judge, of_hand) = if d.exact_gradient { (&differences, &differences) } else { (&by_hand, &tape) };
    Some(GradientJudges {
        shape: shape.to_owned(),
        dtype: "f64".to_owned(),
        hand_derived: Some(by_hand.judged(of_hand, &names)),
        symbolic: Some(symbolic.judged(judge, &names)),
        tape: Some(tape.judged(judge, &names)),
        central_difference: None,
        judge: if d.exact_gradient {
            "central differences of the forward"
        } else {
            "the gradient derived by hand, and of that to the tape's, since differences judge no declared gradient"
        }
        .to_owned(),
    })
}

/// dfdx's own tape over the composed path.
fn tape(
    m: &Method,
    l: Layout,
    x: &[f64],
    [params, states, frozen]: [&[Vec<f64>]; 3],
    consts: &[f64],
    dy: &[f64],
) -> Option<Gradients> {
    let dev = Cpu::default();
    let xt: Tensor<(usize,), f64, Cpu> = dev.tensor_from_vec(x.to_vec(), (l.len(),));
    let flat: Vec<Tensor<(usize,), f64, Cpu>> =
        params.iter().chain(states).map(|p| dev.tensor_from_vec(p.clone(), (p.len(),))).collect();
    let frozen = frozen.iter().map(|f| dev.tensor_from_vec(f.clone(), (f.len(),)).retaped());
    let traced = flat.iter().map(Tensor::retaped).chain(frozen).collect();
    let y =
        f64::composed(m.descriptor(), l, xt.leaky_trace(), traced, consts, Statistics::Current, None).ok()?;
    let dy: Tensor<(usize,), f64, Cpu> = dev.tensor_from_vec(dy.to_vec(), (l.len(),));
    let g = (y * dy).sum::<Rank0, _>().backward();
    Some(Gradients { dx: g.get(&xt).as_vec(), dparams: flat.iter().map(|p| g.get(p).as_vec()).collect() })
}
