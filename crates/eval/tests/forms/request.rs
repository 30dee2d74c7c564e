//! A request from tensors in memory, through files, to tensors in memory.

use std::collections::{BTreeMap, HashMap};

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

pub(crate) const PATHS: [&str; 3] = ["fused", "composed", "reference"];

/// Sizes and elements.
pub(crate) type Array = (Vec<usize>, Vec<f64>);

#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) words: BTreeMap<String, String>,
    pub(crate) tensors: BTreeMap<String, Array>,
    /// Whether its numbers are sent in single precision.
    pub(crate) single: bool,
}

impl Request {
    pub(crate) fn word(mut self, key: &str, value: &str) -> Self {
        self.words.insert(key.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn tensor(mut self, name: &str, shape: &[usize], data: &[f64]) -> Self {
        assert_eq!(shape.iter().product::<usize>(), data.len(), "{name}");
        self.tensors.insert(name.to_owned(), (shape.to_vec(), data.to_vec()));
        self
    }

    pub(crate) fn in_single_precision(mut self) -> Self {
        self.single = true;
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let narrow = |data: &[f64]| data.iter().flat_map(|v| (*v as f32).to_le_bytes()).collect();
        let wide = |data: &[f64]| data.iter().flat_map(|v| v.to_le_bytes()).collect();
        let dtype = if self.single { Dtype::F32 } else { Dtype::F64 };
        let bytes: Vec<(&str, &[usize], Vec<u8>)> = self
            .tensors
            .iter()
            .map(|(name, (shape, data))| {
                (name.as_str(), &shape[..], if self.single { narrow(data) } else { wide(data) })
            })
            .collect();
        let views = bytes
            .iter()
            .map(|(name, shape, data)| (*name, TensorView::new(dtype, shape.to_vec(), data).unwrap()));
        let words: HashMap<String, String> = self.words.clone().into_iter().collect();
        safetensors::serialize(views, Some(words)).unwrap()
    }

    pub(crate) fn send(&self, method: &str) -> Result<BTreeMap<String, Array>, eval::Error> {
        send(method, &self.bytes())
    }
}

/// The answer to a file of these bytes. Where it is refused there must be no file.
pub(crate) fn send(method: &str, bytes: &[u8]) -> Result<BTreeMap<String, Array>, eval::Error> {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("request"), folder.path().join("answer"));
    std::fs::write(&from, bytes).unwrap();
    if let Err(refused) = eval::evaluate(method, &from, &to) {
        let left: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
        assert_eq!(left, ["request"], "a refused request left a file");
        return Err(refused);
    }
    let bytes = std::fs::read(&to).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let read = |view: TensorView<'_>| {
        let data = match view.dtype() {
            Dtype::F32 => {
                view.data().as_chunks().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect()
            }
            _ => view.data().as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
        };
        (view.shape().to_vec(), data)
    };
    Ok(file.tensors().into_iter().map(|(name, view)| (name.clone(), read(view))).collect())
}

/// In (-1, 1).
pub(crate) fn noise(n: usize, seed: u64) -> Vec<f64> {
    let mut s = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        s = s.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (s >> 11) as f64 / 2f64.powi(52) - 1.0
    };
    (0..n).map(|_| next()).collect()
}

pub(crate) fn close(what: &str, got: &[f64], want: &[f64], bound: f64) {
    assert_eq!(got.len(), want.len(), "{what}");
    let scale = want.iter().fold(1.0f64, |m, v| m.max(v.abs()));
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert!((g - w).abs() <= bound * scale, "{what}[{i}] is {g:e}, not {w:e}");
    }
}
