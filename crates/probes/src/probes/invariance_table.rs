//! Under which changes of weights and data the output of a normalized layer stays: the table of Ba et al. (ba2016layer), for
//! every method.

use norm_core::conformance::relative_difference;
use norm_core::{Descriptor, Invariance, Site};


use crate::dense::Dense;
use crate::draw::Draw;
use crate::norm::Norm;
use crate::probe::{Probe, Values};

const CASES: usize = 12;
const INPUTS: usize = 6;
const UNITS: usize = 10;
/// Side of the picture, where a method tells places apart.
const SIDE: usize = 6;
/// Windows are smaller than what they lie on.
const WINDOW: f64 = 3.0;
const FACTOR: f64 = 3.0;

/// The rows of the paper's table. Its columns are those of [`Invariance::ALL`], in that order.
const BA: [(&str, [bool; 6]); 3] = [
    ("batch", [true, false, true, true, true, false]),
    ("weight", [true, false, true, false, false, false]),
    ("layer", [true, true, false, true, false, true]),
];

pub(crate) const PROBE: Probe = Probe {
    id: "invariance-table",
    about: "A layer of 6 inputs and 10 units on 12 cases (pictures of 6 by 6 places where the method tells places apart), every \
            method at its site with epsilon 0 and stores that have seen nothing: relative change of the output as the weight \
            matrix is scaled by 3, a row vector is added to all its rows, one row is scaled, all inputs are scaled, one \
            vector of size 1 is added to all inputs, one case is scaled. `<method>.<change>` is the number of one cell of the \
            table; what must stay is taken from the paper for its three methods, from the declaration for all.",
    find,
};

/// A layer with the method in its place.
struct Layer<'a> {
    descriptor: &'a Descriptor,
    places: usize,
    /// `[UNITS][INPUTS]`
    weights: Vec<f64>,
    /// `[CASES][INPUTS][places]`
    data: Vec<f64>,
}

impl<'a> Layer<'a> {
    fn new(descriptor: &'a Descriptor) -> Self {
        let places = if descriptor.sees_places() { SIDE * SIDE } else { 1 };
        let mut draw = Draw::new(106);
        let (weights, data) =
            (draw.normals(UNITS * INPUTS, 1.0), draw.normals(CASES * INPUTS * places, 1.0));
        Self { descriptor, places, weights, data }
    }

    fn change(&mut self, by: Invariance) {
        // One vector, of entries of size 1 that are unlike.
        let shift = |input: usize| [1.0, -1.0, 0.5, 1.0, -0.5, 1.0][input % INPUTS];
        let case = INPUTS * self.places;
        match by {
            Invariance::WeightMatrixScaling => self.weights.iter_mut().for_each(|w| *w *= FACTOR),
            Invariance::WeightMatrixCentering => {
                self.weights.iter_mut().enumerate().for_each(|(i, w)| *w += shift(i % INPUTS));
            }
            Invariance::WeightVectorScaling => {
                self.weights[2 * INPUTS..3 * INPUTS].iter_mut().for_each(|w| *w *= FACTOR);
            }
            Invariance::DatasetScaling => self.data.iter_mut().for_each(|x| *x *= FACTOR),
            Invariance::DatasetCentering => {
                let places = self.places;
                self.data.iter_mut().enumerate().for_each(|(i, x)| *x += shift(i / places % INPUTS));
            }
            Invariance::CaseScaling => {
                for x in &mut self.data[5 * case..6 * case] {
                    *x *= FACTOR;
                }
            }
            _ => unreachable!("the table has six columns"),
        }
    }

    /// `W x` at every place.
    fn sums(&self, weights: &[f64], data: &[f64]) -> Vec<f64> {
        let sizes = Dense { cases: CASES * self.places, inputs: INPUTS, units: UNITS };
        swapped(&sizes.sums(weights, &swapped(data, INPUTS, self.places)), self.places, UNITS)
    }

