//! Single precision against the judge in double precision, on the same (rounded) numbers.

use super::case::{Case, Data, Shape, peak};
use super::pictures::smallest_pool;
use super::reference::Subject;
use super::report::Tally;
use super::values::reference_forward;
use crate::error::Error;
use crate::isa::Isa;

/// The largest difference between single precision and the judge over `y`, and the largest `|y|`, on
/// `mean + N(0, 1)` data with parameters at their initial values.
///
/// # Errors
/// Where the kernel refuses the shape.
pub fn single_precision_error(subject: &Subject, shape: Shape, mean: f64) -> Result<(f64, f64), Error> {
    let data = Data::Normal { mean, deviation: 1.0 };
    let case = Case::new(subject.f32.descriptor, shape, data, 71)?.initial(subject.f32.descriptor).rounded();
    let want = reference_forward(subject, &case).y;
    let (_, got) = case.forward(&subject.f32, Isa::detect())?;
    let off = got.iter().zip(&want).fold(0.0f64, |m, (a, b)| {
        let off = (a - b).abs();
        if off > m || off.is_nan() { off } else { m }
    });
    Ok((off, peak(&want)))
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
        let (off, scale) = single_precision_error(subject, shape, 0.0)?;
        tally.close(&format!("y at {shape:?}, error"), &[off], &[0.0], scale, 8.0 * 2f64.powi(-24));
    }
    Ok(())
}

pub(super) fn offset(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    if subject.f32.descriptor.plan.subtracts_statistics() {
        tally.skip("it subtracts statistics, of whose squares at such a mean single precision keeps nothing");
        return Ok(());
    }
    for shape in shapes(subject) {
        let (off, _) = single_precision_error(subject, shape, 1e4)?;
        tally.close(&format!("y at {shape:?}, error"), &[off], &[0.0], 1.0, 2e-3);
    }
    Ok(())
}
