//! A normalization as a table of plain functions over slices: sizes, constants and instruction set are
//! run-time data. Every table has a forward **and** a backward.

use std::mem::MaybeUninit;

use crate::descriptor::Descriptor;
use crate::error::Error;
use crate::formula::{Bodies, Formula};
use crate::isa::{self, Isa, Job};
use crate::layout::{Layout, Skeleton};
use crate::phase::{BackwardArgs, BackwardPhase, StatisticsArg};
use crate::scaling::{self, Shifts};
use crate::staged::{self, Staged};
use crate::value::{Array, Elem};
use crate::{channelwise, rowwise};

/// What every call names.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a, T> {
    /// Sizes of `x`.
    pub layout: Layout,
    /// The input, dense, `[N][G][K][S]`.
    pub x: &'a [T],
    /// Parameters in declared order, each of its own axis' length; after them, with a value per set each, the states of
    /// controls and the frozen inputs.
    pub params: &'a [&'a [T]],
    /// Constants in declared order.
    pub consts: &'a [f64],
    /// Cases that count, `[N]`. The others give 0, take part in no statistic and get no gradient.
    pub mask: Option<&'a [bool]>,
}

impl<T> Call<'_, T> {
    /// How many cases count.
    pub(crate) fn counted(&self) -> usize {
        self.mask.map_or(self.layout.n, |m| m.iter().filter(|on| **on).count())
    }
}

/// How the gradient at a statistic the policy handed out goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The statistic was the current one: its gradient flows on.
    Exact,
    /// The statistic was a stored one: nothing flows through it.
    Frozen,
}

/// The statistics that a backward pass needs.
#[derive(Clone, Copy, Debug)]
pub struct Handed<'a, T> {
    /// Those that made the output: what the policy handed out.
    pub used: &'a [T],
    /// Those of the input: what gradients at statistics pass through.
    pub current: &'a [T],
}

/// Where no policy stood between them, they are one.
impl<'a, T> From<&'a [T]> for Handed<'a, T> {
    fn from(both: &'a [T]) -> Self {
        Self { used: both, current: both }
    }
}

impl<'a, T> From<&'a Vec<T>> for Handed<'a, T> {
    fn from(both: &'a Vec<T>) -> Self {
        Self { used: both, current: both }
    }
}

/// Runs a job for an instruction set, or always portably where a table was built without the others.
#[inline]
pub(crate) fn run<J: Job, const SIMD: bool>(isa: Isa, job: J) -> J::Out {
    if SIMD { isa.run(job) } else { isa::portable(job) }
}

type ForwardFn<T> = fn(Isa, &Call<'_, T>, StatisticsArg<'_, T>, Option<&mut [MaybeUninit<T>]>);
type BackwardFn<T> = fn(Isa, &Call<'_, T>, BackwardArgs<'_, '_, T>);

/// The kernels of one method for one element type.
#[derive(Clone, Copy)]
pub struct Kernel<T: 'static> {
    /// What the declaration says about itself.
    pub descriptor: &'static Descriptor,
    sums: usize,
    forward: ForwardFn<T>,
    backward: BackwardFn<T>,
}

impl<T> std::fmt::Debug for Kernel<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kernel").field("id", &self.descriptor.id).finish_non_exhaustive()
    }
}

pub(crate) fn consts<F: Bodies>(values: &[f64]) -> F::Consts {
    F::Consts::from_fn(|i| values[i])
}

/// A forward writes its output and never reads it.
fn to_be_written<T>(y: &mut [T]) -> &mut [MaybeUninit<T>] {
    // SAFETY: same layout; and the forwards put only whole values into it.
    unsafe { &mut *(std::ptr::from_mut(y) as *mut [MaybeUninit<T>]) }
}

/// The loops of one formula. Chosen in a constant, so that only the skeleton it needs is compiled.
struct Loops<F, T, const SIMD: bool>(std::marker::PhantomData<(F, T)>);

impl<F: Bodies, T: Elem, const SIMD: bool> Loops<F, T, SIMD> {
    const FORWARD: ForwardFn<T> = match F::DESCRIPTOR.reference_set.skeleton() {
        Skeleton::Rowwise => rowwise::forward::<F, T, SIMD>,
        Skeleton::Channelwise => channelwise::forward::<F, T, SIMD>,
    };
    const BACKWARD: BackwardFn<T> = match F::DESCRIPTOR.reference_set.skeleton() {
        Skeleton::Rowwise => rowwise::backward::<F, T, SIMD>,
        Skeleton::Channelwise => channelwise::backward::<F, T, SIMD>,
    };
}

