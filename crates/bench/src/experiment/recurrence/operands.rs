//! A method at the rows of the weights, or at weights and inputs: applied once for all steps, before the cell meets them.

use dfdx::prelude::*;
use norm_core::{Kernel, Site};
use norm_dfdx::Error;
use norm_dfdx::fused::{Flat, Statistics, normalize};

/// The method.
pub(crate) struct Rows(pub(crate) Kernel<f32>);

type Steps<const I: usize, T> = Tensor<(usize, usize, Const<I>), f32, Cpu, T>;
type Matrix<const W: usize, const C: usize, T = NoneTape> = Tensor<Rank2<W, C>, f32, Cpu, T>;

impl Rows {
    /// The inputs and both weights as they act, the weights' tapes in that of the inputs.
    pub(super) fn acting<const I: usize, const H: usize, const W: usize, T: Tape<f32, Cpu>>(
        &self,
        params: &[Tensor<Rank1<W>, f32, Cpu>],
        ih: &Matrix<W, I>,
        hh: &Matrix<W, H>,
        x: Steps<I, T>,
    ) -> Result<(Steps<I, T>, Matrix<W, I>, Matrix<W, H>), Error<CpuError>> {
        let d = self.0.descriptor;
        let x = if d.site == Site::WeightsAndInputs {
            let (steps, cases, _) = *x.shape();
            let layout = d.reference_set.layout(steps * cases, I, 1, 1)?;
            normalize(self.0, layout, x, Vec::new(), &d.default_consts(), Statistics::Current, None)?
        } else {
            x
        };
        let (of_ih, of_hh) = params.split_at(params.len() / 2);
        let (ih, of_ih) = self.rows::<W, I, T>(of_ih, ih)?.split_tape();
        let (hh, of_hh) = self.rows::<W, H, T>(of_hh, hh)?.split_tape();
        let (x, tape) = x.split_tape();
        Ok((x.put_tape(tape.merge(of_ih).merge(of_hh)), ih, hh))
    }

    /// The rows of one matrix, on a tape of their own.
    pub(super) fn rows<const W: usize, const C: usize, T: Tape<f32, Cpu>>(
        &self,
        params: &[Tensor<Rank1<W>, f32, Cpu>],
        weight: &Matrix<W, C>,
    ) -> Result<Matrix<W, C, T>, Error<CpuError>> {
        let d = self.0.descriptor;
        let mut flat: Vec<Flat<f32, Cpu, T>> = Vec::with_capacity(params.len());
        for t in params {
            flat.push(t.retaped::<T>().try_reshape_like(&(W,))?);
        }
        let layout = d.reference_set.layout(W, C, 1, 1)?;
        let weight = weight.retaped::<T>();
        normalize(self.0, layout, weight, flat, &d.default_consts(), Statistics::Current, None)
    }
}
