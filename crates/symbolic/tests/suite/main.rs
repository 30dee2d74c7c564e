//! The engine's tests: identities between its readings (value, derivative, rules, text), which need no expected
//! numbers, then golden files for a person to read.

mod control;
mod derivative;
mod errors;
mod golden;
mod judge;
mod markup;
mod notation;
mod parse;
mod present;
mod print;
mod rules;
mod simplify;
mod structure;
mod trees;
mod values;
mod windows;
