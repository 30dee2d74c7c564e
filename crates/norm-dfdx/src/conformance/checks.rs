//! The list of checks of a layer.

use dfdx::optim::{Optimizer, Sgd, SgdConfig};
use dfdx::prelude::*;
use norm_core::conformance::{Report, Tally};
use norm_core::{Descriptor, Elem, Formula, PolicyKind, Site};

use super::subject::{Rows, Subject, Told, WIDTH, told};
use super::tensors::{Held, Random, gradients, read, write};

const CASES: usize = 5;

/// The name of the check that dfdx's own tape judges the gradient in.
pub(super) const TAPE: &str = "layer: fused equals composed, f64";

/// Rows with a mean, so that a sum of them is not nothing.
fn rows<E: Dtype + Elem>(cases: usize, seed: u64) -> Told<Rows<E>>
where
    Cpu: Device<E>,
{
    let mut r = Random(seed);
    let values = (0..cases * WIDTH).map(|_| E::lit(0.3 + r.next())).collect::<Vec<E>>();
    told(Cpu::default().try_tensor_from_vec(values, (cases, Const)))
}

/// A layer whose trained tensors are not at their start, so that none is invisible by being 0 or 1.
fn built<E: Dtype + Elem, M: Subject<E>>() -> Told<M>
where
    Cpu: Device<E>,
{
    let mut model = told(M::try_build(&Cpu::seed_from_u64(1)))?;
    let (mut held, mut r) = (read(&model)?, Random(2));
    for v in held.iter_mut().filter(|h| h.trained).flat_map(|h| &mut h.values) {
        *v += 0.3 + 0.1 * r.next();
    }
    write(&mut model, held)?;
    Ok(model)
}

fn wide<E: Elem>(v: Vec<E>) -> Vec<f64> {
    v.into_iter().map(Elem::to_f64).collect()
}

fn peak(v: &[f64]) -> f64 {
    v.iter().fold(0.0, |m, v| m.max(v.abs()))
}

/// Output, gradient of the input, gradients of the trained tensors, for the loss `Σ exp(y)`.
struct Played {
    y: Vec<f64>,
    dx: Vec<f64>,
    trained: Vec<Held>,
}

/// One pass; in training the layer is changed as its policy says.
fn play<E: Dtype + Elem, M: Subject<E>>(model: &mut M, x: &Rows<E>, training: bool) -> Told<Played>
where
    Cpu: Device<E>,
{
    let y = if training { model.train(x.leaky_trace())? } else { model.eval(x.leaky_trace())? };
    let values = wide(y.as_vec());
    let loss = told(told(y.try_exp())?.try_sum::<Rank0, _>())?;
    let mut found = told(loss.try_backward())?;
    told(found.try_alloc_for(x))?;
    let dx = wide(found.get(x).as_vec());
    Ok(Played { y: values, dx, trained: gradients(model, &mut found)? })
}

/// Both paths from the same tensors: two batches in training, then evaluation.
fn paths_agree<E: Dtype + Elem, M: Subject<E>, N: Subject<E>>(tally: &mut Tally, bound: f64) -> Told<()>
where
    Cpu: Device<E>,
{
    let (mut fused, mut composed) = (built::<E, M>()?, told(N::try_build(&Cpu::default()))?);
    write(&mut composed, read(&fused)?)?;
    for (pass, cases, training) in
        [("training", CASES, true), ("training", 4, true), ("evaluation", 3, false)]
    {
        let x = rows(cases, 10 + cases as u64)?;
        let (got, want) = (play(&mut fused, &x, training)?, play(&mut composed, &x, training)?);
        let mut close = |what: &str, got: &[f64], want: &[f64]| {
            tally.close(&format!("{what} in {pass}"), got, want, peak(want).max(1.0), bound);
        };
        close("y", &got.y, &want.y);
        close("dx", &got.dx, &want.dx);
        for (got, want) in got.trained.iter().zip(&want.trained) {
            close(&format!("gradient of {}", got.name), &got.values, &want.values);
        }
        for (got, want) in read(&fused)?.iter().zip(&read(&composed)?) {
            close(&got.name, &got.values, &want.values);
        }
    }
    Ok(())
}

/// All stored and trained numbers in one row.
fn flat<E: Dtype, M: TensorCollection<E, Cpu>>(model: &M) -> Told<Vec<f64>>
where
    Cpu: Device<E>,
{
    Ok(read(model)?.into_iter().flat_map(|h| h.values).collect())
}

