//! `as = sums`: `x` is the summed input itself.

use std::ops::Range;

use norm_core::blocks::Blocks;
use norm_core::{Along, Descriptor, Layout, PolicyKind, ReferenceSet, Site, Skeleton};

use crate::answer::Answer;
use crate::error::Error;
use crate::limits;
use crate::norm::{Norm, Path, Real, narrow, widen};
use crate::request::{Axes, OverTime, Request};
use crate::state::{Stored, over_time};
use crate::streaming::Steps;

/// The parameters of the method, by name, or their initial values.
pub(crate) fn params<T: Real>(r: &mut Request, prefix: &str, l: &Layout) -> Result<Vec<Vec<T>>, Error> {
    let d = r.descriptor();
    let take = |p: &norm_core::Param| {
        let len = p.axis.len(l);
        let shape: &[usize] = if matches!(p.axis, norm_core::ParamAxis::Scalar) { &[] } else { &[len] };
        let given = r.optional(&format!("{prefix}{}", p.name), shape)?;
        Ok(narrow(&given.unwrap_or_else(|| vec![p.initial_at(l); len])))
    };
    d.params.iter().map(take).collect()
}

/// Puts the gradients of parameters.
pub(crate) fn put_params<T: Real>(r: &Request, answer: &mut Answer, prefix: &str, found: &[Vec<T>]) {
    for (p, found) in r.descriptor().params.iter().zip(found) {
        let scalar = matches!(p.axis, norm_core::ParamAxis::Scalar);
        let shape: &[usize] = if scalar { &[] } else { &[found.len()] };
        answer.put(format!("{prefix}{}", p.name), shape, widen(found));
    }
}

/// Sums put through a method: step by step where each step has its own statistics, else at once; block by block where the
/// method cuts a batch.
pub(crate) struct Sums<T: 'static> {
    norms: Vec<Norm<T>>,
    /// For each of them the step whose stored statistics it has.
    step_of: Vec<usize>,
    used: Vec<(Vec<T>, bool)>,
    stored: Option<Stored<T>>,
    /// Whether the store takes in each block before the next, and controls act and find something.
    train: bool,
    /// Stands for all of the above where the method streams.
    steps: Option<Steps<T>>,
}

/// What the sums are.
pub(crate) struct Of {
    pub(crate) steps: usize,
    pub(crate) cases: usize,
    pub(crate) channels: usize,
    pub(crate) space: usize,
    /// Positions in a row of an image.
    pub(crate) row: usize,
    /// One for each case of each step.
    pub(crate) mask: Option<Vec<bool>>,
}

impl<T: Real> Sums<T> {
    /// Makes the method ready. Its parameters stand under `param.`, its state under `state.`.
    pub(crate) fn new(r: &mut Request, of: &Of, params_of: Option<Vec<Vec<T>>>) -> Result<Self, Error> {
        let d = r.descriptor();
        if d.policy == PolicyKind::Streaming {
            let steps = Some(Steps::new(r, of, params_of)?);
            return Ok(Self {
                norms: Vec::new(),
                step_of: Vec::new(),
                used: Vec::new(),
                stored: None,
                train: r.train,
                steps,
            });
        }
        let across = d.reference_set.skeleton() == Skeleton::Channelwise;
        if !across && r.over_time.is_some() {
            return Err(Error::NotApplicable {
                method: d.id.to_owned(),
                what: "statistics = frame, sequence or step".to_owned(),
                reason: format!("its statistics pool {}, no cases: leave it out", d.over()),
            });
        }
        let per_step = across && over_time(r) == OverTime::PerStep;
        let (parts, cases) = if per_step { (of.steps, of.cases) } else { (1, of.steps * of.cases) };
        let groups = r.groups()?;
        let set = match d.reference_set {
            // With space to pool, batch and batch + space are one.
            ReferenceSet::Batch | ReferenceSet::BatchTime => ReferenceSet::BatchSpace,
            other => other,
        };
        let layout = set.layout(cases, of.channels, of.space, groups)?.with_row(of.row);
        d.plan.check_windows(d, &layout, &r.consts())?;
        if r.path == Path::Composed {
            check_matrices(d, &layout)?;
        }
        let params = match params_of {
            Some(p) => p,
            None => params(r, "param.", &layout)?,
        };
        let stored =
            d.policy.averages().then(|| Stored::take(r, "state.", of.channels, per_step.then_some(of.steps)));
        let stored = stored.transpose()?;
        // In evaluation the stored statistics are used, which are the same for every block.
        let blocks = Blocks::of(d, &r.consts())?;
        let count = limits::parts("steps and blocks of their own statistics", &[parts, blocks.count(cases)])?;
        let behind = d.plan.controls().len() + d.frozen.len();
        let inputs = params.iter().map(Vec::len).sum::<usize>() + behind * of.channels;
        limits::elements("the parameters of all steps and blocks", &[count, inputs])?;
        let mut cut: Vec<(usize, Range<usize>)> = (0..parts)
            .flat_map(|t| {
                blocks.ranges(cases).map(move |block| (t, t * cases + block.start..t * cases + block.end))
            })
            .collect();
        if cut.is_empty() {
            cut.push((0, 0..0));
        }
        let norms = cut.iter().map(|(t, rows)| {
            let still = std::iter::repeat_n(vec![T::lit(0.0); of.channels], behind);
            let mut norm = Norm {
                method: r.method,
                path: r.path,
                layout: Layout { n: rows.len(), ..layout },
                params: params.iter().cloned().chain(still).collect(),
                consts: r.consts(),
                mask: of.mask.as_ref().map(|m| m[rows.clone()].to_vec()),
            };
            if let Some(s) = &stored {
                norm.look_at(s.at(*t));
            }
            norm
        });
        let norms = norms.collect();
        let step_of = cut.iter().map(|(t, _)| *t).collect();
        Ok(Self { norms, step_of, used: Vec::new(), stored, train: r.train, steps: None })
    }

