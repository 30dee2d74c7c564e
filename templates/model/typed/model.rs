//! {{title}}.

use dfdx::prelude::{Linear, ReLU};
use norm_dfdx::{Declared, Fused, Norm};

/// h = max(0, norm(W x + b)),  logits = V h + c: `I` inputs, `H` hidden units normalized by `F`, `O` classes.
pub type {{type}}<F, const I: usize, const H: usize, const O: usize, P = Fused> =
    ((Linear<I, H>, Norm<F, H, Declared, P>, ReLU), Linear<H, O>);
