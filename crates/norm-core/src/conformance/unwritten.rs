//! Whether there is a judge at all: the first check, and while it fails the others that need the judge are left out.

use super::case::{Case, Data, Shape};
use super::reference::Subject;
use super::report::Tally;
use super::values::{reference_backward, reference_forward};
use crate::error::Error;

/// What is to be written, part by part.
#[derive(Debug, Default)]
pub(super) struct Unwritten {
    pub(super) forward: Option<String>,
    pub(super) backward: Option<String>,
}

/// `name: n values`, one for each.
fn lengths<'a>(all: impl Iterator<Item = (&'a str, usize)>) -> String {
    let all: Vec<String> = all.map(|(name, n)| format!("{name}: {n}")).collect();
    if all.is_empty() { "none".into() } else { all.join(", ") }
}

/// The parts whose answer has not the sizes that the declaration asks for.
pub(super) fn parts(subject: &Subject) -> Result<Unwritten, Error> {
    let (k, d) = (&subject.f64, subject.f64.descriptor);
    let case = Case::new(d, Shape::new(5, 6, 1), Data::STANDARD, 1)?;
    let (n, sets) = (case.x.len(), k.sets(&case.layout));
    let forward = reference_forward(subject, &case);
    let good = forward.y.len() == n
        && forward.statistics.len() == d.statistics.len()
        && forward.statistics.iter().all(|s| s.len() == sets);
    let to_write = |function: &str, what: String| {
        format!(
            "write `{function}` in src/reference.rs of the crate of {}, in plain loops from the source: {what}",
            d.type_name
        )
    };
    let wanted = lengths(d.statistics.iter().map(|s| (s.name, sets)));
    let forward = (!good).then(|| {
        let got = lengths(
            std::iter::once(("y", forward.y.len())).chain(
                d.statistics
                    .iter()
                    .enumerate()
                    .map(|(i, s)| (s.name, forward.statistics.get(i).map_or(0, Vec::len))),
            ),
        );
        to_write("forward", format!("for x of {n} it gives y: {n}; statistics: {wanted} (now {got})"))
    });
    let backward = reference_backward(subject, &case);
    let names = d.returned_names();
    let params: Vec<usize> = d.input_axes().take(names.len()).map(|axis| axis.len(&case.layout)).collect();
    let good = backward.dx.len() == n && backward.dparams.iter().map(Vec::len).eq(params.iter().copied());
    let wanted = lengths(names.iter().copied().zip(params.iter().copied()));
    let backward = (!good).then(|| {
        let got = lengths(std::iter::once(("dx", backward.dx.len())).chain(
            names.iter().enumerate().map(|(i, name)| (*name, backward.dparams.get(i).map_or(0, Vec::len))),
        ));
        to_write("backward", format!("for x of {n} it gives dx: {n}; dparams: {wanted} (now {got})"))
    });
    Ok(Unwritten { forward, backward })
}

pub(super) fn named(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let missing = parts(subject)?;
    for part in [missing.forward, missing.backward].into_iter().flatten() {
        tally.require(false, || part);
    }
    Ok(())
}
