//! Learning by temporal differences (`mnih2015human`): a network says what each step is worth. Walkers take the best of them, or
//! any at times; what they come through is kept and drawn from at random; and what a network that stood still for a while says of
//! the next state takes the place of the return, which nobody knows yet.

use results::CellSettings;

use super::answer::{Answer, Answers};
use super::axes::Axes;
use super::grid_world::{ACTIONS, DISCOUNT, GridTask, LONGEST, Performance, State, highest};
use super::learner::{Batch, Frozen, Learner, Noise, Source, Units};
use super::start::Draws;

/// Walkers, each of which takes a step for every batch.
const WALKERS: usize = 16;
/// Steps at random of each walker before the first update.
const AT_RANDOM: usize = 32;
/// Statistics that the policy and the values of next states are read by: those that a network has while it learns.
const WHILE_LEARNING: Source = Source::Running;

/// Purposes that draw numbers, as streams of one seed; those below are the network's.
const WALKING: u64 = 1 << 48;
const SAMPLING: u64 = WALKING + 1;
const ESTIMATING: u64 = WALKING + 2;

/// One step that was taken.
#[derive(Clone, Copy, Debug)]
struct Transition {
    from: State,
    action: usize,
    to: State,
}

/// The last so many transitions.
struct Replay {
    kept: Vec<Transition>,
    /// Where the next one goes once there are as many as are kept at most.
    next: usize,
    most: usize,
}

impl Replay {
    fn put(&mut self, transition: Transition) {
        if self.kept.len() < self.most {
            self.kept.push(transition);
        } else {
            self.kept[self.next] = transition;
            self.next = (self.next + 1) % self.most;
        }
    }

    /// So many, each drawn from all.
    fn draw(&self, draws: &mut Draws, count: usize) -> Vec<Transition> {
        let one = |_| self.kept[draws.below(self.kept.len())];
        (0..count).map(one).collect()
    }
}

/// One that is under way.
struct Walker {
    state: State,
    steps: usize,
}

struct QLearner {
    task: GridTask,
    network: Box<dyn Learner>,
    /// The network as it was the last time it was copied.
    target: Frozen,
    /// Updates from one copy to the next.
    target_every: u64,
    updates: u64,
    replay: Replay,
    walkers: Vec<Walker>,
    /// How often a walker takes any step instead of the best.
    exploration: f64,
    walking: Draws,
    sampling: Draws,
    seed: u64,
}

/// A network that learns the values of steps. The settings are `exploration`, how often a step is taken at random; `target_every`,
/// how many updates the values of next states are from one copy of the network; and `replay`, how many transitions are kept.
///
/// # Errors
///
/// In words, for a setting outside its domain.
pub(crate) fn build(
    network: Box<dyn Learner>,
    cell: &CellSettings,
    axes: &Axes<'_>,
) -> Result<Box<dyn Learner>, String> {
    let exploration = axes.number("exploration", "from 0 to 1", |v: f64| (0.0..=1.0).contains(&v))?;
    let target_every = axes.number("target_every", "a whole number of updates above 0", |v: u64| v > 0)?;
    let words = "a whole number of transitions from 16 to 1000000";
    let most = axes.number("replay", words, |v: usize| (16..=1_000_000).contains(&v))?;
    Ok(Box::new(QLearner {
        task: GridTask::new(cell.seed).map_err(|e| e.to_string())?,
        target: copy(&*network)?,
        network,
        target_every: target_every.unwrap_or(50),
        updates: 0,
        replay: Replay { kept: Vec::new(), next: 0, most: most.unwrap_or(5000) },
        walkers: Vec::new(),
        exploration: exploration.unwrap_or(0.2),
        walking: Draws::new(cell.seed, WALKING),
        sampling: Draws::new(cell.seed, SAMPLING),
        seed: cell.seed,
    }))
}

fn copy(network: &dyn Learner) -> Result<Frozen, String> {
    network.frozen(WHILE_LEARNING).ok_or_else(|| "this network cannot be kept as it is".to_owned())
}

/// States as a network takes them, with nothing said of them.
fn batch(states: impl ExactSizeIterator<Item = State>) -> Batch {
    let cases = states.len();
    Batch { x: State::rows(states), cases, ..Batch::default() }
}

impl QLearner {
    /// Lets each walker take a step; one that has arrived, or has walked for too long, goes on from one of the starts.
    fn walk(&mut self, starts: &[State], exploration: f64) -> Result<(), String> {
        let at = batch(self.walkers.iter().map(|walker| walker.state));
        let values = self.network.logits(at, WHILE_LEARNING)?;
        for (n, (walker, values)) in self.walkers.iter_mut().zip(values.chunks_exact(ACTIONS)).enumerate() {
            let any = self.walking.below(ACTIONS);
            let action = if self.walking.happens(exploration) { any } else { highest(values) };
            let from = walker.state;
            let to = State { at: self.task.world.step(from.at, action), ..from };
            self.replay.put(Transition { from, action, to });
            *walker = Walker { state: to, steps: walker.steps + 1 };
            if to.at == to.goal || walker.steps == LONGEST {
                *walker = Walker { state: starts[n % starts.len()], steps: 0 };
            }
        }
        Ok(())
    }

