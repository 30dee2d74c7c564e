//! Pairs of things that are timed in turns, for claims about times: two times of one machine are only compared when both were
//! taken in the same moments.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hmax::{HmaxError, Layer, Network, Paperclip, Prototype, Pyramid, S2, Tuning, View};
use rayon::ThreadPool;
use results::{NoiseRecord, RatioRecord, Tier};

use crate::error::Error;
use crate::experiment::grid::{self, Filter};
use crate::experiment::progress::Progress;
use crate::experiment::workloads;

use super::steps;

/// How long one side of a round is timed at least: far above what reading the clock takes.
const LEAST: Duration = Duration::from_millis(20);

/// Rounds in which a pair is timed.
pub const ROUNDS: usize = 31;

/// Cases in the batch of an update.
const BATCH: usize = 100;

/// S2 cells at each place.
const PROTOTYPES: usize = 100;

type Timed = Box<dyn FnMut() -> Result<(), Error>>;

/// Two things to be timed in turns.
pub struct Pair {
    /// Its name, by which claims ask for the ratio.
    pub id: &'static str,
    /// What is timed against what.
    pub about: String,
    first: Timed,
    second: Timed,
}

/// All pairs that this machine can time: one core alone cannot be compared with two.
///
/// # Errors
///
/// [`Error::Data`], [`Error::Hmax`], [`Error::Training`], [`Error::ThreadPool`].
pub fn pairs() -> Result<Vec<Pair>, Error> {
    let mut pairs = vec![path_sgd()?];
    if std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1) {
        pairs.push(hmax_on_cores()?);
    }
    Ok(pairs)
}

/// Times them; nothing where `stopping` said so in between.
///
/// # Errors
///
/// Whatever a timed thing returns.
pub fn measure(
    pairs: Vec<Pair>,
    rounds: usize,
    stopping: impl Fn() -> bool,
) -> Result<Option<Vec<RatioRecord>>, Error> {
    let progress = Progress::new("pairs timed in turns", pairs.len() as u64)?;
    let mut records = Vec::new();
    for mut pair in pairs {
        progress.message(pair.id.to_owned());
        let Some(ratios) = pair.ratios(rounds, &stopping)? else { return Ok(None) };
        records.push(RatioRecord { id: pair.id.to_owned(), about: pair.about, ratios });
        progress.add_one();
    }
    Ok(Some(records))
}

/// The plain step of an optimizer against the same of another network like it: what the machine alone does to a ratio.
///
/// # Errors
///
/// As [`measure`].
pub fn noise(rounds: usize, stopping: impl Fn() -> bool) -> Result<Option<NoiseRecord>, Error> {
    let plain = || Ok::<_, Error>(steps::measured(None)?.into_iter().next());
    let (Some(mut first), Some(mut second)) = (plain()?, plain()?) else { return Ok(None) };
    let id = first.id.to_string();
    let mut pair = Pair {
        id: "plain-step-over-itself",
        about: String::new(),
        first: Box::new(move || first.take()),
        second: Box::new(move || second.take()),
    };
    let Some(mut ratios) = pair.ratios(rounds, &stopping)? else { return Ok(None) };
    ratios.sort_by(f64::total_cmp);
    let quantile = |share: f64| ratios[(share * (ratios.len() - 1) as f64).round() as usize];
    Ok(Some(NoiseRecord {
        id,
        pairs: ratios.len(),
        median_ratio: quantile(0.5),
        lower_ratio: quantile(0.025),
        upper_ratio: quantile(0.975),
    }))
}

impl Pair {
    /// The first's time over the second's, round by round.
    fn ratios(&mut self, rounds: usize, stopping: &impl Fn() -> bool) -> Result<Option<Vec<f64>>, Error> {
        // Warms up, too.
        let calls = [calls(&mut self.first)?, calls(&mut self.second)?];
        let mut ratios = Vec::new();
        for round in 0..rounds.max(1) {
            if stopping() {
                return Ok(None);
            }
            let mut took = [0.0; 2];
            for side in if round % 2 == 0 { [0, 1] } else { [1, 0] } {
                let timed = if side == 0 { &mut self.first } else { &mut self.second };
                took[side] = time(timed, calls[side])? / calls[side] as f64;
            }
            ratios.push(took[0] / took[1]);
        }
        Ok(Some(ratios))
    }
}

