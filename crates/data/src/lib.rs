//! Data sets as plain arrays, with checksums.
//!
//! * [`optdigits()`] is embedded: 3823 and 1797 images of 8×8 pixels by different writers, no file
//!   needed; [`digits()`] is its test part alone.
//! * [`shakespeare()`] is embedded: 299868 characters of plays, no file needed; [`Windows`] cuts a text
//!   into cases for a character model.
//! * [`adding`] and [`copying`] generate sequence tasks from a seed, [`grid_world`] a world to walk in.
//! * [`DataFolder`] reads MNIST, Fashion-MNIST, the published files of optdigits and tiny Shakespeare
//!   from a folder named by `NORMLAB_DATA`, into which `just data` downloads them, and refuses files that are not the pinned
//!   ones.
//! * [`read_idx`], [`read_optdigits`] and [`Text::read`] read files of the same formats from anywhere.
//! * [`shifted`] and [`cluttered`] put digits of 8×8 somewhere on a canvas of 16×16; [`halved`] and [`framed`] bring images of
//!   28×28 to that size.
//! * [`Split`], [`Batches`] and [`ReadOrder`] decide which cases are seen, and in which order, from
//!   seeds alone.
//!
//! Knows nothing of models, tensors or methods.
//!
//! ```
//! use data::{Batches, Fractions, LastBatch, PERMUTATION_SEED, ReadOrder, Split, digits};
//!
//! let set = digits();
//! let split = Split::stratified(set.labels(), Fractions { validation: 0.1, test: 0.2 }, 7)?;
//! let batches = Batches::new(&split.train, 50, LastBatch::Drop, 7)?;
//! let order = ReadOrder::permuted(set.pixels(), PERMUTATION_SEED);
//! let (mut x, mut labels) = (Vec::new(), Vec::new());
//! for cases in batches.epoch(0) {
//!     set.gather_steps(&cases, &order, &mut x)?; // [T = 64][B = 50][1]
//!     set.gather_labels(&cases, &mut labels)?;
//! }
//! assert_eq!((x.len(), labels.len()), (64 * 50, 50));
//! # Ok::<(), data::DataError>(())
//! ```

mod batches;
mod canvas;
mod checksum;
mod digits;
mod error;
mod folder;
mod idx;
mod images;
mod optdigits;
mod order;
mod pinned;
mod random;
mod resize;
mod shakespeare;
mod source;
mod split;
mod tasks;
mod text;
mod windows;

pub use batches::{Batches, Epoch, LastBatch};
pub use canvas::{cluttered, shifted};
pub use digits::{OPTDIGITS_SHA256, digits, optdigits};
pub use error::{DataError, Place, Result};
pub use folder::{DATA_VARIABLE, DataFolder};
pub use idx::read_idx;
pub use images::{Images, TrainTest};
pub use optdigits::read_optdigits;
pub use order::{PERMUTATION_SEED, ReadOrder, permutation, with_replacement};
pub use pinned::{Pinned, PinnedFile};
pub use resize::{framed, halved};
pub use shakespeare::{SHAKESPEARE_SHA256, shakespeare};
pub use split::{Fractions, Split};
pub use tasks::{Adding, Copying, GridWorld, adding, adding_of_lengths, copying, grid_world};
pub use text::{Text, TextParts};
pub use windows::Windows;
