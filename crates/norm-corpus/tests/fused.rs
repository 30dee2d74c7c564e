//! Every random declaration: interpreter against central differences, fused kernel against interpreter, forward
//! and backward, masked and unmasked.

use norm_codegen::{Declaration, Derivation, Formula, PrintedGradient, Typing};
use norm_core::{Call, Isa, Layout, ReferenceSet, Rule};
use norm_corpus::{CORPUS, Entry};
use rayon::prelude::*;
use symbolic::Env;

struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / 2f64.powi(52) - 1.0
    }
    fn vec(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.next()).collect()
    }
}

struct Case<'a> {
    entry: &'a Entry,
    derivation: Derivation,
    layout: Layout,
    params: Vec<Vec<f64>>,
    dy: Vec<f64>,
    mask: Option<Vec<bool>>,
}

impl Case<'_> {
    fn env(&self, x: &[f64], params: &[Vec<f64>]) -> Env {
        let l = self.layout;
        let mut env = Env::new([l.n, l.g, l.k, l.s]).row(l.row).bind("x", x.to_vec());
        let d = self.entry.kernel.descriptor;
        for (p, v) in d.params.iter().zip(params) {
            env = env.bind(p.name, v.clone());
        }
        for c in d.consts {
            env = env.bind(c.name, vec![c.default]);
        }
        match &self.mask {
            Some(m) => env.mask(m.clone()),
            None => env,
        }
    }

    /// Masked cases have no output and no gradient; the interpreter computes them all the same.
    fn on(&self, i: usize) -> bool {
        self.mask.as_ref().is_none_or(|m| m[i / self.layout.case()])
    }

    fn blank(&self, mut v: Vec<f64>) -> Vec<f64> {
        for (i, v) in v.iter_mut().enumerate() {
            if !self.on(i) {
                *v = 0.0;
            }
        }
        v
    }

    fn loss(&self, x: &[f64], params: &[Vec<f64>]) -> f64 {
        let y = self.derivation.interpret(self.env(x, params)).unwrap()["y"].data.clone();
        y.iter().zip(&self.dy).enumerate().filter(|(i, _)| self.on(*i)).map(|(_, (a, b))| a * b).sum()
    }
}

fn close(what: &str, text: &str, got: &[f64], want: &[f64], bound: f64) {
    assert_eq!(got.len(), want.len(), "{what} of {text}");
    let scale = want.iter().fold(1e-3f64, |m, v| m.max(v.abs()));
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert!((g - w).abs() <= bound * scale, "{what}[{i}] is {g}, not {w}\n  {text}");
    }
}