    /// The method over `[cases][channels][places]`, with parameters that are not all alike.
    fn normalized(&self, x: &[f64], cases: usize, channels: usize, places: usize) -> Vec<f64> {
        let mut norm = Norm::over(self.descriptor.id, cases, channels, places, 2)
            .exact()
            .with("size", WINDOW);
        if places > 1 {
            norm = norm.with_row(SIDE);
        }
        let mut draw = Draw::new(107);
        for p in norm.inputs.iter_mut().take(self.descriptor.params.len()) {
            for p in p {
                *p += 0.2 * draw.normal();
            }
        }
        norm.forward(x).y
    }

    fn output(&self) -> Vec<f64> {
        let site = self.descriptor.site;
        let (mut weights, mut data) = (self.weights.clone(), self.data.clone());
        if matches!(site, Site::Weights | Site::WeightsAndInputs) {
            weights = self.normalized(&weights, UNITS, INPUTS, 1);
        }
        if matches!(site, Site::Inputs | Site::WeightsAndInputs) {
            data = self.normalized(&data, CASES, INPUTS, self.places);
        }
        let sums = self.sums(&weights, &data);
        match site {
            Site::SummedInputs => self.normalized(&sums, CASES, UNITS, self.places),
            _ => sums,
        }
    }
}

/// `[n][a][b]` as `[n][b][a]`.
fn swapped(x: &[f64], a: usize, b: usize) -> Vec<f64> {
    x.chunks_exact(a * b).flat_map(|x| (0..b).flat_map(move |j| (0..a).map(move |i| x[i * b + j]))).collect()
}

fn moved(descriptor: &Descriptor, by: Invariance) -> f64 {
    let mut layer = Layer::new(descriptor);
    let before = layer.output();
    layer.change(by);
    relative_difference(&layer.output(), &before, 0.0)
}

/// What stays and what does not: the largest change of the one, the smallest of the other.
struct Extremes {
    yes: f64,
    no: f64,
}

impl Extremes {
    const NONE: Self = Self { yes: 0.0, no: f64::INFINITY };

    fn see(&mut self, must_stay: bool, moved: f64) {
        if must_stay {
            self.yes = self.yes.max(moved);
        } else {
            self.no = self.no.min(moved);
        }
    }
}

fn find() -> Values {
    let (mut all, mut ba, mut cells, mut between) = (Extremes::NONE, Extremes::NONE, 0.0, 0.0);
    let mut values = Values::new();
    for d in norms::all().map(norms::Method::descriptor) {
        for (column, by) in Invariance::ALL.into_iter().enumerate() {
            let moved = moved(d, by);
            values.put(format!("{}.{}", d.id, by.name()), moved);
            all.see(d.invariances.contains(&by), moved);
            if let Some((_, row)) = BA.iter().find(|(id, _)| *id == d.id) {
                ba.see(row[column], moved);
            }
            cells += 1.0;
            between += f64::from((1e-5..1e-2).contains(&moved));
        }
    }
    values
        .with("ba_wrong_yes", ba.yes)
        .with("ba_wrong_no", ba.no)
        .with("wrong_yes", all.yes)
        .with("wrong_no", all.no)
        .with("cells", cells)
        .with("between", between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_rows_of_the_paper_hold_cell_by_cell() {
        for (id, row) in BA {
            let d = norms::find(id).unwrap().descriptor();
            for (by, must_stay) in Invariance::ALL.into_iter().zip(row) {
                let moved = moved(d, by);
                let good = if must_stay { moved < 1e-10 } else { moved > 1e-2 };
                assert!(good, "{id} {}: {moved}", by.name());
                // What the method declares is what the paper says.
                assert_eq!(d.invariances.contains(&by), must_stay, "{id} {}", by.name());
            }
        }
    }

    #[test]
    fn every_method_has_its_row() {
        let found = find();
        for d in norms::METHODS.iter().map(norms::Method::descriptor) {
            for by in Invariance::ALL {
                let moved = found.get(&format!("{}.{}", d.id, by.name()));
                assert!(moved.is_finite(), "{} {}", d.id, by.name());
            }
        }
        assert_eq!(found.get("cells"), 6.0 * norms::METHODS.len() as f64);
    }

    #[test]
    fn places_are_swapped_with_channels() {
        assert_eq!(swapped(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2, 3), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    }
}
