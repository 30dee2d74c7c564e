//! A batch used in training block after block: each block of cases is normalized by its own statistics, and what is stored
//! takes in one block after the other, so that a block sees a store that has seen those before it. In the backward pass the
//! states of controls move on from block to block, in the same order.
//!
//! Without the word for it (a constant `block`) the whole batch is one block. What is left at the end of a batch is a block
//! of its own; a block of one case without space has no spread, and its output is what the kernel gives for that.

use std::ops::Range;

use crate::descriptor::Descriptor;
use crate::error::Error;
use crate::isa::Isa;
use crate::kernel::{Call, Kernel, Rule};
use crate::layout::Layout;
use crate::policy::Running;
use crate::value::Elem;

/// The constant that says how many cases a block has.
pub const BLOCK: &str = "block";

/// How a batch is cut along its cases. Cases that are masked are counted like others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    cases: usize,
}

impl Blocks {
    /// As the constants of a method say; the whole batch where they say nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Constant`] for a block that is no whole number of cases.
    pub fn of(d: &Descriptor, consts: &[f64]) -> Result<Self, Error> {
        let Some(cases) = d.policy_const(BLOCK, consts) else { return Ok(Self { cases: usize::MAX }) };
        if cases.fract() != 0.0 || cases < 1.0 {
            let domain = "a whole number of cases, at least 1";
            return Err(Error::Constant { method: d.id, name: BLOCK, got: cases, domain });
        }
        Ok(Self { cases: cases as usize })
    }

    /// The number of blocks of a batch of `n`.
    pub const fn count(self, n: usize) -> usize {
        n.div_ceil(self.cases)
    }

    /// The cases of each block of a batch of `n`.
    pub fn ranges(self, n: usize) -> impl Iterator<Item = Range<usize>> {
        let cases = self.cases.min(n).max(1);
        (0..n).step_by(cases).map(move |from| from..n.min(from + cases))
    }
}

/// A descriptor whose uses in training need more than one call of its kernels: it names a block, or something is
/// controlled.
pub fn takes_blocks(d: &Descriptor) -> bool {
    d.consts.iter().any(|c| c.name == BLOCK) || !d.plan.controls().is_empty()
}

/// What one block was normalized by, for its backward pass.
#[derive(Clone, Debug)]
pub struct Seen<T> {
    /// Its cases.
    pub cases: Range<usize>,
    /// Its statistics.
    pub statistics: Vec<T>,
    /// What the store held before it, for each frozen input.
    pub frozen: Vec<Vec<T>>,
}

/// A part of a call.
fn part<'a, T>(call: &Call<'a, T>, cases: &Range<usize>, params: &'a [&'a [T]]) -> Call<'a, T> {
    let elements = cases.start * call.layout.case()..cases.end * call.layout.case();
    Call {
        layout: Layout { n: cases.len(), ..call.layout },
        x: &call.x[elements],
        params,
        consts: call.consts,
        mask: call.mask.map(|m| &m[cases.clone()]),
    }
}

fn check<T: Elem>(kernel: &Kernel<T>, call: &Call<'_, T>, store: &[T]) -> Result<(), Error> {
    let (d, l) = (kernel.descriptor, &call.layout);
    let length = |what: &str, expected: usize, got: usize| {
        let what = what.to_owned();
        if expected == got { Ok(()) } else { Err(Error::Length { method: d.id, what, expected, got }) }
    };
    length("x", l.len(), call.x.len())?;
    if let Some(mask) = call.mask {
        length("mask", l.n, mask.len())?;
    }
    length("the store", kernel.sets(l) * d.statistics.len(), store.len())
}

/// A use in training. `call` names the parameters alone; `store` lies as `[statistics][sets]` and takes in every block.
///
/// # Errors
///
/// [`Error`] for a call that does not fit; nothing was taken in then.
pub fn forward<T: Elem>(
    kernel: &Kernel<T>,
    isa: Isa,
    call: &Call<'_, T>,
    running: Running,
    store: &mut [T],
) -> Result<(Vec<T>, Vec<Seen<T>>), Error> {
    let d = kernel.descriptor;
    let blocks = Blocks::of(d, call.consts)?;
    running.check()?;
    check(kernel, call, store)?;
    let sets = kernel.sets(&call.layout);
    // The forward pass does not look at what controls the backward pass.
    let still = vec![T::default(); sets];
    let mut taken = store.to_vec();
    let mut y = Vec::with_capacity(call.layout.len());
    let mut seen = Vec::new();
    for cases in blocks.ranges(call.layout.n) {
        let frozen: Vec<Vec<T>> = d.frozen.iter().map(|f| f.of(&taken, sets).to_vec()).collect();
        let states = d.plan.controls().into_iter().map(|_| &still[..]);
        let params: Vec<&[T]> =
            call.params.iter().copied().chain(states).chain(frozen.iter().map(|f| &f[..])).collect();
        let block = part(call, &cases, &params);
        let mut statistics = vec![T::default(); kernel.statistics_len(&block.layout)];
        y.extend(kernel.forward_new(isa, &block, &mut statistics)?);
        running.update(d, &statistics, kernel.pooled(&block), &mut taken);
        seen.push(Seen { cases, statistics, frozen });
    }
    store.copy_from_slice(&taken);
    Ok((y, seen))
}

/// The backward pass of a use: `dx` is overwritten or added to, gradients of parameters are added to, and the states of controls
/// move on.
///
/// # Errors
///
/// [`Error`] for a call that does not fit what was seen.
pub fn backward<T: Elem>(
    kernel: &Kernel<T>,
    isa: Isa,
    call: &Call<'_, T>,
    dy: &[T],
    seen: &[Seen<T>],
    states: &mut [Vec<T>],
    overwrite: bool,
    dx: &mut [T],
    dparams: &mut [Vec<T>],
) -> Result<(), Error> {
    let case = call.layout.case();
    for block in seen {
        let mut grown: Vec<Vec<T>> = states.iter().map(|s| vec![T::default(); s.len()]).collect();
        let params: Vec<&[T]> = call
            .params
            .iter()
            .copied()
            .chain(states.iter().map(|s| &s[..]))
            .chain(block.frozen.iter().map(|f| &f[..]))
            .collect();
        let of = part(call, &block.cases, &params);
        let elements = block.cases.start * case..block.cases.end * case;
        let mut slots: Vec<&mut [T]> = dparams.iter_mut().chain(&mut grown).map(|p| &mut p[..]).collect();
        kernel.backward(
            isa,
            &of,
            &dy[elements.clone()],
            &block.statistics,
            Rule::Exact,
            overwrite,
            &mut dx[elements],
            &mut slots,
        )?;
        for (state, by) in states.iter_mut().zip(&grown) {
            for (state, by) in state.iter_mut().zip(by) {
                *state = *state + *by;
            }
        }
    }
    Ok(())
}
