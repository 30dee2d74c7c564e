//! A workload whose losses are made up, and claims about them.

use std::collections::BTreeMap;

use claims::{
    Arm, Bench, Claim, Comparison, Evidence, Expectation, Experiment, Protocol, Quantity, Rule, Setup,
    Wanted, next, verdicts,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use results::{
    CellSettings, ConvergenceRecord, CurvePoint, Direction, Outcome, Target, Verdict, VerdictRecord,
};

/// The methods of the two arms.
pub(crate) const FIRST: &str = "first";
pub(crate) const SECOND: &str = "second";

/// The rate that suits every arm best unless a test says otherwise; it lies inside the grid.
pub(crate) const BEST_RATE: f64 = 3e-3;

pub(crate) const PROTOCOL: Protocol =
    Protocol { epochs: 1, batch_size: None, rates: &[1e-3, 3e-3, 1e-2], tuning: 2, judging: 10 };

/// A claim about the two arms.
pub(crate) fn claim(quantity: Quantity, expectation: Expectation) -> &'static Claim {
    under(PROTOCOL, quantity, expectation)
}

pub(crate) fn under(protocol: Protocol, quantity: Quantity, expectation: Expectation) -> &'static Claim {
    let comparison = Comparison {
        on: Setup { workload: "made-up", protocol },
        first: Arm::of("a", FIRST),
        second: Arm::of("b", SECOND),
        quantity,
        expectation,
    };
    let experiment =
        Experiment { comparisons: Box::leak(Box::new([comparison])), rule: Rule::Primary, core_minutes: 1.0 };
    Box::leak(Box::new(Claim {
        id: "made-up",
        source: "nobody",
        statement: "The first arm differs from the second as it is made to.",
        takes: "nothing",
        evidence: Evidence::Trained(experiment),
        differs: "",
    }))
}

/// How a made-up cell ends.
#[derive(Clone, Copy)]
pub(crate) enum Ending {
    /// With this loss in validation and test, after these many updates until the target.
    At {
        loss: f64,
        steps: Option<u64>,
    },
    Diverged,
}

impl Ending {
    /// With this loss, and the more updates the higher it is.
    pub(crate) fn with_loss(loss: f64) -> Self {
        Self::At { loss, steps: Some((1000.0 * loss).round() as u64) }
    }
}

/// The cells that were trained.
#[derive(Default)]
pub(crate) struct MadeUp {
    records: BTreeMap<String, ConvergenceRecord>,
}

impl Bench for MadeUp {
    fn cell(&self, wanted: &Wanted<'_>) -> Result<CellSettings, String> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Ok(CellSettings {
            workload: wanted.workload.to_owned(),
            model: "made-up".to_owned(),
            method: wanted.arm.method.to_owned(),
            variant: wanted.arm.place.to_owned(),
            path: "fused".to_owned(),
            dtype: "f32".to_owned(),
            learning_rate: wanted.learning_rate,
            seed: wanted.seed,
            batch_size: wanted.batch_size.unwrap_or(32),
            epochs: wanted.epochs,
            settings: wanted.arm.settings.iter().map(own).collect(),
        })
    }

    fn record(&self, id: &str) -> Option<&ConvergenceRecord> {
        self.records.get(id)
    }
}

impl MadeUp {
    /// Trains what the claim asks for until it asks for nothing more.
    pub(crate) fn trained(claim: &Claim, ending: impl Fn(&CellSettings) -> Ending) -> Self {
        Self::trained_for(&[claim], ending)
    }

    /// The same for several claims.
    pub(crate) fn trained_for(claims: &[&Claim], ending: impl Fn(&CellSettings) -> Ending) -> Self {
        let mut bench = Self::default();
        for _ in 0..10 {
            let cells = next(claims, &bench).unwrap();
            if cells.is_empty() {
                return bench;
            }
            for cell in cells {
                let end = ending(&cell);
                bench.put(record(cell, end));
            }
        }
        panic!("the claim asks for cells without end");
    }

    pub(crate) fn put(&mut self, record: ConvergenceRecord) {
        self.records.insert(record.id.clone(), record);
    }

    /// Takes one cell away.
    pub(crate) fn lose(&mut self, which: impl Fn(&CellSettings) -> bool) {
        let id = self.records.values().find(|record| which(&record.cell)).unwrap().id.clone();
        self.records.remove(&id);
    }

    pub(crate) fn cells(&self) -> impl Iterator<Item = &CellSettings> {
        self.records.values().map(|record| &record.cell)
    }

    pub(crate) fn judge(&self, claim: &Claim) -> VerdictRecord {
        verdicts(&[claim], &[], self).unwrap().remove(0)
    }
}

/// The verdict of a claim whose cells end so.
pub(crate) fn verdict(claim: &Claim, ending: impl Fn(&CellSettings) -> Ending) -> Verdict {
    MadeUp::trained(claim, ending).judge(claim).verdict
}

pub(crate) fn record(cell: CellSettings, ending: Ending) -> ConvergenceRecord {
    let (loss, steps, outcome) = match ending {
        Ending::At { loss, steps } => (Some(loss), steps, Outcome::Completed),
        Ending::Diverged => (None, None, Outcome::Diverged { step: 3, what: "train_loss".to_owned() }),
    };
    // More loss, fewer right answers.
    let accuracy = loss.map(|loss| (-loss).exp());
    let point = CurvePoint {
        step: 10,
        epoch: 1.0,
        seconds: 0.5,
        train_loss: loss,
        valid_loss: loss,
        valid_accuracy: accuracy,
        test_loss: loss,
        test_accuracy: accuracy,
    };
    ConvergenceRecord {
        id: cell.id(),
        cell,
        curve: loss.map(|_| point).into_iter().collect(),
        target: Target { metric: "valid_loss".to_owned(), value: 0.1, direction: Direction::LowerIsBetter },
        steps_to_target: steps,
        seconds_to_target: steps.map(|_| 0.5),
        outcome,
        metrics: BTreeMap::new(),
        parameters: 1,
        state_bytes: 0,
        wall_seconds: 6.0,
        identity: None,
    }
}

/// A standard normal draw that belongs to a seed and an arm.
pub(crate) fn draw(cell: &CellSettings) -> f64 {
    let mut rng = ChaCha8Rng::seed_from_u64(cell.seed);
    rng.set_stream(if cell.method == FIRST { 1 } else { 2 });
    StandardNormal.sample(&mut rng)
}

/// Losses around 0.5 whose logarithm is lower or higher by an effect in the first arm, with noise of a deviation in each cell,
/// and higher at rates away from the best.
pub(crate) fn losses(effect: f64, deviation: f64) -> impl Fn(&CellSettings) -> Ending {
    move |cell| {
        let planted = if cell.method == FIRST { effect } else { 0.0 };
        let away = (cell.learning_rate / BEST_RATE).ln().abs();
        Ending::with_loss(0.5 * (planted + deviation * draw(cell) + away).exp())
    }
}

/// The same cells with the arms' numbers exchanged.
pub(crate) fn swapped(ending: impl Fn(&CellSettings) -> Ending) -> impl Fn(&CellSettings) -> Ending {
    move |cell| {
        let method = if cell.method == FIRST { SECOND } else { FIRST }.to_owned();
        ending(&CellSettings { method, ..cell.clone() })
    }
}
