//! PyTorch's weights from a file, and what is said of files that do not fit.

use std::path::Path;

use ::safetensors::{Dtype as Stored, tensor::TensorView};
use dfdx::prelude::*;
use models::pytorch::{PyTorchFile, load_norm};
use models::{Error, GatedKeep, GatedPaper, Gru, Lstm, NoPlacement, Paper, Rectified, Rnn, Sequence, Tanh};
use norm_dfdx::Norm;

/// Numbers that differ from each other.
fn numbers(len: usize, from: usize) -> Vec<f64> {
    (from..from + len).map(|i| ((i * 7919) % 101) as f64 / 101.0 - 0.5).collect()
}

/// A file as `safetensors.torch.save_file` writes it.
fn write(path: &Path, tensors: &[(&str, &[usize], Vec<f64>)]) -> PyTorchFile {
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|(.., v)| v.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
    let views = tensors.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
        (*name, TensorView::new(Stored::F64, shape.to_vec(), bytes).unwrap())
    });
    std::fs::write(path, ::safetensors::serialize(views, None).unwrap()).unwrap();
    PyTorchFile::open(path).unwrap()
}

/// The file of a recurrence of `gates` gates, 2 inputs and 3 units, and its four tensors.
fn recurrence(path: &Path, gates: usize) -> (PyTorchFile, [Vec<f64>; 4]) {
    let w = 3 * gates;
    let all = [numbers(w * 2, 0), numbers(w * 3, 31), numbers(w, 57), numbers(w, 83)];
    let [ih, hh, bias_ih, bias_hh] = all.clone();
    let file = write(
        path,
        &[
            ("rnn.weight_ih_l1", &[w, 2], ih),
            ("rnn.weight_hh_l1", &[w, 3], hh),
            ("rnn.bias_ih_l1", &[w], bias_ih),
            ("rnn.bias_hh_l1", &[w], bias_hh),
        ],
    );
    (file, all)
}

const STEPS: usize = 4;
const CASES: usize = 2;

/// PyTorch's documented equations in plain loops. `update` takes the two projections of a step with their biases, by
/// gate and unit, the state and the cell.
fn torch(
    gates: usize,
    x: &[f64],
    [ih, hh, bias_ih, bias_hh]: &[Vec<f64>; 4],
    update: impl Fn(&dyn Fn(usize) -> f64, &dyn Fn(usize) -> f64, f64, &mut f64) -> f64,
) -> Vec<f64> {
    let mut y = Vec::new();
    let (mut h, mut c) = (vec![[0.0; 3]; CASES], vec![[0.0; 3]; CASES]);
    for t in 0..STEPS {
        for n in 0..CASES {
            let x = &x[(t * CASES + n) * 2..][..2];
            let project = |w: &[f64], b: &[f64], v: &[f64]| -> Vec<f64> {
                (0..3 * gates)
                    .map(|row| b[row] + v.iter().zip(&w[row * v.len()..]).map(|(a, b)| a * b).sum::<f64>())
                    .collect()
            };
            let (a, u) = (project(ih, bias_ih, x), project(hh, bias_hh, &h[n]));
            let before = h[n];
            for unit in 0..3 {
                h[n][unit] =
                    update(&|g| a[g * 3 + unit], &|g| u[g * 3 + unit], before[unit], &mut c[n][unit]);
            }
            y.extend(h[n]);
        }
    }
    y
}

fn sigmoid(v: f64) -> f64 {
    1.0 / (1.0 + (-v).exp())
}

fn sequence(dev: &Cpu, x: &[f64]) -> Sequence<2, f64, Cpu> {
    dev.tensor_from_vec(x.to_vec(), (STEPS, CASES, Const))
}

fn close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12), "{a:?}\n{b:?}");
}

