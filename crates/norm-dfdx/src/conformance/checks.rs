//! The list of checks of a layer.

use dfdx::prelude::*;
use norm_core::blocks::Blocks;
use norm_core::conformance::{Report, Tally, peak};
use norm_core::{Descriptor, Elem, Kernel, PolicyKind, ReferenceSet, Site};

use super::edges;
use super::judge::{self, Place};
use super::subject::{Input, Layer, Makers, Space, Subject, Taped, Told, WIDTH, told};
use super::tensors::{Held, Random};

const CASES: usize = 5;

/// The name of the check that dfdx's own tape judges the gradient in.
pub(super) const TAPE: &str = "layer: fused equals composed, f64";

/// Inputs with a mean, so that a sum of them is not nothing.
fn input<E: Dtype + Elem>(space: Space, cases: usize, seed: u64) -> Told<Input<E>>
where
    Cpu: Device<E>,
{
    let mut r = Random(seed);
    let values = (0..cases * WIDTH * space.places()).map(|_| E::lit(0.3 + r.next())).collect::<Vec<E>>();
    told(Cpu::default().try_tensor_from_vec(values, space.shape(cases)))
}

/// A layer whose trained tensors are not at their start, so that none is invisible by being 0 or 1.
fn moved<E: Dtype + Elem, M: Subject<E> + ?Sized>(mut layer: Box<M>) -> Told<Box<M>>
where
    Cpu: Device<E>,
{
    let (mut held, mut r) = (layer.read()?, Random(2));
    for v in held.iter_mut().filter(|h| h.trained).flat_map(|h| &mut h.values) {
        *v += 0.3 + 0.1 * r.next();
    }
    layer.write(held)?;
    Ok(layer)
}

/// What the checks of a layer run over.
#[derive(Clone, Copy)]
struct Of {
    d: &'static Descriptor,
    place: Place,
    makers: Makers,
    space: Space,
}

impl Of {
    fn built(self) -> Told<Box<dyn Layer>> {
        moved::<f64, dyn Layer>((self.makers.f64)()?)
    }
    fn input(self, cases: usize, seed: u64) -> Told<Input<f64>> {
        input(self.space, cases, seed)
    }
}

type LayerCheck = fn(Of, &mut Tally) -> Told<()>;

/// Every check of a layer, by the name under which a report shows it.
const CHECKS: [(&str, LayerCheck); 8] = [
    (TAPE, |of, t| paths_agree::<f64, dyn Layer>(of, (of.makers.f64)(), t, 1e-11)),
    ("layer: fused equals composed, f32", |of, t| {
        paths_agree::<f32, dyn Subject<f32>>(of, (of.makers.f32)(), t, 2e-4)
    }),
    ("layer: training and evaluation as declared", modes),
    ("layer: safetensors there and back", files),
    ("layer: a clone is independent", clones),
    ("layer: an input used more than once", fan_out),
    ("layer: permuted and broadcast inputs", permuted),
    ("layer: a training step lowers the loss", training),
];

const MASKS: &str = "operations: little or nothing left by a mask";
const CONSTANTS: &str = "operations: constants out of range";

/// The name of every check, in the order in which they run.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|(name, _)| *name).chain([MASKS, CONSTANTS])
}

/// Whether a check is one of a layer, and not of the operations that it is made of.
pub(super) fn needs_layer(name: &str) -> bool {
    CHECKS.iter().any(|(check, _)| *check == name)
}

fn wide<E: Elem>(v: Vec<E>) -> Vec<f64> {
    v.into_iter().map(Elem::to_f64).collect()
}

/// Output, gradient of the input, gradients of the trained tensors, for the loss of this page.
pub(super) struct Played {
    pub(super) y: Vec<f64>,
    pub(super) dx: Vec<f64>,
    pub(super) trained: Vec<Held>,
}

/// A factor of its own for each element of a loss, the same everywhere.
fn weight(i: usize) -> f64 {
    0.5 + (i as f64 * 0.618_034).fract()
}

/// `Σ w exp(y / s) s`: slopes that differ from element to element and are near 1, wherever the outputs lie. `s` is 1 unless they
/// lie where `exp` runs away; it is a number of the check, and has no gradient.
fn loss<E: Dtype + Elem>(y: Taped<E>) -> Told<Tensor<Rank0, E, Cpu, OwnedTape<E, Cpu>>>
where
    Cpu: Device<E>,
{
    const FAR: f64 = 20.0;
    let largest = peak(&wide(y.as_vec()));
    let s = E::lit(if largest > FAR { largest } else { 1.0 });
    let weights: Vec<E> = (0..y.shape().num_elements()).map(|i| E::lit(weight(i))).collect();
    let weights: Input<E> = told(Cpu::default().try_tensor_from_vec(weights, *y.shape()))?;
    let each = told(told(told(y.try_div(s))?.try_exp())?.try_mul(weights))?;
    told(told(each.try_sum::<Rank0, _>())?.try_mul(s))
}

