//! Path-SGD takes a net whose units were rescaled along the same path.

use crate::draw::Draw;
use crate::path_sgd::{Mlp, ReluNet, Update};
use crate::probe::{Probe, Values};
use crate::rescaling::{apart, values};

const STEPS: usize = 50;

pub(crate) const PROBE: Probe = Probe {
    id: "path-rescaling",
    about: "A ReLU net 64-64-64-10 with a softmax on 100 drawn cases of ten classes, and a copy whose hidden units were scaled by \
            factors between 0.2 and 5: relative difference of their outputs before training, and the largest over 50 steps of \
            Path-SGD and of plain gradient steps.",
    find: || find(STEPS),
};

/// From 0.2 to 5, evenly in the logarithm.
pub(crate) fn factor(draw: &mut Draw) -> f64 {
    5f64.powf(2.0 * draw.uniform() - 1.0)
}

fn find(steps: usize) -> Values {
    let mut draw = Draw::new(181);
    let net = Mlp::new(&[64, 64, 64, 10], 100, &mut draw);
    let copy = net.rescaled(&mut || factor(&mut draw));
    let path_sgd = apart(&net, &copy, Update::PathSgd, 0.2, steps);
    let sgd = apart(&net, &copy, Update::Sgd, 0.02, steps);
    values(&path_sgd, &sgd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_divided_steps_keep_the_copies_together() {
        let found = find(15);
        assert!(found.get("function") < 1e-12 && found.get("path_sgd") < 1e-9, "{found:?}");
        assert!(found.get("sgd") > 1e-2, "{found:?}");
        // Nets that stand still stay together.
        assert!(found.get("path_sgd_loss_fall") > 1.2, "{found:?}");
    }
}
