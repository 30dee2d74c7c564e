//! A sequence through a cell, by the fused engine or unrolled in plain loops: the same question, the same answer.

use sequence::{Bias, Cell, Gradients, Inputs, Mode, Sizes, State, Upstream, Weights, Workspace};

use crate::error::Error;
use crate::norm::Real;
use crate::request::{Evaluate, Request};
use crate::tape::{Id, Tape};
use crate::unrolled::{Leaves, Unrolled};

/// What goes in.
pub(crate) struct Given<'a, T: 'static> {
    pub(crate) cell: &'a Cell<T>,
    pub(crate) sizes: Sizes,
    pub(crate) bias_at: Bias,
    pub(crate) x: Vec<T>,
    pub(crate) w_ih: Vec<T>,
    pub(crate) w_hh: Vec<T>,
    pub(crate) bias: Option<Vec<T>>,
    pub(crate) recurrent_bias: Option<Vec<T>>,
    pub(crate) h0: Option<Vec<T>>,
    pub(crate) c0: Option<Vec<T>>,
    pub(crate) slots: Vec<Vec<T>>,
    pub(crate) mask: Option<Vec<bool>>,
    pub(crate) dy: Option<Vec<T>>,
}

/// Gradients of what went in.
pub(crate) struct Slopes<T> {
    pub(crate) x: Vec<T>,
    pub(crate) w_ih: Vec<T>,
    pub(crate) w_hh: Vec<T>,
    pub(crate) bias: Option<Vec<T>>,
    pub(crate) recurrent_bias: Option<Vec<T>>,
    pub(crate) h0: Option<Vec<T>>,
    pub(crate) c0: Option<Vec<T>>,
    pub(crate) slots: Vec<Vec<T>>,
}

/// What comes out.
pub(crate) struct Found<T> {
    pub(crate) y: Vec<T>,
    pub(crate) clamped: bool,
    pub(crate) gradients: Option<Slopes<T>>,
    pub(crate) state: State<T>,
}

/// By the engine that models train with.
pub(crate) fn fused<T: Real>(r: &Request, g: &Given<'_, T>, mut state: State<T>) -> Result<Found<T>, Error> {
    let slots: Vec<&[T]> = g.slots.iter().map(|s| &s[..]).collect();
    let w = Weights {
        ih: &g.w_ih,
        hh: &g.w_hh,
        bias: g.bias.as_deref(),
        recurrent_bias: g.recurrent_bias.as_deref(),
        slots: &slots,
    };
    let (h0, c0) = (g.h0.as_deref(), g.c0.as_deref());
    let inputs = Inputs { sizes: g.sizes, x: &g.x, mask: g.mask.as_deref(), h0, c0 };
    let mut y = vec![T::lit(0.0); g.sizes.steps * g.sizes.cases * g.sizes.units];
    let mut ws = Workspace::default();
    let mode = match (r.train, r.evaluate) {
        (true, _) => Mode::Train(&mut state),
        (false, Evaluate::Batch) => Mode::EvalBatch,
        (false, Evaluate::Stored) => Mode::Eval(&state),
    };
    let done = g.cell.forward(&w, &inputs, mode, &mut ws, &mut y);
    let clamped = done.map_err(|refused| answered(r, refused))?.clamped;
    let mut gradients = None;
    if let Some(dy) = &g.dy {
        let zeros = |v: &Vec<T>| vec![T::lit(0.0); v.len()];
        let mut d = Slopes {
            x: zeros(&g.x),
            w_ih: zeros(&g.w_ih),
            w_hh: zeros(&g.w_hh),
            bias: g.bias.as_ref().map(zeros),
            recurrent_bias: g.recurrent_bias.as_ref().map(zeros),
            h0: g.h0.as_ref().map(zeros),
            c0: g.c0.as_ref().map(zeros),
            slots: g.slots.iter().map(zeros).collect(),
        };
        let mut slots: Vec<&mut [T]> = d.slots.iter_mut().map(|s| &mut s[..]).collect();
        let mut into = Gradients {
            x: Some(&mut d.x),
            ih: &mut d.w_ih,
            hh: &mut d.w_hh,
            bias: d.bias.as_deref_mut(),
            recurrent_bias: d.recurrent_bias.as_deref_mut(),
            slots: &mut slots,
            h0: d.h0.as_deref_mut(),
            c0: d.c0.as_deref_mut(),
        };
        g.cell.backward(&w, &inputs, &Upstream { y: dy, h: None, c: None }, &mut ws, &mut into)?;
        gradients = Some(d);
    }
    if r.train {
        ws.settle(g.cell, g.sizes.units, &mut state)?;
    }
    Ok(Found { y, clamped, gradients, state })
}

/// What the engine will not store, by the tensor of the answer in which it would stand: what the other paths say.
fn answered(r: &Request, refused: sequence::Error) -> Error {
    match refused {
        sequence::Error::NotStored { place, statistic, channel, got, .. } => {
            let name = format!("state.{place}.{statistic}");
            Error::Answer { name, at: channel, got, advice: r.advice() }
        }
        other => other.into(),
    }
}

/// Step by step in plain loops, each norm on the path that was asked for.
pub(crate) fn looped<T: Real>(r: &Request, g: &Given<'_, T>, state: State<T>) -> Result<Found<T>, Error> {
    let mut tape = Tape::new();
    let one = vec![T::lit(0.0); g.sizes.cases * g.sizes.units];
    let leaves = Leaves {
        x: tape.leaf(g.x.clone()),
        w_ih: tape.leaf(g.w_ih.clone()),
        w_hh: tape.leaf(g.w_hh.clone()),
        bias: g.bias.clone().map(|b| tape.leaf(b)),
        recurrent_bias: g.recurrent_bias.clone().map(|b| tape.leaf(b)),
        h0: tape.leaf(g.h0.clone().unwrap_or_else(|| one.clone())),
        c0: tape.leaf(g.c0.clone().unwrap_or(one)),
        slots: g.slots.iter().map(|s| tape.leaf(s.clone())).collect(),
    };
    let (mask, bias_at) = (g.mask.as_deref(), g.bias_at);
    let mut net =
        Unrolled { r, cell: g.cell, sizes: g.sizes, mask, bias_at, leaves, tape, state, clamped: false };
    let steps = net.run()?;
    let y = steps.iter().flat_map(|s| net.tape.get(*s)).copied().collect();
    let mut gradients = None;
    if let Some(dy) = &g.dy {
        let each = dy.chunks_exact(g.sizes.cases * g.sizes.units);
        let found = net.tape.backward(steps.iter().zip(each).map(|(s, d)| (*s, d.to_vec())).collect())?;
        let of = |id: Id| Tape::of(&found, id).to_vec();
        let l = &net.leaves;
        gradients = Some(Slopes {
            x: of(l.x),
            w_ih: of(l.w_ih),
            w_hh: of(l.w_hh),
            bias: l.bias.map(of),
            recurrent_bias: l.recurrent_bias.map(of),
            h0: g.h0.as_ref().map(|_| of(l.h0)),
            c0: g.c0.as_ref().map(|_| of(l.c0)),
            slots: l.slots.iter().map(|s| of(*s)).collect(),
        });
    }
    Ok(Found { y, clamped: net.clamped, gradients, state: net.state })
}