impl<T: Elem> Kernel<T> {
    /// The table of `F`, compiled for every instruction set.
    pub const fn of<F: Bodies>() -> Self {
        Self {
            descriptor: F::DESCRIPTOR,
            sums: F::Sums::<T>::LEN,
            forward: Loops::<F, T, true>::FORWARD,
            backward: Loops::<F, T, true>::BACKWARD,
        }
    }

    /// The table of `F`, compiled portably only: same bits, a third of the compile time.
    pub const fn portable<F: Bodies>() -> Self {
        Self {
            descriptor: F::DESCRIPTOR,
            sums: F::Sums::<T>::LEN,
            forward: Loops::<F, T, false>::FORWARD,
            backward: Loops::<F, T, false>::BACKWARD,
        }
    }

    /// The table of a staged `F`, compiled for every instruction set.
    pub const fn staged<F: Staged>() -> Self {
        Self {
            descriptor: F::DESCRIPTOR,
            sums: 0,
            forward: staged::forward::<F, T, true>,
            backward: staged::backward::<F, T, true>,
        }
    }

    /// The table of a staged `F`, compiled portably only.
    pub const fn staged_portable<F: Staged>() -> Self {
        Self {
            descriptor: F::DESCRIPTOR,
            sums: 0,
            forward: staged::forward::<F, T, false>,
            backward: staged::backward::<F, T, false>,
        }
    }

    /// The table of `F` for `G`, another declaration of the same formula: nothing is compiled a second time. That the
    /// formulas are the same is checked when this is compiled.
    pub const fn shared<F: Formula, G: Formula>(of: &Self) -> Self {
        const {
            assert!(
                F::DESCRIPTOR.same_formula(G::DESCRIPTOR),
                "`kernels` names a declaration with another formula, other parameters or constants, or other loops"
            );
        }
        Self { descriptor: G::DESCRIPTOR, ..*of }
    }

    /// Reference sets of a layout.
    pub fn sets(&self, l: &Layout) -> usize {
        self.descriptor.reference_set.skeleton().sets(l)
    }

    /// Length of a statistics buffer.
    pub fn statistics_len(&self, l: &Layout) -> usize {
        self.sets(l) * self.descriptor.statistics.len()
    }

    /// Length of the sums buffer between [`Kernel::backward_statistics`] and [`Kernel::backward_inputs`].
    pub fn sums_len(&self, l: &Layout) -> usize {
        self.sets(l) * self.sums
    }

    /// Where statistic `i` of set `set` lies in a statistics buffer: rowwise `[sets][statistics]`,
    /// channelwise `[statistics][sets]`.
    pub fn statistic_index(&self, i: usize, set: usize, l: &Layout) -> usize {
        self.set_index(i, self.descriptor.statistics.len(), set, l)
    }

    /// Where the `i`-th of so many values that every set has lies.
    pub(crate) fn set_index(&self, i: usize, kinds: usize, set: usize, l: &Layout) -> usize {
        match self.descriptor.reference_set.skeleton() {
            Skeleton::Rowwise => set * kinds + i,
            Skeleton::Channelwise => i * self.sets(l) + set,
        }
    }

    /// The loops of [`Kernel::statistics`] alone.
    pub(crate) fn run_statistics(&self, isa: Isa, call: &Call<'_, T>, stats: &mut [T]) {
        (self.forward)(isa, call, StatisticsArg::Find(stats), None);
    }

    /// The loops of [`Kernel::apply`] alone.
    pub(crate) fn run_apply(&self, isa: Isa, call: &Call<'_, T>, stats: &[T], y: &mut [T]) {
        (self.forward)(isa, call, StatisticsArg::Given(stats), Some(to_be_written(y)));
    }

    /// The loops of a backward alone.
    pub(crate) fn run_backward(&self, isa: Isa, call: &Call<'_, T>, args: BackwardArgs<'_, '_, T>) {
        (self.backward)(isa, call, args);
    }

    /// The loops, and once more what they cannot do at this size of the input: see [`scaling`].
    fn scaled_forward(
        &self,
        isa: Isa,
        call: &Call<'_, T>,
        mut stats: StatisticsArg<'_, T>,
        mut y: Option<&mut [MaybeUninit<T>]>,
    ) {
        let again = match &mut stats {
            StatisticsArg::Find(s) => StatisticsArg::Find(s),
            StatisticsArg::Given(s) => StatisticsArg::Given(s),
        };
        (self.forward)(isa, call, again, y.as_deref_mut());
        let found = match &stats {
            StatisticsArg::Find(s) => &**s,
            // What a policy has stored is no square of this input.
            StatisticsArg::Given(_) if self.descriptor.policy.stores() => return,
            StatisticsArg::Given(s) => s,
        };
        if let Some(shifts) = self.shifts(call, found, found) {
            scaling::forward(self, isa, call, &shifts, stats, y);
        }
    }