/// Values of `y`, gradient of `x`, and all gradients.
pub(super) fn back<E: Dtype + Elem>(
    y: Taped<E>,
    x: &Input<E>,
) -> Told<(Vec<f64>, Vec<f64>, Gradients<E, Cpu>)>
where
    Cpu: Device<E>,
{
    let values = wide(y.as_vec());
    let mut found = told(loss(y)?.try_backward())?;
    told(found.try_alloc_for(x))?;
    let dx = wide(found.get(x).as_vec());
    Ok((values, dx, found))
}

/// One pass; in training the layer is changed as its policy says.
fn play<E: Dtype + Elem, M: Subject<E> + ?Sized>(layer: &mut M, x: &Input<E>, training: bool) -> Told<Played>
where
    Cpu: Device<E>,
{
    let x_on_tape = x.leaky_trace();
    let y = if training { layer.train(x_on_tape)? } else { layer.eval(x_on_tape)? };
    let (y, dx, mut found) = back(y, x)?;
    layer.settle();
    Ok(Played { y, dx, trained: layer.gradients(&mut found)? })
}

/// Both paths from the same tensors: two batches in training, then evaluation.
fn paths_agree<E: Dtype + Elem, M: Subject<E> + ?Sized>(
    of: Of,
    fused: Told<Box<M>>,
    tally: &mut Tally,
    bound: f64,
) -> Told<()>
where
    Cpu: Device<E>,
{
    tally.between("the fused layer", "the composed path");
    let mut fused = moved::<E, M>(fused?)?;
    let mut held = fused.read()?;
    // The second without space: a layer takes both.
    for (pass, cases, space, training) in [
        ("training", CASES, of.space, true),
        ("training", 4, Space::NONE, true),
        ("evaluation", 3, of.space, false),
    ] {
        let x = input(space, cases, 10 + cases as u64)?;
        let got = play(&mut *fused, &x, training)?;
        let want = judge::play(of.d, of.place, &mut held, &x, training)?;
        let mut close = |what: &str, got: &[f64], want: &[f64]| {
            tally.close(&format!("{what} in {pass}"), got, want, peak(want).max(1.0), bound);
        };
        close("y", &got.y, &want.y);
        close("dx", &got.dx, &want.dx);
        for got in &got.trained {
            let want = want.trained.iter().find(|h| h.name == got.name).map_or(&[][..], |h| &h.values);
            close(&format!("gradient of {}", got.name), &got.values, want);
        }
        for (got, want) in fused.read()?.iter().zip(&held) {
            close(&got.name, &got.values, &want.values);
        }
    }
    Ok(())
}

/// All stored and trained numbers in one row.
fn flat(layer: &dyn Layer) -> Told<Vec<f64>> {
    Ok(layer.read()?.into_iter().flat_map(|h| h.values).collect())
}

fn output(layer: &dyn Layer, x: &Input<f64>) -> Told<Vec<f64>> {
    Ok(layer.eval_without_tape(x.clone())?.as_vec())
}

fn modes(of: Of, tally: &mut Tally) -> Told<()> {
    let (d, mut layer, x) = (of.d, of.built()?, of.input(CASES, 20)?);
    let before = flat(&*layer)?;
    let y = output(&*layer, &x)?;
    tally.between("the layer again", "the first evaluation");
    tally.same_bits("y of a second evaluation", &output(&*layer, &x)?, &y);
    tally.same_bits("y of an evaluation on a tape", &layer.eval(x.leaky_trace())?.as_vec(), &y);
    tally.same_bits("what is stored, after evaluation", &flat(&*layer)?, &before);
    let trained = layer.train(x.leaky_trace())?.as_vec();
    let moved = flat(&*layer)? != before;
    let says = d.policy.name();
    tally.require(moved == d.policy.averages(), || {
        format!("`policy {says}`, but training {} what is stored", if moved { "moves" } else { "leaves" })
    });
    // Made of what is stored alone, a batch that is one block gives in training what it gave in evaluation before.
    let cut = Blocks::of(d, &d.default_consts()).map_or(0, |blocks| blocks.ranges(CASES).count()) > 1;
    let differs = d.policy.averages() && (d.plan.uses_statistics() || cut);
    tally.require((trained != y) == differs, || {
        let how = if trained == y { "what" } else { "something else than what" };
        format!("`policy {says}`, but evaluation gives {how} training gives")
    });
    if moved {
        let after = output(&*layer, &x)?;
        tally.require(after != y, || format!("`policy {says}`, but evaluation is blind to what is stored"));
    }
    Ok(())
}

