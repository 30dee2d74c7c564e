//! `as = linear` and `as = conv`: rows times weights, with the method where it stands, at the weights, at the rows that
//! enter, or at the sums. A convolution is the same with a patch of the image as a row.

use norm_core::{Layout, NormState, ReferenceSet, Site};

use crate::answer::Answer;
use crate::error::Error;
use crate::limits;
use crate::norm::{How, Norm, Real, Used, double, narrow, widen};
use crate::product::{nn, nt, tn};
use crate::request::Request;
use crate::state::Stored;
use crate::sums::{Of, Sums, params, put_params};
use crate::template::{self, Rectified};

/// Values and the normalization that was put before them, if any.
pub(crate) struct Side<T: 'static> {
    norm: Option<(Norm<T>, How, Stored<T>, Used<T>)>,
    raw: Vec<T>,
    pub(crate) value: Vec<T>,
}

impl<T: Real> Side<T> {
    /// With a normalization that stores nothing.
    pub(crate) fn new(norm: Option<Norm<T>>, raw: Vec<T>) -> Result<Self, Error> {
        let Some(norm) = norm else { return Ok(Self { norm: None, value: raw.clone(), raw }) };
        let nothing = NormState::instant(*T::table(norm.method), norm.consts.clone());
        Self::storing(norm, How::Stored, Stored::new("", 0, None, nothing), "", raw)
    }

    /// With one that stores.
    fn storing(
        norm: Norm<T>,
        how: How,
        mut stored: Stored<T>,
        advice: &'static str,
        raw: Vec<T>,
    ) -> Result<Self, Error> {
        let refused = stored.refused(advice);
        let (value, used) = norm.forward(how, stored.at(0, how).1, &raw).map_err(refused)?;
        Ok(Self { norm: Some((norm, how, stored, used)), raw, value })
    }

    pub(crate) fn backward(&mut self, d: Vec<T>) -> Result<(Vec<T>, Vec<Vec<T>>), Error> {
        match &mut self.norm {
            Some((norm, how, stored, used)) => norm.backward(*how, stored.at(0, *how).1, &self.raw, used, &d),
            None => Ok((d, Vec::new())),
        }
    }

    fn put_state(&self, answer: &mut Answer) {
        if let Some((_, _, stored, _)) = &self.norm {
            stored.put(answer);
        }
    }
}

fn sites(d: &norm_core::Descriptor) -> (bool, bool) {
    match d.site {
        Site::Weights => (true, false),
        Site::Inputs => (false, true),
        Site::WeightsAndInputs => (true, true),
        _ => (false, false),
    }
}

pub(crate) fn ready<T: Real>(r: &Request, layout: Layout, params: Vec<Vec<T>>) -> Norm<T> {
    Norm { method: r.method, path: r.path, layout, params: params.into(), consts: r.consts(), mask: None }
}

/// Rows `[rows][inputs]` times weights `[outputs][inputs]`, before what stands at the sums.
pub(crate) struct Affine<T: 'static> {
    rows: Side<T>,
    weights: Side<T>,
    sizes: [usize; 3],
    gain: Option<Vec<T>>,
    rectified: Option<Rectified>,
    sums: Vec<T>,
}

/// Gradients of an [`Affine`].
pub(crate) struct Back<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) weights: Vec<T>,
    pub(crate) gain: Option<Vec<T>>,
    pub(crate) params: Vec<Vec<T>>,
}

