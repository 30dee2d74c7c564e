//! Networks in training: tasks, workloads, the settings of a cell that vary, which cells there are, and who runs them.

mod axes;
pub mod cases;
mod digits;
pub mod grid;
mod learner;
mod optimizer;
mod perceptron;
pub mod progress;
mod recurrence;
pub mod runner;
mod start;
mod training;
mod typed;
mod walk;
pub mod workload;
pub mod workloads;
