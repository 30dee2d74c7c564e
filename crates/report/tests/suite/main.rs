//! The sites of made-up runs.

mod advice;
mod answer;
mod common;
mod learning;
mod page;
mod robust;
