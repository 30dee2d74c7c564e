//! Finding a way through a grid world, by a Q-network that learns from temporal differences.

use results::CellSettings;

use crate::experiment::axes::Axes;
use crate::experiment::grid_world::{self, ACTIONS, INPUTS};
use crate::experiment::learner::Learner;
use crate::experiment::workload::{Arms, Epochs, Goal, Rates, Workload};
use crate::experiment::{perceptron, q_learning};

fn network(cell: &CellSettings, axes: &Axes<'_>) -> Result<Box<dyn Learner>, String> {
    if !["none", "hidden"].contains(&cell.variant.as_str()) {
        return Err(format!("there is no place `{}` in a perceptron, only `hidden`", cell.variant));
    }
    q_learning::build(perceptron::build::<INPUTS, 64, ACTIONS>(2, cell, axes)?, cell, axes)
}

pub(crate) static WORKLOAD: Workload = Workload {
    id: "gridworld-q",
    title: "Finding a way through a grid world",
    data: "a square of 5 by 5 cells, 5 of them walls, always the same: from any free cell to any other there is a way, and who arrives earns 1, times 0.9 for each step before; of the 19 starts to each goal 4 judge, 3 of the others, drawn by the seed, validate, and a pass comes to each of the rest eight times",
    attribution: "drawn by a program",
    model: "q-mlp",
    about: "50 - 64 - 64 - 4 perceptron, normalized before each hidden ReLU, that says the value of each step; for each update 16 walkers take a step, one in five at random, and as many transitions as a batch has cases are drawn from the last 5000, whose values are those of a copy of the network that is renewed every 50 updates",
    optimizer: "Adam",
    settings: &[("optimizer", "adam")],
    batch_size: 32,
    epochs: Epochs { smoke: 2, quick: 20, full: 40 },
    rates: Rates { smoke: 3e-3, grid: &[3e-4, 1e-3, 3e-3, 1e-2] },
    // A quarter of what the best constant loses.
    target: Goal::Loss(0.0044),
    caveats: &[
        "The best constant has a mean squared error of 0.0176; the target is a quarter of it.",
        "Losses of validation and test are squared errors against the values of the best policy, which training never sees; what a policy earns stands beside them, as `test_return` and, less than the best, as `test_regret`.",
        "Walkers come through cells from which validation and test start: what is held out is where they start, not what they see.",
        "Walkers and the copy are read by running averages where a method stores some.",
    ],
    recurrence: None,
    cases: grid_world::starts,
    arms: Arms::Values { place: perceptron::place, build: network },
    updates: &[],
};
