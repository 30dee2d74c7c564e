//! Safetensors in and out. Everything is carried in double precision, which holds single precision exactly; the
//! element type of `x` says in which the work is done.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::error::Error;
use crate::{header, limits, output};

/// A tensor: sizes and elements in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Array {
    pub(crate) shape: Vec<usize>,
    pub(crate) data: Vec<f64>,
}

impl Array {
    pub(crate) fn new(shape: &[usize], data: Vec<f64>) -> Self {
        debug_assert_eq!(shape.iter().product::<usize>(), data.len());
        Self { shape: shape.to_vec(), data }
    }
}

/// What a file holds.
#[derive(Debug)]
pub(crate) struct Contents {
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) tensors: BTreeMap<String, Array>,
    pub(crate) single: bool,
}

/// A mask may be of any type whose elements are true or false.
const MASK: &str = "mask";

fn elements(name: &str, view: &TensorView<'_>) -> Result<Vec<f64>, Error> {
    let bytes = view.data();
    let data: Vec<f64> = match view.dtype() {
        Dtype::F32 => bytes.as_chunks().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect(),
        Dtype::F64 => bytes.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
        Dtype::BOOL | Dtype::U8 if name == MASK => bytes.iter().map(|b| f64::from(*b)).collect(),
        other => {
            let expected = if name == MASK { "BOOL, U8, F32 or F64" } else { "F32 or F64" };
            let (name, got) = (name.to_owned(), format!("{other:?}"));
            return Err(Error::Dtype { name, got, expected: expected.to_owned() });
        }
    };
    if let Some((at, got)) = data.iter().enumerate().find(|(_, v)| !v.is_finite()) {
        return Err(Error::NotFinite { name: name.to_owned(), at, got: *got });
    }
    Ok(data)
}

/// The bytes of a request, which may come through a pipe.
fn bytes(path: &Path) -> Result<Vec<u8>, Error> {
    let fails = |source| Error::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(fails)?;
    file.take(limits::BYTES + 1).read_to_end(&mut bytes).map_err(fails)?;
    if bytes.len() as u64 > limits::BYTES {
        let (what, got) = ("a request".to_owned(), "more".to_owned());
        return Err(Error::TooLarge { what, got, unit: "bytes", most: limits::BYTES as usize });
    }
    Ok(bytes)
}

/// Reads a whole file; every float tensor must have the element type of `x`.
pub(crate) fn read(path: &Path) -> Result<Contents, Error> {
    let bytes = bytes(path)?;
    if let Some(what) = header::stands_twice(&bytes) {
        return Err(Error::Twice { path: path.to_owned(), what });
    }
    let format = |source| Error::Format { path: path.to_owned(), source };
    let (_, header) = SafeTensors::read_metadata(&bytes).map_err(format)?;
    let metadata = header.metadata().clone().unwrap_or_default().into_iter().collect();
    let file = SafeTensors::deserialize(&bytes).map_err(format)?;
    // Where there is no `x`, in a request for an update, the first tensor speaks for all.
    let first = file.tensor("x").ok().or_else(|| file.tensors().into_iter().map(|(_, v)| v).next());
    let x = first.map(|x| x.dtype());
    let single = x == Some(Dtype::F32);
    let mut tensors = BTreeMap::new();
    for (name, view) in file.tensors() {
        limits::elements(&format!("tensor `{name}`"), view.shape())?;
        let data = elements(&name, &view)?;
        if let Some(expected) = x
            && name != MASK
            && view.dtype() != expected
        {
            let (got, expected) = (format!("{:?}", view.dtype()), format!("{expected:?} as `x` is"));
            return Err(Error::Dtype { name, got, expected });
        }
        tensors.insert(name, Array::new(view.shape(), data));
    }
    Ok(Contents { metadata, tensors, single })
}

/// Writes a whole file or none.
pub(crate) fn write(
    path: &Path,
    tensors: &BTreeMap<String, Array>,
    metadata: HashMap<String, String>,
    single: bool,
) -> Result<(), Error> {
    let fails = |source| Error::Write { path: path.to_owned(), source };
    let bytes: Vec<(&String, &Array, Vec<u8>)> = tensors
        .iter()
        .map(|(name, a)| {
            let bytes = if single {
                a.data.iter().flat_map(|v| (*v as f32).to_le_bytes()).collect()
            } else {
                a.data.iter().flat_map(|v| v.to_le_bytes()).collect()
            };
            (name, a, bytes)
        })
        .collect();
    let dtype = if single { Dtype::F32 } else { Dtype::F64 };
    let views =
        bytes.iter().map(|(name, a, bytes)| Ok((*name, TensorView::new(dtype, a.shape.clone(), bytes)?)));
    let format = |source| Error::Format { path: path.to_owned(), source };
    let views = views.collect::<Result<Vec<_>, _>>().map_err(format)?;
    let whole = safetensors::serialize(views, Some(metadata)).map_err(format)?;
    output::write(path, &whole).map_err(fails)
}