    pub(crate) fn forward(&mut self, r: &Request, x: &[T]) -> Result<Vec<T>, Error> {
        if let Some(steps) = &mut self.steps {
            return steps.forward(x);
        }
        let mut y = Vec::with_capacity(x.len());
        for (norm, t) in self.norms.iter_mut().zip(self.step_of.iter().copied()) {
            // A block sees what those before it have left.
            if let Some(stored) = self.stored.as_ref().filter(|_| self.train) {
                norm.look_at(stored.at(t));
            }
            let part = &x[y.len()..y.len() + norm.layout.len()];
            let given = self.stored.as_ref().and_then(|s| s.given(r, t));
            let (out, statistics) = norm.forward(part, given.as_deref())?;
            if let Some(stored) = self.stored.as_mut().filter(|_| self.train) {
                stored.update(t, &statistics, norm.pooled(), r.advice())?;
            }
            y.extend(out);
            self.used.push((statistics, given.is_some()));
        }
        Ok(y)
    }

    pub(crate) fn backward(&mut self, x: &[T], dy: &[T]) -> Result<(Vec<T>, Vec<Vec<T>>), Error> {
        if let Some(steps) = &mut self.steps {
            return steps.backward(x, dy);
        }
        let (mut dx, mut dparams) = (Vec::with_capacity(x.len()), Vec::<Vec<T>>::new());
        let blocks = self.norms.iter_mut().zip(self.step_of.iter().copied());
        for ((norm, t), (statistics, given)) in blocks.zip(&self.used) {
            let at = dx.len()..dx.len() + norm.layout.len();
            if let Some(stored) = self.stored.as_ref().filter(|_| self.train) {
                norm.hold(stored.states_at(t));
            }
            let (dx_t, mut found) = norm.backward(&x[at.clone()], statistics, &dy[at], *given)?;
            let grown = found.split_off(norm.method.descriptor().params.len());
            if let Some(stored) = self.stored.as_mut().filter(|_| self.train) {
                stored.grow(t, &grown);
            }
            dx.extend(dx_t);
            if dparams.is_empty() {
                dparams = found;
            } else {
                for (sum, term) in dparams.iter_mut().flatten().zip(found.into_iter().flatten()) {
                    *sum += term;
                }
            }
        }
        Ok((dx, dparams))
    }

    pub(crate) fn put_state(&self, answer: &mut Answer) {
        if let Some(s) = &self.stored {
            s.put(answer);
        }
        if let Some(steps) = &self.steps {
            steps.put_state(answer);
        }
    }
}

/// Refuses windows whose operators, matrices on the composed path, would be too large.
fn check_matrices(d: &Descriptor, l: &Layout) -> Result<(), Error> {
    for (window, _) in d.plan.windows() {
        let (row, columns) = (l.row, l.s / l.row.max(1));
        let longest = if window.along == Along::Space { row.max(columns) } else { l.k };
        limits::elements("the matrix of a window on the composed path", &[longest, longest])?;
    }
    Ok(())
}

/// Refuses methods that do not normalize what this form gives them.
fn check_site(r: &Request) -> Result<(), Error> {
    let d = r.descriptor();
    match d.site {
        Site::SummedInputs => Ok(()),
        site => Err(Error::NotApplicable {
            method: d.id.to_owned(),
            what: "as = sums".to_owned(),
            reason: format!("it normalizes {}: write as = linear or conv and give param.weight", site.name()),
        }),
    }
}

pub(crate) fn run<T: Real>(r: &mut Request) -> Result<Answer, Error> {
    check_site(r)?;
    let (shape, data, of) = match r.axes {
        Axes::Nc => {
            let ([n, c], data) = r.ranked("x", "[N, C]")?;
            (vec![n, c], data, Of { steps: 1, cases: n, channels: c, space: 1, row: 1, mask: r.mask(&[n])? })
        }
        Axes::Ncs => {
            let ([n, c, s], data) = r.ranked("x", "[N, C, S]")?;
            let row = r.size("row", s, 1)?;
            (vec![n, c, s], data, Of { steps: 1, cases: n, channels: c, space: s, row, mask: r.mask(&[n])? })
        }
        Axes::Tnc => {
            let ([t, n, c], data) = r.ranked("x", "[T, N, C]")?;
            (
                vec![t, n, c],
                data,
                Of { steps: t, cases: n, channels: c, space: 1, row: 1, mask: r.mask(&[t, n])? },
            )
        }
    };
    let x = narrow::<T>(&data);
    let mut sums = Sums::<T>::new(r, &of, None)?;
    let dy = r.optional("dy", &shape)?;
    r.finish()?;
    let mut answer = Answer::default();
    answer.put("y", &shape, widen(&sums.forward(r, &x)?));
    if let Some(dy) = dy {
        let (dx, dparams) = sums.backward(&x, &narrow(&dy))?;
        answer.put("dx", &shape, widen(&dx));
        put_params(r, &mut answer, "dparam.", &dparams);
    }
    sums.put_state(&mut answer);
    Ok(answer)
}
