//! Path scales from a file, against numbers worked out by hand.

use std::collections::HashMap;
use std::path::Path;

use safetensors::{Dtype, SafeTensors, tensor::TensorView};

fn write(path: &Path, metadata: &[(&str, &str)], tensors: &[(&str, &[usize], &[f64])]) {
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|(_, _, v)| v.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
    let views = tensors
        .iter()
        .zip(&bytes)
        .map(|((name, shape, _), b)| (*name, TensorView::new(Dtype::F64, shape.to_vec(), b).unwrap()));
    let metadata: HashMap<String, String> =
        metadata.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    std::fs::write(path, safetensors::serialize(views, Some(metadata)).unwrap()).unwrap();
}

fn evaluate(
    metadata: &[(&str, &str)],
    tensors: &[(&str, &[usize], &[f64])],
) -> Result<HashMap<String, Vec<f64>>, String> {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("in"), folder.path().join("out"));
    write(&from, metadata, tensors);
    if let Err(e) = eval::evaluate("path-sgd", &from, &to) {
        assert!(!to.exists(), "a refused request left a file behind");
        return Err(e.to_string());
    }
    let bytes = std::fs::read(&to).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let values = |v: TensorView<'_>| v.data().as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect();
    Ok(file.tensors().into_iter().map(|(name, v)| (name, values(v))).collect())
}

#[test]
fn a_chain_has_the_products_of_its_paths() {
    let got = evaluate(
        &[("as", "update")],
        &[
            ("param.weight.0", &[1, 2], &[1.0, -2.0]),
            ("param.bias.0", &[1], &[2.0]),
            ("param.weight.1", &[2, 1], &[3.0, 0.5]),
        ],
    )
    .unwrap();
    // in of the hidden unit: 1 + 4 and its bias 4; out: 9 + 0.25.
    assert_eq!(got["kappa.weight.0"], [9.25, 9.25]);
    assert_eq!(got["kappa.bias.0"], [9.25]);
    assert_eq!(got["kappa.weight.1"], [9.0, 9.0]);
    assert_eq!(got.len(), 3);
}

#[test]
fn a_recurrent_net_sums_over_its_steps() {
    let tensors: [(&str, &[usize], &[f64]); 3] = [
        ("param.weight_ih", &[1, 1], &[2.0]),
        ("param.weight_hh", &[1, 1], &[3.0]),
        ("param.weight_out", &[1, 1], &[1.0]),
    ];
    let got = evaluate(&[("as", "update"), ("steps", "2"), ("loss", "last")], &tensors).unwrap();
    // Two steps, squared: h1 = 4, h2 = 9 h1 + 4 = 40; G = h2.
    assert_eq!(got["kappa.weight_ih"], [10.0]);
    assert_eq!(got["kappa.weight_hh"], [4.0]);
    assert_eq!(got["kappa.weight_out"], [40.0]);
    let every = evaluate(&[("as", "update"), ("steps", "2")], &tensors).unwrap();
    assert_eq!(every["kappa.weight_out"], [44.0]);
}

#[test]
fn what_is_wrong_is_named() {
    let w: (&str, &[usize], &[f64]) = ("param.weight.0", &[1, 2], &[1.0, -2.0]);
    for (metadata, tensors, said) in [
        (&[][..], &[w][..], "metadata `as` is `absent`, expected update"),
        (&[("as", "update"), ("steps", "3")], &[w], "metadata `steps` is not known"),
        (
            &[("as", "update")],
            &[w, ("param.wieght.1", &[1], &[1.0])],
            "tensor `param.wieght.1` is not known here",
        ),
        (&[("as", "update")], &[("param.weight.0", &[2], &[1.0, 2.0])], "has shape [2], expected [out, in]"),
        (&[("as", "update")], &[("param.weight_hh", &[1, 1], &[1.0])], "metadata `steps` is `absent`"),
    ] {
        let got = evaluate(metadata, tensors).unwrap_err();
        assert!(got.contains(said), "{got}");
    }
}
