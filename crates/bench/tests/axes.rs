//! Every setting of a cell changes the run, or is refused by name with what there is.

use bench::Error;
use bench::experiment::{grid, workloads};
use results::{CellSettings, ConvergenceRecord, CurvePoint};

/// A method in a place on a workload, for as few passes as show a difference.
fn cell(workload: &str, method: &str, place: &str, epochs: usize) -> CellSettings {
    let workload = workloads::find(workload).unwrap();
    let mut cell = grid::cell(workload, method, place, 1e-2, 3, epochs);
    // Few and large batches: what is to be seen is that something changes, not how well it learns.
    cell.batch_size = 256;
    cell
}

fn train(cell: &CellSettings) -> Result<ConvergenceRecord, Error> {
    Ok(workloads::find(&cell.workload)?.train(cell)?.unwrap())
}

/// What a cell is without its times.
fn curve(record: &ConvergenceRecord) -> Vec<CurvePoint> {
    record.curve.iter().map(|point| CurvePoint { seconds: 0.0, ..*point }).collect()
}

/// One axis: where it is heard, its values, and how long it takes to be seen.
struct Axis {
    on: (&'static str, &'static str, &'static str),
    name: &'static str,
    values: [&'static str; 2],
    epochs: usize,
    /// Settings beside it.
    beside: &'static [(&'static str, &'static str)],
}

const fn axis(
    on: (&'static str, &'static str, &'static str),
    name: &'static str,
    values: [&'static str; 2],
    epochs: usize,
) -> Axis {
    Axis { on, name, values, epochs, beside: &[] }
}

const RNN: (&str, &str, &str) = ("digits-rnn-rows", "recurrent-batch", "recurrent_batch");
const LSTM: (&str, &str, &str) = ("digits-lstm-64", "layer", "paper");
const MLP: (&str, &str, &str) = ("digits-mlp", "batch", "hidden");
const ADDING: (&str, &str, &str) = ("adding-lengths", "bn-rnn", "input");
const WEIGHT: (&str, &str, &str) = ("digits-mlp", "weight", "hidden");

const PIXELS: (&str, &str, &str) = ("digits-lstm-64", "none", "none");

const BY_SGD: &[(&str, &str)] = &[("optimizer", "sgd")];
const PLAIN: (&str, &str, &str) = ("digits-mlp", "none", "none");
const STREAMING: (&str, &str, &str) = ("digits-mlp", "streaming", "hidden");
const CHARACTERS: (&str, &str, &str) = ("shakespeare-rnn", "layer", "paper");

const LETTERS: (&str, &str, &str) = ("shakespeare-lstm", "none", "none");
const GRID_WORLD: (&str, &str, &str) = ("gridworld-q", "none", "none");

const AXES: [Axis; 62] = [
    axis(("digits-conv", "batch", "hidden"), "filters", ["trained", "random"], 1),
    axis(RNN, "initial_gain", ["0.1", "1"], 0),
    axis(RNN, "gain", ["learned", "fixed"], 1),
    axis(RNN, "t_max", ["3", "8"], 1),
    axis(RNN, "layers", ["1", "2"], 0),
    axis(("digits-rnn-rows", "batch", "input"), "statistics", ["step", "sequence"], 1),
    axis(RNN, "weights", ["uniform", "orthogonal"], 0),
    axis(RNN, "weights", ["orthogonal", "identity"], 0),
    axis(RNN, "start", ["zero", "learned"], 1),
    axis(RNN, "start_noise", ["0", "0.1"], 1),
    axis(RNN, "optimizer", ["adam", "rmsprop"], 1),
    axis(RNN, "clip", ["0.01", "1000"], 1),
    axis(LSTM, "forget_bias", ["0", "1"], 0),
    axis(LSTM, "pixel", ["pair", "alone"], 0),
    axis(LSTM, "order", ["permuted", "scan"], 0),
    axis(LSTM, "order", ["permuted", "with replacement"], 0),
    axis(ADDING, "padding", ["masked", "counted"], 0),
    axis(ADDING, "statistics", ["step", "sequence"], 0),
    axis(("adding", "none", "none"), "recurrence", ["lstm", "tanh"], 0),
    axis(("adding", "none", "none"), "recurrence", ["tanh", "relu"], 0),
    axis(PIXELS, "recurrence", ["lstm", "relu"], 0),
    Axis { beside: &[("recurrence", "relu")], ..axis(PIXELS, "optimizer", ["sgd", "path-sgd"], 1) },
    axis(("adding", "recurrent-batch", "carried_batch"), "initial_gain", ["0.1", "1"], 0),
    axis(MLP, "depth", ["1", "3"], 0),
    axis(MLP, "nonlinearity", ["relu", "tanh"], 0),
    axis(MLP, "nonlinearity", ["tanh", "sigmoid"], 0),
    axis(MLP, "cases", ["300", "3000"], 1),
    axis(MLP, "optimizer", ["adam", "sgd"], 1),
    Axis { beside: &[("optimizer", "sgd")], ..axis(MLP, "momentum", ["0", "0.9"], 1) },
    axis(WEIGHT, "data_start", ["no", "yes"], 0),
    axis(WEIGHT, "gain", ["fixed", "fixed except last"], 1),
    axis(MLP, "optimizer", ["rmsprop", "adagrad"], 1),
    axis(PLAIN, "optimizer", ["sgd", "path-sgd"], 1),
    axis(RNN, "optimizer", ["adam", "adagrad"], 1),
    axis(PLAIN, "start", ["balanced", "unbalanced"], 1),
    axis(PLAIN, "dropout", ["0", "0.5"], 1),
    axis(MLP, "weight_scale", ["1", "4"], 1),
    axis(MLP, "eps", ["1e-5", "1"], 0),
    axis(PLAIN, "input_spread", ["0", "1"], 0),
    axis(("digits-mlp-sgd", "none", "none"), "input_spread", ["0", "1"], 0),
    Axis { beside: BY_SGD, ..axis(PLAIN, "batches_per_update", ["1", "2"], 1) },
    axis(RNN, "batches_per_update", ["1", "2"], 1),
    axis(STREAMING, "batches_per_update", ["1", "2"], 1),
    axis(STREAMING, "exponent", ["1", "2"], 1),
    axis(STREAMING, "eps", ["1e-5", "1"], 1),
    axis(STREAMING, "alpha_long", ["0.7", "0"], 1),
    axis(STREAMING, "beta_long", ["0.7", "0"], 1),
    axis(STREAMING, "beta_short", ["0", "0.5"], 1),
    axis(STREAMING, "beta_current", ["0.3", "1"], 1),
    axis(STREAMING, "kappa", ["0.7", "0.2"], 1),
    axis(CHARACTERS, "eps", ["1e-5", "1"], 0),
    axis(("digits-rnn-rows", "layer", "paper"), "activity_penalty", ["0", "1"], 1),
    axis(RNN, "eps", ["1e-5", "1"], 0),
    axis(LETTERS, "recurrence", ["lstm", "relu"], 0),
    Axis { beside: &[("recurrence", "relu")], ..axis(LETTERS, "optimizer", ["sgd", "path-sgd"], 1) },
    axis(("adding", "none", "none"), "steps", ["50", "60"], 0),
    axis(ADDING, "steps", ["50", "60"], 0),
    axis(("copying", "none", "none"), "delay", ["5", "10"], 0),
    axis(GRID_WORLD, "exploration", ["0", "1"], 1),
    axis(GRID_WORLD, "target_every", ["1", "5"], 1),
    axis(GRID_WORLD, "replay", ["64", "5000"], 1),
    axis(("gridworld-q", "batch", "hidden"), "depth", ["1", "2"], 0),
];

#[test]
fn two_values_of_an_axis_give_two_curves() {
    for Axis { on: (workload, method, place), name, values, epochs, beside } in AXES {
        let of = |value: &str| {
            let mut cell = cell(workload, method, place, epochs);
            for (name, value) in beside.iter().chain(&[(name, value)]) {
                cell.settings.insert((*name).to_owned(), (*value).to_owned());
            }
            let record = train(&cell).unwrap_or_else(|e| panic!("{name} {value}: {e}"));
            (record.id.clone(), curve(&record), record.metrics)
        };
        let [first, second] = values.map(of);
        assert_ne!(first.0, second.0, "{name}: two cells have one name");
        // What the store knows shows in evaluation by running averages alone.
        assert!(first.1 != second.1 || first.2 != second.2, "{name}: {values:?} give the same run");
    }
}

/// Evaluation by running averages hears how fast they follow; training does not.
#[test]
fn the_rate_of_averages_changes_what_they_know_and_nothing_else() {
    for (workload, method, place) in [RNN, MLP] {
        let of = |rate: &str| {
            let mut cell = cell(workload, method, place, 1);
            cell.settings.insert("update_rate".to_owned(), rate.to_owned());
            train(&cell).unwrap()
        };
        let (slow, fast) = (of("0.01"), of("0.5"));
        assert_eq!(curve(&slow), curve(&fast), "{workload}");
        let running = |record: &ConvergenceRecord| record.metrics["valid_loss_running"];
        assert_ne!(running(&slow), running(&fast), "{workload}");
        assert_eq!(slow.metrics["valid_loss_population"], fast.metrics["valid_loss_population"]);
    }
}

/// What a noisy start does in evaluation is read off one trained network: without noise, and under several draws.
#[test]
fn a_noisy_start_is_read_without_noise_and_under_several_draws() {
    let (workload, method, place) = RNN;
    let of = |noise: &str| {
        let mut cell = cell(workload, method, place, 1);
        cell.settings.insert("start_noise".to_owned(), noise.to_owned());
        train(&cell).unwrap()
    };
    let named = |record: &ConvergenceRecord| record.metrics.keys().filter(|k| k.contains("noise")).count();
    let (none, little, much) = (of("0"), of("0.001"), of("2"));
    assert_eq!((named(&none), named(&little), named(&much)), (0, 5, 5));
    let lost = |record: &ConvergenceRecord| {
        (record.metrics["test_loss_with_noise"] - record.metrics["test_loss_without_noise"]).abs()
    };
    assert!(lost(&little) > 0.0 && lost(&little) < 1e-2, "{}", lost(&little));
    assert!(lost(&much) > 0.0);
    assert!(much.metrics["test_accuracy_deviation_of_noise"] > 0.0);
    // The curve has one draw, and no other one moves it.
    assert_eq!(much.curve.last().unwrap().test_loss, Some(much.metrics["test_loss_population"]));
}

/// Where a case has a number there is nothing to be right of.
#[test]
fn a_regression_has_losses_and_no_accuracy() {
    let record = train(&cell("adding-lengths", "none", "none", 1)).unwrap();
    let [start, end] = &record.curve[..] else { panic!("two points") };
    assert!(end.valid_loss < start.valid_loss && end.test_loss.is_some());
    assert_eq!((end.valid_accuracy, end.test_accuracy), (None, None));
    assert!(record.metrics.keys().all(|name| !name.contains("accuracy")), "{:?}", record.metrics);
}

/// Batch size, rate, seed and budget are fields of their own.
#[test]
fn the_fields_of_a_cell_change_the_run() {
    let (workload, method, place) = MLP;
    let plain = cell(workload, method, place, 1);
    let first = curve(&train(&plain).unwrap());
    assert_eq!(first, curve(&train(&plain).unwrap()), "the same cell gives the same run");
    let others = [
        CellSettings { batch_size: 128, ..plain.clone() },
        CellSettings { learning_rate: 3e-3, ..plain.clone() },
        CellSettings { seed: 4, ..plain.clone() },
        CellSettings { epochs: 2, ..plain.clone() },
    ];
    for other in others {
        assert_ne!(curve(&train(&other).unwrap()), first, "{other:?}");
    }
}

#[test]
fn a_setting_that_would_change_nothing_is_refused() {
    let said = |(workload, method, place): (&str, &str, &str), name: &str, value: &str| {
        let mut cell = cell(workload, method, place, 0);
        cell.settings.insert(name.to_owned(), value.to_owned());
        train(&cell).unwrap_err().to_string()
    };
    let none = ("digits-rnn-rows", "none", "none");
    for (on, name, value, why) in [
        (
            MLP,
            "forget_bias",
            "1",
            "the setting `forget_bias` changes nothing on `digits-mlp` here; the settings are: ",
        ),
        (
            MLP,
            "depth",
            "0",
            "the setting `depth` is `0`, it must be a whole number of hidden layers from 1 to 64",
        ),
        (
            MLP,
            "nonlinearity",
            "sine",
            "the setting `nonlinearity` is `sine`, it must be one of: relu, tanh, sigmoid",
        ),
        (MLP, "momentum", "0.9", "the setting `momentum` changes nothing on `digits-mlp` here"),
        (
            MLP,
            "data_start",
            "yes",
            "the setting `data_start` is for the plain network and for norms at the weights",
        ),
        (
            none,
            "initial_gain",
            "1",
            "the settings `initial_gain` and `gain` change nothing: there is no gain here",
        ),
        (none, "update_rate", "0.5", "the setting `update_rate` changes nothing: `none` stores nothing"),
        (
            RNN,
            "forget_bias",
            "1",
            "the setting `forget_bias` changes nothing: only an LSTM has a forget gate",
        ),
        (
            ("adding-lengths", "layer", "paper"),
            "padding",
            "counted",
            "the setting `padding` changes nothing: no statistic pools over cases here",
        ),
        (
            ("adding", "bn-rnn", "input"),
            "padding",
            "counted",
            "the setting `padding` changes nothing on `adding`",
        ),
        (RNN, "clip", "-1", "the setting `clip` is `-1`, it must be a finite number above 0"),
        (MLP, "dropout", "1", "the setting `dropout` is `1`, it must be from 0 to below 1"),
        (MLP, "start", "unbalanced", "the start `unbalanced` is for the plain network of ReLU units"),
        (MLP, "optimizer", "path-sgd", "the optimizer `path-sgd` is for the plain network of ReLU units"),
        (
            RNN,
            "optimizer",
            "path-sgd",
            "the optimizer `path-sgd` is for one simple recurrence of rectified units",
        ),
        (
            MLP,
            "batches_per_update",
            "0",
            "the setting `batches_per_update` is `0`, it must be a whole number above 0",
        ),
        (MLP, "batches_per_update", "100", "100 batches for an update are more than the 11 of a pass"),
        (MLP, "exponent", "1", "the setting `exponent` changes nothing on `digits-mlp` here"),
        (STREAMING, "exponent", "0", "the setting `exponent` is `0`, it must be a number from 1 to 8"),
        (RNN, "dropout", "0.5", "the setting `dropout` changes nothing"),
        (("digits-mlp", "streaming", "hidden"), "clip", "1", "the setting `clip` changes nothing"),
        (("digits-conv", "batch", "hidden"), "depth", "3", "the setting `depth` changes nothing"),
    ] {
        let text = said(on, name, value);
        assert!(text.contains(why), "{name} = {value}: {text}");
    }
    let plain = cell(MLP.0, MLP.1, MLP.2, 0);
    for (name, other) in [
        ("path", CellSettings { path: "composed".to_owned(), ..plain.clone() }),
        ("dtype", CellSettings { dtype: "f64".to_owned(), ..plain.clone() }),
        ("model", CellSettings { model: "lstm".to_owned(), ..plain.clone() }),
    ] {
        let text = train(&other).unwrap_err().to_string();
        assert!(text.starts_with(&format!("workload `digits-mlp` has {name} ")), "{text}");
    }
}
