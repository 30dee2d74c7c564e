//! The same numbers however they are computed: threads, instruction sets, halves, what the buffers held before.

use rayon::ThreadPoolBuilder;

use super::case::{Case, Data, Played, Shape, narrow, widen};
use super::difference::peak;
use super::reference::Subject;
use super::report::Tally;
use crate::error::Error;
use crate::isa::Isa;
use crate::kernel::{Kernel, Rule};
use crate::value::Elem;

fn same(tally: &mut Tally, how: &str, got: &Played, want: &Played) {
    tally.between("it", "the first run");
    tally.same_bits(&format!("statistics {how}"), &got.stats, &want.stats);
    tally.same_bits(&format!("y {how}"), &got.y, &want.y);
    tally.same_bits(&format!("dx {how}"), &got.dx, &want.dx);
    tally.same_bits(&format!("parameter gradients {how}"), &got.dparams.concat(), &want.dparams.concat());
}

fn threads_of<T: Elem>(k: &Kernel<T>, case: &Case, tally: &mut Tally) -> Result<(), Error> {
    let mut first: Option<Played> = None;
    for threads in 1..=4 {
        match ThreadPoolBuilder::new().num_threads(threads).build() {
            Err(e) => tally.require(false, || format!("no pool of {threads} threads: {e}")),
            Ok(pool) => {
                let got = pool.install(|| case.play(k, Isa::detect()))?;
                if let Some(first) = &first {
                    same(tally, &format!("with {threads} threads, {}", T::NAME), &got, first);
                } else {
                    first = Some(got);
                }
            }
        }
    }
    Ok(())
}

pub(super) fn threads(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let d = subject.f64.descriptor;
    // Above the size from which work is shared out.
    for shape in [Shape::new(300, 257, 1), Shape::new(24, 40, 50)] {
        let mut case = Case::new(d, shape, Data::STANDARD, 51)?;
        for masked in [false, true] {
            case.mask = masked.then(|| (0..case.layout.n).map(|n| n % 7 != 2).collect());
            threads_of(&subject.f64, &case, tally)?;
            threads_of(&subject.f32, &case, tally)?;
        }
    }
    Ok(())
}

pub(super) fn instruction_sets(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let d = subject.f64.descriptor;
    for shape in [Shape::new(3, 5, 1), Shape::new(37, 67, 1), Shape::new(5, 6, 35), Shape::new(40, 130, 9)] {
        let case = Case::new(d, shape, Data::STANDARD, 52)?;
        let (double, single) =
            (case.play(&subject.f64, Isa::Portable)?, case.play(&subject.f32, Isa::Portable)?);
        for isa in Isa::available() {
            same(tally, &format!("on {isa:?}, f64"), &case.play(&subject.f64, isa)?, &double);
            same(tally, &format!("on {isa:?}, f32"), &case.play(&subject.f32, isa)?, &single);
        }
    }
    Ok(())
}

/// A run's buffers are full of NaN beforehand; none may be left, masked cases and halves included.
pub(super) fn poison(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let k = &subject.f64;
    let d = k.descriptor;
    for shape in [Shape::new(3, 19, 1), Shape::new(5, 6, 9)] {
        let mut case = Case::new(d, shape, Data::STANDARD, 53)?;
        let n = case.layout.n;
        for mask in
            [None, Some(vec![true; n]), Some((0..n).map(|n| n % 2 == 1).collect()), Some(vec![false; n])]
        {
            case.mask = mask;
            let got = case.play(k, Isa::detect())?;
            let (gradients, sums, dx) = in_halves(k, &case, &got.stats, f64::NAN, true)?;
            let named = [
                ("statistics", &got.stats),
                ("y", &got.y),
                ("dx", &got.dx),
                ("gradients of statistics", &gradients),
                ("sums", &sums),
                ("dx in halves", &dx),
            ];
            for (name, v) in named {
                tally.require(!v.iter().any(|v| v.is_nan()), || {
                    format!("{name} keeps what its buffer held before, mask {:?}", case.mask)
                });
            }
        }
    }
    Ok(())
}

