//! The staged skeleton: declarations with several reference sets, or with windows. Values that a sweep cannot have at
//! hand (statistics, windows, and what is the same for many elements) are made by steps of their own, each a pass over
//! the axes it varies over; a call takes the steps that lead to what it asks for.
//!
//! Only statistics over the batch are handed out. The others belong to their case and are found again in the backward pass.

mod program;
mod sweep;

pub use program::{Over, Program, Sink, Size, Source, Staged, Step};

use std::borrow::Cow;
use std::mem::MaybeUninit;
use std::ops::Range;

use crate::chunk;
use crate::isa::Isa;
use crate::kernel::{Call, Rule, run};
use crate::layout::Layout;
use crate::phase::{BackwardArgs, BackwardPhase, StatisticsArg, blank_backward, blank_forward};
use crate::value::{Array, Elem};
use sweep::{Into, Operand, Sweep};

/// Ranges of cases, each with where its values go.
type Pieces<'b, T> = Vec<(Range<usize>, Into<'b, T>)>;

/// A call in work.
struct Work<'a, F: Staged, T: Elem, const SIMD: bool> {
    isa: Isa,
    call: &'a Call<'a, T>,
    dy: &'a [T],
    consts: F::Consts,
    /// Elements of each set of axes, without masked cases.
    counts: [f64; Over::COUNT],
    /// What steps have made, and what was given in their place.
    made: Vec<Option<Cow<'a, [T]>>>,
}

impl<'a, F: Staged, T: Elem, const SIMD: bool> Work<'a, F, T, SIMD> {
    fn new(isa: Isa, call: &'a Call<'a, T>, dy: &'a [T]) -> Self {
        let l = Layout { n: call.counted(), ..call.layout };
        let counts = std::array::from_fn(|bits| Over(bits as u8).len(&l) as f64);
        let consts = F::Consts::from_fn(|i| call.consts[i]);
        Self { isa, call, dy, consts, counts, made: vec![None; F::PROGRAM.steps.len()] }
    }

    fn give(&mut self, steps: &[usize], planes: &'a [T]) {
        let channels = self.call.layout.channels();
        for (step, plane) in steps.iter().zip(planes.chunks_exact(channels.max(1))) {
            self.made[*step] = Some(plane.into());
        }
    }

    /// Makes what the operands of a step are made of.
    fn make_operands(&mut self, of: usize) {
        let mut needed = vec![false; of];
        let need = |step: usize, needed: &mut [bool]| {
            for source in F::PROGRAM.steps[step].operands {
                if let Source::Step(i) = source {
                    needed[*i] = true;
                }
            }
        };
        need(of, &mut needed);
        for step in (0..of).rev() {
            if self.made[step].is_some() {
                needed[step] = false;
            } else if needed[step] {
                need(step, &mut needed);
            }
        }
        for step in (0..of).filter(|step| needed[*step]) {
            let made = self.step(step);
            self.made[step] = Some(made.into());
        }
    }

    /// What a step makes.
    fn make(&mut self, step: usize) -> &[T] {
        if self.made[step].is_none() {
            self.make_operands(step);
            let made = self.step(step);
            self.made[step] = Some(made.into());
        }
        self.made[step].as_deref().unwrap_or_default()
    }

