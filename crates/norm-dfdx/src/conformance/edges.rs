//! Little or nothing: batches of one case, and masks that leave one case or none. What the fused kernels say of a masked
//! batch, both paths of dfdx must say of the cases that are left.

use dfdx::prelude::*;
use norm_core::conformance::Tally;
use norm_core::{Call, Descriptor, Isa, Kernel, Layout, Rule};

use super::subject::{Space, Told, told};
use super::tensors::Random;
use crate::composed::OnCpu;
use crate::fused::{self, Flat, Statistics};
use crate::upstream::with_upstream;

const CASES: usize = 3;

const MASKS: [(&str, [bool; CASES]); 4] = [
    ("nothing masked", [true, true, true]),
    ("the last masked", [true, true, false]),
    ("one left", [false, true, false]),
    ("all masked", [false, false, false]),
];

/// What came out.
#[derive(Default)]
struct Found {
    y: Vec<f64>,
    statistics: Vec<f64>,
    dx: Vec<f64>,
    /// Of parameters and of states of controls.
    dparams: Vec<Vec<f64>>,
}

/// The inputs of one use.
struct Use<'a> {
    d: &'static Descriptor,
    kernel: &'a Kernel<f64>,
    layout: Layout,
    x: Vec<f64>,
    dy: Vec<f64>,
    inputs: Vec<Vec<f64>>,
    consts: Vec<f64>,
    /// Stored statistics, in evaluation.
    stored: Option<Vec<f64>>,
}

impl Use<'_> {
    /// By the kernels, which know masks.
    fn masked(&self, mask: &[bool]) -> Result<Found, norm_core::Error> {
        let (k, isa) = (self.kernel, Isa::detect());
        let params: Vec<&[f64]> = self.inputs.iter().map(|p| &p[..]).collect();
        let call =
            Call { layout: self.layout, x: &self.x, params: &params, consts: &self.consts, mask: Some(mask) };
        let mut found =
            Found { y: vec![f64::NAN; self.x.len()], dx: vec![f64::NAN; self.x.len()], ..Found::default() };
        found.statistics =
            self.stored.clone().unwrap_or_else(|| vec![f64::NAN; k.statistics_len(&self.layout)]);
        let rule = if self.stored.is_some() { Rule::Frozen } else { Rule::Exact };
        match rule {
            Rule::Frozen => k.apply(isa, &call, &found.statistics, &mut found.y)?,
            Rule::Exact => k.forward(isa, &call, &mut found.statistics, &mut found.y)?,
        }
        let returned = self.inputs.iter().take(self.d.returned_names().len());
        found.dparams = returned.map(|p| vec![0.0; p.len()]).collect();
        let mut slots: Vec<&mut [f64]> = found.dparams.iter_mut().map(|p| &mut p[..]).collect();
        k.backward(isa, &call, &self.dy, &found.statistics, rule, true, &mut found.dx, &mut slots)?;
        Ok(found)
    }

    /// By an operation of dfdx, which knows none: the other cases are left out.
    fn left(&self, mask: &[bool], composed: bool) -> Told<Found> {
        let case = self.layout.case();
        let kept = |v: &[f64]| -> Vec<f64> {
            v.chunks_exact(case).zip(mask).filter(|(_, on)| **on).flat_map(|(v, _)| v.to_vec()).collect()
        };
        let (dev, rows) = (Cpu::default(), kept(&self.x));
        let layout = Layout { n: mask.iter().filter(|on| **on).count(), ..self.layout };
        let x: Flat<f64, Cpu> = told(dev.try_tensor_from_vec(rows.clone(), (rows.len(),)))?;
        let mut inputs: Vec<Flat<f64, Cpu>> = Vec::new();
        for p in &self.inputs {
            inputs.push(told(dev.try_tensor_from_vec(p.clone(), (p.len(),)))?);
        }
        let traced = inputs.iter().map(Trace::leaky_trace).collect();
        let statistics = self.stored.as_deref().map_or(Statistics::Current, Statistics::Stored);
        let (input, mut statistics_found) = (x.leaky_trace(), Vec::new());
        let into = Some(&mut statistics_found);
        let y = told(if composed {
            f64::composed(self.d, layout, input, traced, &self.consts, statistics, into)
        } else {
            fused::normalize(*self.kernel, layout, input, traced, &self.consts, statistics, into)
        })?;
        let back = |v: Vec<f64>| {
            let mut all = vec![0.0; self.x.len()];
            let places = all.chunks_exact_mut(case).zip(mask).filter(|(_, on)| **on);
            places.zip(v.chunks_exact(case)).for_each(|((to, _), from)| to.copy_from_slice(from));
            all
        };
        // dfdx reads the first element of what it copies out, even where there is none.
        let values = |t: &Flat<f64, Cpu>| if t.shape().0 == 0 { Vec::new() } else { t.as_vec() };
        let (mut found, out) = (Found { statistics: statistics_found, ..Found::default() }, y.split_tape());
        found.y = back(values(&out.0));
        let loss = told(with_upstream(out.0.put_tape(out.1), kept(&self.dy)))?;
        let mut gradients = told(loss.try_backward())?;
        let mut slope = |t: &Flat<f64, Cpu>| -> Told<Vec<f64>> {
            told(gradients.try_alloc_for(t))?;
            Ok(values(&gradients.get(t)))
        };
        found.dx = back(slope(&x)?);
        for p in inputs.iter().take(self.d.params.len()) {
            found.dparams.push(slope(p)?);
        }
        Ok(found)
    }
}

