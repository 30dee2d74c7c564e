//! Slots whose store has a part in every use: streaming, blocks of cases, gradients that are remembered, one store for all
//! steps.

use crate::support::{Problem, agree, difference, kernel64, sizes, solve};
use norm_core::blocks;
use norm_core::conformance::StreamedState;
use norm_core::policy::Running;
use norm_core::streaming::{Store, Streaming};
use norm_core::{Call, Isa, Layout};
use sequence::{
    Cell, CellKind, Mode, Options, Place, Placement, Population, Sizes, Slot, State, Statistics, Workspace,
};

const KINDS: [CellKind; 5] =
    [CellKind::Lstm, CellKind::RnnTanh, CellKind::Gru, CellKind::MinGru, CellKind::PeepholeLstm];

fn cell(kind: CellKind, id: &str, statistics: Option<Statistics>) -> Cell<f64> {
    let d = kernel64(id).descriptor;
    let placement = Placement::usual(d).unwrap();
    let placement = if placement.allows(d, kind).is_ok() { placement } else { Placement::INPUT };
    placement.cell_with(kind, kernel64(id), Options { statistics, ..Options::default() }).unwrap()
}

/// Every method of the kind trains in every recurrence: numbers come out, the store moves, and evaluation leaves it alone.
#[test]
fn they_train_in_every_recurrence() {
    let per_step = Some(Statistics::PerStep { t_max: 2 });
    let stores = [
        ("ghost-batch", per_step),
        ("ghost-batch", Some(Statistics::Shared)),
        ("batch", Some(Statistics::Shared)),
        ("batch-renorm", per_step),
        ("online", Some(Statistics::Shared)),
        ("online", per_step),
        ("power", Some(Statistics::Shared)),
        ("power", per_step),
        ("streaming", None),
        ("streaming-moments", None),
    ];
    for (id, statistics) in stores {
        for kind in KINDS {
            let cell = cell(kind, id, statistics);
            for masked in [false, true] {
                let what = format!("{id} {} {statistics:?} masked {masked}", kind.name());
                let p = Problem::draw(&cell, sizes(3, 6, 2, 3), masked, 4);
                let (mut state, mut ws) = (State::new(&cell, 3), Workspace::default());
                let before = state.clone();
                let got = p.run(&cell, &mut state, true, &mut ws);
                let finite = |v: &[f64]| v.iter().all(|v| v.is_finite());
                assert!(finite(&got.y) && got.gradients.iter().all(|(_, g)| finite(g)), "{what}");
                assert!(state != before, "{what}: nothing was stored");
                // What the backward pass found comes into the store with the next pass in training.
                let after_one = state.clone();
                p.run(&cell, &mut state, true, &mut ws);
                assert!(state != after_one, "{what}");
                let trained = state.clone();
                let evaluated = p.run(&cell, &mut state, false, &mut ws);
                assert!(state == trained && finite(&evaluated.y), "{what}: evaluation moved the store");
                assert!(difference(&got.y, &evaluated.y) > 0.0, "{what}: nothing stored was used");
            }
        }
    }
}

/// Where the store has no part in the gradient, it is that of the outputs.
#[test]
fn gradients_are_those_of_the_outputs() {
    for (id, statistics) in [
        ("ghost-batch", Some(Statistics::PerStep { t_max: 3 })),
        ("ghost-batch", Some(Statistics::BatchTime)),
        ("batch", Some(Statistics::Shared)),
        ("divisive-units", None),
        ("local-response", None),
        ("switchable-vectors", Some(Statistics::PerStep { t_max: 3 })),
    ] {
        for kind in KINDS {
            let cell = cell(kind, id, statistics);
            let p = Problem::draw(&cell, sizes(3, 8, 2, 5), false, 4);
            let loss = |p: &Problem| {
                let s = p.run(&cell, &mut State::new(&cell, 5), true, &mut Workspace::default());
                let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
                dot(&s.y, &p.dy) + dot(&s.h, &p.dh) + dot(&s.c, &p.dc)
            };
            let got = solve(&cell, &p, Isa::detect());
            agree(&format!("{id} {}", kind.name()), &p.differences(loss), &got.gradients, 1e-5);
        }
    }
}

