//! Models: thin typed shells over `norm-dfdx`. Widths are compile-time constants, batch and time run-time sizes,
//! method and placement type parameters.

mod classifier;
mod kind;
mod mlp;
mod placement;
mod recurrent;

pub use classifier::{RecurrentClassifier, RecurrentClassifierLayers};
pub use kind::{
    Clipped, Kind, LongShortTerm, Lstm, LstmClassifier, LstmClassifierLayers, LstmLayer, Rectified, Rnn,
    RnnClassifier, Tanh,
};
pub use mlp::{Mlp, NormedMlp};
pub use placement::{
    BurnPlacement, FastRnns, Haste, InputFrames, InputOnly, JointPerStep, Labml, NoPlacement, Paper,
    PlacedIn, RecurrentBatch, TfAddons, Usual,
};
pub use recurrent::{Recurrent, RecurrentLayer, Sequence};
