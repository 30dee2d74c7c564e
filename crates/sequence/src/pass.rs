//! What a forward and a backward pass are given, and the checks of it.

use norm_core::{Elem, Isa};

use crate::cell::{Cell, Sizes};
use crate::error::Error;
use crate::slot::{Place, Ready};

/// Weights in PyTorch's layout, gates in the order input, forget, candidate, output; of a GRU reset, update,
/// candidate.
#[derive(Clone, Copy, Debug)]
pub struct Weights<'a, T> {
    /// `W_x`, `[G·H, I]`.
    pub ih: &'a [T],
    /// `W_h`, `[G·H, H]`.
    pub hh: &'a [T],
    /// `[G·H]`, exactly if [`Cell::has_bias`].
    pub bias: Option<&'a [T]>,
    /// `[H]`, exactly if [`Cell::has_recurrent_bias`]: the last third of PyTorch's `bias_hh`. The first two thirds are
    /// added to the gates as `bias` is, so their sum is one bias.
    pub recurrent_bias: Option<&'a [T]>,
    /// In the order of [`Cell::slot_params`].
    pub slots: &'a [&'a [T]],
}

/// What goes in.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a, T> {
    /// Sizes of everything.
    pub sizes: Sizes,
    /// `[T, N, I]`.
    pub x: &'a [T],
    /// `[T, N]`, true where a step belongs to its case. A padded step gives 0, carries the state on unchanged,
    /// takes part in no statistic and gets no gradient; what `x` holds there does not matter.
    pub mask: Option<&'a [bool]>,
    /// `[N, H]`; zeros if absent.
    pub h0: Option<&'a [T]>,
    /// `[N, H]`; zeros if absent.
    pub c0: Option<&'a [T]>,
}

/// Gradients of what came out.
#[derive(Clone, Copy, Debug)]
pub struct Upstream<'a, T> {
    /// Of `y`, `[T, N, H]`.
    pub y: &'a [T],
    /// Of the last hidden state, `[N, H]`.
    pub h: Option<&'a [T]>,
    /// Of the last cell, `[N, H]`.
    pub c: Option<&'a [T]>,
}

/// Gradients of what went in; all are added to.
#[derive(Debug)]
pub struct Gradients<'a, 'p, T> {
    /// Of `x`; not computed if absent.
    pub x: Option<&'a mut [T]>,
    /// Of `W_x`.
    pub ih: &'a mut [T],
    /// Of `W_h`.
    pub hh: &'a mut [T],
    /// Of the bias, exactly if [`Cell::has_bias`].
    pub bias: Option<&'a mut [T]>,
    /// Of the recurrent bias, exactly if [`Cell::has_recurrent_bias`].
    pub recurrent_bias: Option<&'a mut [T]>,
    /// In the order of [`Cell::slot_params`].
    pub slots: &'a mut [&'p mut [T]],
    /// Of `h0`.
    pub h0: Option<&'a mut [T]>,
    /// Of `c0`.
    pub c0: Option<&'a mut [T]>,
}

/// What a forward pass says beside its output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Evaluation met a step for which no statistics are stored and used the last stored one.
    pub clamped: bool,
}

fn length(what: &str, expected: usize, got: usize) -> Result<(), Error> {
    if expected == got {
        return Ok(());
    }
    Err(Error::Length { what: what.into(), expected, got })
}

fn optional<T>(what: &str, expected: usize, got: Option<&[T]>) -> Result<(), Error> {
    got.map_or(Ok(()), |v| length(what, expected, v.len()))
}

/// A bias is there exactly if the cell has one.
fn bias<T>(has: bool, what: &str, expected: usize, got: Option<&[T]>) -> Result<(), Error> {
    match (has, got) {
        (true, Some(b)) => length(what, expected, b.len()),
        (false, None) => Ok(()),
        (true, None) => Err(Error::Bias { what: what.into(), expected: "has one", got: "gave none" }),
        (false, Some(_)) => Err(Error::Bias { what: what.into(), expected: "has none", got: "gave one" }),
    }
}

