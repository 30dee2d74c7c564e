//! Finding a way through a grid world: who reaches the goal earns 1, which is worth less the later it comes. The best policy is
//! known, since all shortest ways are.

use data::{GridWorld, Split};
use results::CellSettings;

use crate::error::Error;

use super::axes::Axes;
use super::cases::{Cases, Labels, Values, held_out};

const SIDE: usize = 5;
const WALLS: usize = 5;
/// The world is the same for every cell.
const WORLD_SEED: u64 = 20_151;

/// Cells of the world.
const CELLS: usize = SIDE * SIDE;
/// What a network sees: a one at the cell where it stands, and a one at the goal.
pub(crate) const INPUTS: usize = 2 * CELLS;
/// What it says: the value of each step.
pub(crate) const ACTIONS: usize = GridWorld::ACTIONS;
/// What a reward is worth that comes a step later.
pub(crate) const DISCOUNT: f32 = 0.9;
/// Steps after which an episode ends without a reward. The longest of the shortest ways are less than half as long.
pub(crate) const LONGEST: usize = 30;

/// How often a pass over the training cases comes to each start.
const REPEATS: usize = 8;

/// Where somebody stands and where they are to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) at: usize,
    pub(crate) goal: usize,
}

impl State {
    /// What a network sees of states, one row after the other.
    pub(crate) fn rows(states: impl ExactSizeIterator<Item = Self>) -> Vec<f32> {
        let mut rows = vec![0.0; states.len() * INPUTS];
        for (row, state) in rows.chunks_exact_mut(INPUTS).zip(states) {
            row[state.at] = 1.0;
            row[CELLS + state.goal] = 1.0;
        }
        rows
    }

    /// The states whose rows these are.
    pub(crate) fn of_rows(rows: &[f32]) -> Vec<Self> {
        let one = |half: &[f32]| half.iter().position(|v| *v > 0.5).unwrap_or(0);
        let of = |row: &[f32]| Self { at: one(&row[..CELLS]), goal: one(&row[CELLS..]) };
        rows.chunks_exact(INPUTS).map(of).collect()
    }
}

/// How well a policy does from several starts, in the mean over them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Performance {
    /// The discounted return.
    pub(crate) mean_return: f64,
    /// How much more the best policy earns.
    pub(crate) regret: f64,
}

/// The world with all its starts: where to stand and where to go, goal by goal.
pub(crate) struct GridTask {
    pub(crate) world: GridWorld,
    starts: Vec<State>,
    split: Split,
}

impl GridTask {
    /// A fifth of the starts to each goal judges, always the same; a fifth of the others, drawn from a seed, validates.
    pub(crate) fn new(seed: u64) -> Result<Self, Error> {
        let world = data::grid_world(SIDE, WALLS, WORLD_SEED)?;
        let to = |goal| world.free().filter(move |&at| at != goal).map(move |at| State { at, goal });
        let starts: Vec<State> = world.free().flat_map(to).collect();
        // There are fewer cells than numbers of 8 bits.
        let goals: Vec<u8> = starts.iter().map(|start| start.goal as u8).collect();
        let split = held_out(&goals, seed)?;
        Ok(Self { world, starts, split })
    }

    /// The starts that validate.
    pub(crate) fn validation(&self) -> Vec<State> {
        self.split.validation.iter().map(|&start| self.starts[start]).collect()
    }

    /// The starts that judge.
    pub(crate) fn test(&self) -> Vec<State> {
        self.split.test.iter().map(|&start| self.starts[start]).collect()
    }

    /// What the best policy earns after each step from here.
    fn best(&self, state: State) -> [f32; ACTIONS] {
        let distances = self.world.distances(state.goal);
        let worth = |action| distances[self.world.step(state.at, action)].map_or(0.0, after);
        std::array::from_fn(worth)
    }

    /// How well it does to take the step of the highest value always. `values` says of each state a row of them.
    pub(crate) fn follow(
        &self,
        starts: &[State],
        values: impl Fn(&[State]) -> Result<Vec<f32>, String>,
    ) -> Result<Performance, String> {
        let mut earned = 0.0;
        let mut walking = starts.to_vec();
        for steps in 0..LONGEST {
            if walking.is_empty() {
                break;
            }
            let rows = values(&walking)?;
            for (state, row) in walking.iter_mut().zip(rows.chunks_exact(ACTIONS)) {
                state.at = self.world.step(state.at, highest(row));
            }
            let before = walking.len();
            walking.retain(|state| state.at != state.goal);
            earned += f64::from(after(steps)) * (before - walking.len()) as f64;
        }
        let best = |start: &State| f64::from(self.best(*start).into_iter().fold(0.0, f32::max));
        let count = starts.len().max(1) as f64;
        let best: f64 = starts.iter().map(best).sum();
        Ok(Performance { mean_return: earned / count, regret: (best - earned) / count })
    }
}

/// What a reward is worth that comes so many steps later.
fn after(steps: usize) -> f32 {
    DISCOUNT.powi(steps as i32)
}

/// The place of the highest of some values, the first of equal ones.
pub(crate) fn highest(values: &[f32]) -> usize {
    let mut at = 0;
    for (place, value) in values.iter().enumerate() {
        if *value > values[at] {
            at = place;
        }
    }
    at
}

/// Every start with the value of each step under the best policy. A pass comes to each that trains several times.
pub(crate) fn starts(cell: &CellSettings, _: &Axes<'_>) -> Result<Cases, Error> {
    let task = GridTask::new(cell.seed)?;
    let values = State::rows(task.starts.iter().copied());
    let best = task.starts.iter().flat_map(|start| task.best(*start)).collect();
    let split = Split { train: task.split.train.repeat(REPEATS), ..task.split };
    Ok(Cases::new(Values::Numbers(values), Labels::Numbers(best, ACTIONS), task.starts.len(), split))
}
