//! Models: thin typed shells over `norm-dfdx`. Widths are compile-time constants, batch and time run-time sizes,
//! method and placement type parameters.

mod lstm;
mod mlp;
mod placement;

pub use lstm::{Lstm, LstmClassifier, LstmClassifierLayers, LstmLayer, Sequence};
pub use mlp::{Mlp, NormedMlp};
pub use placement::{
    BurnPlacement, FastRnns, Haste, InputOnly, Labml, NoPlacement, Paper, PlacedIn, TfAddons, Usual,
};
