//! The figures of training on one workload: learning curves, and what comes out at each rate, a panel for each contender.

use std::collections::BTreeSet;

use results::{ConvergenceRecord, CurvePoint, Outcome};

use crate::baseline;
use crate::convergence::{Contender, Contest, Trial};
use crate::error::Error;
use crate::figure::Figure;
use crate::format;
use crate::learning::{chosen_by, name, of, wholly, words};
use crate::load::Loaded;
use crate::panels::{self, Course, Kind, Panels};
use crate::slug::slug;
use crate::stats::{Spread, mean};
use crate::table::{Cell, Table};

/// A metric as it is drawn: so that less is better, on a logarithmic axis. Of a share right that is the share which is not, since
/// the differences of good networks lie there.
#[derive(Clone, Copy)]
struct Quantity<'a>(&'a str);

impl Quantity<'_> {
    fn is_share(self) -> bool {
        self.0.ends_with("accuracy")
    }

    fn drawn(self, value: f64) -> f64 {
        if self.is_share() { 1.0 - value } else { value }
    }

    fn drawn_of_all(self, spread: &Spread) -> Spread {
        let seeds = spread.seeds.iter().map(|(seed, value)| (*seed, self.drawn(*value))).collect();
        Spread { center: self.drawn(spread.center), seeds }
    }

    fn words(self) -> String {
        words(self.0).replace("accuracy", "error")
    }

    fn axis(self) -> String {
        self.words() + if self.is_share() { ", the share that is not right (1 − share right)" } else { "" }
    }

    fn text(self, value: f64) -> String {
        format::metric(self.0, value)
    }

    fn tick(self, value: f64) -> String {
        format::metric_tick(self.0, value)
    }

    /// The number of a run at an update; the worst possible from where it diverged.
    fn at(self, run: &ConvergenceRecord, step: u64) -> Option<f64> {
        let worst = if self.is_share() { 0.0 } else { f64::INFINITY };
        if matches!(run.outcome, Outcome::Diverged { step: end, .. } if step >= end) {
            return Some(worst);
        }
        let value = self.of(run.curve.iter().find(|p| p.step == step)?)?;
        Some(if value.is_nan() { worst } else { value })
    }

    fn of(self, point: &CurvePoint) -> Option<f64> {
        match self.0 {
            "valid_accuracy" => point.valid_accuracy,
            "valid_loss" => point.valid_loss,
            "test_accuracy" => point.test_accuracy,
            "test_loss" => point.test_loss,
            "train_loss" => point.train_loss,
            _ => None,
        }
    }

    /// Over the updates of a trial.
    fn curve(self, trial: &Trial<'_>) -> Vec<(u64, Spread)> {
        let steps: BTreeSet<u64> = trial.runs.iter().flat_map(|r| r.curve.iter().map(|p| p.step)).collect();
        let at = |step: u64| {
            let runs = trial.runs.iter();
            let values: Vec<(u64, f64)> =
                runs.filter_map(|run| Some((run.cell.seed, self.drawn(self.at(run, step)?)))).collect();
            (!values.is_empty()).then(|| (step, Spread::new(values, mean)))
        };
        steps.into_iter().filter_map(at).collect()
    }
}

/// What is shown of training beside a metric of other cases.
const TRAINING: Quantity<'static> = Quantity("train_loss");

/// The loss that stands beside that of training where the target is a share.
fn loss_of(contest: &Contest<'_>) -> Option<Quantity<'static>> {
    let points = || contest.contenders.iter().flat_map(|c| &c.best().runs).flat_map(|run| &run.curve);
    let known = |quantity: &Quantity<'_>| points().any(|point| quantity.of(point).is_some());
    [Quantity("valid_loss"), Quantity("test_loss")].into_iter().find(known).filter(|_| known(&TRAINING))
}

/// The place of the method that does nothing, if it was trained.
fn baseline_of(loaded: &Loaded, contest: &Contest<'_>) -> Option<usize> {
    let idle = contest.representative(baseline::of(loaded)?)?;
    contest.contenders.iter().position(|c| std::ptr::eq(c, idle))
}

/// The curve of means, without its seeds.
fn alone(curve: &[(u64, Spread)]) -> Vec<(f64, f64)> {
    curve.iter().map(|(step, spread)| (*step as f64, spread.center)).collect()
}

/// One line of a table for each update.
struct Lines<'a> {
    contender: String,
    rate: f64,
    quantity: Quantity<'a>,
    curve: &'a [(u64, Spread)],
    /// Curves of losses beside it.
    beside: &'a [&'a [(u64, Spread)]],
}

