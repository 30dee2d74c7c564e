//! Kernels, policies and the kit. One program, so that what the modules test is compiled once for all of them.

mod blocks;
mod conformance;
mod control;
mod helped;
mod math;
mod norm_state;
mod outputs;
mod several_sets;
mod stored_only;
mod unpicked;
mod unwritten;
mod walls;
mod window;
