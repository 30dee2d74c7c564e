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

/// Permuted pixels through a recurrence of rectified units, moved by steps whose rates mean different things.
pub(crate) const PIXELS_BY_PLAIN_STEPS: Setup = Setup {
    workload: "digits-lstm-64",
    protocol: Protocol { epochs: 15, batch_size: None, rates: &[1e-3, 1e-2, 1e-1], tuning: 2, judging: 10 },
};
/// By Path-SGD.
pub(crate) const RELU_BY_PATH_SGD: Arm =
    Arm::of("Path-SGD", "none").with(&[("optimizer", "path-sgd"), ("recurrence", "relu")]);
/// By plain steps.
pub(crate) const RELU_BY_SGD: Arm =
    Arm::of("plain steps", "none").with(&[("optimizer", "sgd"), ("recurrence", "relu")]);

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
pub(crate) const LIMITED: &[(&str, &str)] = &[("clip", "1")];
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
/// Batch renormalization.
pub(crate) const BATCH_RENORM: Arm = Arm::of("batch renormalization", "batch-renorm");
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

/// Digits through a perceptron with 64 cases for each update, in one batch or in several.
pub(crate) const DIGITS_BY_64_FOR_AN_UPDATE: Setup = Setup {
    workload: "digits-mlp",
    protocol: Protocol { epochs: 8, batch_size: Some(64), tuning: 2, ..DIGITS_PROTOCOL },
};
/// One case at a time.
pub(crate) const ONES: &[(&str, &str)] = &[("batches_per_update", "64")];
/// In batches of 2.
pub(crate) const TWOS: &[(&str, &str)] = &[("batches_per_update", "32")];
/// In batches of 4.
pub(crate) const FOURS: &[(&str, &str)] = &[("batches_per_update", "16")];
/// In batches of 16.
pub(crate) const SIXTEENS: &[(&str, &str)] = &[("batches_per_update", "4")];

/// Digits through a plain perceptron, moved by steps whose rates mean different things: the grid is wide enough for all.
pub(crate) const DIGITS_BY_PLAIN_STEPS: Setup = Setup {
    workload: "digits-mlp",
    protocol: Protocol {
        epochs: 20,
        rates: &[1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1],
        tuning: 2,
        ..DIGITS_PROTOCOL
    },
};
/// By plain steps.
pub(crate) const BY_SGD: Arm = Arm::of("plain steps", "none").with(&[("optimizer", "sgd")]);
/// By AdaGrad.
pub(crate) const BY_ADAGRAD: Arm = Arm::of("AdaGrad", "none").with(&[("optimizer", "adagrad")]);
/// By Path-SGD.
pub(crate) const BY_PATH_SGD: Arm = Arm::of("Path-SGD", "none").with(&[("optimizer", "path-sgd")]);

/// By plain steps from a start out of balance.
pub(crate) const BY_SGD_UNBALANCED: Arm =
    Arm::of("plain steps, unbalanced", "none").with(&[("optimizer", "sgd"), ("start", "unbalanced")]);
/// By AdaGrad from there.
pub(crate) const BY_ADAGRAD_UNBALANCED: Arm =
    Arm::of("AdaGrad, unbalanced", "none").with(&[("optimizer", "adagrad"), ("start", "unbalanced")]);
/// By Path-SGD from there.
pub(crate) const BY_PATH_SGD_UNBALANCED: Arm =
    Arm::of("Path-SGD, unbalanced", "none").with(&[("optimizer", "path-sgd"), ("start", "unbalanced")]);

/// The plain perceptron.
pub(crate) const PLAIN_MLP: Arm = Arm::of("plain", "none");
/// Cosine normalization as its paper has it, without a gain.
pub(crate) const COSINE_WITHOUT_GAIN: Arm =
    Arm::of("cosine", "cosine").with(&[("gain", "fixed")]).network_of("luo2018cosine");
/// Streaming normalization.
pub(crate) const STREAMING: Arm = Arm::of("streaming", "streaming");
/// Streaming normalization of moments, which one case at a time has too.
pub(crate) const STREAMING_MOMENTS: Arm = Arm::of("streaming moments", "streaming-moments");
/// The same, one case at a time.
pub(crate) const STREAMING_MOMENTS_BY_ONES: Arm = STREAMING_MOMENTS.in_batches_of(1).with(ONES);
/// Layer normalization, one case at a time.
pub(crate) const LAYER_BY_ONES: Arm =
    Arm::of("layer, one case at a time", "layer").in_batches_of(1).with(ONES);
/// Layer normalization in a simple recurrence.
pub(crate) const RNN_LAYER: Arm = Arm::of("layer", "layer").with(LIMITED);

/// Digits through a perceptron, moved by plain steps at one rate, so that steps of two arms can be compared.
pub(crate) const DIGITS_AT_ONE_RATE: Setup =
    Setup { workload: "digits-mlp", protocol: Protocol { epochs: 10, rates: &[0.3], ..DIGITS_PROTOCOL } };

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
/// With weights that are standardized too.
pub(crate) const STANDARDIZED: Arm =
    Arm::of("group, standardized weights", "group").at("hidden, 4 groups, standardized weights");
