//! What the cells of HMAX do, one kernel per kind.

use std::sync::Arc;

use crate::{
    engine::{Cell, Kernel, Shape},
    error::{HmaxError, Result, length, positive, some},
    filter::Filter,
    image::Resampling,
    inhibition::{check_share, inhibited},
    layer::{Layer, UNKNOWN},
    pool::Pool,
    s2::S2,
    tuning::{Ndp, PatchSums},
};

fn reads(layer: &str, expected: &'static str, good: bool, got: usize) -> Result<()> {
    if good { Ok(()) } else { Err(HmaxError::Reads { layer: layer.to_owned(), expected, got }) }
}

fn features(what: &'static str, expected: usize, got: usize) -> Result<()> {
    if expected == got { Ok(()) } else { Err(HmaxError::Features { what, expected, got }) }
}

/// The image at another resolution.
#[derive(Clone, Copy, Debug)]
pub struct Rescale(pub Resampling);

impl Kernel for Rescale {
    fn check(&self, layer: &str, own: Shape, previous: &[Shape]) -> Result<()> {
        reads(layer, "one", previous.len() == 1, previous.len())?;
        features("a rescaled image", 1, own.features)?;
        features("an image", 1, previous[0].features)
    }

    fn respond(&self, cell: Cell, previous: &[&Layer]) -> f32 {
        let image = previous[0];
        let (height, width) = image.size();
        let down = self.0.taps(height, cell.y_centre, cell.y_space);
        let across = self.0.taps(width, cell.x_centre, cell.x_space);
        down.sum(|y| across.sum(|x| image.get(0, y, x)) as f32) as f32
    }
}

/// S1: the normalized dot product of one filter per feature with the cells nearest to its own.
#[derive(Clone, Debug)]
pub struct NormalizedDot {
    filters: Vec<Filter>,
    weight_sums: Vec<f64>,
    tuning: Ndp,
}

impl NormalizedDot {
    /// One feature per filter.
    ///
    /// # Errors
    /// No filter, filters of different sides, parameters out of range.
    pub fn new(filters: Vec<Filter>, tuning: Ndp) -> Result<Self> {
        tuning.check()?;
        some("the number of filters", filters.len())?;
        for filter in &filters {
            length("a row of a filter", filters[0].size(), filter.size())?;
        }
        let weight_sums = filters.iter().map(|f| f.template().weights().iter().sum()).collect();
        Ok(Self { filters, weight_sums, tuning })
    }
}

impl Kernel for NormalizedDot {
    fn check(&self, layer: &str, own: Shape, previous: &[Shape]) -> Result<()> {
        reads(layer, "one", previous.len() == 1, previous.len())?;
        features("an S1 layer", self.filters.len(), own.features)?;
        features("an image", 1, previous[0].features)
    }

    fn respond(&self, cell: Cell, previous: &[&Layer]) -> f32 {
        let (image, filter) = (previous[0], &self.filters[cell.feature]);
        let rows = image.y().nearest(cell.y_centre, filter.size());
        let columns = image.x().nearest(cell.x_centre, filter.size());
        let (Some(rows), Some(columns)) = (rows, columns) else { return UNKNOWN };
        let (mut dot, mut sums) = (0.0, PatchSums::default());
        for (weights, y) in filter.template().weights().chunks_exact(filter.size()).zip(rows) {
            for (w, &v) in weights.iter().zip(&image.row(0, y)[columns.clone()]) {
                if v == UNKNOWN {
                    return UNKNOWN;
                }
                let v = f64::from(v);
                dot += w * v;
                sums.sum += v;
                sums.squares += v * v;
            }
        }
        self.tuning.answer(dot, self.weight_sums[cell.feature], sums, filter.template().weights().len())
    }
}

/// C1: pools, over all previous layers, the cells of its feature within half a window of its own centre. The window is
/// measured in spaces of the first of them.
#[derive(Clone, Copy, Debug)]
pub struct PoolWithin {
    /// Side of the window.
    pub window: f64,
    /// How they are pooled.
    pub pool: Pool,
}

impl Kernel for PoolWithin {
    fn check(&self, layer: &str, own: Shape, previous: &[Shape]) -> Result<()> {
        positive("the window", self.window)?;
        reads(layer, "one or more", !previous.is_empty(), previous.len())?;
        previous.iter().try_for_each(|p| features("a layer under a C cell", own.features, p.features))
    }

    fn respond(&self, cell: Cell, previous: &[&Layer]) -> f32 {
        let (down, across) = (previous[0].y().space(), previous[0].x().space());
        let seen = previous.iter().flat_map(|layer| {
            let columns = layer.x().within(cell.x_centre, 0.5 * self.window * across);
            let rows = layer.y().within(cell.y_centre, 0.5 * self.window * down);
            rows.flat_map(move |y| &layer.row(cell.feature, y)[columns.clone()])
        });
        self.pool.over(seen.copied())
    }
}

/// Inhibition across the features at one place; see [`inhibit`](crate::inhibit).
#[derive(Clone, Copy, Debug)]
pub struct Inhibit(pub f32);

impl Kernel for Inhibit {
    fn check(&self, layer: &str, own: Shape, previous: &[Shape]) -> Result<()> {
        check_share(self.0)?;
        reads(layer, "one", previous.len() == 1, previous.len())?;
        features("an inhibited layer", previous[0].features, own.features)?;
        length("a column of an inhibited layer", previous[0].y.cells(), own.y.cells())?;
        length("a row of an inhibited layer", previous[0].x.cells(), own.x.cells())
    }

    fn respond(&self, cell: Cell, previous: &[&Layer]) -> f32 {
        inhibited(previous[0], self.0, (cell.feature, cell.y, cell.x))
    }
}

/// S2: prototypes against the C1 cells nearest to its own.
#[derive(Clone, Debug)]
pub struct Match(pub Arc<S2>);

impl Kernel for Match {
    fn check(&self, layer: &str, own: Shape, previous: &[Shape]) -> Result<()> {
        reads(layer, "one", previous.len() == 1, previous.len())?;
        features("an S2 layer", self.0.prototypes().len(), own.features)?;
        features("the C1 layer under S2", self.0.inputs(), previous[0].features)
    }

    fn respond(&self, cell: Cell, previous: &[&Layer]) -> f32 {
        let (c1, reach) = (previous[0], self.0.prototypes()[cell.feature].reach());
        let rows = c1.y().nearest(cell.y_centre, reach);
        let columns = c1.x().nearest(cell.x_centre, reach);
        let (Some(rows), Some(columns)) = (rows, columns) else { return UNKNOWN };
        self.0.respond(cell.feature, c1, (rows.start, columns.start))
    }
}

/// C2: pools its feature over all of the previous layers.
#[derive(Clone, Copy, Debug)]
pub struct PoolAll(pub Pool);

impl Kernel for PoolAll {
    fn check(&self, layer: &str, own: Shape, previous: &[Shape]) -> Result<()> {
        reads(layer, "one or more", !previous.is_empty(), previous.len())?;
        previous.iter().try_for_each(|p| features("a layer under C2", own.features, p.features))
    }

    fn respond(&self, cell: Cell, previous: &[&Layer]) -> f32 {
        let rows = previous.iter().flat_map(|l| (0..l.y().cells()).map(move |y| l.row(cell.feature, y)));
        self.0.over(rows.flatten().copied())
    }
}