    fn operands(&self, step: &Step) -> Vec<Operand<'_, T>> {
        let l = &self.call.layout;
        let of = |source: &Source| match *source {
            Source::X => Operand { data: self.call.x, strides: Over::ALL.strides(l) },
            Source::Dy => Operand { data: self.dy, strides: Over::ALL.strides(l) },
            Source::Input(i) => {
                let axis = F::DESCRIPTOR.input_axes().nth(i).map_or(Over(0), Over::of);
                Operand { data: self.call.params[i], strides: axis.strides(l) }
            }
            Source::Step(i) => Operand {
                data: self.made[i].as_deref().unwrap_or_default(),
                strides: F::PROGRAM.steps[i].axes().strides(l),
            },
        };
        step.operands.iter().map(of).collect()
    }

    /// Carries out a step whose operands are made; its values go where `pieces` says.
    fn sweep(&self, step: usize, pieces: Pieces<'_, T>) {
        let spec = &F::PROGRAM.steps[step];
        let operands = self.operands(spec);
        let l = self.call.layout;
        let tasks: Vec<Sweep<'_, F, T>> = pieces
            .into_iter()
            .map(|(cases, into)| Sweep {
                step,
                layout: l,
                over: spec.over,
                cases,
                operands: &operands,
                mask: self.call.mask.filter(|_| spec.over.holds(Over::N)),
                into,
                counts: &self.counts,
                consts: self.consts,
            })
            .collect();
        chunk::for_each(tasks, spec.over.len(&l), |task| run::<_, SIMD>(self.isa, task));
    }

    /// The ranges of cases that a step is cut into.
    fn cut(&self, over: Over) -> impl Iterator<Item = Range<usize>> + use<F, T, SIMD> {
        let [n, g, k, s] = over.sizes(&self.call.layout);
        let together = chunk::cases_per_chunk(g * k * s);
        (0..n).step_by(together).map(move |from| from..n.min(from + together))
    }

    fn step(&self, step: usize) -> Vec<T> {
        let l = &self.call.layout;
        let Step { over, sink, .. } = F::PROGRAM.steps[step];
        match sink {
            Sink::Keep => self.kept(step, over),
            Sink::Window(window, size) => {
                window.apply(size.value(self.call.consts) as usize, l, over, &self.kept(step, over))
            }
            Sink::Sum(axes) => {
                // What does not vary along an axis is counted along it.
                self.summed(step, over, axes, self.counts[usize::from(axes.without(over).0)])
            }
            Sink::Mean(axes) => {
                let pooled = self.counts[usize::from(axes.0)];
                let times = self.counts[usize::from(axes.without(over).0)];
                self.summed(step, over, axes, times / pooled)
            }
        }
    }

    fn kept(&self, step: usize, over: Over) -> Vec<T> {
        let mut out = vec![T::default(); over.len(&self.call.layout)];
        self.sweep(step, self.pieces(over, &mut out, |cases| self.per_case(over, cases), Into::Keep));
        out
    }

    /// Sums over `axes`, times a number.
    fn summed(&self, step: usize, over: Over, axes: Over, times: f64) -> Vec<T> {
        let kept = over.without(axes);
        let strides = kept.strides(&self.call.layout);
        let over_cases = over.holds(Over::N) && axes.holds(Over::N);
        let width = |cases: &Range<usize>| self.per_case(kept, if over_cases { &(0..1) } else { cases });
        let mut sums = vec![0.0; self.cut(over).map(|cases| width(&cases)).sum()];
        let into = |sums| Into::Sum { sums, strides, over_cases };
        self.sweep(step, self.pieces(over, &mut sums, width, into));
        if over_cases {
            // In the order of the cases, whoever was done first.
            sums = chunk::add_in_order(&sums, width(&(0..1)));
        }
        sums.into_iter().map(|sum| T::lit(sum * times)).collect()
    }

    /// Elements that a range of cases has of a value over these axes.
    fn per_case(&self, over: Over, cases: &Range<usize>) -> usize {
        cases.len() * over.without(Over::N).len(&self.call.layout)
    }

    /// A buffer cut into what belongs to each range of cases, so wide.
    fn pieces<'b, E>(
        &self,
        over: Over,
        mut left: &'b mut [E],
        width: impl Fn(&Range<usize>) -> usize,
        into: impl Fn(&'b mut [E]) -> Into<'b, T>,
    ) -> Pieces<'b, T> {
        let piece = |cases: Range<usize>| {
            let (piece, rest) = std::mem::take(&mut left).split_at_mut(width(&cases));
            left = rest;
            (cases, into(piece))
        };
        self.cut(over).map(piece).collect()
    }

    /// Carries out the step of an output like `x`.
    fn put<'b, E>(&mut self, step: usize, out: &'b mut [E], into: impl Fn(&'b mut [E]) -> Into<'b, T>) {
        self.make_operands(step);
        let pieces = self.pieces(Over::ALL, out, |cases| self.per_case(Over::ALL, cases), into);
        self.sweep(step, pieces);
    }
}

/// Statistics and, if asked for, the output.
pub(crate) fn forward<F: Staged, T: Elem, const SIMD: bool>(
    isa: Isa,
    call: &Call<'_, T>,
    stats: StatisticsArg<'_, T>,
    y: Option<&mut [MaybeUninit<T>]>,
) {
    let program = F::PROGRAM;
    if call.layout.is_empty() {
        return;
    }
    if call.counted() == 0 {
        blank_forward(stats, y);
        return;
    }
    let mut work = Work::<F, T, SIMD>::new(isa, call, &[]);
    match stats {
        StatisticsArg::Given(s) => work.give(program.statistics, s),
        StatisticsArg::Find(s) => {
            let channels = call.layout.channels();
            for (step, plane) in program.statistics.iter().zip(s.chunks_exact_mut(channels)) {
                plane.copy_from_slice(work.make(*step));
            }
        }
    }
    if let Some(y) = y {
        work.put(program.y, y, Into::Write);
    }
}

/// One of the backward phases. Between halves go the whole gradients at the statistics that were handed out, and no sums.
pub(crate) fn backward<F: Staged, T: Elem, const SIMD: bool>(
    isa: Isa,
    call: &Call<'_, T>,
    args: BackwardArgs<'_, '_, T>,
) {
    let program = F::PROGRAM;
    let l = call.layout;
    if l.is_empty() {
        return;
    }
    if call.counted() == 0 {
        blank_backward(args);
        return;
    }
    let BackwardArgs { dy, hat, dparams, overwrite, mut phase, .. } = args;
    let frozen = vec![T::default(); program.totals.len() * l.channels()];
    let mut work = Work::<F, T, SIMD>::new(isa, call, dy);
    work.give(program.statistics, hat);
    match &mut phase {
        BackwardPhase::Whole { rule: Rule::Exact, .. } => {}
        BackwardPhase::Whole { rule: Rule::Frozen, .. } => work.give(program.totals, &frozen),
        BackwardPhase::Inputs { gradients, .. } => work.give(program.totals, gradients),
        BackwardPhase::Statistics { gradients, .. } => {
            for (step, plane) in program.totals.iter().zip(gradients.chunks_exact_mut(l.channels())) {
                plane.copy_from_slice(work.make(*step));
            }
        }
    }
    for ((step, axis), out) in
        program.params.iter().zip(F::DESCRIPTOR.input_axes()).zip(dparams.into_iter().flatten())
    {
        let strides = program.steps[*step].axes().strides(&l);
        let found = work.make(*step);
        let [_, g, k, s] = Over::of(axis).sizes(&l);
        for (at, out) in out.iter_mut().enumerate() {
            let index = [0, at / (k * s) % g, at / s % k, at % s];
            *out = *out + found[Over::place(strides, index)];
        }
    }
    let (BackwardPhase::Whole { dx, .. } | BackwardPhase::Inputs { dx, .. }) = phase else { return };
    work.put(program.dx, dx, |dx| Into::Gradient { dx, overwrite });
}
