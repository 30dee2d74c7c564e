//! The sites of made-up runs.

mod advice;
mod answer;
mod common;
mod figures;
mod language;
mod learning;
mod method;
mod page;
mod palette;
mod robust;
