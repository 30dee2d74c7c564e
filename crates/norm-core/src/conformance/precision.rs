//! Single precision against the judge in double precision, on the same (rounded) numbers.

use super::case::{Case, Data, Shape};
use super::difference::{difference, peak};
use super::pictures::smallest_pool;
use super::reference::Subject;
use super::report::Tally;
use super::values::reference_forward;
use crate::error::Error;
use crate::isa::Isa;

/// How far single precision is from the judge, and what to hold that against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SinglePrecision {
    /// The largest difference over `y`; infinite where something is not a number.
    pub error: f64,
    /// The largest `|y|`.
    pub peak: f64,
    /// The root mean square of all `y`.
    pub scale: f64,
}

/// Half of what lies between 1 and the next `f32`.
const UNIT: f64 = 1.0 / 16_777_216.0;

impl SinglePrecision {
    /// The error in units of rounding of the largest output.
    pub fn units(&self) -> f64 {
        self.error / (UNIT * self.peak.max(f64::MIN_POSITIVE))
    }
    /// The error relative to the root mean square of the output.
    pub fn relative(&self) -> f64 {
        self.error / self.scale.max(f64::MIN_POSITIVE)
    }
}

/// Single precision against the judge over `y`, on `mean + N(0, 1)` data, with parameters beside where they start: at a
/// gain of 0 there would be nothing to see.
///
/// # Errors
/// Where the kernel refuses the shape.
pub fn single_precision(subject: &Subject, shape: Shape, mean: f64) -> Result<SinglePrecision, Error> {
    let data = Data::Normal { mean, deviation: 1.0 };
    let d = subject.f32.descriptor;
    let case = Case::new(d, shape, data, 71)?.beside_initial(d).rounded();
    let want = reference_forward(subject, &case).y;
    let (_, got) = case.forward(&subject.f32, Isa::detect())?;
    let scale = (want.iter().map(|y| y * y).sum::<f64>() / want.len().max(1) as f64).sqrt();
    Ok(SinglePrecision { error: difference(&got, &want), peak: peak(&want), scale })
}

const SHAPES: [Shape; 5] = [
    Shape::new(64, 512, 1),
    Shape::new(128, 100, 1),
    Shape::new(2, 4096, 1),
    Shape::new(1000, 17, 1),
    Shape::new(16, 8, 64),
];

/// The shapes that pool enough values to have about the deviation their distribution has: two or three values
/// may lie closer together than a rounded mean can resolve, in any arithmetic of that precision.
fn shapes(subject: &Subject) -> impl Iterator<Item = Shape> {
    let d = subject.f64.descriptor;
    SHAPES.into_iter().filter(|s| d.statistics.is_empty() || smallest_pool(d.reference_set, *s) >= 16)
}

pub(super) fn standard(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    for shape in shapes(subject) {
        let units = single_precision(subject, shape, 0.0)?.units();
        let what = format!("over {shape} y is off in f32, in units of rounding of its largest value, by");
        tally.at_most(&what, units, 8.0, "");
    }
    Ok(())
}

pub(super) fn offset(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    if subject.f32.descriptor.plan.subtracts_statistics() {
        tally.skip("it subtracts statistics, of whose squares at such a mean single precision keeps nothing");
        return Ok(());
    }
    for shape in shapes(subject) {
        let off = single_precision(subject, shape, 1e4)?.relative();
        let what =
            format!("over {shape} at a mean of 1e4 y is off in f32, relative to its root mean square, by");
        tally.at_most(&what, off, 2e-3, "");
    }
    Ok(())
}