/// One store for all steps has the statistics of each step in training, so that only the store differs.
#[test]
fn a_shared_store_differs_from_stores_of_steps_in_evaluation_alone() {
    let make = |statistics| {
        let options = Options { statistics: Some(statistics), ..Options::default() };
        Placement::RECURRENT_BATCH.cell_with(CellKind::Lstm, kernel64("batch"), options).unwrap()
    };
    let (shared, apart) = (make(Statistics::Shared), make(Statistics::PerStep { t_max: 3 }));
    let p = Problem::draw(&apart, sizes(3, 5, 2, 4), true, 8);
    let (a, b) = (solve(&shared, &p, Isa::detect()), solve(&apart, &p, Isa::detect()));
    assert_eq!(a, b);
    // The store is that of the steps one after the other.
    let mut state = State::new(&shared, 4);
    p.run(&shared, &mut state, true, &mut Workspace::default());
    let mut of_steps = State::new(&apart, 4);
    p.run(&apart, &mut of_steps, true, &mut Workspace::default());
    let (rate, one) = (0.01, state.get(Place::ReadOut).len());
    // Channel 0's mean, which starts at 0 in each of the steps' stores: rate times the batch's.
    let batches: Vec<f64> = of_steps.get(Place::ReadOut).chunks(one).map(|s| s[0] / rate).collect();
    let expected = batches.iter().fold(0.0, |mean, batch| mean * (1.0 - rate) + batch * rate);
    assert!((state.get(Place::ReadOut)[0] - expected).abs() < 1e-14);
}

/// A simple recurrence whose recurrent weights are 0: each step is one use of the norm, then a hyperbolic tangent.
struct Uses {
    cell: Cell<f64>,
    problem: Problem,
}

impl Uses {
    fn of(slot: Slot<f64>) -> Self {
        let cell = Cell::<f64>::new(CellKind::RnnTanh).with(Place::HiddenToHidden, slot).unwrap();
        // The norm sees W_h h alone; h is drawn, and the inputs come in behind it.
        let mut problem = Problem::draw(&cell, sizes(4, 6, 1, 3), false, 12);
        problem.ih.iter_mut().for_each(|w| *w = 0.0);
        Self { cell, problem }
    }
}

/// What a norm that streams is given step by step, and what comes back, is what the judge has of the same uses.
#[test]
fn streaming_goes_forwards_over_the_steps_and_backwards_over_the_gradients() {
    let method = norms::find("streaming").unwrap();
    let judge = method.streamed.unwrap();
    let mut slot = Slot::new(kernel64("streaming"));
    slot.shift = false;
    let Uses { cell, mut problem } = Uses::of(slot);
    let Sizes { steps, cases, units, .. } = problem.sizes;
    problem.bias.iter_mut().for_each(|b| *b = 0.0);
    problem.dh.iter_mut().for_each(|d| *d = 0.0);
    let (mut state, mut ws) = (State::new(&cell, units), Workspace::default());
    let settings = Streaming::default();
    let consts = kernel64("streaming").descriptor.default_consts();
    let d = kernel64("streaming").descriptor;
    let mut judged = StreamedState::of(&Store::new(d, units), units);
    for pass in 0..3 {
        let got = problem.run(&cell, &mut state, true, &mut ws);
        // The judge: h_t = tanh(norm(W h_{t-1})), one use after the other, and back.
        let held: Vec<Vec<f64>> = problem.params(d, units);
        let params: Vec<&[f64]> = held.iter().map(|p| &p[..]).collect();
        let layout = Layout::new(cases, 1, units, 1);
        let mut h = problem.h0.clone();
        let (mut sums, mut used, mut hs) = (Vec::new(), Vec::new(), Vec::new());
        for t in 0..steps {
            let a = product(&problem.hh, &h, units);
            let (y, mixed) = (judge.forward)(&use_of(layout, &a, &params, &consts), &settings, &mut judged);
            h = y.iter().map(|v| v.tanh()).collect();
            let d = difference(&h, &got.y[t * cases * units..][..cases * units]);
            assert!(d < 1e-12, "pass {pass}, step {t}: {d:e}");
            sums.push(a);
            used.push(mixed);
            hs.push(h.clone());
        }
        let mut dh = vec![0.0; cases * units];
        for t in (0..steps).rev() {
            let dy = &problem.dy[t * cases * units..][..cases * units];
            let dz: Vec<f64> =
                dh.iter().zip(dy).zip(&hs[t]).map(|((dh, dy), h)| (dh + dy) * (1.0 - h * h)).collect();
            let back = (judge.backward)(
                &use_of(layout, &sums[t], &params, &consts),
                &dz,
                &used[t],
                &settings,
                &mut judged,
            );
            dh = transposed(&problem.hh, &back.dx, units);
        }
        let h0 = &got.gradients.iter().find(|(name, _)| name == "h0").unwrap().1;
        let d = difference(&dh, h0);
        assert!(d < 1e-11, "pass {pass}: the gradient of h0 differs by {d:e}");
        state.after_update(&cell, units);
        judged.updated = true;
    }
}

fn use_of<'a>(layout: Layout, x: &'a [f64], params: &'a [&'a [f64]], consts: &'a [f64]) -> Call<'a, f64> {
    Call { layout, x, params, consts, mask: None }
}

impl Problem {
    /// The parameters of the one slot, those that are not learned at their start.
    fn params(&self, d: &norm_core::Descriptor, units: usize) -> Vec<Vec<f64>> {
        let mut learned = self.slots.iter();
        let one = |p: &norm_core::Param| {
            if p.name == "bias" { vec![p.initial; units] } else { learned.next().unwrap().clone() }
        };
        d.params.iter().map(one).collect()
    }
}

