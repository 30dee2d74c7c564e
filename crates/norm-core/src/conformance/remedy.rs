//! What is not a finite number, where it comes from, and what to write instead.

use super::case::Played;
use super::report::Tally;
use crate::descriptor::Descriptor;

/// What has no value at 0, or no finite slope, as it is printed in a formula.
const STEEP: [&str; 4] = ["sqrt(", "^(", "^0.", "ln("];

/// Requires every number of a run to be finite.
pub(super) fn finite(tally: &mut Tally, d: &Descriptor, of: &str, got: &Played) {
    let quantities = [("y".to_owned(), &got.y), ("dx".to_owned(), &got.dx)].into_iter();
    let names = d.returned_names();
    let of_params = names.iter().zip(&got.dparams).map(|(name, values)| (format!("d{name}"), values));
    for (what, values) in quantities.chain(of_params) {
        let at = values.iter().position(|v| !v.is_finite());
        tally.require(at.is_none(), || {
            let at = at.unwrap_or_default();
            format!("{what} of {of}, element {at}: the kernel gives {}{}", values[at], remedy(d))
        });
    }
}

fn remedy(d: &Descriptor) -> String {
    let steep = |e: &&crate::descriptor::Equation| STEEP.iter().any(|word| e.text.contains(word));
    let lines: Vec<String> = d.formula.iter().filter(steep).map(|e| format!("`{} = {}`", e.lhs, e.text)).collect();
    if lines.is_empty() {
        return "; look for a division by what can be 0".to_owned();
    }
    format!(
        "; a root, a power below 1 or a logarithm has an infinite slope at 0: in {} add a constant under it, as in `sqrt(v + eps)` with `const eps = 1e-5`",
        lines.join(", ")
    )
}