impl<T: Real> Affine<T> {
    /// `[rows, inputs, outputs]`. Parameters of a method at the weights stand under `param.`; a method at weights and
    /// inputs may be given a `param.gain` for each output. The weights of a normalized dot product become templates.
    pub(crate) fn new(
        r: &mut Request,
        sizes: [usize; 3],
        rows: Vec<T>,
        weights: Vec<T>,
    ) -> Result<Self, Error> {
        let [n, i, o] = sizes;
        let d = r.descriptor();
        let (at_weights, at_rows) = sites(d);
        let over_rows = Layout::new(n, 1, i, 1);
        let of_weights = if d.reference_set.is_of_weights() { d.reference_set } else { ReferenceSet::FanIn };
        let over_weights = of_weights.layout(o, i, 1, 1)?;
        let gain =
            if at_weights && at_rows { r.optional("param.gain", &[o])?.map(|g| narrow(&g)) } else { None };
        let found = if at_weights { params(r, "param.", &over_weights)? } else { Vec::new() };
        let rows_norm = if at_rows {
            let own = if at_weights { Vec::new() } else { params(r, "param.", &over_rows)? };
            Some(ready(r, over_rows, own))
        } else {
            None
        };
        let rows = Side::new(rows_norm, rows)?;
        let weights = if template::holds(d.id) {
            Side::new(Some(template::of(r, over_weights)?), weights)?
        } else if at_weights {
            let stored = Stored::take(r, "state.", o, None)?;
            Side::storing(ready(r, over_weights, found), How::of(r), stored, r.advice(), weights)?
        } else {
            Side::new(None, weights)?
        };
        let sums = nt(&rows.value, &weights.value, n, i, o);
        Ok(Self { rows, weights, sizes, gain, rectified: Rectified::of(r)?, sums })
    }

    pub(crate) fn sums(&self) -> Vec<T> {
        match (&self.gain, self.rectified) {
            (Some(g), _) => self.sums.iter().enumerate().map(|(at, v)| *v * g[at % g.len()]).collect(),
            (None, Some(how)) => self.sums.iter().map(|v| how.value(*v)).collect(),
            (None, None) => self.sums.clone(),
        }
    }

    pub(crate) fn backward(&mut self, d: &[T]) -> Result<Back<T>, Error> {
        let [n, i, o] = self.sizes;
        let mut d = d.to_vec();
        let mut gain = None;
        if let Some(g) = &self.gain {
            let mut dg = vec![0.0; o];
            for (at, (d, v)) in d.iter_mut().zip(&self.sums).enumerate() {
                dg[at % o] += double(*d) * double(*v);
                *d *= g[at % o];
            }
            gain = Some(narrow(&dg));
        }
        if let Some(how) = self.rectified {
            d.iter_mut().zip(&self.sums).for_each(|(d, z)| *d *= how.slope(*z));
        }
        let (rows, row_params) = self.rows.backward(nn(&d, &self.weights.value, n, o, i))?;
        let (weights, params) = self.weights.backward(tn(&d, &self.rows.value, n, o, i))?;
        let params = if params.is_empty() { row_params } else { params };
        Ok(Back { rows, weights, gain, params })
    }
}

/// Adds a bias for each of `outputs` channels of `[cases][outputs][space]`.
fn add_bias<T: Real>(y: &mut [T], bias: &[T], space: usize) {
    for (at, v) in y.iter_mut().enumerate() {
        *v += bias[at / space % bias.len()];
    }
}

fn sum_bias<T: Real>(dy: &[T], outputs: usize, space: usize) -> Vec<f64> {
    let mut sums = vec![0.0; outputs];
    for (at, v) in dy.iter().enumerate() {
        sums[at / space % outputs] += double(*v);
    }
    sums
}

/// What is the same for both forms: the method at the sums or elsewhere, and one bias behind it.
pub(crate) struct Layer<'a, T: 'static> {
    pub(crate) affine: Affine<T>,
    pub(crate) of: Of,
    /// From the affine map's order to `[cases][outputs][space]` and back.
    pub(crate) forth: &'a dyn Fn(&[T]) -> Vec<T>,
    pub(crate) back: &'a dyn Fn(&[T]) -> Vec<T>,
}