    fn scaled_backward(&self, isa: Isa, call: &Call<'_, T>, args: BackwardArgs<'_, '_, T>) {
        let shifts = if scaling::through_given(self.descriptor, call, &args) {
            self.shifts(call, args.hat, args.current)
        } else {
            None
        };
        match shifts {
            None => (self.backward)(isa, call, args),
            Some(shifts) => scaling::backward(self, isa, call, &shifts, args),
        }
    }

    /// The factors that a call needs. Where every statistic is an output, these say at once that it needs none.
    fn shifts(&self, call: &Call<'_, T>, used: &[T], current: &[T]) -> Option<Shifts> {
        let d = self.descriptor;
        let suspicion = match scaling::suspect(d, used) {
            scaling::Suspicion::None => scaling::suspect(d, current),
            some => some,
        };
        Shifts::where_suspect(d, call, suspicion)
    }

    /// Elements pooled by a set: unmasked cases × space, or the length of a row.
    pub fn pooled(&self, call: &Call<'_, T>) -> usize {
        let l = call.layout;
        match self.descriptor.reference_set.skeleton() {
            Skeleton::Rowwise => l.k * l.s,
            Skeleton::Channelwise => call.counted() * l.s,
        }
    }

    fn length(&self, what: &str, expected: usize, got: usize) -> Result<(), Error> {
        if expected == got {
            return Ok(());
        }
        Err(Error::Length { method: self.descriptor.id, what: what.into(), expected, got })
    }

    fn check(&self, call: &Call<'_, T>) -> Result<(), Error> {
        let d = self.descriptor;
        self.length("x", call.layout.len(), call.x.len())?;
        let names = d.input_names();
        if call.params.len() != names.len() {
            let (expected, got) = (names.len(), call.params.len());
            let names = names.join(", ");
            return Err(Error::Count { method: d.id, what: "parameters", expected, got, names });
        }
        for ((name, axis), p) in names.iter().zip(d.input_axes()).zip(call.params) {
            self.length(name, axis.len(&call.layout), p.len())?;
        }
        d.check_consts::<T>(call.consts)?;
        if let Some(mask) = call.mask {
            self.length("mask", call.layout.n, mask.len())?;
        }
        d.plan.check_windows(d, &call.layout, call.consts)
    }

    /// Writes the current statistics.
    pub fn statistics(&self, isa: Isa, call: &Call<'_, T>, stats: &mut [T]) -> Result<(), Error> {
        self.check(call)?;
        self.length("statistics", self.statistics_len(&call.layout), stats.len())?;
        self.scaled_forward(isa, call, StatisticsArg::Find(stats), None);
        Ok(())
    }

    /// Writes `y` from given statistics.
    pub fn apply(&self, isa: Isa, call: &Call<'_, T>, stats: &[T], y: &mut [T]) -> Result<(), Error> {
        self.check(call)?;
        self.length("statistics", self.statistics_len(&call.layout), stats.len())?;
        self.length("y", call.layout.len(), y.len())?;
        self.scaled_forward(isa, call, StatisticsArg::Given(stats), Some(to_be_written(y)));
        Ok(())
    }

    /// Writes the current statistics and `y`.
    pub fn forward(&self, isa: Isa, call: &Call<'_, T>, stats: &mut [T], y: &mut [T]) -> Result<(), Error> {
        self.check(call)?;
        self.length("statistics", self.statistics_len(&call.layout), stats.len())?;
        self.length("y", call.layout.len(), y.len())?;
        self.scaled_forward(isa, call, StatisticsArg::Find(stats), Some(to_be_written(y)));
        Ok(())
    }

    /// The current statistics, written, and a new `y`.
    pub fn forward_new(&self, isa: Isa, call: &Call<'_, T>, stats: &mut [T]) -> Result<Vec<T>, Error> {
        self.check(call)?;
        self.length("statistics", self.statistics_len(&call.layout), stats.len())?;
        Ok(self.new_output(isa, call, StatisticsArg::Find(stats)))
    }

    /// A new `y` from given statistics.
    pub fn apply_new(&self, isa: Isa, call: &Call<'_, T>, stats: &[T]) -> Result<Vec<T>, Error> {
        self.check(call)?;
        self.length("statistics", self.statistics_len(&call.layout), stats.len())?;
        Ok(self.new_output(isa, call, StatisticsArg::Given(stats)))
    }