/// With statistics of each step.
pub(crate) const BATCH_PER_STEP: Arm = Arm::of("statistics per step", "time-batch").at("statistics per step");
/// With statistics that all steps share.
pub(crate) const BATCH_SHARED_BY_STEPS: Arm = Arm::of("all shared", "time-batch").at("all shared");

/// The adding task through an LSTM, a budget on purpose.
pub(crate) const ADDING: Setup = Setup {
    workload: "adding",
    protocol: Protocol { epochs: 15, batch_size: None, rates: &[3e-3, 1e-2, 3e-2], tuning: 2, judging: 10 },
};

/// The same through a recurrence of rectified units, moved by steps whose rates mean different things.
pub(crate) const ADDING_BY_PLAIN_STEPS: Setup =
    Setup { protocol: Protocol { rates: &[1e-3, 1e-2, 1e-1], ..ADDING.protocol }, ..ADDING };

/// The same with sequences of several lengths.
pub(crate) const ADDING_OF_LENGTHS: Setup = Setup { workload: "adding-lengths", ..ADDING };

/// The same in batches of 8, a budget on purpose.
pub(crate) const LENGTHS_BY_8: Setup = Setup {
    workload: "adding-lengths",
    protocol: Protocol { epochs: 5, batch_size: Some(8), rates: &[1e-3, 3e-3, 1e-2], tuning: 2, judging: 10 },
};

/// A way through a grid world, learned from temporal differences. The budget is one on purpose: all have taken as many steps.
pub(crate) const GRID_WORLD: Setup = Setup {
    workload: "gridworld-q",
    protocol: Protocol { epochs: 30, batch_size: None, rates: &[3e-4, 1e-3, 3e-3], tuning: 2, judging: 10 },
};

/// Weight normalization without a start from data, of which there are none before the first step.
pub(crate) const WEIGHT_FROM_NO_DATA: Arm = Arm::of("weight", "weight");

/// Recurrent batch normalization whose normalized cell is carried on.
pub(crate) const CARRIED_BATCH: Arm =
    Arm::of("recurrent batch, cell carried on normalized", "recurrent-batch").at("carried_batch").with(OPEN);
/// Layer normalization whose normalized cell is carried on.
pub(crate) const CARRIED_LAYER: Arm =
    Arm::of("layer, cell carried on normalized", "layer").at("fastrnns").with(OPEN);
/// Layer normalization of nothing but the cell that is read out.
pub(crate) const LAYER_OF_THE_CELL: Arm =
    Arm::of("layer of the cell alone", "layer").at("read_out").with(OPEN);

/// Batch normalization of the input projection over all steps of the cases, what pads them left out.
pub(crate) const SEQUENCE_WISE_MASKED: Arm = Arm::of("sequence-wise, masked", "bn-rnn").with(&[
    ("clip", "1"),
    ("forget_bias", "1"),
    ("padding", "masked"),
    ("statistics", "sequence"),
]);
/// The same with the steps that pad.
pub(crate) const SEQUENCE_WISE_COUNTED: Arm = Arm::of("sequence-wise, padding counted", "bn-rnn").with(&[
    ("clip", "1"),
    ("forget_bias", "1"),
    ("padding", "counted"),
    ("statistics", "sequence"),
]);
/// Of each step by itself, with what pads it.
pub(crate) const FRAME_WISE_COUNTED: Arm = Arm::of("frame-wise, padding counted", "bn-rnn").with(&[
    ("clip", "1"),
    ("forget_bias", "1"),
    ("padding", "counted"),
    ("statistics", "step"),
]);

/// Recurrent batch normalization, with noise on the first hidden state.
pub(crate) const RECURRENT_BATCH_FROM_NOISE: Arm = Arm::of("recurrent batch, noisy start", "recurrent-batch")
    .with(&[("clip", "1"), ("forget_bias", "1"), ("start_noise", "0.1")]);

/// Recurrent batch normalization, where pixels are drawn with replacement.
pub(crate) const RECURRENT_BATCH_OF_DRAWN_PIXELS: Arm =
    Arm::of("recurrent batch, pixels drawn with replacement", "recurrent-batch").with(&[
        ("clip", "1"),
        ("forget_bias", "1"),
        ("order", "with replacement"),
    ]);
/// The plain network there.
pub(crate) const LSTM_OF_DRAWN_PIXELS: Arm = Arm::of("plain, pixels drawn with replacement", "none").with(&[
    ("clip", "1"),
    ("forget_bias", "1"),
    ("order", "with replacement"),
]);

/// Streaming normalization of both projections and of the cell where it is read out, one store for all steps.
pub(crate) const STREAMING_CELL: Arm = Arm::of("streaming", "streaming").at("recurrent_batch").with(OPEN);
/// The same in a simple recurrence.
pub(crate) const STREAMING_RNN: Arm = Arm::of("streaming", "streaming").at("recurrent_batch").with(LIMITED);