    /// What the steps turned out to be worth: the reward, or the best that the copy expects of where they led.
    fn worth(&self, drawn: &[Transition]) -> Result<Vec<(usize, f32)>, String> {
        let expected = (self.target)(batch(drawn.iter().map(|taken| taken.to)))?;
        let one = |(taken, values): (&Transition, &[f32])| {
            let arrived = taken.to.at == taken.to.goal;
            let worth = if arrived { 1.0 } else { DISCOUNT * values[highest(values)] };
            (taken.action, worth)
        };
        Ok(drawn.iter().zip(expected.chunks_exact(ACTIONS)).map(one).collect())
    }

    /// How well the policy does that follows the network.
    fn performance(&self, starts: &[State]) -> Result<Performance, String> {
        let source = self.sources()[0];
        self.task.follow(starts, |states| self.network.logits(batch(states.iter().copied()), source))
    }
}

impl Learner for QLearner {
    fn steps(&self) -> usize {
        self.network.steps()
    }

    fn values(&self) -> usize {
        self.network.values()
    }

    fn classes(&self) -> usize {
        self.network.classes()
    }

    fn answer(&self) -> Answer {
        Answer::Number
    }

    /// Lets walkers go at random for a while, so that there is something to draw from.
    fn initialize(&mut self, first: Batch) -> Result<(), String> {
        let starts = State::of_rows(&first.x);
        if starts.is_empty() {
            return Err("there is no start to walk from".to_owned());
        }
        self.network.initialize(first)?;
        self.target = copy(&*self.network)?;
        let walker = |n: usize| Walker { state: starts[n % starts.len()], steps: 0 };
        self.walkers = (0..WALKERS).map(walker).collect();
        for _ in 0..AT_RANDOM {
            self.walk(&starts, 1.0)?;
        }
        Ok(())
    }

    /// The cases are starts for walkers; as many transitions are drawn from what is kept, and learned from.
    fn loss(&mut self, starts: Batch) -> Result<f64, String> {
        self.walk(&State::of_rows(&starts.x), self.exploration)?;
        let drawn = self.replay.draw(&mut self.sampling, starts.cases);
        let labels = Answers::Chosen(self.worth(&drawn)?);
        self.network.loss(Batch { labels, ..batch(drawn.iter().map(|taken| taken.from)) })
    }

    fn update(&mut self) -> Result<Option<String>, String> {
        let refused = self.network.update()?;
        self.updates += 1;
        if self.updates.is_multiple_of(self.target_every) {
            self.target = copy(&*self.network)?;
        }
        Ok(refused)
    }

    fn sources(&self) -> &'static [Source] {
        self.network.sources()
    }

    /// By states that are kept instead of the cases: statistics are to be those of what is learned from.
    fn estimate(&mut self, batches: &mut dyn Iterator<Item = Batch>) -> Result<(), String> {
        let mut draws = Draws::new(self.seed, ESTIMATING);
        let replay = &self.replay;
        let of_kept =
            |cases: Batch| batch(replay.draw(&mut draws, cases.cases).iter().map(|taken| taken.from));
        self.network.estimate(&mut batches.map(of_kept))
    }

    fn logits(&self, batch: Batch, source: Source) -> Result<Vec<f32>, String> {
        self.network.logits(batch, source)
    }

    fn gradient_norm(&mut self) -> Option<f64> {
        self.network.gradient_norm()
    }

    fn parameters(&self) -> usize {
        self.network.parameters()
    }

    fn state_bytes(&self) -> usize {
        self.network.state_bytes()
    }

    fn units(&self, batch: Batch, source: Source) -> Result<Vec<Units>, String> {
        self.network.units(batch, source)
    }

    fn rows(&self) -> Option<(Vec<f32>, usize)> {
        self.network.rows()
    }

    fn numbers(&self) -> Result<Vec<(&'static str, f64)>, String> {
        let mut all = self.network.numbers()?;
        let valid = self.performance(&self.task.validation())?;
        all.extend([("valid_return", valid.mean_return), ("valid_regret", valid.regret)]);
        let test = self.performance(&self.task.test())?;
        all.extend([("test_return", test.mean_return), ("test_regret", test.regret)]);
        Ok(all)
    }

    fn evaluate_with(&mut self, noise: Noise) -> bool {
        self.network.evaluate_with(noise)
    }
}
