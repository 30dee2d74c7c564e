//! The normalized dot product before there were normalized networks: HMAX.
//!
//! An S cell compares what it sees with a template, `w·v/(k + ‖v‖)`, a C cell takes the maximum over S cells that differ
//! in position and scale. S1 and C1 know orientations, S2 and C2 the combinations of these that were met in training, and
//! a view-tuned unit or a linear read-out sits on top. Nothing is learned by a gradient, so nothing here has one.
//!
//! There are two ways to run it. [`FilterBank`] is direct code for the model whose filters grow from scale to scale.
//! [`Network`] runs any network whose layers say where their cells lie and whose kernels say what one cell does, as the
//! Cortical Network Simulator did (`mutch2010cns`); [`Pyramid`] is the model with one filter on an image pyramid, as such a
//! network. Both give the same numbers where they overlap.
//!
//! ```
//! use hmax::{FilterBank, Model, Paperclip, Pool, View, Vtu};
//!
//! # fn main() -> hmax::Result<()> {
//! let model = Model::arrangements(FilterBank::small()?, Pool::Max)?;
//! let see = |view: View| model.c2(&Paperclip::random(1, 0).view(&view)?);
//!
//! // Tuned to one view of a wire, a unit hardly minds where the wire is, and very much how it is turned.
//! let unit = Vtu::new(&see(View::SMALL)?, 40, 0.1)?;
//! assert_eq!(unit.respond(&see(View::SMALL)?)?, 1.0);
//! assert!(unit.respond(&see(View::SMALL.turned(90.0))?)? < unit.respond(&see(View::SMALL.shifted(8.0, 0.0))?)?);
//! # Ok(())
//! # }
//! ```

mod bands;
mod c1;
mod c2;
mod engine;
mod error;
mod filter;
mod image;
mod inhibition;
mod kernels;
mod layer;
mod layout;
mod model;
mod paperclip;
mod pool;
mod pyramid;
mod readout;
mod s1;
mod s2;
mod tuning;
mod vtu;

pub use bands::{Band, FilterBank};
pub use c1::c1;
pub use c2::{Reach, c2};
pub use engine::{Activity, Cell, INPUT, Kernel, LayerSpec, Network, Shape};
pub use error::{HmaxError, Result};
pub use filter::{FOUR_ORIENTATIONS, Filter, Gabor};
pub use image::{Gray, Resampling};
pub use inhibition::inhibit;
pub use kernels::{Inhibit, Match, NormalizedDot, PoolAll, PoolWithin, Rescale};
pub use layer::{Layer, UNKNOWN};
pub use layout::{Axis, Parity};
pub use model::Model;
pub use paperclip::{Paperclip, View};
pub use pool::Pool;
pub use pyramid::Pyramid;
pub use readout::Readout;
pub use s1::s1;
pub use s2::{Density, Origin, Prototype, S2, Tuning};
pub use tuning::{Circuit, Gaussian, Ndp, Template};
pub use vtu::Vtu;
