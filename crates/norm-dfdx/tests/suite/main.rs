//! Layers, operations and optimizer on dfdx. One program, so that what the modules test is compiled once for all of them.

mod conformance;
mod constants;
mod cuda;
mod dfdx_ops;
mod fit;
mod image_op;
mod in_blocks;
mod judges;
mod layer;
mod normed_conv;
mod normed_linear;
mod not_stored;
mod path_sgd;
mod speed;
mod streaming;
mod tuple;
