//! Networks of several recurrent layers, and of weights whose method stores something of them.

use bench::experiment::{grid, workloads};
use results::{CellSettings, ConvergenceRecord, CurvePoint};

fn cell(workload: &str, method: &str, place: &str, epochs: usize) -> CellSettings {
    let mut cell = grid::cell(workloads::find(workload).unwrap(), method, place, 1e-2, 3, epochs);
    cell.batch_size = 256;
    cell
}

fn of_layers(plain: &CellSettings, layers: &str) -> CellSettings {
    let mut cell = plain.clone();
    cell.settings.insert("layers".to_owned(), layers.to_owned());
    cell
}

fn train(cell: &CellSettings) -> ConvergenceRecord {
    workloads::find(&cell.workload).unwrap().train(cell).unwrap().unwrap()
}

fn curve(record: &ConvergenceRecord) -> Vec<CurvePoint> {
    record.curve.iter().map(|point| CurvePoint { seconds: 0.0, ..*point }).collect()
}

#[test]
fn one_layer_is_the_default_and_two_are_another_network() {
    for (workload, method, place) in
        [("digits-rnn-rows", "recurrent-batch", "recurrent_batch"), ("digits-gru-rows", "weight", "weights")]
    {
        let plain = cell(workload, method, place, 1);
        let (none, one, two) =
            (train(&plain), train(&of_layers(&plain, "1")), train(&of_layers(&plain, "2")));
        assert_eq!((curve(&none), &none.metrics), (curve(&one), &one.metrics), "{workload}");
        assert_ne!(curve(&one), curve(&two), "{workload}");
        assert_ne!(none.id, two.id);
        assert!(two.parameters > one.parameters);
        // A read-out of the states before the upper layer was trained would not have its gradient.
        assert_ne!(one.metrics["first_gradient_norm"], two.metrics["first_gradient_norm"]);
    }
}

/// Statistics of each step in each of two layers of 48 units, in both projections; each evaluation reads its own.
#[test]
fn each_layer_stores_and_every_evaluation_covers_all() {
    let plain = cell("digits-rnn-rows", "recurrent-batch", "recurrent_batch", 2);
    let (one, two) = (train(&of_layers(&plain, "1")), train(&of_layers(&plain, "2")));
    assert!(one.state_bytes > 0);
    assert_eq!(two.state_bytes, 2 * one.state_bytes);
    let losses: Vec<f64> = ["population", "running", "batch", "shared"]
        .iter()
        .map(|source| two.metrics[&format!("valid_loss_{source}")])
        .collect();
    for (i, a) in losses.iter().enumerate() {
        assert!(a.is_finite());
        assert!(losses[..i].iter().all(|b| a != b), "{losses:?}");
    }
}

#[test]
fn layers_of_no_number_are_refused() {
    let plain = cell("adding-lengths", "none", "none", 0);
    for layers in ["0", "5", "two"] {
        let of = of_layers(&plain, layers);
        let said = workloads::find("adding-lengths").unwrap().train(&of).unwrap_err().to_string();
        let why =
            format!("the setting `layers` is `{layers}`, it must be a whole number of layers from 1 to 4");
        assert!(said.contains(&why), "{said}");
    }
    let elsewhere = of_layers(&cell("digits-mlp", "none", "none", 0), "2");
    let said = workloads::find("digits-mlp").unwrap().train(&elsewhere).unwrap_err().to_string();
    assert!(said.contains("the setting `layers` changes nothing on `digits-mlp` here"), "{said}");
}

/// What is divided by is an estimate, one step of the power iteration for each update, from weights that move.
#[test]
fn spectral_weights_stretch_by_about_one_in_each_kind_of_recurrence_and_in_each_layer() {
    for (workload, layers) in
        [("digits-rnn-rows", "1"), ("digits-gru-rows", "1"), ("adding", "1"), ("digits-rnn-rows", "2")]
    {
        let mut of = of_layers(&cell(workload, "spectral", "weights", 4), layers);
        // The estimate follows weights that move slowly, and trails others.
        (of.learning_rate, of.batch_size) = (1e-4, 32);
        let record = train(&of);
        let value = record.metrics["recurrent_singular_value"];
        assert!((value - 1.0).abs() < 0.05, "{workload} of {layers}: {value}");
        assert!(record.state_bytes > 0);
        let (start, end) = (record.curve[0].valid_loss.unwrap(), record.curve[4].valid_loss.unwrap());
        assert!(end < start, "{workload}: {start} to {end}");
        // The plain network does not come to rest there by itself.
        let mut plain = of_layers(&cell(workload, "none", "none", 0), layers);
        plain.batch_size = 32;
        let raw = train(&plain).metrics["recurrent_singular_value"];
        assert!((raw - 1.0).abs() > 0.05, "{workload}: {raw}");
    }
}
