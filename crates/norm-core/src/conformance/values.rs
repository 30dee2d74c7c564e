//! Numbers: kernels against the judge and against differences.

use super::case::{Case, Data, Played, Shape, Sizes};
use super::difference::{difference, largest, peak};
use super::pictures::smallest_pool;
use super::reference::{ReferenceBackward, ReferenceForward, Subject};
use super::remedy::{finite_gradients, finite_output};
use super::report::Tally;
use crate::descriptor::{Descriptor, PolicyKind};
use crate::error::Error;
use crate::isa::Isa;
use crate::kernel::{Kernel, Rule};
use crate::policy::{Running, Stored};

/// One element, lengths around the lane widths, long rows, many cases, space.
const SHAPES: [Shape; 17] = [
    Shape::new(1, 1, 1),
    Shape::new(7, 1, 1),
    Shape::new(1, 19, 1),
    Shape::new(7, 19, 1),
    Shape::new(5, 15, 1),
    Shape::new(5, 16, 1),
    Shape::new(16, 17, 1),
    Shape::new(15, 33, 1),
    Shape::new(2, 1000, 1),
    Shape::new(1000, 3, 1),
    Shape::new(33, 64, 1),
    Shape::new(5, 6, 11),
    Shape::new(3, 4, 16),
    Shape::new(2, 2, 33),
    Shape::new(1, 4, 5),
    Shape::new(17, 2, 100),
    Shape::new(1, 2, 1),
];

const DATA: [Data; 9] = [
    Data::STANDARD,
    Data::Normal { mean: 1e4, deviation: 1.0 },
    Data::Normal { mean: 1e4, deviation: 1e-2 },
    Data::Normal { mean: 0.0, deviation: 1e-15 },
    Data::Normal { mean: 0.0, deviation: 1e15 },
    // Epsilon outweighs the variance.
    Data::Normal { mean: 0.0, deviation: 1e-4 },
    Data::Constant(3.7),
    Data::Constant(0.0),
    Data::Constant(1e15),
];

/// What double precision can give: the rounding of a mean, seen through the division by the spread; where statistics are
/// subtracted, the rounding of a square as well. Nothing where that leaves fewer than four digits.
fn bound(d: &Descriptor, data: Data) -> Option<f64> {
    let (mean, spread): (f64, f64) = match data {
        Data::Normal { mean, deviation } => (mean, (deviation * deviation + 1e-5).sqrt()),
        // The judge adds its mean up naively; there is nothing but that rounding in a constant set.
        Data::Constant(c) => (10.0 * c, 1e-5f64.sqrt()),
    };
    let ratio = mean.abs() / spread;
    let lost = if d.plan.subtracts_statistics() { ratio * ratio } else { 0.0 };
    Some(4e-13 * (1.0 + ratio + lost)).filter(|b| lost == 0.0 || *b <= 1e-4)
}

pub(super) fn reference_forward(subject: &Subject, case: &Case) -> ReferenceForward {
    case.with::<f64, _>(|call| (subject.reference.forward)(call))
}

pub(super) fn reference_backward(subject: &Subject, case: &Case) -> ReferenceBackward {
    case.with::<f64, _>(|call| (subject.reference.backward)(call, &case.dy))
}

/// One statistic over all sets.
fn plane(k: &Kernel<f64>, case: &Case, stats: &[f64], i: usize) -> Vec<f64> {
    let l = &case.layout;
    (0..k.sets(l)).map(|set| stats[k.statistic_index(i, set, l)]).collect()
}

fn each_case(
    subject: &Subject,
    mut f: impl FnMut(&Case, &Played, (Data, f64), String) -> Result<(), Error>,
) -> Result<(), Error> {
    let d = subject.f64.descriptor;
    for (i, shape) in SHAPES.iter().enumerate() {
        for (data, bound) in DATA.into_iter().filter_map(|data| Some((data, bound(d, data)?))) {
            let case = Case::new(d, *shape, data, i as u64)?;
            f(
                &case,
                &case.play(&subject.f64, Isa::detect())?,
                (data, bound),
                format!("{data}, {}", Sizes(case.layout)),
            )?;
        }
    }
    Ok(())
}

