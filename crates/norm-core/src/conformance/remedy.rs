//! What is not a finite number, where it comes from, and what to write instead.

use super::case::Played;
use super::report::Tally;
use crate::descriptor::Descriptor;

/// What has no value at 0, or no finite slope, as it is printed in a formula.
const STEEP: [&str; 4] = ["sqrt(", "^(", "^0.", "ln("];

/// Requires every number of an output to be finite.
pub(super) fn finite_output(tally: &mut Tally, d: &Descriptor, of: &str, got: &Played) {
    finite(tally, d, "y", of, &got.y);
}

/// Requires every number of the gradients to be finite.
pub(super) fn finite_gradients(tally: &mut Tally, d: &Descriptor, of: &str, got: &Played) {
    finite(tally, d, "dx", of, &got.dx);
    for (name, values) in d.returned_names().iter().zip(&got.dparams) {
        finite(tally, d, &format!("d{name}"), of, values);
    }
}

fn finite(tally: &mut Tally, d: &Descriptor, what: &str, of: &str, values: &[f64]) {
    let at = values.iter().position(|v| !v.is_finite());
    tally.require(at.is_none(), || {
        let at = at.unwrap_or_default();
        format!("{what} of {of}, element {at}: the kernel gives {}{}", values[at], remedy(d))
    });
}

fn remedy(d: &Descriptor) -> String {
    let steep = |e: &&crate::descriptor::Equation| STEEP.iter().any(|word| e.text.contains(word));
    let lines: Vec<String> =
        d.formula.iter().filter(steep).map(|e| format!("`{} = {}`", e.lhs, e.text)).collect();
    if lines.is_empty() {
        return "; look for a division by what can be 0".to_owned();
    }
    format!(
        "; a root, a power below 1 or a logarithm has an infinite slope at 0: in {} add a constant under it, as in `sqrt(v + eps)` with `const eps = 1e-5`",
        lines.join(", ")
    )
}
