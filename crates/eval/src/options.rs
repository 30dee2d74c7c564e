//! Options that would change nothing, which are refused: whoever says one means something by it.

use norm_core::{Along, PolicyKind, Skeleton};
use sequence::Placement;

use crate::error::Error;
use crate::request::{Axes, Evaluate, Form, Request};

/// The name of PyTorch's sense of a GRU's update gate.
pub(crate) const PYTORCH: &str = "pytorch";

/// Why an option of this request changes nothing, if it does not.
fn idle(r: &Request, key: &str) -> Option<String> {
    let d = r.descriptor();
    match key {
        "evaluate" if r.train => {
            Some("it says how to evaluate, and this trains: write mode = eval, or leave it out".to_owned())
        }
        "evaluate" if !d.policy.stores() => {
            Some(format!("`{}` stores no statistics: leave it out", d.id))
        }
        "evaluate" if r.evaluate == Evaluate::Batch && !d.plan.uses_statistics() => Some(format!(
            "what `{}` divides by was stored before the batch, in training too: leave it out",
            d.id
        )),
        "row" if r.axes != Axes::Ncs => {
            Some("only layout = NCS has space, which rows cut: leave it out".to_owned())
        }
        "row" if d.plan.windows().iter().all(|(window, _)| window.along != Along::Space) => {
            Some(format!("no window of `{}` lies over space: leave it out", d.id))
        }
        // Methods that take no statistics at all say so themselves.
        "statistics"
            if r.form == Form::Sums
                && r.axes != Axes::Tnc
                && d.reference_set.skeleton() == Skeleton::Channelwise
                && d.policy != PolicyKind::Streaming =>
        {
            Some("only layout = TNC has steps: leave it out".to_owned())
        }
        "placement" if r.word(key) == Some(PYTORCH) && r.form != Form::Gru => {
            Some("it turns the update gate of a GRU, and there is none: leave it out".to_owned())
        }
        "placement" if d.is_identity() && ![PYTORCH, Placement::NONE.name].contains(&r.word(key)?) => {
            Some(format!("`{}` normalizes nothing wherever it stands: leave it out", d.id))
        }
        "const.groups" if matches!(r.form, Form::Rnn | Form::Gru | Form::Lstm) => Some(
            "a cell normalizes all gates as one group, or each gate as one with placement = labml: leave it out"
                .to_owned(),
        ),
        _ => None,
    }
}

/// Refuses an option that would change nothing.
pub(crate) fn check(r: &Request) -> Result<(), Error> {
    for (key, got) in r.words() {
        if let Some(reason) = idle(r, key) {
            return Err(Error::Idle { key: key.to_owned(), got: got.to_owned(), reason });
        }
    }
    Ok(())
}