pub(super) fn forward(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let k = &subject.f64;
    each_case(subject, |case, got, (data, bound), at| {
        let want = reference_forward(subject, case);
        // Of a constant set a centred method leaves rounding, which is relative to what was subtracted. So does one
        // that divides by nothing, which no constant guards, of a set of one element.
        let alone = k.descriptor.consts.is_empty() && case.with::<f64, _>(|call| k.pooled(call)) == 1;
        let left = if alone || matches!(data, Data::Constant(_)) { peak(&case.x) } else { 0.0 };
        let scale = peak(&want.y).max(left).max(f64::MIN_POSITIVE);
        finite_output(tally, k.descriptor, &at, got);
        tally.close(&format!("y of {at}"), &got.y, &want.y, scale, bound);
        for (i, spec) in k.descriptor.statistics.iter().enumerate() {
            // A spread is known no better than the mean it is measured from.
            let scale = peak(&want.statistics[i]).max(peak(&case.x) * 1e-3).max(f64::MIN_POSITIVE);
            let scale = if spec.is_variance { scale.max(peak(&case.x).powi(2) * 1e-16) } else { scale };
            let got = plane(k, case, &got.stats, i);
            tally.close(&format!("{} of {at}", spec.name), &got, &want.statistics[i], scale, bound);
        }
        Ok(())
    })
}

/// The size of the terms that cancel where statistics of single cases are no constants to anybody: by how much the output
/// changes with the input, from place to place, times the upstream gradient.
fn local_terms(k: &Kernel<f64>, case: &Case, got: &Played) -> f64 {
    if !k.descriptor.plan.is_staged() {
        return 0.0;
    }
    let spread = |v: &[f64]| {
        let (least, most) = v.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
        most - least
    };
    let (x, y) = (spread(&case.x), spread(&got.y));
    // Where all are equal nothing is known of it; the steepest an epsilon of 1e-5 allows.
    peak(&case.dy) * if x > 0.0 { y / x } else { 316.0 }
}

pub(super) fn backward(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let k = &subject.f64;
    each_case(subject, |case, got, (_, bound), at| {
        finite_gradients(tally, k.descriptor, &at, got);
        let want = reference_backward(subject, case);
        // Where terms cancel, rounding is relative to the terms: those left when statistics are constants.
        let (terms, _) = case.backward(k, Isa::detect(), &got.stats, Rule::Frozen)?;
        let scale = peak(&want.dx).max(peak(&terms)).max(local_terms(k, case, got)).max(f64::MIN_POSITIVE);
        tally.close(&format!("dx of {at}"), &got.dx, &want.dx, scale, bound);
        for (i, name) in k.descriptor.returned_names().iter().enumerate() {
            let scale = peak(&want.dparams[i]).max(peak(&case.dy));
            tally.close(&format!("d{name} of {at}"), &got.dparams[i], &want.dparams[i], scale, bound);
        }
        Ok(())
    })
}

const STEP: f64 = 5e-4;

/// The slope of the loss `Σ y dy` when `change` moves a case by some amount, from five points.
fn slope(k: &Kernel<f64>, case: &Case, step: f64, change: impl Fn(&mut Case, f64)) -> Result<f64, Error> {
    let loss = |by: f64| -> Result<f64, Error> {
        let mut moved = case.clone();
        change(&mut moved, by);
        let (_, y) = moved.forward(k, Isa::detect())?;
        Ok(y.iter().zip(&case.dy).map(|(a, b)| a * b).sum())
    };
    let (near, far) = (loss(step)? - loss(-step)?, loss(2.0 * step)? - loss(-2.0 * step)?);
    Ok((8.0 * near - far) / (12.0 * step))
}

/// The slope, or nothing where a kink lies so near that differences see both of its sides: two steps disagree then.
fn smooth_slope(
    k: &Kernel<f64>,
    case: &Case,
    scale: f64,
    change: impl Fn(&mut Case, f64),
) -> Result<Option<f64>, Error> {
    let found = slope(k, case, STEP, &change)?;
    if !k.descriptor.plan.cuts_off() {
        return Ok(Some(found));
    }
    let nearer = slope(k, case, STEP / 8.0, &change)?;
    Ok(((found - nearer).abs() <= 1e-6 * scale).then_some(found))
}

/// At most eight indices, spread over a length.
fn some(len: usize) -> impl Iterator<Item = usize> {
    (0..len).step_by(len.div_ceil(8).max(1))
}

