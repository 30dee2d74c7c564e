//! The same of a recurrent net, with the first term of the path scale alone.

use super::path_rescaling::factor;
use crate::draw::Draw;
use crate::path_sgd::{ReluNet, Rnn, Update};
use crate::probe::{Probe, Values};
use crate::rescaling::{apart, values};

const STEPS: usize = 50;

pub(crate) const PROBE: Probe = Probe {
    id: "path-recurrent-rescaling",
    about: "A recurrent ReLU net of 32 units, 10 steps of two inputs, 40 drawn cases, read out at the end into three outputs with \
            drawn targets, and a copy W_x -> D W_x, b -> D b, W_h -> D W_h D^-1, W_out -> W_out D^-1 with factors between 0.2 and 5: \
            relative difference of their outputs before training, and the largest over 50 steps of Path-SGD with the first term \
            of its scale and of plain gradient steps.",
    find: || find(STEPS),
};

fn find(steps: usize) -> Values {
    let mut draw = Draw::new(186);
    let net = Rnn::new(40, 2, 32, 3, 10, &mut draw);
    let copy = net.rescaled(&mut || factor(&mut draw));
    let path_sgd = apart(&net, &copy, Update::PathSgd, 0.05, steps);
    let sgd = apart(&net, &copy, Update::Sgd, 0.01, steps);
    let difference = path_sgd.after;
    values(&path_sgd, &sgd).with("difference", difference)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_divided_steps_keep_the_copies_together() {
        let found = find(15);
        assert!(found.get("function") < 1e-12 && found.get("difference") < 1e-9, "{found:?}");
        assert!(found.get("sgd") > 1e-2 && found.get("path_sgd_loss_fall") > 1.05, "{found:?}");
    }
}
