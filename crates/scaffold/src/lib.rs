//! From a name to a skeleton that compiles: files and lines from `templates/`, all of them or none.
//!
//! What can be made is data. `templates/<what>/<kind>.json` is a [`Template`]: which files go where, which lines are
//! put into files that exist, and what the newcomer edits. Knows nothing of kernels, dfdx or any method, so that it
//! builds in seconds.

mod check;
mod cost;
mod edits;
mod error;
mod name;
mod plan;
mod removal;
mod template;
mod workspace;

pub use check::slice;
pub use cost::{Added, added, table};
pub use edits::{Edited, edit};
pub use error::Error;
pub use name::Name;
pub use plan::Plan;
pub use removal::Removal;
pub use template::{Insertion, Template};
pub use workspace::Workspace;