pub(super) fn central_differences(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let k = &subject.f64;
    let d = k.descriptor;
    let mut differs = 0.0f64;
    let mut all = Tally::default();
    all.between("the kernel", "the differences");
    let (mut smooth, mut kinks) = (0, 0);
    for (i, shape) in SHAPES.iter().enumerate() {
        let case = Case::new(d, *shape, Data::STANDARD, 100 + i as u64)?;
        let pooled = case.with::<f64, _>(|call| k.pooled(call));
        // Two values differ by chance as little as epsilon, where the slope bends too fast for differences.
        if pooled == 2 {
            continue;
        }
        let got = case.play(k, Isa::detect())?;
        let (terms, _) = case.backward(k, Isa::detect(), &got.stats, Rule::Frozen)?;
        let scale = peak(&got.dx).max(peak(&terms)).max(f64::MIN_POSITIVE);
        for i in some(case.x.len()) {
            let Some(want) = smooth_slope(k, &case, scale, |c, by| c.x[i] += by)? else {
                kinks += 1;
                continue;
            };
            smooth += 1;
            differs = largest([differs, (got.dx[i] - want).abs() / scale]);
            let what = format!("dx at element {i} of {}", Sizes(case.layout));
            all.close(&what, &[got.dx[i]], &[want], scale, 1e-6);
        }
        for (j, p) in d.params.iter().enumerate() {
            let scale = peak(&got.dparams[j]).max(1e-3);
            for i in some(case.params[j].len()) {
                let Some(want) = smooth_slope(k, &case, scale, |c, by| c.params[j][i] += by)? else {
                    kinks += 1;
                    continue;
                };
                smooth += 1;
                differs = largest([differs, (got.dparams[j][i] - want).abs() / scale]);
                let what = format!("d{} at {i} of {}", p.name, Sizes(case.layout));
                all.close(&what, &[got.dparams[j][i]], &[want], scale, 1e-6);
            }
        }
    }
    all.require(kinks <= smooth, || format!("a kink near {kinks} of {} places", kinks + smooth));
    if d.exact_gradient {
        *tally = all;
    } else {
        tally.skip("the gradient is declared not to be that of the formula, and it is not");
        tally.require(differs > 1e-3, || {
            format!(
                "the gradient is declared not to be the formula's own, but it is: differs by {differs:.1e}"
            )
        });
    }
    Ok(())
}

pub(super) fn no_dead_parameter(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let k = &subject.f64;
    let cuts_off = k.descriptor.plan.cuts_off();
    for shape in [Shape::new(5, 6, 1), Shape::new(3, 18, 7)] {
        // Of a centred set of one or two elements nothing is left, or a sign.
        if smallest_pool(k.descriptor.reference_set, shape) < 3 {
            continue;
        }
        let case = Case::new(k.descriptor, shape, Data::STANDARD, 5)?;
        let got = case.play(k, Isa::detect())?;
        let alive = |v: &f64| v.is_finite() && *v != 0.0;
        // A cut-off output has no gradient; a threshold has one only where something was cut off.
        let dead = got.dx.iter().filter(|v| !alive(v)).count();
        let allowed = if cuts_off { got.dx.len() / 2 } else { 0 };
        tally.require(dead <= allowed, || format!("dx is 0 or worse in {dead} of {} places", got.dx.len()));
        for (j, p) in k.descriptor.params.iter().enumerate() {
            for i in 0..case.params[j].len() {
                tally.require(alive(&got.dparams[j][i]), || {
                    format!("d{}[{i}] is {}", p.name, got.dparams[j][i])
                });
                let mut moved = case.clone();
                moved.params[j][i] += 0.5;
                let (_, y) = moved.forward(k, Isa::detect())?;
                tally.require(y != got.y, || format!("nothing depends on {}[{i}]", p.name));
            }
        }
    }
    Ok(())
}

/// The policy's state as the reference keeps it, and flat.
fn initial(k: &Kernel<f64>, sets: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
    let flat = Running::initial::<f64>(k.descriptor, sets);
    (flat.chunks(sets).map(<[f64]>::to_vec).collect(), flat)
}