impl<T: Real> Layer<'_, T> {
    /// Runs it and answers, all but the gradient of `x`, which comes back for each row.
    pub(crate) fn run(
        mut self,
        r: &mut Request,
        shape: &[usize],
        weight: &[usize],
    ) -> Result<(Answer, Option<Vec<T>>), Error> {
        let d = r.descriptor();
        let (outputs, space) = (self.of.channels, self.of.space);
        let at_sums = matches!(d.site, Site::SummedInputs);
        let z = (self.forth)(&self.affine.sums());
        let mut sums = if at_sums { Some(Sums::<T>::new(r, &self.of, None)?) } else { None };
        let own_bias = at_sums && d.params.iter().any(|p| p.name == "bias");
        let bias = if own_bias { None } else { r.optional("param.bias", &[outputs])? };
        let dy = r.optional("dy", shape)?;
        r.finish()?;
        let mut y = match &mut sums {
            Some(s) => s.forward(&z)?,
            None => z.clone(),
        };
        if let Some(b) = &bias {
            add_bias(&mut y, &narrow(b), space);
        }
        let mut answer = Answer::default();
        answer.put("y", shape, widen(&y));
        let mut rows = None;
        if let Some(dy) = dy {
            let dy = narrow::<T>(&dy);
            if bias.is_some() {
                answer.put("dparam.bias", &[outputs], sum_bias(&dy, outputs, space));
            }
            let dz = match &mut sums {
                Some(s) => {
                    let (dz, found) = s.backward(&z, &dy)?;
                    put_params(r, &mut answer, "dparam.", &found);
                    dz
                }
                None => dy,
            };
            let back = self.affine.backward(&(self.back)(&dz))?;
            if let Some(gain) = &back.gain {
                answer.put("dparam.gain", &[outputs], widen(gain));
            }
            if !back.params.is_empty() {
                put_params(r, &mut answer, "dparam.", &back.params);
            }
            answer.put("dparam.weight", weight, widen(&back.weights));
            rows = Some(back.rows);
        }
        if let Some(s) = &sums {
            s.put_state(&mut answer);
        }
        self.affine.weights.put_state(&mut answer);
        Ok((answer, rows))
    }
}

/// Refuses what has no meaning in a layer without steps.
pub(crate) fn check(r: &Request) -> Result<(), Error> {
    let d = r.descriptor();
    if d.reference_set == ReferenceSet::BatchTime {
        return Err(Error::NotApplicable {
            method: d.id.to_owned(),
            what: format!("as = {}", r.form.name()),
            reason: "it pools over the steps of a sequence: write as = rnn, gru or lstm, or as = sums with layout = TNC"
                .to_owned(),
        });
    }
    Ok(())
}

pub(crate) fn linear<T: Real>(r: &mut Request) -> Result<Answer, Error> {
    check(r)?;
    let ([n, i], x) = r.ranked("x", "[N, I]")?;
    let ([o, fan_in], w) = r.ranked("param.weight", "[O, I]")?;
    if fan_in != i {
        let expected = format!("[O, {i}], as x is [{n}, {i}]");
        return Err(Error::Shape { name: "param.weight".to_owned(), got: vec![o, fan_in], expected });
    }
    limits::elements("the answer `y`", &[n, o])?;
    let mask = r.mask(&[n])?;
    if mask.is_some() && !matches!(r.descriptor().site, Site::SummedInputs) {
        return Err(Error::NotApplicable {
            method: r.descriptor().id.to_owned(),
            what: "as = linear with a mask".to_owned(),
            reason: "nothing of it pools cases: leave the mask out".to_owned(),
        });
    }
    let affine = Affine::new(r, [n, i, o], narrow(&x), narrow(&w))?;
    let of = Of { steps: 1, cases: n, channels: o, space: 1, row: 1, mask };
    let same = |v: &[T]| v.to_vec();
    let (mut answer, dx) = Layer { affine, of, forth: &same, back: &same }.run(r, &[n, o], &[o, i])?;
    if let Some(dx) = dx {
        answer.put("dx", &[n, i], widen(&dx));
    }
    Ok(answer)
}
