//! Where claims are decided, and the arms they have in common: workloads under protocols that several claims share, so that
//! they share cells.

use crate::experiment::{Arm, Protocol, Setup};

/// Permuted pixels through an LSTM. The budget is one on purpose: with a constant rate the validation loss never lies still.
pub(crate) const PIXELS: Setup = Setup {
    workload: "digits-lstm-64",
    protocol: Protocol {
        epochs: 15,
        batch_size: None,
        rates: &[1e-3, 3e-3, 1e-2, 3e-2],
        tuning: 2,
        judging: 10,
    },
};

/// The same in batches of 8.
pub(crate) const PIXELS_BY_8: Setup = Setup {
    workload: "digits-lstm-64",
    protocol: Protocol {
        epochs: 4,
        batch_size: Some(8),
        rates: &[3e-4, 1e-3, 3e-3, 1e-2],
        tuning: 2,
        judging: 10,
    },
};

/// Characters through an LSTM, a budget on purpose.
pub(crate) const CHARACTERS: Setup = Setup {
    workload: "shakespeare-lstm",
    protocol: Protocol { epochs: 8, batch_size: None, rates: &[3e-3, 1e-2, 3e-2], tuning: 2, judging: 10 },
};

/// Characters through a simple recurrence, a budget on purpose.
pub(crate) const CHARACTERS_RNN: Setup = Setup {
    workload: "shakespeare-rnn",
    protocol: Protocol {
        epochs: 8,
        batch_size: None,
        rates: &[1e-3, 3e-3, 1e-2, 3e-2],
        tuning: 2,
        judging: 10,
    },
};

const DIGITS_PROTOCOL: Protocol =
    Protocol { epochs: 20, batch_size: None, rates: &[1e-3, 3e-3, 1e-2, 3e-2], tuning: 3, judging: 16 };

/// Digits through a perceptron, moved by Adam.
pub(crate) const DIGITS: Setup = Setup { workload: "digits-mlp", protocol: DIGITS_PROTOCOL };

/// The same in batches of 4 and a few passes: as many updates as in large ones.
pub(crate) const DIGITS_BY_4: Setup = Setup {
    workload: "digits-mlp",
    protocol: Protocol {
        epochs: 4,
        batch_size: Some(4),
        rates: &[3e-4, 1e-3, 3e-3, 1e-2],
        ..DIGITS_PROTOCOL
    },
};

/// The same in batches of 128 and as many passes as in batches of 4.
pub(crate) const DIGITS_BY_128: Setup = Setup {
    workload: "digits-mlp",
    protocol: Protocol {
        epochs: 4,
        batch_size: Some(128),
        rates: &[1e-3, 3e-3, 1e-2, 3e-2],
        ..DIGITS_PROTOCOL
    },
};

/// Digits through a perceptron, moved by plain steps.
pub(crate) const DIGITS_BY_SGD: Setup = Setup {
    workload: "digits-mlp",
    protocol: Protocol { epochs: 10, rates: &[1e-2, 3e-2, 1e-1, 3e-1], ..DIGITS_PROTOCOL },
};

/// The same at one rate, far above the best of a plain network.
pub(crate) const DIGITS_AT_A_HIGH_RATE: Setup =
    Setup { workload: "digits-mlp", protocol: Protocol { epochs: 20, rates: &[3.0], ..DIGITS_PROTOCOL } };

/// What every arm of a recurrent claim has in common: the forget gate starts open and the whole gradient is limited, for
/// the plain network too (cooijmans2017recurrent's code does both for both).
const OPEN: &[(&str, &str)] = &[("clip", "1"), ("forget_bias", "1")];

/// The plain LSTM.
pub(crate) const LSTM: Arm = Arm::of("plain", "none").with(OPEN);
/// Recurrent batch normalization, whose gain starts at 0.1.
pub(crate) const RECURRENT_BATCH: Arm = Arm::of("recurrent batch", "recurrent-batch").with(OPEN);
/// The same with a gain that starts at 1.
pub(crate) const RECURRENT_BATCH_AT_ONE: Arm = Arm::of("recurrent batch, gain 1", "recurrent-batch").with(&[
    ("clip", "1"),
    ("forget_bias", "1"),
    ("initial_gain", "1"),
]);
/// As the paper starts its weights.
pub(crate) const RECURRENT_BATCH_OF_THE_PAPER: Arm =
    Arm::of("recurrent batch, as the paper", "recurrent-batch")
        .with(&[("clip", "1"), ("forget_bias", "1"), ("weights", "identity")])
        .network_of("cooijmans2017recurrent");
/// The plain network with the same start.
pub(crate) const LSTM_OF_THE_PAPER: Arm = Arm::of("plain, as the paper", "none")
    .with(&[("clip", "1"), ("forget_bias", "1"), ("weights", "identity")])
    .network_of("cooijmans2017recurrent");
/// One norm over the sum of both projections, with statistics of each step, gain 1.
pub(crate) const JOINT_AT_ONE: Arm = Arm::of("joint, gain 1", "recurrent-batch").at("joint").with(&[
    ("clip", "1"),
    ("forget_bias", "1"),
    ("initial_gain", "1"),
]);
/// The same with gain 0.1.
pub(crate) const JOINT: Arm = Arm::of("joint", "recurrent-batch").at("joint").with(OPEN);
/// Batch normalization of the input projection, over batch and time.
pub(crate) const BN_RNN: Arm = Arm::of("batch norm of the inputs", "bn-rnn").with(OPEN);
/// Layer normalization, whose gain starts at 1.
pub(crate) const LAYER: Arm = Arm::of("layer", "layer").with(OPEN);
/// The same, where a pixel is its level alone.
pub(crate) const LAYER_OF_LEVELS: Arm =
    Arm::of("layer, pixels alone", "layer").with(&[("clip", "1"), ("forget_bias", "1"), ("pixel", "alone")]);
