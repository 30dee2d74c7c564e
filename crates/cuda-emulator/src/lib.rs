//! Runs CUDA text on the CPU, for tests on machines without a GPU.
//!
//! The text is compiled as C++ by the system's compiler, with the words of CUDA defined in front of it and a program around it that
//! reads buffers and launches and writes the buffers back. Every thread of a block is a fiber, and warps run as far as they can, in an
//! order that is chosen: what depends on an order that CUDA does not promise gives other numbers in another one.
//!
//! | what is wrong | how it shows |
//! |---|---|
//! | wrong numbers | the buffers, beside a reference |
//! | a barrier that some threads miss, two barriers at once, threads that wait for each other | [`Error::Wrong`] with the line |
//! | a mask without its own lane, a lane that does not exist or has ended | [`Error::Wrong`] |
//! | a missing barrier, lanes that rely on each other's pace | other numbers in another [`Order`] |
//! | shared memory that nobody wrote | NaN, with which it is filled before each block |
//! | writes outside a buffer | [`Error::Wrong`] by guards around each, or [`Error::Memory`] under AddressSanitizer, reads too |
//! | an endless loop | [`Error::TimedOut`] |
//!
//! Blocks run one after the other, so what only blocks at the same time do to each other is not seen. Not known are shared memory whose
//! size is given at the launch, textures, streams, half precision and tensor cores.

mod error;
mod launch;
mod program;

pub use error::Error;
pub use launch::{Argument, Launch, Order, Work};
pub use program::{Check, Program};