/// Seconds of so many calls.
fn time(timed: &mut Timed, calls: usize) -> Result<f64, Error> {
    let begun = Instant::now();
    for _ in 0..calls {
        timed()?;
    }
    Ok(begun.elapsed().as_secs_f64())
}

/// How many calls take long enough.
fn calls(timed: &mut Timed) -> Result<usize, Error> {
    let mut calls = 1;
    while time(timed, calls)? < LEAST.as_secs_f64() {
        calls *= 2;
    }
    Ok(calls)
}

/// A whole update, gradients included, by Path-SGD over one by a plain step (`neyshabur2015path`).
fn path_sgd() -> Result<Pair, Error> {
    let workload = workloads::find("digits-mlp-sgd")?;
    let filter = Filter { workload: Some(workload.id.to_owned()), seeds: Some(1), ..Filter::default() };
    let update = |method: &str| -> Result<Timed, Error> {
        let mut cells = grid::cells(Tier::Smoke, &filter).into_iter();
        let mut cell = cells.find(|cell| cell.method == method).ok_or_else(|| Error::UnknownMethod {
            workload: workload.id,
            got: method.to_owned(),
            known: "none, path-sgd".to_owned(),
        })?;
        // At a rate of 0 the weights stay, and every update is the same one.
        (cell.learning_rate, cell.batch_size) = (0.0, BATCH);
        let (mut learner, batch) = steps::begun(workload, &cell)?;
        let id = cell.id();
        let failed = move |what| Error::Training { cell: id.clone(), step: 1, what };
        Ok(Box::new(move || {
            learner.loss(batch.clone()).map_err(&failed)?;
            match learner.update() {
                Ok(None) => Ok(()),
                Ok(Some(what)) | Err(what) => Err(failed(what)),
            }
        }))
    };
    Ok(Pair {
        id: "path-sgd-over-plain-update",
        about: format!(
            "an update of {} from {BATCH} cases, gradients included: Path-SGD over a plain step",
            workload.model
        ),
        first: update("path-sgd")?,
        second: update("none")?,
    })
}

/// The engine of HMAX, whose cells do not wait for each other within a step (`mutch2010cns`), on one thread over two.
fn hmax_on_cores() -> Result<Pair, Error> {
    let image = Paperclip::random(1, 0).view(&View::PUBLISHED)?;
    let (height, width) = (image.height(), image.width());
    let model = Pyramid::cvpr06_base();
    let c1: Vec<Layer> =
        model.network(height, width)?.run(&image)?.group("c1").into_iter().cloned().collect();
    let prototypes = Prototype::sample(&[c1], &[4], PROTOTYPES, model.density, 1)?;
    let s2 = Arc::new(S2::new(prototypes, Tuning::Gaussian(model.s2))?);
    let network: Arc<Network> = Arc::new(model.network_to_c2(height, width, &s2)?);
    let image = Arc::new(image);
    let on = |threads: usize| -> Result<Timed, Error> {
        let pool: ThreadPool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|source| Error::ThreadPool { source })?;
        let (network, image) = (Arc::clone(&network), Arc::clone(&image));
        Ok(Box::new(move || {
            let run = || network.run(&image).map(|activity| drop(std::hint::black_box(activity)));
            pool.install(run).map_err(|source: HmaxError| Error::Hmax(source))
        }))
    };
    Ok(Pair {
        id: "hmax-on-one-core-over-two",
        about: format!(
            "an image of {height} by {width} up to C2 with {PROTOTYPES} prototypes: on one thread over two"
        ),
        first: on(1)?,
        second: on(2)?,
    })
}
