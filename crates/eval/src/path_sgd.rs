//! `as = update`: the path scales by which Path-SGD divides a gradient.

use std::collections::BTreeMap;

use norm_path_sgd::{Dense, Layer, Loss, Recurrent, path_scales, recurrent_scales};

use crate::answer::{self, Answer};
use crate::error::Error;
use crate::file::{Array, Contents};
use crate::limits;

const KEYS: [&str; 3] = ["as", "steps", "loss"];
const NAMES: &str = "param.weight.<l> [out, in] with optional param.bias.<l> [out]; or param.weight_ih [H, I], \
                     param.weight_hh [H, H] with optional param.bias [H], param.weight_out [O, H], param.bias_out [O]";

fn matrix(name: &str, a: &Array) -> Result<[usize; 2], Error> {
    <[usize; 2]>::try_from(a.shape.as_slice()).map_err(|_| Error::Shape {
        name: name.to_owned(),
        got: a.shape.clone(),
        expected: "[out, in]".to_owned(),
    })
}

fn check(metadata: &BTreeMap<String, String>) -> Result<(), Error> {
    if let Some(got) = metadata.keys().find(|k| !KEYS.contains(&k.as_str()) && *k != "format") {
        return Err(Error::Key { got: got.clone(), shape: "update", known: KEYS.join(", ") });
    }
    match metadata.get("as").map(String::as_str) {
        Some("update") => Ok(()),
        other => Err(Error::Value {
            key: "as".to_owned(),
            got: other.unwrap_or("absent").to_owned(),
            expected: "update: the method changes the step of an optimizer and no value".to_owned(),
        }),
    }
}

fn refused(e: &norm_path_sgd::Error) -> Error {
    Error::Update { what: e.to_string() }
}

/// The scales of every parameter in the file.
pub(crate) fn run(contents: Contents) -> Result<Answer, Error> {
    let Contents { metadata, tensors, single } = contents;
    check(&metadata)?;
    let mut answer = if tensors.contains_key("param.weight_hh") {
        recurrent(&metadata, tensors)?
    } else {
        chain(&metadata, tensors)?
    };
    answer.check(single, answer::advice(None, &[], single))?;
    answer.metadata.insert("path".to_owned(), "plain loops in double precision".to_owned());
    Ok(answer)
}

fn chain(metadata: &BTreeMap<String, String>, mut tensors: BTreeMap<String, Array>) -> Result<Answer, Error> {
    if let Some(key) = ["steps", "loss"].into_iter().find(|k| metadata.contains_key(*k)) {
        let known = "as; steps and loss belong to a recurrent net, which has param.weight_hh".to_owned();
        return Err(Error::Key { got: key.to_owned(), shape: "update", known });
    }
    let mut layers: Vec<usize> =
        tensors.keys().filter_map(|k| k.strip_prefix("param.weight.")?.parse().ok()).collect();
    layers.sort_unstable();
    let mut parts = Vec::new();
    for l in layers {
        let (weight, bias) = (format!("param.weight.{l}"), format!("param.bias.{l}"));
        let Some(w) = tensors.remove(&weight) else {
            let known = "param.weight.<l> with l written as 0, 1, 2, …".to_owned();
            return Err(Error::Name { got: format!("a layer {l}"), known });
        };
        let [outputs, inputs] = matrix(&weight, &w)?;
        parts.push((l, w, tensors.remove(&bias), outputs, inputs));
    }
    if let Some(got) = tensors.keys().next() {
        return Err(Error::Name { got: got.clone(), known: NAMES.to_owned() });
    }
    let layers: Vec<Layer<'_, f64>> = parts
        .iter()
        .map(|(_, w, b, outputs, inputs)| {
            let bias = b.as_ref().map(|b| &b.data[..]);
            Layer::Dense(Dense { weight: &w.data, bias, inputs: *inputs, outputs: *outputs })
        })
        .collect();
    let found = path_scales(&layers).map_err(|e| refused(&e))?;
    let mut answer = Answer::default();
    for ((l, w, _, outputs, _), scales) in parts.iter().zip(found.unscaled()) {
        answer.put(format!("kappa.weight.{l}"), &w.shape, scales.weight);
        if let Some(bias) = scales.bias {
            answer.put(format!("kappa.bias.{l}"), &[*outputs], bias);
        }
    }
    Ok(answer)
}

fn recurrent(
    metadata: &BTreeMap<String, String>,
    mut tensors: BTreeMap<String, Array>,
) -> Result<Answer, Error> {
    let wrong = |key: &str, got: &str, expected: &str| Error::Value {
        key: key.to_owned(),
        got: got.to_owned(),
        expected: expected.to_owned(),
    };
    let got = metadata.get("steps").map_or("absent", |v| v);
    let steps = got.trim().parse().ok().filter(|s| (1..=limits::SIZE).contains(s));
    let steps: usize = steps.ok_or_else(|| {
        wrong("steps", got, &format!("the number of unrolled steps, from 1 to {}", limits::SIZE))
    })?;
    let loss = match metadata.get("loss").map_or("every", |v| v) {
        "every" => Loss::EveryStep,
        "last" => Loss::LastStep,
        got => return Err(wrong("loss", got, "every or last: the steps that have a loss")),
    };
    let mut take = |name: &str| tensors.remove(name);
    let [ih, hh, bias, out, bias_out] =
        ["param.weight_ih", "param.weight_hh", "param.bias", "param.weight_out", "param.bias_out"]
            .map(&mut take);
    if let Some(got) = tensors.keys().next() {
        return Err(Error::Name { got: got.clone(), known: NAMES.to_owned() });
    }
    let missing =
        |name: &str| Error::Missing { name: name.to_owned(), expected: "[H, I] and [H, H]".to_owned() };
    let (ih, hh) =
        (ih.ok_or_else(|| missing("param.weight_ih"))?, hh.ok_or_else(|| missing("param.weight_hh"))?);
    let [hidden, inputs] = matrix("param.weight_ih", &ih)?;
    matrix("param.weight_hh", &hh)?;
    // A step of few units keeps its sizes beside its numbers.
    limits::elements("what arrives at and leaves the units of all steps", &[steps, hidden.max(8), 2])?;
    let readout = match &out {
        Some(w) => {
            let [outputs, inputs] = matrix("param.weight_out", w)?;
            let bias = bias_out.as_ref().map(|b| &b.data[..]);
            Some(Dense { weight: &w.data, bias, inputs, outputs })
        }
        None if bias_out.is_some() => return Err(missing("param.weight_out")),
        None => None,
    };
    let net = Recurrent {
        weight_ih: &ih.data,
        weight_hh: &hh.data,
        bias: bias.as_ref().map(|b| &b.data[..]),
        readout,
        inputs,
        hidden,
        steps,
        loss,
    };
    let found = recurrent_scales(&net).map_err(|e| refused(&e))?.unscaled();
    let mut answer = Answer::default();
    answer.put("kappa.weight_ih", &ih.shape, found.weight_ih);
    answer.put("kappa.weight_hh", &hh.shape, found.weight_hh);
    if let Some(b) = found.bias {
        answer.put("kappa.bias", &[hidden], b);
    }
    if let (Some(scales), Some(w)) = (found.readout, &out) {
        answer.put("kappa.weight_out", &w.shape, scales.weight);
        if let Some(b) = scales.bias {
            answer.put("kappa.bias_out", &[w.shape[0]], b);
        }
    }
    Ok(answer)
}