#[test]
fn recurrences_with_loaded_weights_follow_pytorchs_equations() {
    let (dev, dir) = (Cpu::default(), tempfile::tempdir().unwrap());
    let path = dir.path().join("weights.safetensors");
    let x = numbers(STEPS * CASES * 2, 11);

    let (file, weights) = recurrence(&path, 4);
    let mut lstm = dev.build_module::<Lstm<norm_none::None, NoPlacement, 2, 3, 12>, f64>();
    lstm.load_pytorch(&file, "rnn", 1).unwrap();
    let expected = torch(4, &x, &weights, |a, u, _, c| {
        let s = |g| a(g) + u(g);
        *c = sigmoid(s(1)) * *c + sigmoid(s(0)) * s(2).tanh();
        sigmoid(s(3)) * c.tanh()
    });
    close(&lstm.eval(sequence(&dev, &x), None).unwrap().0.as_vec(), &expected);

    let (file, weights) = recurrence(&path, 3);
    let mut gru = dev.build_module::<Gru<GatedKeep, norm_none::None, NoPlacement, 2, 3, 9, 6>, f64>();
    gru.load_pytorch(&file, "rnn", 1).unwrap();
    let expected = torch(3, &x, &weights, |a, u, h, _| {
        let (r, z) = (sigmoid(a(0) + u(0)), sigmoid(a(1) + u(1)));
        (1.0 - z) * (a(2) + r * u(2)).tanh() + z * h
    });
    close(&gru.eval(sequence(&dev, &x), None).unwrap().0.as_vec(), &expected);

    let (file, weights) = recurrence(&path, 1);
    let mut tanh = dev.build_module::<Rnn<Tanh, norm_none::None, NoPlacement, 2, 3>, f64>();
    tanh.load_pytorch(&file, "rnn", 1).unwrap();
    let expected = torch(1, &x, &weights, |a, u, _, _| (a(0) + u(0)).tanh());
    close(&tanh.eval(sequence(&dev, &x), None).unwrap().0.as_vec(), &expected);
    let mut relu = dev.build_module::<Rnn<Rectified, norm_none::None, NoPlacement, 2, 3>, f64>();
    relu.load_pytorch(&file, "rnn", 1).unwrap();
    let expected = torch(1, &x, &weights, |a, u, _, _| (a(0) + u(0)).max(0.0));
    close(&relu.eval(sequence(&dev, &x), None).unwrap().0.as_vec(), &expected);
}

/// A file that PyTorch wrote, with what its modules answer: the mapping is that of the files, not only of our reading of
/// the documentation. Written by `scripts/torch_fixtures.py`.
#[test]
fn modules_that_pytorch_saved_answer_as_they_did_there() {
    let dev = Cpu::default();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/torch/modules.safetensors");
    let bytes = std::fs::read(&path).unwrap();
    let tensors = ::safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let read = |name: &str| -> Vec<f64> {
        let bytes = tensors.tensor(name).unwrap().data().as_chunks().0;
        bytes.iter().map(|b| f64::from_le_bytes(*b)).collect()
    };
    let file = PyTorchFile::open(&path).unwrap();
    let x = read("x");

    let mut lstm = dev.build_module::<Lstm<norm_none::None, NoPlacement, 2, 3, 12>, f64>();
    lstm.load_pytorch(&file, "lstm", 0).unwrap();
    close(&lstm.eval(sequence(&dev, &x), None).unwrap().0.as_vec(), &read("want.lstm"));
    let mut gru = dev.build_module::<Gru<GatedKeep, norm_none::None, NoPlacement, 2, 3, 9, 6>, f64>();
    gru.load_pytorch(&file, "gru", 0).unwrap();
    close(&gru.eval(sequence(&dev, &x), None).unwrap().0.as_vec(), &read("want.gru"));
    let mut rnn = dev.build_module::<Rnn<Tanh, norm_none::None, NoPlacement, 2, 3>, f64>();
    rnn.load_pytorch(&file, "rnn", 0).unwrap();
    close(&rnn.eval(sequence(&dev, &x), None).unwrap().0.as_vec(), &read("want.rnn"));
    let mut relu = dev.build_module::<Rnn<Rectified, norm_none::None, NoPlacement, 2, 3>, f64>();
    relu.load_pytorch(&file, "relu", 0).unwrap();
    close(&relu.eval(sequence(&dev, &x), None).unwrap().0.as_vec(), &read("want.relu"));

    let rows: Tensor<(usize, Const<5>), f64, Cpu> = dev.tensor_from_vec(read("rows"), (8, Const));
    let mut layer = dev.build_module::<Norm<norm_layer::LayerNorm, 5>, f64>();
    load_norm(&mut layer, &file, "layer").unwrap();
    close(&layer.eval(rows.clone()).unwrap().as_vec(), &read("want.layer"));
    let mut batch = dev.build_module::<Norm<norm_batch::BatchNorm, 5>, f64>();
    load_norm(&mut batch, &file, "batch").unwrap();
    close(&batch.eval(rows).unwrap().as_vec(), &read("want.batch"));
}