fn files(of: Of, tally: &mut Tally) -> Told<()> {
    let (mut layer, x) = (of.built()?, of.input(CASES, 30)?);
    layer.train(x.leaky_trace())?;
    let name = format!("normlab-{}-{:?}.safetensors", std::process::id(), std::thread::current().id());
    let path = std::env::temp_dir().join(name);
    let saved = layer.save(&path);
    let mut other = (of.makers.f64)()?;
    let loaded = saved.and_then(|()| other.load(&path));
    // The file is in the way of nobody; that it was written is what counts.
    let _ = std::fs::remove_file(&path);
    loaded?;
    tally.between("the layer that was loaded", "the one that was saved");
    tally.same_bits("what was loaded", &flat(&*other)?, &flat(&*layer)?);
    tally.same_bits("y after loading", &output(&*other, &x)?, &output(&*layer, &x)?);
    Ok(())
}

/// One step of gradient descent on `mean (y − target)²`; the loss before it.
fn step(layer: &mut dyn Layer, x: &Input<f64>, rate: f64) -> Told<f64> {
    let (cases, _, rows, columns) = *x.shape();
    let target = input::<f64>(Space(rows, columns), cases, 41)?;
    let y = layer.train(x.leaky_trace())?;
    let loss = told(told(told(y.try_sub(target))?.try_square())?.try_mean::<Rank0, _>())?;
    let value = loss.array();
    let mut found = told(loss.try_backward())?;
    // dfdx's optimizer asks for a gradient of every trained tensor: this sees to it.
    layer.gradients(&mut found)?;
    layer.descend(&found, rate)?;
    Ok(value)
}

fn clones(of: Of, tally: &mut Tally) -> Told<()> {
    let (layer, x) = (of.built()?, of.input(CASES, 40)?);
    let (before, y) = (flat(&*layer)?, output(&*layer, &x)?);
    let mut copy = layer.duplicate();
    step(&mut *copy, &x, 0.1)?;
    tally.between("the layer after its clone was trained", "the layer before");
    tally.same_bits("tensors after a clone was trained", &flat(&*layer)?, &before);
    tally.same_bits("y after a clone was trained", &output(&*layer, &x)?, &y);
    Ok(())
}

/// `x` goes into the layer twice and past it once: its gradient is the sum of what each way gives. A tape runs backwards, so
/// the second use is the first to find what controls the other.
fn fan_out(of: Of, tally: &mut Tally) -> Told<()> {
    let (mut layer, x) = (of.built()?, of.input(CASES, 50)?);
    let mut apart = layer.duplicate();
    let (first, second) = (apart.train(x.leaky_trace())?, apart.train(x.leaky_trace())?);
    let (_, second_dx, mut found) = back(second, &x)?;
    let second_trained = apart.gradients(&mut found)?;
    let (_, first_dx, mut found) = back(first, &x)?;
    let first_trained = apart.gradients(&mut found)?;

    let (first, second) = (layer.train(x.leaky_trace())?, layer.train(x.leaky_trace())?);
    let past = loss(x.leaky_trace())?;
    let sum = told(told(loss(first)?.try_add(loss(second)?))?.try_add(past))?;
    let mut found = told(sum.try_backward())?;
    let both = first_dx.iter().zip(&second_dx).map(|(a, b)| a + b);
    let want: Vec<f64> =
        x.as_vec().iter().zip(both).enumerate().map(|(i, (x, dx))| dx + weight(i) * x.exp()).collect();
    tally.between("one tape", "the sum of its uses");
    tally.close("dx of two uses and one past them", &found.get(&x).as_vec(), &want, peak(&want), 1e-13);
    let each = first_trained.iter().zip(&second_trained);
    for (got, (first, second)) in layer.gradients(&mut found)?.iter().zip(each) {
        let want: Vec<f64> = first.values.iter().zip(&second.values).map(|(a, b)| a + b).collect();
        let what = format!("gradient of {} over two uses", got.name);
        tally.close(&what, &got.values, &want, peak(&want).max(1e-3), 1e-13);
    }
    Ok(())
}