fn check(entry: &Entry, n: usize, c: usize, s: usize, masked: bool) {
    let formula = Formula::of(&syn::parse_str::<Declaration>(entry.text).unwrap()).unwrap();
    let derivation = Derivation::of(&formula, Typing::Natural).unwrap();
    let d = entry.kernel.descriptor;
    let s = if matches!(d.reference_set, ReferenceSet::Batch | ReferenceSet::BatchTime) { 1 } else { s };
    let layout = d.reference_set.layout(n, c, s, 2).unwrap();
    // Two rows where that goes up.
    let layout = if layout.s.is_multiple_of(2) { layout.with_row(layout.s / 2) } else { layout };
    let mut r = Random(42);
    let x = r.vec(layout.len());
    let params: Vec<Vec<f64>> = d.params.iter().map(|p| r.vec(p.axis.len(&layout))).collect();
    let mask = masked.then(|| (0..layout.n).map(|i| i % 3 != 1).collect::<Vec<_>>());
    let mut case = Case { entry, derivation, layout, params, dy: r.vec(layout.len()), mask };
    // A masked case's upstream gradient counts for nothing; the interpreter is told so.
    case.dy = case.blank(case.dy.clone());

    let values = case.derivation.interpret(case.env(&x, &case.params).bind("dy", case.dy.clone())).unwrap();
    let value = |name: &str| values[name].data.clone();
    let want_y = case.blank(values["y"].data.clone());
    let want_dx = case.blank(value("dx"));

    // The symbolic gradient against differences of the interpreter.
    let h = 1e-5;
    for i in [0, layout.len() / 2, layout.len() - 1] {
        let (mut a, mut b) = (x.clone(), x.clone());
        a[i] += h;
        b[i] -= h;
        let slope = (case.loss(&a, &case.params) - case.loss(&b, &case.params)) / (2.0 * h);
        close("slope at x", entry.text, &[want_dx[i]], &[slope], 1e-6);
    }
    for (j, p) in d.params.iter().enumerate() {
        let i = case.params[j].len() / 2;
        let (mut a, mut b) = (case.params.clone(), case.params.clone());
        a[j][i] += h;
        b[j][i] -= h;
        let slope = (case.loss(&x, &a) - case.loss(&x, &b)) / (2.0 * h);
        let got = value(&format!("d{}", p.name))[i];
        close(&format!("slope at {}", p.name), entry.text, &[got], &[slope], 1e-6);
    }

    // The printed gradient against the derived one.
    let mut known = case.env(&x, &case.params).bind("dy", case.dy.clone());
    for statistic in formula.statistic_names() {
        let data = value(&statistic);
        known = known.bind(&statistic, data);
    }
    let printed = PrintedGradient::presented(&formula, &case.derivation).interpret(known).unwrap();
    close("printed dx", entry.text, &case.blank(printed["dx"].data.clone()), &want_dx, 1e-10);
    for p in d.params {
        let name = format!("d{}", p.name);
        close(&format!("printed {name}"), entry.text, &printed[&name].data, &value(&name), 1e-10);
    }

    // The fused kernel against the interpreter.
    let k = &entry.kernel;
    let params: Vec<&[f64]> = case.params.iter().map(|p| &p[..]).collect();
    let consts = d.default_consts();
    let call = Call { layout, x: &x, params: &params, consts: &consts, mask: case.mask.as_deref() };
    let (mut stats, mut y) = (vec![f64::NAN; k.statistics_len(&layout)], vec![f64::NAN; layout.len()]);
    k.forward(Isa::Portable, &call, &mut stats, &mut y).unwrap();
    close("y", entry.text, &y, &want_y, 1e-12);
    for (i, spec) in d.statistics.iter().enumerate() {
        let want = value(spec.name);
        let got: Vec<f64> = (0..k.sets(&layout)).map(|s| stats[k.statistic_index(i, s, &layout)]).collect();
        close(spec.name, entry.text, &got, &want, 1e-12);
    }
    let mut dx = vec![f64::NAN; layout.len()];
    let mut dparams: Vec<Vec<f64>> = case.params.iter().map(|p| vec![0.0; p.len()]).collect();
    let mut slots: Vec<&mut [f64]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
    k.backward(Isa::Portable, &call, &case.dy, &stats, Rule::Exact, true, &mut dx, &mut slots).unwrap();
    close("dx", entry.text, &dx, &want_dx, 1e-11);
    for (p, got) in d.params.iter().zip(&dparams) {
        let name = format!("d{}", p.name);
        close(&name, entry.text, got, &value(&name), 1e-11);
    }

    // In two halves, adding to what is there: what a policy with a rule of its own goes through.
    let (mut gradients, mut sums) = (vec![0.0; stats.len()], vec![0.0; k.sums_len(&layout)]);
    let mut again: Vec<Vec<f64>> = case.params.iter().map(|p| vec![1.0; p.len()]).collect();
    let mut slots: Vec<&mut [f64]> = again.iter_mut().map(|p| &mut p[..]).collect();
    k.backward_statistics(Isa::Portable, &call, &case.dy, &stats, &mut gradients, &mut sums, &mut slots)
        .unwrap();
    let mut added = vec![1.0; layout.len()];
    k.backward_inputs(Isa::Portable, &call, &case.dy, &stats, &gradients, &sums, false, &mut added).unwrap();
    let added: Vec<f64> = added.iter().map(|v| v - 1.0).collect();
    close("dx in halves", entry.text, &added, &want_dx, 1e-10);
    for (one, two) in dparams.iter().zip(&again) {
        let two: Vec<f64> = two.iter().map(|v| v - 1.0).collect();
        close("parameter gradient in halves", entry.text, &two, one, 1e-10);
    }
}

#[test]
fn every_declaration_passes_interpreter_and_fused() {
    assert!(CORPUS.len() >= 200, "{} declarations", CORPUS.len());
    CORPUS.par_iter().for_each(|entry| {
        check(entry, 3, 6, 3, false);
        check(entry, 5, 4, 1, false);
        check(entry, 7, 4, 2, true);
        if entry.kernel.descriptor.plan.is_staged() {
            check(entry, 3, 5, 6, true);
        }
    });
}

#[test]
fn the_corpus_covers_every_reference_set_axis_and_number_of_statistics() {
    for set in ReferenceSet::ALL.iter().filter(|s| **s != ReferenceSet::Nothing) {
        assert!(CORPUS.iter().any(|e| e.kernel.descriptor.reference_set == *set), "{set:?}");
    }
    for n in 1..=3 {
        assert!(CORPUS.iter().any(|e| e.kernel.descriptor.statistics.len() == n), "{n} statistics");
    }
    for axis in ["channel", "element", "group", "scalar"] {
        for set in ["features", "batch + space", "group", "batch"] {
            let has = |e: &&Entry| {
                let d = e.kernel.descriptor;
                d.reference_set.name() == set && d.params.iter().any(|p| p.axis.name() == axis)
            };
            assert!(CORPUS.iter().any(|e| has(&e)), "no {axis} parameter over {set}");
        }
    }
}
