//! Every recurrence beside PyTorch's automatic differentiation of its equations: outputs, last states, all gradients. The files are
//! written by `scripts/torch_fixtures.py`.

use std::path::PathBuf;

use norm_core::Isa;
use safetensors::{Dtype, SafeTensors};
use sequence::{Cell, CellKind};

use crate::support::{Problem, difference, sizes, solve};

fn file(kind: CellKind) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/torch/{}.safetensors", kind.name()))
}

/// Numbers of double precision, by name; none where a recurrence has no such thing.
fn numbers(file: &SafeTensors<'_>, name: &str) -> Vec<f64> {
    let Ok(tensor) = file.tensor(name) else { return Vec::new() };
    assert_eq!(tensor.dtype(), Dtype::F64, "{name}");
    tensor.data().as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()
}

#[test]
fn every_recurrence_is_that_of_its_equations() {
    for kind in CellKind::ALL {
        let bytes = std::fs::read(file(kind)).unwrap_or_else(|e| panic!("{}: {e}", kind.name()));
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let of = |name: &str| numbers(&file, name);
        let shape = file.tensor("x").unwrap().shape().to_vec();
        let units = file.tensor("h0").unwrap().shape()[1];
        let cell = Cell::<f64>::new(kind);
        let slots = cell.slot_params(units).len();
        let problem = Problem {
            sizes: sizes(shape[0], shape[1], shape[2], units),
            x: of("x"),
            mask: None,
            h0: of("h0"),
            c0: of("c0"),
            ih: of("ih"),
            hh: of("hh"),
            bias: of("bias"),
            recurrent_bias: of("recurrent_bias"),
            slots: (0..slots).map(|n| of(&format!("slot.{n}"))).collect(),
            dy: of("dy"),
            dh: of("dh"),
            dc: of("dc"),
        };
        let got = solve(&cell, &problem, Isa::detect());
        let found = [("y", &got.y), ("h", &got.h), ("c", &got.c)].map(|(n, v)| (n.to_owned(), v.clone()));
        let gradients = got.gradients.into_iter().map(|(name, v)| {
            let name = match name.as_str() {
                "recurrent bias" => "recurrent_bias".to_owned(),
                other => other.replace("slot ", "slot."),
            };
            (format!("d.{name}"), v)
        });
        for (name, got) in found.into_iter().chain(gradients) {
            let want = of(&format!("want.{name}"));
            assert_eq!(want.len(), got.len(), "{}: {name}", kind.name());
            if want.is_empty() {
                continue;
            }
            let d = difference(&want, &got);
            assert!(d < 1e-12, "{}: {name} differs by {d:e}", kind.name());
        }
    }
}