/// A tensor that is another one seen sideways, and one case that is all cases.
fn permuted(of: Of, tally: &mut Tally) -> Told<()> {
    let layer = of.built()?;
    let (dev, places, shape) = (Cpu::default(), of.space.places(), of.space.shape(CASES));
    let (case, (_, width, rows, columns)) = (WIDTH * places, shape);
    let mut r = Random(60);
    let values: Vec<f64> = (0..case * CASES).map(|_| r.next()).collect();
    let sideways = told(dev.try_tensor_from_vec(values.clone(), (width, CASES, rows, columns)))?;
    let sideways: Input<f64> = told(sideways.try_permute::<_, Axes4<1, 0, 2, 3>>())?;
    let upright = (0..CASES * case).map(|i| {
        let (n, channel, place) = (i / case, i % case / places, i % places);
        values[(channel * CASES + n) * places + place]
    });
    let upright: Input<f64> = told(dev.try_tensor_from_vec(upright.collect(), shape))?;
    let play = |x| play(&mut *layer.duplicate(), x, true);
    let (got, want) = (play(&sideways)?, play(&upright)?);
    tally.between("the permuted tensor", "the tensor as it lies");
    tally.close("y of a permuted tensor", &got.y, &want.y, peak(&want.y).max(1.0), 1e-14);
    // dfdx lays a gradient out as its tensor is: `as_vec` puts both in the order of cases.
    tally.close("dx of a permuted tensor", &got.dx, &want.dx, peak(&want.dx).max(1.0), 1e-14);
    let one = told(dev.try_tensor_from_vec(values[..case].to_vec(), (width, rows, columns)))?;
    let broadcast: Input<f64> = told(one.try_broadcast_like::<_, Axis<0>>(&shape))?;
    let copied: Vec<f64> = values[..case].iter().copied().cycle().take(CASES * case).collect();
    let copied: Input<f64> = told(dev.try_tensor_from_vec(copied, shape))?;
    tally.between("the broadcast case", "as many copies");
    tally.same_bits("y of a broadcast case", &output(&*layer, &broadcast)?, &output(&*layer, &copied)?);
    Ok(())
}

fn training(of: Of, tally: &mut Tally) -> Told<()> {
    let (mut layer, x) = (of.built()?, of.input(CASES, 70)?);
    let before = layer.read()?;
    if !before.iter().any(|h| h.trained) {
        tally.skip("it has nothing to train");
        return Ok(());
    }
    let first = step(&mut *layer, &x, 1e-3)?;
    for (now, before) in layer.read()?.iter().zip(&before).filter(|(h, _)| h.trained) {
        tally.require(now != before, || format!("a step of training leaves `{}` as it was", now.name));
    }
    let second = step(&mut *layer, &x, 1e-3)?;
    // A gradient that is declared not to be that of the formula may lead anywhere.
    tally.require(second < first || !of.d.exact_gradient, || {
        format!("a small step along the gradient takes the loss from {first:e} to {second:e}: it must fall")
    });
    Ok(())
}

/// Collects the checks whose name contains `only`.
struct Kit<'a> {
    only: &'a str,
    report: Report,
}

impl Kit<'_> {
    fn check(&mut self, name: &'static str, check: impl FnOnce(&mut Tally) -> Told<()>) {
        if !name.contains(self.only) {
            return;
        }
        let mut tally = Tally::default();
        if let Err(reason) = check(&mut tally) {
            tally.require(false, || reason);
        }
        self.report.checks.push(tally.end(name));
    }
}

fn kit<'a>(d: &Descriptor, only: &'a str) -> Kit<'a> {
    Kit { only, report: Report { method: d.id, checks: Vec::new() } }
}

/// Runs the checks.
pub(super) fn run(
    d: &'static Descriptor,
    kernel: &Kernel<f64>,
    place: Place,
    makers: Makers,
    only: &str,
) -> Report {
    let (mut kit, of) = (kit(d, only), Of { d, place, makers, space: Space::of(d) });
    for (name, check) in CHECKS {
        kit.check(name, |t| check(of, t));
    }
    let groups = if let Place::Input { groups } = place { groups } else { 1 };
    operations(&mut kit, d, kernel, groups);
    kit.report
}

/// The checks of what layers are made of, which need none.
fn operations(kit: &mut Kit<'_>, d: &'static Descriptor, kernel: &Kernel<f64>, groups: usize) {
    kit.check(MASKS, |t| edges::masks(d, kernel, groups, t));
    kit.check(CONSTANTS, |t| edges::constants(d, kernel, groups, t));
}

/// The checks of what layers are made of alone: for any method, and compiled once.
pub(super) fn only_operations(d: &'static Descriptor, kernel: &Kernel<f64>) -> Report {
    let mut kit = kit(d, "");
    operations(&mut kit, d, kernel, if d.reference_set == ReferenceSet::Group { 2 } else { 1 });
    kit.report
}

/// A method that no layer of this kit holds.
pub(super) fn no_layer(d: &'static Descriptor, kernel: &Kernel<f64>, only: &str) -> Report {
    let mut kit = kit(d, only);
    kit.check(TAPE, |t| {
        t.skip(match (d.site, d.policy) {
            (Site::Weights, _) => {
                "no layer: one at the weights takes a method with one parameter, `param gain: group`"
            }
            (Site::WeightsAndInputs, _) => "no layer: one at both sides takes a method without parameters",
            (_, PolicyKind::Streaming) => {
                "a method that streams stands in a `StreamingNorm`, with a judge of its own"
            }
            _ => "no layer: one that stores statistics takes a method that pools cases",
        });
        Ok(())
    });
    operations(&mut kit, d, kernel, 1);
    kit.report
}
