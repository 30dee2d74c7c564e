//! The invariance table of Ba et al. (ba2016layer, table 1), measured on a dense layer with the method at its site:
//! before the weights, before the input, before both, or after the sums. What is declared must hold, what is not
//! declared must fail.

use super::case::{Case, Data, Random, Shape};
use super::difference::{difference, peak};
use super::reference::Subject;
use super::report::Tally;
use crate::descriptor::{Descriptor, Invariance, Site};
use crate::error::Error;
use crate::isa::Isa;
use crate::kernel::Kernel;
use crate::window::Along;

const CASES: usize = 9;
const INPUTS: usize = 5;
const UNITS: usize = 8;

/// A dense layer (at each position, where the method pools places) with the method in its place.
struct Layer {
    /// `[CASES][INPUTS][space]`
    data: Vec<f64>,
    /// `[UNITS][INPUTS]`
    weights: Vec<f64>,
    space: usize,
}

impl Layer {
    fn summed(&self, weights: &[f64], data: &[f64]) -> Vec<f64> {
        let mut z = vec![0.0; CASES * UNITS * self.space];
        for n in 0..CASES {
            for u in 0..UNITS {
                for s in 0..self.space {
                    z[(n * UNITS + u) * self.space + s] = (0..INPUTS)
                        .map(|i| weights[u * INPUTS + i] * data[(n * INPUTS + i) * self.space + s])
                        .sum();
                }
            }
        }
        z
    }

    /// The method over `x`, epsilon 0, its windows smaller than what they lie on.
    fn normalized(k: &Kernel<f64>, shape: Shape, x: Vec<f64>) -> Result<Vec<f64>, Error> {
        let d = k.descriptor;
        let mut case = Case::new(d, shape, Data::STANDARD, 31)?.eps(d, 0.0).windows_of(d, 3.0);
        case.x = x;
        Ok(case.forward(k, Isa::detect())?.1)
    }

    fn output(&self, k: &Kernel<f64>) -> Result<Vec<f64>, Error> {
        let site = k.descriptor.site;
        let (at_weights, at_inputs) = (
            matches!(site, Site::Weights | Site::WeightsAndInputs),
            matches!(site, Site::Inputs | Site::WeightsAndInputs),
        );
        if !at_weights && !at_inputs {
            let sums = self.summed(&self.weights, &self.data);
            return Self::normalized(k, Shape::new(CASES, UNITS, self.space), sums);
        }
        // Rows of the weights are `[out, in]` whatever the reference set: `fan_in` and `features` say the same of them.
        let (mut weights, mut data) = (self.weights.clone(), self.data.clone());
        if at_weights {
            weights = Self::normalized(k, Shape::new(UNITS, INPUTS, 1), weights)?;
        }
        if at_inputs {
            data = Self::normalized(k, Shape::new(CASES, INPUTS, self.space), data)?;
        }
        Ok(self.summed(&weights, &data))
    }

    fn change(&mut self, by: Invariance, r: &mut Random) {
        let shift = r.normals(INPUTS);
        match by {
            Invariance::WeightMatrixScaling => self.weights.iter_mut().for_each(|w| *w *= 2.5),
            Invariance::WeightMatrixCentering => {
                self.weights.iter_mut().enumerate().for_each(|(i, w)| *w += shift[i % INPUTS]);
            }
            Invariance::WeightVectorScaling => {
                self.weights[2 * INPUTS..3 * INPUTS].iter_mut().for_each(|w| *w *= 2.5);
            }
            Invariance::DatasetScaling => self.data.iter_mut().for_each(|x| *x *= 2.5),
            Invariance::DatasetCentering => {
                let space = self.space;
                self.data.iter_mut().enumerate().for_each(|(i, x)| *x += shift[i / space % INPUTS]);
            }
            Invariance::CaseScaling => {
                self.data[3 * INPUTS * self.space..4 * INPUTS * self.space]
                    .iter_mut()
                    .for_each(|x| *x *= 2.5);
            }
        }
    }
}

/// The invariances that hold at this kernel, in the order of the table.
///
/// # Errors
/// Where the kernel refuses the layer's shape.
pub fn measured_invariances(k: &Kernel<f64>) -> Result<Vec<Invariance>, Error> {
    let mut held = Vec::new();
    for (invariance, off) in deviations(k)? {
        if off < 1e-9 {
            held.push(invariance);
        }
    }
    Ok(held)
}

/// Half of what lies between the smallest and the largest: of outputs far from 0 that is what they differ by, and not where they
/// lie. The largest size where they do not differ.
fn spread(y: &[f64]) -> f64 {
    let (low, high) = y.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    let half = (high - low) / 2.0;
    (if half > 0.0 { half } else { peak(y) }).max(f64::MIN_POSITIVE)
}

/// How far the layer's output moves under each change, relative to what its values differ by.
fn deviations(k: &Kernel<f64>) -> Result<Vec<(Invariance, f64)>, Error> {
    let d: &Descriptor = k.descriptor;
    // Where places are pooled apart from channels there have to be several, and for a window more than it covers.
    let windows = d.plan.windows().iter().any(|(window, _)| window.along == Along::Space);
    let space = match (windows, d.pools_space()) {
        (true, _) => 20,
        (false, true) => 5,
        (false, false) => 1,
    };
    let mut all = Vec::new();
    for invariance in Invariance::ALL {
        let mut r = Random(41);
        let (data, weights) = (r.normals(CASES * INPUTS * space), r.normals(UNITS * INPUTS));
        let mut layer = Layer { data, weights, space };
        let before = layer.output(k)?;
        layer.change(invariance, &mut r);
        let after = layer.output(k)?;
        let moved = difference(&after, &before);
        all.push((invariance, if moved == 0.0 { 0.0 } else { moved / spread(&before) }));
    }
    Ok(all)
}

pub(super) fn table(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let d = subject.f64.descriptor;
    if d.site == Site::Update {
        tally.skip("an update has no layer to be invariant under");
        return Ok(());
    }
    for (invariance, off) in deviations(&subject.f64)? {
        let name = invariance.name();
        if d.invariances.contains(&invariance) {
            let what = format!(
                "{name} is declared and does not hold: of what its values differ by the output moves by"
            );
            tally.at_most(&what, off, 1e-9, "; take it out of `invariant`, or mend the formula");
        } else {
            tally.require(off > 1e-3, || {
                format!(
                    "{name} holds and is not declared: of what its values differ by the output moves by {off:.1e}; add it to `invariant`"
                )
            });
        }
    }
    Ok(())
}