type Halves = (Vec<f64>, Vec<f64>, Vec<f64>);

/// Gradients at the statistics, sums, and `dx`, every buffer filled with `held` beforehand.
fn in_halves<T: Elem>(
    k: &Kernel<T>,
    case: &Case,
    stats: &[f64],
    held: f64,
    overwrite: bool,
) -> Result<Halves, Error> {
    let l = &case.layout;
    case.with::<T, _>(|call| {
        let (dy, stats) = (narrow::<T>(&case.dy), narrow::<T>(stats));
        let mut gradients = vec![T::lit(held); k.statistics_len(l)];
        let mut sums = vec![T::lit(held); k.sums_len(l)];
        let mut dx = vec![T::lit(held); l.len()];
        let mut dparams: Vec<Vec<T>> = case.params.iter().map(|p| vec![T::default(); p.len()]).collect();
        let mut slots: Vec<&mut [T]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
        let isa = Isa::detect();
        k.backward_statistics(isa, call, &dy, &stats, &mut gradients, &mut sums, &mut slots)?;
        k.backward_inputs(isa, call, &dy, &stats, &gradients, &sums, overwrite, &mut dx)?;
        Ok((widen(&gradients), widen(&sums), widen(&dx)))
    })
}

pub(super) fn halves(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let d = subject.f64.descriptor;
    for shape in [Shape::new(9, 19, 1), Shape::new(5, 6, 9)] {
        let mut case = Case::new(d, shape, Data::STANDARD, 54)?;
        for masked in [false, true] {
            if masked && d.reference_set.is_of_weights() {
                continue;
            }
            case.mask = masked.then(|| (0..case.layout.n).map(|n| n % 3 != 1).collect());
            let whole = case.play(&subject.f64, Isa::detect())?;
            let (_, _, dx) = in_halves(&subject.f64, &case, &whole.stats, 0.0, true)?;
            tally.between("the pass in halves", "the whole pass");
            tally.close("dx in halves", &dx, &whole.dx, peak(&whole.dx), 1e-14);
        }
    }
    Ok(())
}

fn accumulated<T: Elem>(k: &Kernel<T>, case: &Case, tally: &mut Tally) -> Result<(), Error> {
    let whole = case.play(k, Isa::detect())?;
    let held = T::lit(0.5);
    case.with::<T, _>(|call| {
        let (dy, stats) = (narrow::<T>(&case.dy), narrow::<T>(&whole.stats));
        let mut dx = vec![held; case.layout.len()];
        let mut dparams: Vec<Vec<T>> = case.params.iter().map(|p| vec![held; p.len()]).collect();
        let mut slots: Vec<&mut [T]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
        k.backward(Isa::detect(), call, &dy, &stats, Rule::Exact, false, &mut dx, &mut slots)?;
        tally.between("the sum", "what was there and the gradient");
        let plus = |v: &[f64]| -> Vec<f64> { v.iter().map(|v| (held + T::lit(*v)).to_f64()).collect() };
        tally.same_bits("dx added to", &widen(&dx), &plus(&whole.dx));
        // What varies less than a case is added up into its slot, so the order of additions differs.
        let bound = if size_of::<T>() == 4 { 1e-6 } else { 1e-14 };
        for (got, want) in dparams.iter().zip(&whole.dparams) {
            let want = plus(want);
            tally.close("parameter gradient added to", &widen(got), &want, peak(&want), bound);
        }
        Ok(())
    })
}

pub(super) fn accumulate(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let d = subject.f64.descriptor;
    for shape in [Shape::new(9, 19, 1), Shape::new(5, 6, 9)] {
        let case = Case::new(d, shape, Data::STANDARD, 55)?;
        accumulated(&subject.f64, &case, tally)?;
        accumulated(&subject.f32, &case, tally)?;
    }
    Ok(())
}