fn modes<M: Subject<f64>>(d: &Descriptor, tally: &mut Tally) -> Told<()> {
    let (mut model, x) = (built::<f64, M>()?, rows(CASES, 20)?);
    let before = flat(&model)?;
    let y = model.eval(x.clone())?.as_vec();
    tally.same_bits("y of a second evaluation", &model.eval(x.clone())?.as_vec(), &y);
    tally.same_bits("y of an evaluation with a tape", &model.eval(x.leaky_trace())?.as_vec(), &y);
    tally.same_bits("what is stored, after evaluation", &flat(&model)?, &before);
    let trained = model.train(x)?.as_vec();
    let moved = flat(&model)? != before;
    let says = d.policy.name();
    tally.require(moved == d.policy.averages(), || {
        format!("`policy {says}`, but training {} what is stored", if moved { "moves" } else { "leaves" })
    });
    tally.require((trained != y) == d.policy.averages(), || {
        let how = if trained == y { "what" } else { "something else than what" };
        format!("`policy {says}`, but evaluation gives {how} training gives")
    });
    Ok(())
}

fn files<M: Subject<f64>>(tally: &mut Tally) -> Told<()> {
    let (mut model, x) = (built::<f64, M>()?, rows(CASES, 30)?);
    model.train(x.clone())?;
    let name = format!("normlab-{}-{:?}.safetensors", std::process::id(), std::thread::current().id());
    let path = std::env::temp_dir().join(name);
    let saved = told(model.save_safetensors(&path));
    let mut other = told(M::try_build(&Cpu::seed_from_u64(9)))?;
    let loaded = saved.and_then(|()| told(other.load_safetensors(&path)));
    // The file is in the way of nobody; that it was written is what counts.
    let _ = std::fs::remove_file(&path);
    loaded?;
    tally.same_bits("what was loaded", &flat(&other)?, &flat(&model)?);
    tally.same_bits("y after loading", &other.eval(x.clone())?.as_vec(), &model.eval(x)?.as_vec());
    Ok(())
}

/// One step of gradient descent on `mean (y − target)²`; what it moved.
fn step<M: Subject<f64>>(model: &mut M, x: &Rows<f64>, rate: f64) -> Told<f64> {
    let target = rows::<f64>(x.shape().0, 41)?;
    let traced = x.clone().traced(told(model.try_alloc_grads())?);
    let y = model.train(traced)?;
    let loss = told(told(told(y.try_sub(target))?.try_square())?.try_mean::<Rank0, _>())?;
    let value = loss.array();
    let gradients = told(loss.try_backward())?;
    let mut sgd = Sgd::new(model, SgdConfig { lr: rate, momentum: None, weight_decay: None });
    told(sgd.update(model, &gradients))?;
    Ok(value)
}

fn clones<M: Subject<f64>>(tally: &mut Tally) -> Told<()> {
    let (model, x) = (built::<f64, M>()?, rows(CASES, 40)?);
    let (before, y) = (flat(&model)?, model.eval(x.clone())?.as_vec());
    let mut copy = model.clone();
    step(&mut copy, &x, 0.1)?;
    tally.same_bits("tensors after a clone was trained", &flat(&model)?, &before);
    tally.same_bits("y after a clone was trained", &model.eval(x)?.as_vec(), &y);
    Ok(())
}

/// `x` goes into the layer twice and past it once: its gradient is the sum of what each way gives.
fn fan_out<M: Subject<f64>>(tally: &mut Tally) -> Told<()> {
    let (mut model, x) = (built::<f64, M>()?, rows::<f64>(CASES, 50)?);
    let once = play(&mut model.clone(), &x, true)?;
    let loss = |y: Rows<f64, OwnedTape<f64, Cpu>>| told(told(y.try_exp())?.try_sum::<Rank0, _>());
    let (first, second) = (model.train(x.leaky_trace())?, model.train(x.leaky_trace())?);
    let past = loss(x.leaky_trace())?;
    let sum = told(told(loss(first)?.try_add(loss(second)?))?.try_add(past))?;
    let mut found = told(sum.try_backward())?;
    let want: Vec<f64> = x.as_vec().iter().zip(&once.dx).map(|(x, dx)| 2.0 * dx + x.exp()).collect();
    tally.close("dx of two uses and one past them", &found.get(&x).as_vec(), &want, peak(&want), 1e-13);
    for (got, once) in gradients(&model, &mut found)?.iter().zip(&once.trained) {
        let want: Vec<f64> = once.values.iter().map(|v| 2.0 * v).collect();
        let what = format!("gradient of {} over two uses", got.name);
        tally.close(&what, &got.values, &want, peak(&want).max(1e-3), 1e-13);
    }
    Ok(())
}

