//! PyTorch as a judge: requests with what PyTorch answered, written by `scripts/torch_fixtures.py`. Also the other two
//! paths, wherever a form has them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use safetensors::{Dtype, SafeTensors, tensor::TensorView};

const WANT: &str = "want.";

struct Tensor {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Tensor {
    fn values(&self) -> Vec<f64> {
        match self.dtype {
            Dtype::F32 => {
                self.bytes.as_chunks().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect()
            }
            Dtype::F64 => self.bytes.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
            other => panic!("{other:?}"),
        }
    }
}

type Tensors = BTreeMap<String, Tensor>;

fn read(path: &Path) -> (HashMap<String, String>, Tensors) {
    let bytes = std::fs::read(path).unwrap();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let tensors = file.tensors().into_iter().map(|(name, v)| {
        (name, Tensor { dtype: v.dtype(), shape: v.shape().to_vec(), bytes: v.data().to_vec() })
    });
    (header.metadata().clone().unwrap_or_default(), tensors.collect())
}

fn write(path: &Path, metadata: HashMap<String, String>, tensors: &Tensors) {
    let views =
        tensors.iter().map(|(k, t)| (k, TensorView::new(t.dtype, t.shape.clone(), &t.bytes).unwrap()));
    std::fs::write(path, safetensors::serialize(views, Some(metadata)).unwrap()).unwrap();
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/torch");
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    all.sort();
    assert!(all.len() >= 20, "the fixtures were not found");
    all
}

/// What differs from PyTorch's answer by more than rounding, one line each.
fn faults(path: &Path, way: &str) -> Vec<String> {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let (mut metadata, mut given) = read(path);
    let method = metadata.remove("method").unwrap();
    assert!(metadata.remove("torch").is_some(), "{name} does not say which PyTorch");
    metadata.insert("path".to_owned(), way.to_owned());
    let want: Tensors = {
        let names: Vec<String> = given.keys().filter(|k| k.starts_with(WANT)).cloned().collect();
        names.into_iter().map(|k| (k[WANT.len()..].to_owned(), given.remove(&k).unwrap())).collect()
    };
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("in.safetensors"), folder.path().join("out.safetensors"));
    write(&from, metadata, &given);
    if let Err(e) = eval::evaluate(&method, &from, &to) {
        return vec![format!("{name} on {way}: {e}")];
    }
    let (said, got) = read(&to);
    assert_eq!(said["path"], way);
    let mut faults = Vec::new();
    for (key, want) in &want {
        let Some(got) = got.get(key) else {
            faults.push(format!("{name} on {way}: no {key}, only {:?}", got.keys().collect::<Vec<_>>()));
            continue;
        };
        if got.shape != want.shape {
            faults.push(format!("{name} on {way}: {key} is {:?}, PyTorch's {:?}", got.shape, want.shape));
            continue;
        }
        // The kernels' own exponential is good to a few units in the last place, PyTorch's too.
        let bound = if want.dtype == Dtype::F64 { 1e-10 } else { 1e-5 };
        let (got, want) = (got.values(), want.values());
        let scale = want.iter().fold(1e-3, |m: f64, v| m.max(v.abs()));
        let gap = norm_core::conformance::difference(&got, &want);
        if gap > bound * scale {
            faults.push(format!("{name} on {way}: {key} differs by {gap:.1e} of {scale:.1e}"));
        }
    }
    faults
}

fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n  {}", faults.join("\n  "));
}

#[test]
fn question_row_3_fused_agrees_with_pytorch() {
    none(&fixtures().iter().flat_map(|f| faults(f, "fused")).collect::<Vec<_>>());
}

#[test]
fn composed_and_reference_agree_with_pytorch() {
    let both = |f: &PathBuf| [faults(f, "composed"), faults(f, "reference")].concat();
    none(&fixtures().iter().flat_map(both).collect::<Vec<_>>());
}