/// The plain network, where a pixel is its level alone.
pub(crate) const LSTM_OF_LEVELS: Arm =
    Arm::of("plain, pixels alone", "none").with(&[("clip", "1"), ("forget_bias", "1"), ("pixel", "alone")]);
/// The same with a gain that starts at 0.1.
pub(crate) const LAYER_AT_A_TENTH: Arm =
    Arm::of("layer, gain 0.1", "layer").with(&[("clip", "1"), ("forget_bias", "1"), ("initial_gain", "0.1")]);
/// RMS normalization.
pub(crate) const RMS: Arm = Arm::of("rms", "rms").with(OPEN);
/// Weight normalization.
pub(crate) const WEIGHT: Arm = Arm::of("weight", "weight").with(OPEN);

/// What a simple recurrence has in common.
const LIMITED: &[(&str, &str)] = &[("clip", "1")];
/// The plain simple recurrence.
pub(crate) const RNN: Arm = Arm::of("plain", "none").with(LIMITED);
/// With batch normalization of the input projection.
pub(crate) const RNN_INPUT: Arm = Arm::of("batch norm of the inputs", "bn-rnn").with(LIMITED);
/// With one norm over the sum of both projections, gain 1.
pub(crate) const RNN_JOINT: Arm = Arm::of("batch norm of the sum, gain 1", "recurrent-batch")
    .at("joint")
    .with(&[("clip", "1"), ("initial_gain", "1")]);

/// Batch normalization.
pub(crate) const BATCH: Arm = Arm::of("batch", "batch");
/// Layer normalization.
pub(crate) const LAYER_MLP: Arm = Arm::of("layer", "layer");
/// Weight normalization with its data-dependent start.
pub(crate) const WEIGHT_MLP: Arm = Arm::of("weight", "weight").with(&[("data_start", "yes")]);
/// Cosine normalization.
pub(crate) const COSINE: Arm = Arm::of("cosine", "cosine");

/// With sigmoids, moved by plain steps.
const SIGMOID: &[(&str, &str)] = &[("nonlinearity", "sigmoid"), ("optimizer", "sgd")];
/// The plain perceptron of sigmoids.
pub(crate) const PLAIN_SIGMOID: Arm = Arm::of("plain", "none").with(SIGMOID);
/// With batch normalization.
pub(crate) const BATCH_SIGMOID: Arm = Arm::of("batch", "batch").with(SIGMOID);

/// Moved by plain steps from a data-dependent start.
const FROM_DATA_BY_SGD: &[(&str, &str)] = &[("data_start", "yes"), ("optimizer", "sgd")];
/// The plain perceptron.
pub(crate) const PLAIN_BY_SGD: Arm = Arm::of("plain", "none").with(FROM_DATA_BY_SGD);
/// With weight normalization.
pub(crate) const WEIGHT_BY_SGD: Arm = Arm::of("weight", "weight").with(FROM_DATA_BY_SGD);
/// With weight normalization whose gain is kept as a logarithm.
pub(crate) const WEIGHT_EXP_BY_SGD: Arm =
    Arm::of("weight, logarithmic gain", "weight-exp").with(FROM_DATA_BY_SGD);
/// With batch normalization.
pub(crate) const BATCH_BY_SGD: Arm = Arm::of("batch", "batch").with(&[("optimizer", "sgd")]);

/// Digits among clutter through convolutions, moved by Adam. The budget is one on purpose.
pub(crate) const CLUTTERED: Setup = Setup {
    workload: "cluttered-conv",
    protocol: Protocol { epochs: 15, batch_size: None, rates: &[3e-3, 1e-2, 3e-2], tuning: 2, judging: 10 },
};

/// The same in batches of 2 and fewer passes.
pub(crate) const CLUTTERED_BY_2: Setup = Setup {
    workload: "cluttered-conv",
    protocol: Protocol { epochs: 6, batch_size: Some(2), rates: &[1e-3, 3e-3, 1e-2], tuning: 2, judging: 10 },
};

/// Digits through convolutions that share their weights over steps.
pub(crate) const SHARED_STEPS: Setup = Setup {
    workload: "digits-shared-conv",
    protocol: Protocol { epochs: 8, batch_size: None, rates: &[3e-3, 1e-2, 3e-2], tuning: 2, judging: 10 },
};

/// Paperclips by their C2 features under a linear read-out.
pub(crate) const CLIPS: Setup = Setup {
    workload: "paperclips-hmax",
    protocol: Protocol {
        epochs: 30,
        batch_size: None,
        rates: &[1e-3, 3e-3, 1e-2, 3e-2],
        tuning: 2,
        judging: 10,
    },
};

/// The plain convolutional network.
pub(crate) const PLAIN_CONV: Arm = Arm::of("plain", "none");
/// With layer normalization over all of an image.
pub(crate) const LAYER_CONV: Arm = Arm::of("layer", "layer").at("hidden");
/// With group normalization.
pub(crate) const GROUP_CONV: Arm = Arm::of("group", "group").at("hidden, 4 groups");
/// With statistics of each step.
pub(crate) const BATCH_PER_STEP: Arm = Arm::of("statistics per step", "time-batch").at("statistics per step");
/// With statistics that all steps share.
pub(crate) const BATCH_SHARED_BY_STEPS: Arm = Arm::of("all shared", "time-batch").at("all shared");
