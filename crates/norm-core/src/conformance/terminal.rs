//! What one output depends on, drawn in characters.

use std::fmt::Write;

use super::case::Shape;
use super::probe::{Dependencies, Label, Probe};
use crate::error::Error;
use crate::kernel::Kernel;
use crate::layout::ReferenceSet;

/// What one element of `y` was measured to depend on in `x`, and the same element of `dx` in `dy`: `@` is its own place,
/// `#` another that it depends on, `.` one that it does not. One line per case (for weights: per unit).
///
/// # Errors
/// Where the kernel refuses a small tensor.
pub fn picture(kernel: &Kernel<f64>) -> Result<String, Error> {
    let (d, set) = (kernel.descriptor, kernel.descriptor.reference_set);
    let shape = Shape::new(4, 6, if d.sees_places() { 3 } else { 1 });
    let probe = Probe::measured(kernel, shape, None)?;
    let own = probe.labels.iter().position(|l| (l.sample, l.feature, l.position) == (1, 2, 0)).unwrap_or(0);
    let row = |on: &Dependencies, sample: usize| -> String {
        let mark = |(at, _): (usize, &Label)| match (at == own, on.depends(own, at)) {
            (true, true) => " @",
            (true, false) => " o",
            (false, true) => " #",
            (false, false) => " .",
        };
        probe.labels.iter().enumerate().filter(|(_, l)| l.sample == sample).map(mark).collect()
    };
    let width = 2 * shape.channels * shape.space;
    let (line, across) = if set == ReferenceSet::FanIn { ("unit", "inputs") } else { ("case", "features") };
    let mut drawn = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(drawn, "  {:8}{:<width$}   {:<width$}", "", "y on x", "dx on dy");
    for sample in 0..shape.cases {
        let (y, dx) = (row(&probe.y_on_x, sample), row(&probe.dx_on_dy, sample));
        let _ = writeln!(drawn, "  {line} {sample} {y}    {dx}");
    }
    let space = if shape.space > 1 { " × positions" } else { "" };
    let _ = writeln!(drawn, "  {:8}{across}{space} →   @ itself, # depends, . does not", "");
    Ok(drawn)
}