/// Every mask in both modes, on both paths.
pub(super) fn masks(
    d: &'static Descriptor,
    kernel: &Kernel<f64>,
    groups: usize,
    tally: &mut Tally,
) -> Told<()> {
    if d.reference_set.is_of_weights() {
        tally.skip("weights have no cases to leave out");
        return Ok(());
    }
    let layout = Space::of(d).layout(d, CASES, groups)?;
    let mut r = Random(80);
    let mut numbers = |n: usize| -> Vec<f64> { (0..n).map(|_| r.next()).collect() };
    let (x, dy) = (numbers(layout.len()), numbers(layout.len()));
    let mut inputs = d.initial_inputs(&layout);
    inputs.iter_mut().flatten().for_each(|v| *v += 0.25);
    let mut of = Use { d, kernel, layout, x, dy, inputs, consts: d.default_consts(), stored: None };
    for mode in ["training", "evaluation"] {
        if mode == "evaluation" {
            if !d.policy.stores() {
                break;
            }
            of.stored = Some(vec![0.75; kernel.statistics_len(&layout)]);
        }
        for (name, mask) in MASKS {
            let want = told(of.masked(&mask))?;
            for (path, composed) in [("fused", false), ("composed", true)] {
                let got = of.left(&mask, composed)?;
                let at = |what: &str| format!("{what}, {name}, {mode}, {path}");
                let mut close = |what: &str, got: &[f64], want: &[f64]| {
                    let scale = want.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
                    tally.close(&at(what), got, want, scale, 1e-11);
                };
                close("y", &got.y, &want.y);
                close("dx", &got.dx, &want.dx);
                for (name, (got, want)) in d.params.iter().zip(got.dparams.iter().zip(&want.dparams)) {
                    close(name.name, got, want);
                }
                if d.policy.stores() {
                    close("statistics", &got.statistics, &want.statistics);
                }
            }
        }
    }
    Ok(())
}

/// A constant outside its range, and a window that cannot be laid, are refused on both paths.
pub(super) fn constants(
    d: &'static Descriptor,
    kernel: &Kernel<f64>,
    groups: usize,
    tally: &mut Tally,
) -> Told<()> {
    let layout = Space::of(d).layout(d, CASES, groups)?;
    if d.consts.is_empty() {
        tally.skip("it has no constants");
        return Ok(());
    }
    let (x, dy) = (vec![0.5; layout.len()], vec![1.0; layout.len()]);
    let inputs = d.initial_inputs(&layout);
    for (i, c) in d.consts.iter().enumerate() {
        let below = d.ranges.iter().find(|r| r.of == c.name).map(|r| r.least - 1.0);
        let negative = if c.name == "eps" { Some(-1.0) } else { below };
        let windows = d.plan.windows();
        let is_size = windows.iter().any(|w| matches!(w.1, norm_core::Size::Const(at) if at == i));
        for bad in [Some(f64::NAN), negative, is_size.then_some(0.0)].into_iter().flatten() {
            let mut consts = d.default_consts();
            consts[i] = bad;
            let (x, dy, inputs) = (x.clone(), dy.clone(), inputs.clone());
            let of = Use { d, kernel, layout, x, dy, inputs, consts, stored: None };
            for composed in [false, true] {
                let refused = of.left(&vec![true; layout.n], composed).err().unwrap_or_default();
                tally.require(refused.contains(c.name), || {
                    format!("`{}` = {bad}, composed {composed}: {refused:?}", c.name)
                });
            }
        }
    }
    Ok(())
}
