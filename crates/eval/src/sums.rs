//! `as = sums`: `x` is the summed input itself.

use std::rc::Rc;

use norm_core::blocks::Blocks;
use norm_core::{Along, Descriptor, Layout, PolicyKind, ReferenceSet, Site, Skeleton};

use crate::answer::Answer;
use crate::error::Error;
use crate::limits;
use crate::norm::{How, Norm, Path, Real, Used, narrow, widen};
use crate::request::{Axes, OverTime, Request};
use crate::state::{Stored, over_time};
use crate::streaming;

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

/// Sums put through a method: step by step where each step has its own statistics or its part in one store, else at once.
pub(crate) struct Sums<T: 'static> {
    norms: Vec<Norm<T>>,
    used: Vec<Used<T>>,
    stored: Stored<T>,
    how: How,
    advice: &'static str,
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
        let streams = d.policy == PolicyKind::Streaming;
        if streams {
            check_streaming(r)?;
            limits::parts("the steps of one store", &[of.steps])?;
            streaming::settings(r)?;
        }
        let across = d.reference_set.skeleton() == Skeleton::Channelwise;
        if !across && r.over_time.is_some() {
            return Err(Error::NotApplicable {
                method: d.id.to_owned(),
                what: "statistics = frame, sequence or step".to_owned(),
                reason: format!("its statistics pool {}, no cases: leave it out", d.over()),
            });
        }
        let per_step = across && !streams && over_time(r) == OverTime::PerStep;
        let (parts, cases) =
            if per_step || streams { (of.steps, of.cases) } else { (1, of.steps * of.cases) };
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
        let params: Rc<[Vec<T>]> = match params_of {
            Some(p) => p,
            None => params(r, "param.", &layout)?,
        }
        .into();
        let stored = Stored::take(r, "state.", of.channels, per_step.then_some(of.steps))?;
        let blocks = Blocks::of(d, &r.consts())?;
        let count = limits::parts("steps and blocks of their own statistics", &[parts, blocks.count(cases)])?;
        let behind = d.plan.controls().len() + d.frozen.len();
        let inputs = params.iter().map(Vec::len).sum::<usize>() + behind * of.channels;
        if !streams {
            limits::elements("the parameters of all steps and blocks", &[count, inputs])?;
        }
        let norms = (0..parts).map(|t| Norm {
            method: r.method,
            path: r.path,
            layout,
            params: Rc::clone(&params),
            consts: r.consts(),
            mask: of.mask.as_ref().map(|m| m[t * cases..(t + 1) * cases].to_vec()),
        });
        Ok(Self { norms: norms.collect(), used: Vec::new(), stored, how: How::of(r), advice: r.advice() })
    }

    pub(crate) fn forward(&mut self, x: &[T]) -> Result<Vec<T>, Error> {
        let mut y = Vec::with_capacity(x.len());
        let refused = self.stored.refused(self.advice);
        for (t, norm) in self.norms.iter().enumerate() {
            let (how, store) = self.stored.at(t, self.how);
            let part = &x[y.len()..y.len() + norm.layout.len()];
            let (out, used) = norm.forward(how, store, part).map_err(&refused)?;
            y.extend(out);
            self.used.push(used);
        }
        Ok(y)
    }

    /// Gradients of `x` and of the parameters. Where one store serves all steps, from the last to the first.
    pub(crate) fn backward(&mut self, x: &[T], dy: &[T]) -> Result<(Vec<T>, Vec<Vec<T>>), Error> {
        let (mut dx, mut dparams) = (vec![T::lit(0.0); x.len()], Vec::<Vec<T>>::new());
        let mut steps: Vec<_> = self.norms.iter().zip(&self.used).enumerate().collect();
        if self.stored.is_shared() {
            steps.reverse();
        }
        for (t, (norm, used)) in steps {
            let at = t * norm.layout.len()..(t + 1) * norm.layout.len();
            let (how, store) = self.stored.at(t, self.how);
            let (dx_t, found) = norm.backward(how, store, &x[at.clone()], used, &dy[at.clone()])?;
            dx[at].copy_from_slice(&dx_t);
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
        self.stored.put(answer);
    }
}

/// Refuses what a method that streams has no meaning for.
fn check_streaming(r: &Request) -> Result<(), Error> {
    let refused = |what: &str, reason: &str| Error::NotApplicable {
        method: r.descriptor().id.to_owned(),
        what: what.to_owned(),
        reason: reason.to_owned(),
    };
    if r.over_time.is_some() {
        let reason = "one store serves all steps, one after the other: leave it out";
        return Err(refused("statistics = frame, sequence or step", reason));
    }
    match (r.path, r.method.streamed) {
        (Path::Composed, _) => Err(refused(
            "path = composed",
            "its gradient is mixed with that of earlier uses, which no tape does: write path = fused or reference",
        )),
        (Path::Reference, None) => {
            Err(refused("path = reference", "its reference does not stream: write path = fused"))
        }
        _ => Ok(()),
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
    answer.put("y", &shape, widen(&sums.forward(&x)?));
    if let Some(dy) = dy {
        let (dx, dparams) = sums.backward(&x, &narrow(&dy))?;
        answer.put("dx", &shape, widen(&dx));
        put_params(r, &mut answer, "dparam.", &dparams);
    }
    sums.put_state(&mut answer);
    Ok(answer)
}
