//! The digits, and what the workloads on them say of their data.

use data::{Fractions, PERMUTATION_SEED, ReadOrder, Split};
use results::CellSettings;

use crate::error::Error;

use super::axes::Axes;
use super::cases::{Cases, Labels, Values};
use super::start::Draws;

/// What they are.
pub(crate) const DATA: &str = "optdigits: 3823 handwritten digits of 8 by 8 pixels by 30 writers, a fifth of which validate, and 1797 by 13 other writers, which judge; grey levels 0 to 16 scaled to 0 to 1";

/// Whose they are.
pub(crate) const ATTRIBUTION: &str =
    "Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, CC BY 4.0";

/// What limits conclusions from them.
pub(crate) const WRITERS: &str = "The validation cases share their writers with the training cases, the test cases do not: every method loses a little from one to the other.";

/// Both parts, one after the other: pixels row by row, and the division that a seed draws.
pub(crate) fn division(seed: u64) -> Result<(Vec<f32>, Vec<u8>, Split), Error> {
    let parts = data::optdigits();
    let fifth = Fractions { validation: 0.2, test: 0.0 };
    let mut split = Split::stratified(parts.train.labels(), fifth, seed)?;
    let (train, test) = (parts.train.len(), parts.test.len());
    split.test = (train..train + test).collect();
    let values = [parts.train.scaled(), parts.test.scaled()].concat();
    let labels = [parts.train.labels(), parts.test.labels()].concat();
    Ok((values, labels, split))
}

/// Their pixels row by row, the same for every method. The setting `cases` lets so many train and no more; `input_spread` makes
/// some longer and some shorter.
pub(crate) fn pixels(cell: &CellSettings, axes: &Axes<'_>) -> Result<Cases, Error> {
    let (mut values, labels, mut split) = division(cell.seed)?;
    let refused = |what| Error::Training { cell: cell.id(), step: 0, what };
    let within = |v: f64| v.is_finite() && v >= 0.0;
    let spread = axes.number("input_spread", "a finite number, 0 or more", within).map_err(refused)?;
    if let Some(spread) = spread {
        // A case has the same factor for every seed and method: it belongs to its number.
        let factors = Draws::new(INPUT_SPREAD_SEED, 0).normal(labels.len(), spread);
        for (case, log) in values.chunks_exact_mut(PIXELS).zip(factors) {
            for value in case {
                *value *= log.exp();
            }
        }
    }
    let words = "a whole number from 32 to 3000";
    if let Some(count) = axes.number("cases", words, |n: usize| (32..=3000).contains(&n)).map_err(refused)? {
        // Drawn as the split is: classes are mixed before the first so many are taken.
        let order = data::permutation(split.train.len(), cell.seed);
        split.train = order[..count].iter().map(|&at| split.train[at]).collect();
    }
    Ok(Cases::classes(values, labels, split))
}

/// Their pixels one by one, each as the pair of its level and what is missing to white. Alone, a level is one number, and a norm
/// over the units leaves nothing of its size: the setting `pixel` is `pair` or `alone`, which puts 0 for the second number.
/// The setting `order` is `permuted`, the same for every cell, `scan`, or `with replacement`, as published code draws it.
pub(crate) fn pixel_pairs(cell: &CellSettings, axes: &Axes<'_>) -> Result<Cases, Error> {
    let refused = |what| Error::Training { cell: cell.id(), step: 0, what };
    let pair = axes.choice("pixel", &[("pair", true), ("alone", false)]).map_err(refused)?.unwrap_or(true);
    let orders = [("permuted", 0), ("scan", 1), ("with replacement", 2)];
    let order = match axes.choice("order", &orders).map_err(refused)?.unwrap_or(0) {
        0 => ReadOrder::permuted(PIXELS, PERMUTATION_SEED),
        1 => ReadOrder::scan(PIXELS),
        _ => ReadOrder::with_replacement(PIXELS, PERMUTATION_SEED),
    };
    let (values, labels, split) = division(cell.seed)?;
    let pixel = |p: f32| [p, if pair { 1.0 - p } else { 0.0 }];
    let case = |case: &[f32]| order.positions().iter().flat_map(|&at| pixel(case[at])).collect::<Vec<f32>>();
    let values = values.chunks_exact(PIXELS).flat_map(case).collect();
    let count = labels.len();
    Ok(Cases::new(Values::Numbers(values), Labels::Case(labels), count, split))
}

const PIXELS: usize = 64;
/// The factors of the setting `input_spread`.
const INPUT_SPREAD_SEED: u64 = 20_262;