    /// An output that is not filled with zeros first: on one thread that takes as long as the kernel on two.
    fn new_output(&self, isa: Isa, call: &Call<'_, T>, stats: StatisticsArg<'_, T>) -> Vec<T> {
        let len = call.layout.len();
        let mut y = Vec::with_capacity(len);
        self.scaled_forward(isa, call, stats, Some(&mut y.spare_capacity_mut()[..len]));
        // SAFETY: the capacity is at least `len`. A forward writes every element of the output it gets: the skeletons
        // cut it into pieces that cover it, and visit in each piece every row, by vectors and then singly, or fill it
        // where the case does not count (`tests/suite/outputs.rs` looks at every element over odd sizes and masks).
        unsafe { y.set_len(len) };
        y
    }

    fn check_backward(
        &self,
        call: &Call<'_, T>,
        dy: &[T],
        stats: &[T],
        dparams: Option<&[&mut [T]]>,
    ) -> Result<(), Error> {
        self.check(call)?;
        self.length("dy", call.layout.len(), dy.len())?;
        self.length("statistics", self.statistics_len(&call.layout), stats.len())?;
        if let Some(dparams) = dparams {
            let names = self.descriptor.returned_names();
            self.length("parameter gradients", names.len(), dparams.len())?;
            for ((name, axis), p) in names.iter().zip(self.descriptor.input_axes()).zip(dparams) {
                self.length(&format!("d{name}"), axis.len(&call.layout), p.len())?;
            }
        }
        Ok(())
    }

    /// The whole backward: `dx` is overwritten or added to, parameter gradients are added to. Behind them stand, and are
    /// added to as well, what the states of controls are to grow by.
    pub fn backward(
        &self,
        isa: Isa,
        call: &Call<'_, T>,
        dy: &[T],
        stats: &[T],
        rule: Rule,
        overwrite: bool,
        dx: &mut [T],
        dparams: &mut [&mut [T]],
    ) -> Result<(), Error> {
        self.check_backward(call, dy, stats, Some(dparams))?;
        self.length("dx", call.layout.len(), dx.len())?;
        let phase = BackwardPhase::Whole { dx, rule };
        let dparams = Some(dparams);
        let args = BackwardArgs { dy, hat: stats, current: stats, dparams, overwrite, phase };
        self.scaled_backward(isa, call, args);
        Ok(())
    }

    /// The first half: gradients at the statistics, the sums they came from, and parameter gradients. A
    /// policy may change the first before [`Kernel::backward_inputs`].
    pub fn backward_statistics<'s>(
        &self,
        isa: Isa,
        call: &Call<'_, T>,
        dy: &[T],
        stats: impl Into<Handed<'s, T>>,
        gradients: &mut [T],
        sums: &mut [T],
        dparams: &mut [&mut [T]],
    ) -> Result<(), Error> {
        let Handed { used, current } = stats.into();
        self.check_backward(call, dy, used, Some(dparams))?;
        self.length("current statistics", self.statistics_len(&call.layout), current.len())?;
        self.length("gradients of statistics", self.statistics_len(&call.layout), gradients.len())?;
        self.length("sums", self.sums_len(&call.layout), sums.len())?;
        let phase = BackwardPhase::Statistics { gradients, sums };
        let dparams = Some(dparams);
        let args = BackwardArgs { dy, hat: used, current, dparams, overwrite: false, phase };
        self.scaled_backward(isa, call, args);
        Ok(())
    }

    /// The second half: `dx` from gradients at the statistics.
    pub fn backward_inputs<'s>(
        &self,
        isa: Isa,
        call: &Call<'_, T>,
        dy: &[T],
        stats: impl Into<Handed<'s, T>>,
        gradients: &[T],
        sums: &[T],
        overwrite: bool,
        dx: &mut [T],
    ) -> Result<(), Error> {
        let Handed { used, current } = stats.into();
        self.check_backward(call, dy, used, None)?;
        self.length("current statistics", self.statistics_len(&call.layout), current.len())?;
        self.length("dx", call.layout.len(), dx.len())?;
        self.length("gradients of statistics", self.statistics_len(&call.layout), gradients.len())?;
        self.length("sums", self.sums_len(&call.layout), sums.len())?;
        let phase = BackwardPhase::Inputs { dx, gradients, sums };
        let args = BackwardArgs { dy, hat: used, current, dparams: None, overwrite, phase };
        self.scaled_backward(isa, call, args);
        Ok(())
    }
}