/// `h W_hᵀ` and `d W_h`.
fn product(w: &[f64], h: &[f64], units: usize) -> Vec<f64> {
    h.chunks(units)
        .flat_map(|h| w.chunks(units).map(move |w| w.iter().zip(h).map(|(w, h)| w * h).sum::<f64>()))
        .collect()
}

fn transposed(w: &[f64], d: &[f64], units: usize) -> Vec<f64> {
    d.chunks(units)
        .flat_map(|d| (0..units).map(move |j| (0..units).map(|i| d[i] * w[i * units + j]).sum::<f64>()))
        .collect()
}

/// The states of controls move on over the steps in the reversed order, and the next pass begins where they are.
#[test]
fn controls_move_on_from_step_to_step_and_from_pass_to_pass() {
    let (kernel, isa) = (kernel64("online"), Isa::detect());
    let mut slot = Slot::new(kernel);
    (slot.shift, slot.statistics) = (false, Statistics::Shared);
    let Uses { cell, mut problem } = Uses::of(slot);
    let Sizes { steps, cases, units, .. } = problem.sizes;
    problem.bias.iter_mut().for_each(|b| *b = 0.0);
    problem.dh.iter_mut().for_each(|d| *d = 0.0);
    let (mut state, mut ws) = (State::new(&cell, units), Workspace::default());
    let (d, consts) = (kernel.descriptor, kernel.descriptor.default_consts());
    let running = Running::default().named(d, &consts);
    let mut store = Running::initial::<f64>(d, units);
    let mut controls: Vec<Vec<f64>> = d.plan.controls().iter().map(|_| vec![0.0; units]).collect();
    assert!(!controls.is_empty());
    for pass in 0..3 {
        let got = problem.run(&cell, &mut state, true, &mut ws);
        let held = problem.params(d, units);
        let params: Vec<&[f64]> = held.iter().map(|p| &p[..]).collect();
        let layout = Layout::new(cases, 1, units, 1);
        let mut h = problem.h0.clone();
        let (mut sums, mut seen, mut hs) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..steps {
            let a = product(&problem.hh, &h, units);
            let call = Call { layout, x: &a, params: &params, consts: &consts, mask: None };
            let (y, blocks) = blocks::forward(&kernel, isa, &call, running, &mut store).unwrap();
            h = y.iter().map(|v| v.tanh()).collect();
            sums.push(a);
            seen.push(blocks);
            hs.push(h.clone());
        }
        assert!(difference(&hs.concat(), &got.y) < 1e-12, "pass {pass}");
        let mut dh = vec![0.0; cases * units];
        let mut dparams: Vec<Vec<f64>> = held.iter().map(|p| vec![0.0; p.len()]).collect();
        for t in (0..steps).rev() {
            let dy = &problem.dy[t * cases * units..][..cases * units];
            let dz: Vec<f64> =
                dh.iter().zip(dy).zip(&hs[t]).map(|((dh, dy), h)| (dh + dy) * (1.0 - h * h)).collect();
            let call = Call { layout, x: &sums[t], params: &params, consts: &consts, mask: None };
            let mut dx = vec![0.0; cases * units];
            blocks::backward(&kernel, isa, &call, &dz, &seen[t], &mut controls, true, &mut dx, &mut dparams)
                .unwrap();
            dh = transposed(&problem.hh, &dx, units);
        }
        let h0 = &got.gradients.iter().find(|(name, _)| name == "h0").unwrap().1;
        let off = difference(&dh, h0);
        assert!(off < 1e-11, "pass {pass}: the gradient of h0 differs by {off:e}");
    }
    // The last backward pass lies in the workspace until the next pass in training.
    let mut next = Workspace::default();
    next.take_over(&mut ws);
    problem.run(&cell, &mut state, true, &mut next);
    let stored = state.get(Place::HiddenToHidden);
    let off = difference(&controls.concat(), &stored[stored.len() - controls.len() * units..]);
    assert!(off < 1e-11, "the states of controls differ by {off:e}");
}

/// Estimated anew, a store that streams holds the plain average of what it was shown, and evaluation is by that.
#[test]
fn a_population_of_what_streams_is_its_plain_average() {
    let cell = cell(CellKind::Lstm, "streaming", None);
    let p = Problem::draw(&cell, sizes(3, 6, 2, 4), false, 4);
    let mut population = Population::new(&cell, 4);
    let mut ws = Workspace::default();
    p.run_in(&cell, Mode::Estimate(&mut population), &mut ws);
    let state = population.finish();
    let fresh = State::new(&cell, 4);
    assert!(state != fresh);
    let evaluated = p.run_in(&cell, Mode::Eval(&state), &mut ws);
    assert!(difference(&evaluated.y, &p.run_in(&cell, Mode::Eval(&fresh), &mut ws).y) > 1e-3);
}