pub(super) fn stored(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let k = &subject.f64;
    let d = k.descriptor;
    let Some(judge) = &subject.reference.stored else {
        if d.policy.averages() {
            tally.require(false, || format!("`policy {}` needs a reference with `stored`", d.policy.name()));
        }
        tally.skip("nothing is stored");
        return Ok(());
    };
    tally.require(d.policy.averages(), || {
        format!("a reference stores, the declaration says {}", d.policy.name())
    });
    let policy = Running { rate: 0.3, stored: Stored::Unbiased }.named(d, &d.default_consts());
    for shape in [Shape::new(7, 19, 1), Shape::new(5, 6, 11), Shape::new(1, 3, 1)] {
        let first = Case::new(d, shape, Data::STANDARD, 0)?;
        let (mut want, mut state) = initial(k, k.sets(&first.layout));
        for seed in 1..4 {
            let case = Case::new(d, shape, Data::Normal { mean: 2.0, deviation: 3.0 }, seed)?;
            let case = case.storing(d, &state);
            let (stats, _) = case.forward(k, Isa::detect())?;
            let pooled = case.with::<f64, _>(|call| k.pooled(call));
            policy.update(d, &stats, pooled, &mut state);
            case.with::<f64, _>(|call| (judge.update)(call, policy.rate, &mut want));
            let flat = want.concat();
            tally.close(&format!("state at {}", Sizes(case.layout)), &state, &flat, peak(&flat), 1e-13);
        }
        // Evaluation hands out the store, and there is nothing else before it.
        let first = first.storing(d, &state);
        let y = first.apply(k, Isa::detect(), &state)?;
        let want_y = first.with::<f64, _>(|call| (judge.forward)(call, &want));
        tally.close("y under stored statistics", &y, &want_y, peak(&want_y), 1e-13);
        let (dx, dparams) = first.backward(k, Isa::detect(), &state, Rule::Frozen)?;
        let back = first.with::<f64, _>(|call| (judge.backward)(call, &first.dy, &want));
        tally.close("dx under stored statistics", &dx, &back.dx, peak(&back.dx), 1e-13);
        for (got, want) in dparams.iter().zip(&back.dparams) {
            tally.close("parameter gradient under stored statistics", got, want, peak(want).max(1e-3), 1e-12);
        }
    }
    Ok(())
}

pub(super) fn train_and_evaluation(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let k = &subject.f64;
    let d = k.descriptor;
    let case = Case::new(d, Shape::new(7, 6, 1), Data::Normal { mean: 2.0, deviation: 3.0 }, 3)?;
    let sets = k.sets(&case.layout);
    match d.policy {
        PolicyKind::Instant => {
            tally.require(d.state_bytes(sets, 8) == 0, || "`policy instant` stores nothing".into());
        }
        PolicyKind::Running | PolicyKind::PerStep => {
            let mut stored = initial(k, sets).1;
            let mut case = case;
            if !d.plan.uses_statistics() {
                // Training is evaluation under what was stored before the batch, and the batch moves that.
                case = case.storing(d, &stored);
                let (stats, y) = case.forward(k, Isa::detect())?;
                let before = case.apply(k, Isa::detect(), &stored)?;
                tally.between("training", "evaluation before the batch");
                tally.same_bits("y, made of what is stored,", &y, &before);
                let policy = Running { rate: 0.5, stored: Stored::Biased };
                policy.update(d, &stats, case.with::<f64, _>(|call| k.pooled(call)), &mut stored);
            }
            let (_, y) = case.forward(k, Isa::detect())?;
            let evaluated = case.clone().storing(d, &stored).apply(k, Isa::detect(), &stored)?;
            // Of outputs around 2, as those of normalized values are, 0.1.
            tally.require(difference(&y, &evaluated) > 0.05 * peak(&y), || {
                format!("`policy {}`, but evaluation gives what training gives", d.policy.name())
            });
            tally.require(d.state_bytes(sets, 8) > 0, || "a policy that averages stores something".into());
        }
        PolicyKind::Streaming => {
            tally.require(d.state_bytes(sets, 8) > 0, || "`policy streaming` stores something".into());
        }
    }
    Ok(())
}

pub(super) fn one_update(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let k = &subject.f64;
    let d = k.descriptor;
    if !d.policy.averages() {
        tally.skip("nothing is stored");
        return Ok(());
    }
    let case = Case::new(d, Shape::new(7, 6, 1), Data::STANDARD, 3)?;
    let sets = k.sets(&case.layout);
    let (_, mut state) = initial(k, sets);
    let before = state.clone();
    // Any number of forwards and backwards, then one commit.
    let (stats, _) = case.forward(k, Isa::detect())?;
    let again = case.forward(k, Isa::detect())?.0;
    case.backward(k, Isa::detect(), &stats, Rule::Exact)?;
    tally.between("the second forward", "the first");
    tally.same_bits("statistics", &again, &stats);
    tally.between("the store", "the average by hand");
    let policy = Running { rate: 0.25, stored: Stored::Biased };
    tally.require(policy.update(d, &stats, 7, &mut state), || "the update was not taken".into());
    let want: Vec<f64> = before.iter().zip(&stats).map(|(b, s)| 0.75 * b + 0.25 * s).collect();
    tally.close("state", &state, &want, peak(&want), 1e-15);
    let committed = state.clone();
    let mut poisoned = stats.clone();
    poisoned[0] = f64::NAN;
    tally.require(!policy.update(d, &poisoned, 7, &mut state), || "a NaN was taken in".into());
    tally.between("the store after a NaN", "the store before");
    tally.same_bits("state", &state, &committed);
    Ok(())
}
