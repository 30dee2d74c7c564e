//! The page of made-up runs.

mod answer;
mod common;
mod learning;
mod page;