#[test]
fn a_recurrence_without_biases_loads_zeros() {
    let (dev, dir) = (Cpu::default(), tempfile::tempdir().unwrap());
    let path = dir.path().join("weights.safetensors");
    let file =
        write(&path, &[("weight_ih_l0", &[9, 2], numbers(18, 0)), ("weight_hh_l0", &[9, 3], numbers(27, 5))]);
    let mut gru = dev.build_module::<Gru<GatedKeep, norm_none::None, NoPlacement, 2, 3, 9, 6>, f64>();
    gru.bias_mut().unwrap().copy_from(&[1.0; 9]);
    gru.recurrent_bias_mut().unwrap().copy_from(&[1.0; 3]);
    gru.load_pytorch(&file, "", 0).unwrap();
    assert_eq!(gru.bias().unwrap().as_vec(), [0.0; 9]);
    assert_eq!(gru.recurrent_bias().unwrap().as_vec(), [0.0; 3]);
    assert_eq!(gru.weight_hh.as_vec(), numbers(27, 5));
}

#[test]
fn norms_take_gain_bias_and_stored_statistics() {
    let (dev, dir) = (Cpu::default(), tempfile::tempdir().unwrap());
    let path = dir.path().join("norms.safetensors");
    let file = write(
        &path,
        &[
            ("bn.weight", &[3], vec![1.0, 2.0, 3.0]),
            ("bn.bias", &[3], vec![4.0, 5.0, 6.0]),
            ("bn.running_mean", &[3], vec![0.1, 0.2, 0.3]),
            ("bn.running_var", &[3], vec![0.4, 0.5, 0.6]),
            ("ln.weight", &[3], vec![7.0, 8.0, 9.0]),
            ("plain.running_mean", &[3], vec![0.1; 3]),
            ("plain.running_var", &[3], vec![0.2; 3]),
        ],
    );
    let mut batch = dev.build_module::<Norm<norm_batch::BatchNorm, 3>, f32>();
    load_norm(&mut batch, &file, "bn").unwrap();
    let x: Tensor<Rank2<1, 3>, f32, Cpu> = dev.tensor([[1.0, -1.0, 0.5]]);
    let y = batch.forward(x).array()[0];
    for (c, y) in y.into_iter().enumerate() {
        let (x, c) = ([1.0, -1.0, 0.5][c], c as f64);
        let expected = (1.0 + c) * (x - 0.1 * (1.0 + c)) / (0.4 + 0.1 * c + 1e-5).sqrt() + 4.0 + c;
        assert!((f64::from(y) - expected).abs() < 1e-5);
    }
    load_norm(&mut batch, &file, "plain").unwrap();
    assert_eq!(batch.param("gain").unwrap().array(), [1.0; 3]);
    assert_eq!(batch.param("bias").unwrap().array(), [0.0; 3]);
    let mut layer = dev.build_module::<Norm<norm_layer::LayerNorm, 3>, f32>();
    layer.param_mut("bias").unwrap().copy_from(&[1.0; 3]);
    load_norm(&mut layer, &file, "ln").unwrap();
    assert_eq!(layer.param("gain").unwrap().array(), [7.0, 8.0, 9.0]);
    assert_eq!(layer.param("bias").unwrap().array(), [0.0; 3], "saved without one");
    // RMS norm has no bias: one in the file would be lost.
    let mut rms = dev.build_module::<Norm<norm_rms::RmsNorm, 3>, f32>();
    load_norm(&mut rms, &file, "ln").unwrap();
    assert!(matches!(load_norm(&mut rms, &file, "bn"), Err(Error::NoCounterpart { .. })));
    assert_eq!(rms.param("gain").unwrap().array(), [7.0, 8.0, 9.0], "nothing was changed");
}

