//! Sequences of several lengths in one batch, each padded behind its own steps.

use dfdx::prelude::*;

use crate::error::Error;
use crate::recurrent::Sequence;

/// How many steps of a batch belong to each case, the first so many; what a batch holds behind them does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lengths {
    each: Vec<usize>,
    steps: usize,
}

/// States `[rows, H]`.
type Rows<const H: usize, E, T> = Tensor<(usize, Const<H>), E, Cpu, T>;

impl Lengths {
    /// Those of the cases of a batch of so many steps.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] for a case without a step, or with more than the batch has.
    pub fn new(each: Vec<usize>, steps: usize) -> Result<Self, Error> {
        match each.iter().position(|length| !(1..=steps).contains(length)) {
            Some(case) => Err(Error::Length { case, got: each[case], steps }),
            None => Ok(Self { each, steps }),
        }
    }

    /// Whether a step belongs to its case, `[T, N]`: what the passes of a recurrent layer take.
    pub fn mask(&self) -> Vec<bool> {
        (0..self.steps).flat_map(|t| self.each.iter().map(move |&length| t < length)).collect()
    }

    /// The last state of each case, `[N, H]`.
    ///
    /// # Errors
    ///
    /// The device's, and for states of another number of steps or cases.
    pub fn last_states<const H: usize, E: Dtype, T: Tape<E, Cpu>>(
        &self,
        y: Sequence<H, E, Cpu, T>,
    ) -> Result<Rows<H, E, T>, CpuError>
    where
        Cpu: Device<E>,
    {
        let cases = self.each.len();
        self.states(y, self.each.iter().enumerate().map(|(n, length)| (length - 1) * cases + n).collect())
    }

    /// The states of each case's own steps, step by step, `[sum of all lengths, H]`.
    ///
    /// # Errors
    ///
    /// The device's, and for states of another number of steps or cases.
    pub fn own_states<const H: usize, E: Dtype, T: Tape<E, Cpu>>(
        &self,
        y: Sequence<H, E, Cpu, T>,
    ) -> Result<Rows<H, E, T>, CpuError>
    where
        Cpu: Device<E>,
    {
        let own = self.mask().into_iter().enumerate().filter(|(_, own)| *own);
        self.states(y, own.map(|(row, _)| row).collect())
    }

    fn states<const H: usize, E: Dtype, T: Tape<E, Cpu>>(
        &self,
        y: Sequence<H, E, Cpu, T>,
        rows: Vec<usize>,
    ) -> Result<Rows<H, E, T>, CpuError>
    where
        Cpu: Device<E>,
    {
        let (steps, cases, _) = *y.shape();
        if (steps, cases) != (self.steps, self.each.len()) {
            return Err(CpuError::WrongNumElements);
        }
        let count = rows.len();
        let rows = y.device().try_tensor_from_vec(rows, (count,))?;
        let all: Rows<H, E, T> = y.try_reshape_like(&(steps * cases, Const))?;
        all.try_gather(rows)
    }
}
