//! What a declaration with several sets or windows promises to depend on: its plan, played with sets of elements in place
//! of numbers. Of the steps that kernels run it knows nothing.

use super::case::{Shape, set_of};
use super::probe::{Dependencies, Probe, labels};
use crate::descriptor::Descriptor;
use crate::error::Error;
use crate::layout::{Layout, ReferenceSet};
use crate::plan::{Extent, Op};
use crate::staged::Size;
use crate::window::{Along, Window};

/// For each element of a value, the elements of `x` it is made of.
type Parts = Vec<Vec<bool>>;

struct Player<'a> {
    layout: Layout,
    mask: Option<&'a [bool]>,
    /// Whether the paths are those that a gradient takes.
    gradient: bool,
    /// How many elements each window has, in the order of the plan.
    windows: Vec<f64>,
}

/// Each element with all that are taken together with it.
fn together(of: &Parts, takes: impl Fn(usize, usize) -> bool) -> Parts {
    let size = of.len();
    let join = |i: usize| {
        let mut all = vec![false; size];
        for j in (0..size).filter(|j| takes(i, *j)) {
            all.iter_mut().zip(&of[j]).for_each(|(all, part)| *all |= part);
        }
        all
    };
    (0..size).map(join).collect()
}

impl Player<'_> {
    fn counts(&self, i: usize) -> bool {
        self.mask.is_none_or(|m| m[i / self.layout.case()])
    }

    fn pooled(&self, of: &Parts, set: ReferenceSet) -> Parts {
        let of_set = |i| set_of(set, &self.layout, i);
        together(of, |i, j| of_set(i) == of_set(j) && self.counts(j))
    }

    fn windowed(&self, of: &Parts, window: Window, size: usize) -> Parts {
        let l = &self.layout;
        let near = |i: usize, j: usize| (0..size).contains(&(j + size / 2).wrapping_sub(i));
        together(of, |i, j| match window.along {
            Along::Channels => {
                i / l.case() == j / l.case()
                    && i % l.s == j % l.s
                    && near(i % l.case() / l.s, j % l.case() / l.s)
            }
            Along::Space => {
                let ((row, column), (other_row, other_column)) =
                    ((i % l.s / l.row, i % l.s % l.row), (j % l.s / l.row, j % l.s % l.row));
                i / l.s == j / l.s && near(row, other_row) && near(column, other_column)
            }
        })
    }

    /// Plays operations; `given` are the statistics.
    fn play(
        &self,
        plan: &[(Op, Extent)],
        given: &[Parts],
        windows: &mut impl Iterator<Item = f64>,
    ) -> Vec<Parts> {
        let size = self.layout.len();
        let nothing = || vec![vec![false; size]; size];
        let mut values: Vec<Parts> = Vec::new();
        for (op, _) in plan {
            let value = match *op {
                Op::X => (0..size).map(|i| (0..size).map(|j| i == j).collect()).collect(),
                Op::Statistic(i) => given.get(i).cloned().unwrap_or_else(nothing),
                Op::StopGradient(_) | Op::Sign(_) | Op::Step(_) if self.gradient => nothing(),
                Op::ReplaceGradient(value, surrogate) => {
                    values[if self.gradient { surrogate } else { value }].clone()
                }
                Op::MeanOver(a, set) | Op::SumOver(a, set) => self.pooled(&values[a], set),
                Op::Window(window, a, _) => {
                    self.windowed(&values[a], window, windows.next().unwrap_or_default() as usize)
                }
                _ => op.operands().fold(nothing(), |mut all, a| {
                    for (all, of) in all.iter_mut().zip(&values[a]) {
                        all.iter_mut().zip(of).for_each(|(all, of)| *all |= of);
                    }
                    all
                }),
            };
            values.push(value);
        }
        values
    }

    /// What `y` is made of, with statistics of the input or with stored ones.
    fn output(&self, d: &Descriptor, stored: bool) -> Dependencies {
        let mut sizes = self.windows.iter().copied();
        let statistics = self.play(d.plan.statistics, &[], &mut sizes);
        let given: Vec<Parts> = d.plan.statistic_nodes.iter().map(|node| statistics[*node].clone()).collect();
        let y =
            self.play(d.plan.apply, if stored { &[] } else { &given }, &mut sizes).pop().unwrap_or_default();
        Dependencies::filled(y.len(), |of, on| self.counts(of) && self.counts(on) && y[of][on])
    }
}

/// The pictures that a declaration promises at a shape.
pub(super) fn promised(
    d: &Descriptor,
    shape: Shape,
    mask: Option<&[bool]>,
    window: Option<f64>,
) -> Result<Probe, Error> {
    let layout = shape.layout(d.reference_set)?;
    let consts = d.default_consts();
    let sized = |size: Size| match (size, window) {
        (Size::Const(_), Some(window)) => window,
        _ => size.value(&consts),
    };
    let windows: Vec<f64> = d.plan.windows().into_iter().map(|(_, size)| sized(size)).collect();
    let values = Player { layout, mask, gradient: false, windows: windows.clone() };
    let paths = Player { layout, mask, gradient: true, windows };
    let (y_on_x, path) = (values.output(d, false), paths.output(d, false));
    let size = layout.len();
    let dx_on_dy = Dependencies::filled(size, |of, on| path.depends(on, of));
    // The slope of an output along one input depends on all inputs of that output.
    let dx_on_x =
        Dependencies::filled(size, |of, on| (0..size).any(|y| path.depends(y, of) && y_on_x.depends(y, on)));
    let stored_y_on_x = values.output(d, true);
    Ok(Probe { labels: labels(shape.fitted(d.reference_set)), y_on_x, dx_on_dy, dx_on_x, stored_y_on_x })
}
