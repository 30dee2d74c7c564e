//! Any method on tensors from a file, so that any language can check it: `docs/eval.md` is the contract.
//!
//! A request is a safetensors file. Its metadata says what `x` is and how to run; its tensors are `x`, perhaps the
//! gradient `dy` of the output, parameters, state and mask. The answer is a safetensors file with the output, the
//! gradients and the state after the call. Where a request is refused no file is left behind.

mod affine;
mod answer;
mod cell;
mod conv;
mod error;
mod file;
mod header;
mod judge;
mod limits;
mod norm;
mod options;
mod output;
mod path_sgd;
mod product;
mod recurrent;
mod request;
mod run;
mod state;
mod streaming;
mod sums;
mod tape;
mod template;
mod unrolled;

use std::path::Path;

use answer::Answer;
pub use error::Error;
use norm::Real;
use request::{Form, Request};

fn carry_out<T: Real>(r: &mut Request) -> Result<Answer, Error> {
    match r.form {
        Form::Sums => sums::run::<T>(r),
        Form::Linear => affine::linear::<T>(r),
        Form::Conv => conv::run::<T>(r),
        Form::Rnn | Form::Gru | Form::Lstm => recurrent::run::<T>(r),
        Form::Update => Err(Error::NotApplicable {
            method: r.descriptor().id.to_owned(),
            what: "as = update".to_owned(),
            reason: format!("it normalizes {}, not the step of an optimizer", r.descriptor().site.name()),
        }),
    }
}

/// Carries out the request in the file `from` for the method of that id, and writes the answer to `to`.
///
/// # Errors
///
/// [`Error`], one line each; `to` is as it was then. What has no place beside which a file could be written whole, such as
/// a pipe, may hold a part of the answer where writing failed.
pub fn evaluate(method: &str, from: &Path, to: &Path) -> Result<(), Error> {
    let contents = file::read(from)?;
    let single = contents.single;
    let mut answer = if norms::find_update(method).is_some() {
        path_sgd::run(contents)
    } else {
        on_values(method, contents)
    }?;
    answer.metadata.entry("method".to_owned()).or_insert_with(|| method.to_owned());
    file::write(to, &answer.tensors, answer.metadata, single)
}

/// The answer of a method that changes values.
fn on_values(method: &str, contents: file::Contents) -> Result<Answer, Error> {
    let known = || {
        let methods = norms::all().map(|m| m.descriptor().id);
        methods.chain(norms::UPDATES.iter().map(|u| u.id)).collect::<Vec<_>>().join(", ")
    };
    let stored = contents.tensors.keys().filter_map(|name| name.strip_prefix("state."));
    let found = norms::find_storing(method, stored)
        .ok_or_else(|| Error::Method { got: method.to_owned(), known: known() })?;
    let mut request = Request::of(found, contents)?;
    let mut answer =
        if request.single { carry_out::<f32>(&mut request) } else { carry_out::<f64>(&mut request) }?;
    answer.check(request.single, request.advice())?;
    answer.metadata.insert("path".to_owned(), request.path.name().to_owned());
    answer.metadata.insert("method".to_owned(), request.descriptor().id.to_owned());
    Ok(answer)
}
