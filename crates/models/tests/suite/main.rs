//! The typed models. One program, so that what the modules test is compiled once for all of them.

#[path = "../common/mod.rs"] // what a model's own test beside this folder uses too
mod common;
mod gru;
mod images;
mod operands;
mod padded;
mod pytorch;
mod readme;
mod recurrent;
mod row_stores;
mod shared_conv;
mod stacked;
mod starts;
mod train;
