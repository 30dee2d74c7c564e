//! Models: thin typed shells over `norm-dfdx`. Widths are compile-time constants, batch and time run-time sizes,
//! method and placement type parameters.

mod after_update;
mod classifier;
mod conv;
mod convnet;
mod error;
mod kind;
mod lengths;
mod mlp;
mod placement;
mod positions;
pub mod pytorch;
mod recurrent;
mod row_norm;
mod shared_conv;
mod steps;

pub use classifier::{RecurrentClassifier, RecurrentClassifierLayers};
pub use conv::{Conv, ConvLayer, MaxPool};
pub use convnet::{ConvNet, NormedConvNet, PositionConvNet, StreamingConvNet, TwiceNormedConvNet};
pub use error::Error;
pub use kind::{
    Clipped, GatedKeep, GatedPaper, Gru, GruClassifier, GruLayer, Kind, LongShortTerm, Lstm, LstmClassifier,
    LstmClassifierLayers, LstmLayer, Rectified, Rnn, RnnClassifier, Tanh,
};
pub use lengths::Lengths;
pub use mlp::{Mlp, NormedMlp, StreamingMlp};
pub use norm_dfdx::image_op::Images;
pub use placement::{
    AtWeights, BurnPlacement, FastRnns, Haste, InputFrames, InputOnly, JointPerStep, Labml, LearnedStart,
    NoPlacement, Operands, Paper, PlacedIn, RecurrentBatch, TfAddons, Usual, in_cells,
};
pub use positions::AtPositions;
pub use recurrent::{Recurrent, RecurrentLayer, Sequence, StartNoise};
pub use row_norm::{ActingOn, Both, RowNorm, RowStore};
pub use shared_conv::{SharedConv, SharedConvLayers};
pub use steps::{AllPerStep, AllShared, Sharing, StatisticsPerStep, StepNorm};
