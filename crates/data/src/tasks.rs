//! Tasks that are generated from a seed: sequences, and a world to walk in.

mod adding;
mod copying;
mod grid_world;

pub use adding::{Adding, adding, adding_of_lengths};
pub use copying::{Copying, copying};
pub use grid_world::{GridWorld, grid_world};

use crate::{DataError, Result};

/// Most steps of all cases together: the inputs of the adding task then take 1 GiB.
const MOST: usize = 1 << 27;

/// Refuses a size below `least`, and one that makes more than [`MOST`] steps at `each` steps apiece.
fn check_size(task: &'static str, what: &'static str, got: usize, least: usize, each: usize) -> Result<()> {
    let most = MOST / each;
    if (least..=most).contains(&got) {
        Ok(())
    } else {
        Err(DataError::TaskSize { task, what, got, least, most })
    }
}