#[test]
fn what_does_not_fit_is_refused_by_name_and_changes_nothing() {
    let (dev, dir) = (Cpu::default(), tempfile::tempdir().unwrap());
    let path = dir.path().join("weights.safetensors");
    let (file, _) = recurrence(&path, 4);
    let mut lstm = dev.build_module::<Lstm<norm_none::None, NoPlacement, 2, 3, 12>, f64>();
    let before = lstm.weight_ih.as_vec();
    let missing = lstm.load_pytorch(&file, "rnn", 0).unwrap_err().to_string();
    assert!(missing.contains("has no tensor `rnn.weight_ih_l0`; it has: rnn.bias_hh_l1, "), "{missing}");
    let mut wider = dev.build_module::<Lstm<norm_none::None, NoPlacement, 5, 3, 12>, f64>();
    let shape = wider.load_pytorch(&file, "rnn", 1).unwrap_err().to_string();
    assert!(shape.contains("`rnn.weight_ih_l1` has shape [12, 2], the layer needs [12, 5]"), "{shape}");
    let mut normed = dev.build_module::<Lstm<norm_layer::LayerNorm, Paper, 2, 3, 12>, f64>();
    let placed = normed.load_pytorch(&file, "rnn", 1).unwrap_err();
    assert!(matches!(placed, Error::NotPyTorchs { placement: "paper", .. }));
    let mut paper = dev.build_module::<Gru<GatedPaper, norm_none::None, NoPlacement, 2, 3, 9, 6>, f64>();
    assert!(matches!(paper.load_pytorch(&file, "rnn", 1), Err(Error::NotPyTorchs { kind: "gru", .. })));

    let half = [0_u8; 6];
    let view = TensorView::new(Stored::F16, vec![3], &half).unwrap();
    std::fs::write(&path, ::safetensors::serialize([("weight", view)], None).unwrap()).unwrap();
    let mut layer = dev.build_module::<Norm<norm_layer::LayerNorm, 3>, f32>();
    let element = load_norm(&mut layer, &PyTorchFile::open(&path).unwrap(), "").unwrap_err().to_string();
    assert!(element.contains("`weight` has elements F16"), "{element}");
    let nowhere = load_norm(&mut layer, &PyTorchFile::open(&path).unwrap(), "ln").unwrap_err();
    assert!(matches!(nowhere, Error::TensorMissing { .. }));
    std::fs::write(&path, b"no tensors").unwrap();
    assert!(matches!(PyTorchFile::open(&path), Err(Error::Format { .. })));
    assert!(matches!(PyTorchFile::open(dir.path().join("nowhere")), Err(Error::Read { .. })));

    // One bias without the other, with both weights in place.
    let one = [
        ("weight_ih_l0", &[12, 2][..], numbers(24, 0)),
        ("weight_hh_l0", &[12, 3][..], numbers(36, 0)),
        ("bias_hh_l0", &[12][..], numbers(12, 0)),
    ];
    let single = lstm.load_pytorch(&write(&path, &one), "", 0).unwrap_err().to_string();
    assert!(single.contains("`bias_ih_l0`"), "{single}");
    assert_eq!(lstm.weight_ih.as_vec(), before);
}