impl Lines<'_> {
    fn rows(&self) -> impl Iterator<Item = Vec<Cell>> {
        self.curve.iter().map(move |(step, spread)| {
            let text = |v: f64| self.quantity.text(v);
            let mut row = vec![
                Cell::text(self.contender.clone()),
                Cell::number(self.rate, format::number(self.rate)),
                Cell::number(*step as f64, format::count(*step)),
                Cell::number(spread.center, text(spread.center)),
                Cell::text(format::spread(spread, text)),
                Cell::number(spread.seeds.len() as f64, spread.seeds.len().to_string()),
                Cell::text(format::by_seed(spread, text)),
            ];
            row.extend(self.beside.iter().map(|curve| {
                let there = curve.iter().find(|(at, _)| at == step);
                there.map_or_else(
                    || Cell::absent(format::NOT_MEASURED),
                    |(_, loss)| Cell::number(loss.center, format::number(loss.center)),
                )
            }));
            row
        })
    }
}

/// The first and the last number of a curve.
fn told(quantity: Quantity<'_>, curve: &[(u64, Spread)]) -> String {
    let one = |(step, spread): &(u64, Spread)| {
        format!("{} at update {}", quantity.text(spread.center), format::count(*step))
    };
    let what = format::capitalized(&quantity.words());
    match curve {
        [] => format!("{what} was not measured."),
        [only] => format!("{what}: {}.", one(only)),
        [first, .., last] => format!("{what}: {}, {}.", one(first), one(last)),
    }
}

/// Learning curves at each contender's rate.
pub(crate) fn curves(loaded: &Loaded, contest: &Contest<'_>) -> Result<Figure, Error> {
    let id = format!("curves-{}", slug(&contest.workload));
    let shown = Quantity(&contest.target.metric);
    let loss = loss_of(contest).filter(|_| shown.is_share());
    // Where the target is a loss, that of training stands in the same panel.
    let with_training = !shown.is_share() && shown.0 != TRAINING.0;
    let mut labels = vec!["contender", "#rate", "#step", "#mean", "lowest – highest", "#seeds", "~by seed"];
    let loss_label = loss.map(|loss| format!("#{}", loss.words()));
    if loss.is_some() || with_training {
        labels.push("#training loss");
    }
    labels.extend(loss_label.as_deref());
    let mut table = Table::new(
        format!("{} on {} by contender and update", format::capitalized(&shown.words()), contest.workload),
        &labels,
    );
    let mut whole = table.clone();
    table.caption += ", at a few of them; the files have all";
    let (mut main, mut losses) = (Vec::new(), Vec::new());
    for contender in &contest.contenders {
        let trial = contender.best();
        let (curve, training) = (shown.curve(trial), TRAINING.curve(trial));
        let of_loss = loss.map(|loss| (loss, loss.curve(trial)));
        let beside: Vec<&[(u64, Spread)]> = match &of_loss {
            Some((_, evaluated)) => vec![training.as_slice(), evaluated.as_slice()],
            None if with_training => vec![training.as_slice()],
            None => Vec::new(),
        };
        let name = name(loaded, contender);
        let lines = Lines {
            contender: name.clone(),
            rate: trial.rate,
            quantity: shown,
            curve: &curve,
            beside: &beside,
        };
        whole.rows.extend(lines.rows());
        let few = few(curve.len());
        table.rows.extend(lines.rows().enumerate().filter(|(n, _)| few.contains(n)).map(|(_, row)| row));
        if let Some((loss, evaluated)) = &of_loss {
            losses.push(Course {
                name: name.clone(),
                points: by_update(evaluated),
                training: alone(&training),
                failures: Vec::new(),
                chosen: None,
                description: told(*loss, evaluated) + " " + &told(TRAINING, &training),
            });
        }
        main.push(Course {
            name,
            training: if with_training { alone(&training) } else { Vec::new() },
            failures: Vec::new(),
            chosen: None,
            description: format!("{} {}", told(shown, &curve), reached(contender)),
            points: by_update(&curve),
        });
    }
    let draw = |id: &str, quantity: Quantity<'_>, courses: &[Course]| {
        let target = contest.target.value;
        let reference = (quantity.0 == shown.0)
            .then(|| (shown.drawn(target), format!("target: {}", shown.text(shown.drawn(target)))));
        panels::draw(
            &Panels {
                id,
                title: &format!("{} on {}", quantity.words(), contest.workload),
                x_axis: "updates",
                y_axis: &quantity.axis(),
                kind: Kind::Course,
                reference,
                bounded: quantity.is_share(),
                baseline: baseline_of(loaded, contest),
                y_tick: &|v| quantity.tick(v),
            },
            courses,
        )
    };
    let mut svg = draw(&id, shown, &main)?;
    if let Some(loss) = loss {
        svg += &draw(&format!("{id}.loss"), loss, &losses)?;
    }
    Ok(Figure {
        id,
        title: format!("Learning curves on {}", contest.workload),
        caption: caption(shown),
        svg,
        broad: true,
        whole: Some(whole),
        table,
    })
}

