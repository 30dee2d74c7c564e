//! Several batches in a row, block by block, with what is stored and what controls moving on: kernels against the judge.

use super::case::{Case, Data, Shape, Sizes};
use super::difference::peak;
use super::reference::{ReferenceCall, Subject};
use super::report::Tally;
use crate::blocks::{self, Blocks};
use crate::error::Error;
use crate::isa::Isa;
use crate::kernel::Call;
use crate::layout::Layout;
use crate::policy::{Running, Stored};

const BATCHES: u64 = 3;

/// The judge's loop: a block at a time, each a call of its own.
struct Judge<'a> {
    subject: &'a Subject,
    store: Vec<Vec<f64>>,
    states: Vec<Vec<f64>>,
    rate: f64,
}

impl Judge<'_> {
    /// Calls `f` with the blocks of a case, each with what was stored before it, and takes each in.
    fn forward(&mut self, case: &Case) -> Result<(Vec<f64>, Vec<Vec<Vec<f64>>>), Error> {
        let d = self.subject.f64.descriptor;
        let (mut y, mut before) = (Vec::new(), Vec::new());
        for cases in Blocks::of(d, &case.consts)?.ranges(case.layout.n) {
            let frozen: Vec<Vec<f64>> = d.frozen.iter().map(|f| self.store[f.statistic].clone()).collect();
            let (rate, store, states) = (self.rate, &mut self.store, &self.states);
            let forward = self.subject.reference.forward;
            let update = self.subject.reference.stored.map(|s| s.update);
            of_block(case, &cases, states, &frozen, |call| {
                y.extend(forward(call).y);
                if let Some(update) = update {
                    update(call, rate, store);
                }
            });
            before.push(frozen);
        }
        Ok((y, before))
    }

    fn backward(
        &mut self,
        case: &Case,
        before: &[Vec<Vec<f64>>],
    ) -> Result<(Vec<f64>, Vec<Vec<f64>>), Error> {
        let d = self.subject.f64.descriptor;
        let mut dx = Vec::new();
        let mut dparams: Vec<Vec<f64>> = case.params.iter().map(|p| vec![0.0; p.len()]).collect();
        for (cases, frozen) in Blocks::of(d, &case.consts)?.ranges(case.layout.n).zip(before) {
            let elements = cases.start * case.layout.case()..cases.end * case.layout.case();
            let backward = self.subject.reference.backward;
            let found =
                of_block(case, &cases, &self.states, frozen, |call| backward(call, &case.dy[elements]));
            dx.extend(found.dx);
            let mut found = found.dparams.into_iter();
            for (sum, term) in dparams.iter_mut().zip(found.by_ref()) {
                sum.iter_mut().zip(term).for_each(|(sum, term)| *sum += term);
            }
            for (state, by) in self.states.iter_mut().zip(found) {
                state.iter_mut().zip(by).for_each(|(state, by)| *state += by);
            }
        }
        Ok((dx, dparams))
    }
}

fn of_block<R>(
    case: &Case,
    cases: &std::ops::Range<usize>,
    states: &[Vec<f64>],
    frozen: &[Vec<f64>],
    f: impl FnOnce(&ReferenceCall<'_>) -> R,
) -> R {
    let params: Vec<&[f64]> = case.params.iter().chain(states).chain(frozen).map(|p| &p[..]).collect();
    let elements = cases.start * case.layout.case()..cases.end * case.layout.case();
    f(&Call {
        layout: Layout { n: cases.len(), ..case.layout },
        x: &case.x[elements],
        params: &params,
        consts: &case.consts,
        mask: None,
    })
}

pub(super) fn consecutive(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let k = &subject.f64;
    let d = k.descriptor;
    if !blocks::takes_blocks(d) {
        tally.skip("a batch is one block, and nothing is controlled");
        return Ok(());
    }
    let running = Running { rate: 0.3, stored: Stored::Unbiased }.named(d, &d.default_consts());
    for (shape, block) in
        [(Shape::new(7, 5, 1), 3.0), (Shape::new(6, 4, 3), 2.0), (Shape::new(5, 19, 1), 1.0)]
    {
        let mut state = Vec::new();
        let mut states: Vec<Vec<f64>> = Vec::new();
        let mut judge = Judge { subject, store: Vec::new(), states: Vec::new(), rate: running.rate };
        for seed in 0..BATCHES {
            let mut case = Case::new(d, shape, Data::Normal { mean: 0.5, deviation: 1.5 }, 40 + seed)?;
            let sets = k.sets(&case.layout);
            case.params.truncate(d.params.len());
            for (c, v) in d.consts.iter().zip(&mut case.consts) {
                if c.name == blocks::BLOCK {
                    *v = block;
                }
            }
            if seed == 0 {
                state = Running::initial::<f64>(d, sets);
                states = vec![vec![0.0; sets]; d.plan.controls().len()];
                judge.store = state.chunks(sets).map(<[f64]>::to_vec).collect();
                judge.states.clone_from(&states);
            }
            let (want_y, before) = judge.forward(&case)?;
            let (want_dx, want_dparams) = judge.backward(&case, &before)?;

            let params: Vec<&[f64]> = case.params.iter().map(|p| &p[..]).collect();
            let (consts, mask) = (&case.consts[..], None);
            let call = Call { layout: case.layout, x: &case.x, params: &params, consts, mask };
            let (y, seen) = blocks::forward(k, Isa::detect(), &call, running, &mut state)?;
            let mut dx = vec![f64::NAN; case.x.len()];
            let mut dparams: Vec<Vec<f64>> = case.params.iter().map(|p| vec![0.0; p.len()]).collect();
            blocks::backward(
                k,
                Isa::detect(),
                &call,
                &case.dy,
                &seen,
                &mut states,
                true,
                &mut dx,
                &mut dparams,
            )?;
            let at = format!("of batch {seed} in blocks of {block} of {}", Sizes(case.layout));
            // A block of one case has no spread of its own: what divides is epsilon, and it magnifies rounding.
            tally.close(&format!("y {at}"), &y, &want_y, peak(&want_y), 1e-11);
            tally.close(&format!("dx {at}"), &dx, &want_dx, peak(&want_dx).max(1.0), 1e-9);
            for ((p, got), want) in d.params.iter().zip(&dparams).zip(&want_dparams) {
                tally.close(&format!("d{} {at}", p.name), got, want, peak(want).max(1.0), 1e-11);
            }
            let flat = judge.store.concat();
            tally.close(&format!("what is stored {at}"), &state, &flat, peak(&flat), 1e-12);
            for ((c, got), want) in d.plan.controls().iter().zip(&states).zip(&judge.states) {
                tally.close(&format!("{} {at}", c.name), got, want, peak(want).max(1e-3), 1e-11);
            }
        }
    }
    Ok(())
}