/// A tensor that is another one seen sideways, and one row that is all rows.
fn permuted<M: Subject<f64>>(tally: &mut Tally) -> Told<()> {
    let model = built::<f64, M>()?;
    let dev = Cpu::default();
    let mut r = Random(60);
    let values: Vec<f64> = (0..WIDTH * CASES).map(|_| r.next()).collect();
    let sideways = told(dev.try_tensor_from_vec(values.clone(), (Const::<WIDTH>, CASES)))?;
    let sideways: Rows<f64> = told(sideways.try_permute())?;
    let upright = (0..CASES * WIDTH).map(|i| values[i % WIDTH * CASES + i / WIDTH]).collect();
    let upright: Rows<f64> = told(dev.try_tensor_from_vec(upright, (CASES, Const)))?;
    let (got, want) = (play(&mut model.clone(), &sideways, true)?, play(&mut model.clone(), &upright, true)?);
    tally.close("y of a permuted tensor", &got.y, &want.y, peak(&want.y).max(1.0), 1e-14);
    tally.require(got.dx.len() == want.dx.len(), || "dx of a permuted tensor has another size".into());
    tally.close("dx of a permuted tensor", &got.dx, &want.dx, peak(&want.dx).max(1.0), 1e-14);
    let row = told(dev.try_tensor_from_vec(values[..WIDTH].to_vec(), (Const::<WIDTH>,)))?;
    let broadcast: Rows<f64> = told(row.try_broadcast_like(&(CASES, Const)))?;
    let copied: Vec<f64> = values[..WIDTH].iter().copied().cycle().take(CASES * WIDTH).collect();
    let copied: Rows<f64> = told(dev.try_tensor_from_vec(copied, (CASES, Const)))?;
    let (got, want) = (model.eval(broadcast)?.as_vec(), model.eval(copied)?.as_vec());
    tally.same_bits("y of a broadcast row", &got, &want);
    Ok(())
}

fn training<M: Subject<f64>>(d: &Descriptor, tally: &mut Tally) -> Told<()> {
    let (mut model, x) = (built::<f64, M>()?, rows(CASES, 70)?);
    let before = read(&model)?;
    if !before.iter().any(|h| h.trained) {
        tally.skip("it has nothing to train");
        return Ok(());
    }
    if !d.exact_gradient {
        tally.skip("its gradient is declared not to be that of the formula: the loss may rise");
        return Ok(());
    }
    let first = step(&mut model, &x, 1e-3)?;
    for (now, before) in read(&model)?.iter().zip(&before).filter(|(h, _)| h.trained) {
        tally.require(now != before, || format!("a step of training leaves {} as it was", now.name));
    }
    let second = step(&mut model, &x, 1e-3)?;
    tally.require(second < first, || {
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

/// Runs the checks: `M` and `N` are the layer on its fused and on its composed path, in double precision; `S` and `T` the
/// same in single precision.
pub(super) fn run<F, M, N, S, T>(only: &str) -> Report
where
    F: Formula,
    M: Subject<f64>,
    N: Subject<f64>,
    S: Subject<f32>,
    T: Subject<f32>,
{
    let d = F::DESCRIPTOR;
    let mut kit = kit(d, only);
    kit.check(TAPE, |t| paths_agree::<f64, M, N>(t, 1e-11));
    kit.check("layer: fused equals composed, f32", |t| paths_agree::<f32, S, T>(t, 2e-4));
    kit.check("layer: training and evaluation as declared", |t| modes::<M>(d, t));
    kit.check("layer: safetensors there and back", files::<M>);
    kit.check("layer: a clone is independent", clones::<M>);
    kit.check("layer: an input used more than once", fan_out::<M>);
    kit.check("layer: permuted and broadcast inputs", permuted::<M>);
    kit.check("layer: a training step lowers the loss", |t| training::<M>(d, t));
    kit.report
}

/// A method that no layer of this kit holds.
pub(super) fn no_layer(d: &Descriptor, only: &str) -> Report {
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
    kit.report
}