/// Which of so many points a page has: the first, the last, and three between.
fn few(points: usize) -> BTreeSet<usize> {
    let last = points.saturating_sub(1);
    (0..=4).map(|n| last * n / 4).collect()
}

fn caption(shown: Quantity<'_>) -> String {
    let share = if shown.is_share() {
        " A share right is drawn as its error, the share that is not right; an error of 0 stands at the lower edge."
    } else {
        ""
    };
    format!(
        "A panel for each contender at its rate, best first, all with the same axes: the mean of the {} over seeds.{share} A run that \
         diverged counts with the worst possible value from then on. What is far beyond the others, such as a loss before the first update, lies on the edge.",
        shown.words()
    )
}

fn by_update(curve: &[(u64, Spread)]) -> Vec<(f64, Spread)> {
    curve.iter().map(|(step, spread)| (*step as f64, spread.clone())).collect()
}

fn reached(contender: &Contender<'_>) -> String {
    match (contender.reached, contender.best().runs.len()) {
        (0, _) => "The target was not reached.".to_owned(),
        (some, all) => format!("The target was reached with {} seeds.", of(some, all)),
    }
}

/// The final metric against the learning rate.
pub(crate) fn rates(loaded: &Loaded, contest: &Contest<'_>) -> Result<Figure, Error> {
    let id = format!("rates-{}", slug(&contest.workload));
    let shown = Quantity(contest.metric);
    let text = |v: f64| shown.text(v);
    let caption = format!(
        "Mean of the final {} over seeds at every rate tried; a vertical stroke goes from the lowest seed to the highest. {} A cross \
         marks a rate at which runs diverged: on a point if some did, which then count with the worst possible value; at the upper \
         edge if all did.",
        shown.words(),
        chosen_by(contest)
    );
    let title = format!("Sensitivity to the learning rate on {}", contest.workload);
    let mut table = Table::new(
        format!("Final {} on {}, by contender and rate", shown.words(), contest.workload),
        &["contender", "#rate", "#mean", "lowest – highest", "#seeds", "#diverged", "chosen", "~by seed"],
    );
    let mut courses = Vec::new();
    for contender in &contest.contenders {
        let mut course = Course {
            name: name(loaded, contender),
            points: Vec::new(),
            training: Vec::new(),
            failures: Vec::new(),
            chosen: Some(contender.best().rate),
            description: String::new(),
        };
        for (t, trial) in contender.trials.iter().enumerate() {
            let score = shown.drawn_of_all(&trial.score);
            if trial.diverged > 0 {
                course.failures.push((trial.rate, Some(score.center).filter(|_| !wholly(trial))));
            }
            table.rows.push(vec![
                Cell::text(course.name.clone()),
                Cell::number(trial.rate, format::number(trial.rate)),
                Cell::number(score.center, text(score.center)),
                Cell::text(format::spread(&score, text)),
                Cell::number(trial.runs.len() as f64, trial.runs.len().to_string()),
                Cell::number(trial.diverged as f64, of(trial.diverged, trial.runs.len())),
                Cell::text(if t == contender.best { "yes" } else { "no" }),
                Cell::text(format::by_seed(&score, text)),
            ]);
            let nothing = || Spread::new(Vec::new(), mean);
            course.points.push((trial.rate, if wholly(trial) { nothing() } else { score }));
        }
        course.description = format!(
            "{} rates; {} at the chosen rate {}.",
            contender.trials.len(),
            text(shown.drawn(contender.best().score.center)),
            format::number(contender.best().rate)
        );
        courses.push(course);
    }
    let svg = panels::draw(
        &Panels {
            id: &id,
            title: &format!("final {} by rate on {}", shown.words(), contest.workload),
            x_axis: "learning rate, on a logarithmic axis",
            y_axis: &format!("final {}", shown.axis()),
            kind: Kind::Sweep,
            reference: None,
            bounded: shown.is_share(),
            baseline: baseline_of(loaded, contest),
            y_tick: &|v| shown.tick(v),
        },
        &courses,
    )?;
    Ok(Figure { id, title, caption, svg, broad: true, whole: None, table })
}
