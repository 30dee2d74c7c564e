//! Which cells a tier runs: workload × method × placement × learning rate × seed, the same budget for all.

use results::{CellSettings, Tier};

use crate::error::Error;

use super::workload::Workload;
use super::workloads::{self, WORKLOADS};

/// What to run; narrowed by the command line.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only this workload.
    pub workload: Option<String>,
    /// Only this method.
    pub method: Option<String>,
    /// Only this learning rate.
    pub learning_rate: Option<f64>,
    /// This many seeds.
    pub seeds: Option<u64>,
    /// This many epochs.
    pub epochs: Option<usize>,
}

/// What the quick tier trains: the methods of the question where there is much time, and what people choose between where there
/// is none.
const QUICK: [(&str, [&str; 4]); 2] = [
    ("digits-lstm-64", ["none", "layer", "recurrent-batch", "bn-rnn"]),
    ("digits-mlp", ["none", "batch", "layer", "streaming"]),
];

/// What the quick tier times.
const QUICK_TIMED: [&str; 4] = ["none", "batch", "layer", "rms"];

/// The methods that the quick tier trains on a workload.
fn quick(workload: &str) -> &'static [&'static str] {
    QUICK.iter().find(|(id, _)| *id == workload).map_or(&[], |(_, methods)| methods)
}

/// Methods in the order of the tables, updates after them.
pub fn methods() -> Vec<&'static str> {
    let updates = norms::UPDATES.iter().map(|u| u.id);
    norms::all().map(|m| m.descriptor().id).chain(updates).collect()
}

/// The methods that a tier measures: the quick one has no time for all.
pub fn measured(tier: Option<Tier>) -> impl Iterator<Item = &'static norms::Method> {
    let quick = tier == Some(Tier::Quick);
    norms::all().filter(move |m| !quick || QUICK_TIMED.contains(&m.descriptor().id))
}

/// The methods that a tier trains on a workload, with their places. One that was asked for by name is trained in any tier.
fn trained(
    tier: Tier,
    workload: &Workload,
    asked: Option<&str>,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    // A workload that the tier leaves out and somebody asks for by name.
    let listed = match quick(workload.id) {
        [] => &QUICK_TIMED,
        listed => listed,
    };
    let wanted =
        move |id: &str| asked.map_or(tier != Tier::Quick || listed.contains(&id), |asked| asked == id);
    workload.trained().filter(move |(id, _)| wanted(id))
}

/// Seeds of a tier. A seed sets initial weights and data order, for every method alike: seeds are paired.
pub fn seeds(tier: Tier) -> Vec<u64> {
    let count = match tier {
        Tier::Smoke => 1,
        Tier::Quick => 5,
        Tier::Standard => 7,
        Tier::Full => 10,
    };
    (1..=count).collect()
}

/// The cells of a tier that fit a filter, at least one.
///
/// # Errors
///
/// The word of the filter that nothing fits, with what there is: [`Error::UnknownWorkload`], [`Error::NoSuchMethod`],
/// [`Error::Refused`] for a method without a place on the workload, [`Error::NothingFits`] for the others.
pub fn select(tier: Tier, filter: &Filter) -> Result<Vec<CellSettings>, Error> {
    if let Some(id) = &filter.workload {
        workloads::find(id)?;
    }
    if let Some(got) = &filter.method
        && !methods().contains(&got.as_str())
    {
        return Err(Error::NoSuchMethod { got: got.clone(), known: methods().join(", ") });
    }
    let found = cells(tier, filter);
    if !found.is_empty() {
        return Ok(found);
    }
    // Each word alone, from the one that most depends on the others.
    let without_rate = cells(tier, &Filter { learning_rate: None, ..filter.clone() });
    if let (Some(rate), false) = (filter.learning_rate, without_rate.is_empty()) {
        let mut rates: Vec<f64> = without_rate.iter().map(|cell| cell.learning_rate).collect();
        rates.sort_by(f64::total_cmp);
        rates.dedup();
        let there_are = rates.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        return Err(Error::NothingFits {
            word: format!("--lr {rate}"),
            what: "the learning rates that there are",
            there_are,
        });
    }
    if let Some(method) = &filter.method {
        if let Some(workload) = &filter.workload {
            let workload = workloads::find(workload)?;
            let arm = workload.arm(method)?;
            let refused = |reason| Error::Refused { workload: workload.id, method: arm.method, reason };
            // Where it has a place after all, another word is to blame.
            arm.placements().map_err(refused)?;
        }
        let training = WORKLOADS.iter().filter(|w| w.trained().any(|(id, _)| id == method));
        let there_are = training.map(|w| w.id).collect::<Vec<_>>().join(", ");
        let word = format!("--method {method} at tier {tier}");
        return Err(Error::NothingFits { word, what: "the workloads that train it", there_are });
    }
    Err(Error::NothingFits {
        word: format!("--seeds {}", filter.seeds.unwrap_or(0)),
        what: "the seeds that there are",
        there_are: "those from 1 on".to_owned(),
    })
}

/// All cells of a tier, in the order in which they are run.
pub fn cells(tier: Tier, filter: &Filter) -> Vec<CellSettings> {
    let seeds = filter.seeds.map_or_else(|| seeds(tier), |n| (1..=n).collect());
    let mut cells = Vec::new();
    // One whose data are downloaded is trained by no tier of itself.
    let in_tier = |w: &&Workload| tier != Tier::Quick || !quick(w.id).is_empty();
    let wanted: Vec<&Workload> = match &filter.workload {
        Some(asked) => workloads::find(asked).into_iter().collect(),
        None => WORKLOADS.iter().copied().filter(in_tier).collect(),
    };
    for workload in wanted {
        for seed in &seeds {
            for rate in workload.learning_rates(tier) {
                if filter.learning_rate.is_some_and(|r| r != rate) {
                    continue;
                }
                for (method, place) in trained(tier, workload, filter.method.as_deref()) {
                    let epochs = filter.epochs.unwrap_or_else(|| workload.epochs(tier));
                    cells.push(cell(workload, method, place, rate, *seed, epochs));
                }
            }
        }
    }
    cells
}

/// One cell, with the settings that are the workload's own.
pub fn cell(
    workload: &Workload,
    method: &str,
    place: &str,
    learning_rate: f64,
    seed: u64,
    epochs: usize,
) -> CellSettings {
    let settings = workload.settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    CellSettings {
        workload: workload.id.to_owned(),
        model: workload.model.to_owned(),
        method: method.to_owned(),
        variant: place.to_owned(),
        path: "fused".to_owned(),
        dtype: "f32".to_owned(),
        learning_rate,
        seed,
        batch_size: workload.batch_size,
        epochs,
        settings: settings.collect(),
    }
}

/// The unnormalized model of a workload as the smoke tier trains it.
pub(crate) fn plain_cell(workload: &Workload) -> CellSettings {
    cell(workload, "none", "none", workload.rates.smoke, 1, workload.epochs.smoke)
}
