//! How large a gradient is at each step of a sequence, as a probe of untrained recurrences found it.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::figure::Figure;
use crate::format;
use crate::load::Loaded;
use crate::panels::{self, Course, Kind, Panels};
use crate::stats::{Spread, mean};
use crate::table::{Cell, Table};

/// The probe, whose values are `<inputs>_log10_ratio_<gain>_step_<t>`; without a step that of the first.
const PROBE: &str = "gradient-by-step";
const VALUE: &str = "log10_ratio_";

/// The ratio at each step, by inputs and gain.
fn courses(values: &BTreeMap<String, f64>) -> BTreeMap<(String, String), BTreeMap<u64, f64>> {
    let mut courses: BTreeMap<(String, String), BTreeMap<u64, f64>> = BTreeMap::new();
    for (name, value) in values {
        let Some((inputs, rest)) = name.split_once(VALUE) else { continue };
        let (gain, step) = match rest.rsplit_once("_step_") {
            Some((gain, step)) => (gain, step.parse().ok()),
            None => (rest, Some(1)),
        };
        let Some(step) = step else { continue };
        let key = (inputs.trim_end_matches('_').to_owned(), gain.replace('_', "."));
        courses.entry(key).or_default().insert(step, 10f64.powf(*value));
    }
    courses
}

/// The figure, where the run holds the probe.
pub(crate) fn figure(loaded: &Loaded) -> Result<Option<Figure>, Error> {
    let Some(probe) = loaded.probes.iter().find(|probe| probe.id == PROBE) else { return Ok(None) };
    let id = format!("probe-{PROBE}");
    let title = "Gradient by step of the sequence, before training".to_owned();
    let mut table = Table::new(
        "Norm of the gradient at a step over that at the last one",
        &["inputs", "#gain", "#step", "#ratio"],
    );
    let mut drawn = Vec::new();
    for ((inputs, gain), points) in courses(&probe.values) {
        let inputs = if inputs.is_empty() { "normal inputs" } else { inputs.as_str() };
        for (step, ratio) in &points {
            table.rows.push(vec![
                Cell::text(inputs),
                match gain.parse::<f64>() {
                    Ok(number) => Cell::number(number, gain.clone()),
                    Err(_) => Cell::text(gain.clone()),
                },
                Cell::number(*step as f64, step.to_string()),
                Cell::number(*ratio, format::number(*ratio)),
            ]);
        }
        let told = points.iter().map(|(step, ratio)| format!("{} at step {step}", format::number(*ratio)));
        drawn.push(Course {
            name: format!("gain {gain}, {inputs}"),
            description: format!("Ratio to the last step: {}.", told.collect::<Vec<_>>().join(", ")),
            points: points
                .iter()
                .map(|(t, ratio)| (*t as f64, Spread::new(vec![(0, *ratio)], mean)))
                .collect(),
            training: Vec::new(),
            failures: Vec::new(),
            chosen: None,
        });
    }
    if drawn.is_empty() {
        return Ok(None);
    }
    let svg = panels::draw(
        &Panels {
            id: &id,
            title: "gradient by step",
            x_axis: "step of the sequence",
            y_axis: "norm of the gradient over that at the last step",
            kind: Kind::Course,
            reference: Some((1.0, "as large as at the last step".to_owned())),
            bounded: true,
            baseline: None,
            y_tick: &power,
        },
        &drawn,
    )?;
    // How its values are called is of no use beside the panels.
    let about = probe.about.split_once(" `").map_or(probe.about.as_str(), |(about, _)| about);
    let caption = format::sentence(about);
    Ok(Some(Figure { id, title, caption, svg, broad: true, whole: None, table }))
}

/// A power of ten without its mantissa.
fn power(value: f64) -> String {
    format::number(value).trim_start_matches("1.0 × ").to_owned()
}
