//! Networks in training: tasks, workloads, the settings of a cell that vary, which cells there are, and who runs them.

mod adding;
pub mod answer;
pub mod axes;
pub mod cases;
pub(crate) mod digits;
pub mod grid;
mod grid_world;
pub(crate) mod learner;
pub(crate) mod metrics;
mod optimizer;
pub(crate) mod perceptron;
pub mod progress;
mod q_learning;
pub(crate) mod recurrence;
pub mod runner;
mod start;
mod start_noise;
mod text;
mod training;
pub(crate) mod typed;
mod walk;
pub mod workload;
pub mod workloads;