impl<T: Elem> Cell<T> {
    fn check_slots(&self, units: usize, lens: &[usize]) -> Result<(), Error> {
        let params = self.slot_params(units);
        if params.len() != lens.len() {
            let names: Vec<_> = params.iter().map(|p| format!("{}.{}", p.place, p.name)).collect();
            let (expected, got) = (params.len(), lens.len());
            return Err(Error::SlotParameters { expected, got, names: names.join(", ") });
        }
        for (p, len) in params.iter().zip(lens) {
            length(&format!("{}.{}", p.place, p.name), p.len, *len)?;
        }
        Ok(())
    }

    pub(crate) fn check_inputs(&self, w: &Weights<'_, T>, x: &Inputs<'_, T>) -> Result<(), Error> {
        let Sizes { steps, cases, inputs, units } = x.sizes;
        for (what, size) in [("steps", steps), ("cases", cases), ("inputs", inputs), ("units", units)] {
            if size == 0 {
                return Err(Error::Empty { what });
            }
        }
        // From here on no product of sizes can overflow.
        let width = units.saturating_mul(self.kind().gates()).max(inputs);
        let fits = |rows: usize| rows.checked_mul(width).is_some_and(|n| n <= isize::MAX as usize / 8);
        if !steps.checked_add(1).and_then(|t| t.checked_mul(cases)).is_some_and(fits) || !fits(width) {
            return Err(Error::TooLarge { steps, cases, width });
        }
        let width = self.width(units);
        length("weight_ih", width * inputs, w.ih.len())?;
        length("weight_hh", width * units, w.hh.len())?;
        bias(self.has_bias(), "bias", width, w.bias)?;
        bias(self.has_recurrent_bias(), "recurrent bias", units, w.recurrent_bias)?;
        self.check_slots(units, &w.slots.iter().map(|p| p.len()).collect::<Vec<_>>())?;
        length("x", steps * cases * inputs, x.x.len())?;
        optional("mask", steps * cases, x.mask)?;
        optional("h0", cases * units, x.h0)?;
        let cells = if self.kind().has_cell() { cases * units } else { 0 };
        optional("c0", cells, x.c0)
    }

    pub(crate) fn check_gradients(
        &self,
        s: &Sizes,
        up: &Upstream<'_, T>,
        g: &Gradients<'_, '_, T>,
    ) -> Result<(), Error> {
        let (one, width) = (s.cases * s.units, self.width(s.units));
        let cells = if self.kind().has_cell() { one } else { 0 };
        length("dy", s.steps * one, up.y.len())?;
        optional("gradient of the last h", one, up.h)?;
        optional("gradient of the last c", cells, up.c)?;
        optional("dx", s.steps * s.cases * s.inputs, g.x.as_deref())?;
        length("dweight_ih", width * s.inputs, g.ih.len())?;
        length("dweight_hh", width * s.units, g.hh.len())?;
        bias(self.has_bias(), "dbias", width, g.bias.as_deref())?;
        bias(self.has_recurrent_bias(), "drecurrent bias", s.units, g.recurrent_bias.as_deref())?;
        self.check_slots(s.units, &g.slots.iter().map(|p| p.len()).collect::<Vec<_>>())?;
        optional("dh0", one, g.h0.as_deref())?;
        optional("dc0", cells, g.c0.as_deref())
    }

    /// Fills the buffers of parameters that are not learned.
    pub(crate) fn fix(&self, units: usize, fixed: &mut [Vec<T>; Place::ALL.len()]) {
        for (place, slot) in self.slots() {
            let layout = slot.layout(place, self.kind(), 1, units);
            let buffer = &mut fixed[place as usize];
            buffer.clear();
            for p in slot.kernel.descriptor.params.iter().filter(|p| !slot.learns(p)) {
                buffer.resize(p.axis.len(&layout), T::lit(p.initial_at(&layout)));
            }
        }
    }

    /// Every slot with its parameters, learned and held.
    pub(crate) fn ready<'a>(
        &'a self,
        isa: Isa,
        learned: &[&'a [T]],
        fixed: &'a [Vec<T>; Place::ALL.len()],
    ) -> [Option<Ready<'a, T>>; Place::ALL.len()] {
        let mut learned = learned.iter();
        Place::ALL.map(|place| {
            let slot = self.slot(place)?;
            let params = slot.kernel.descriptor.params.iter().map(|p| {
                if slot.learns(p) {
                    learned.next().copied().unwrap_or_default()
                } else {
                    &fixed[place as usize][..]
                }
            });
            Some(Ready { place, slot, params: params.collect(), isa })
        })
    }
}
