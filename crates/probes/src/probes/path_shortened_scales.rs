//! A recurrent net in training with all of its path scales and with the first term of them.

use crate::draw::Draw;
use crate::path_sgd::{ReluNet, Rnn, Update};
use crate::probe::{Probe, Values};

const UNITS: usize = 50;
const UPDATES: usize = 60;

pub(crate) const PROBE: Probe = Probe {
    id: "path-shortened-scales",
    about: "A recurrent ReLU net of 50 units, 10 steps of two inputs, 40 drawn cases, read out at the end into three outputs with \
            drawn targets, over 60 updates of Path-SGD with both terms of its scale and with the first alone: the largest \
            relative difference of the two losses, and by which factor the loss falls with both terms.",
    find: || find(UNITS, UPDATES),
};

fn find(units: usize, updates: usize) -> Values {
    let mut draw = Draw::new(187);
    let mut exact = Rnn::new(40, 2, units, 3, 10, &mut draw);
    let mut shortened = exact.clone();
    let mut losses = Vec::new();
    let mut difference = 0.0f64;
    for _ in 0..updates {
        let (a, b) = (exact.step(Update::Exact, 0.05), shortened.step(Update::PathSgd, 0.05));
        difference = difference.max((b / a - 1.0).abs());
        losses.push(a);
    }
    Values::new().with("difference", difference).with("fall", losses[0] / losses[updates - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second term is `2 T / H²` of the first: 5 of 100 with twenty units, so that there the difference is larger.
    #[test]
    fn the_fewer_the_units_the_more_it_matters() {
        let (few, more) = (find(6, 12), find(20, 12));
        assert!(few.get("difference") > 3.0 * more.get("difference"), "{few:?} {more:?}");
        assert!(more.get("difference") > 0.0 && more.get("fall") > 1.0, "{more:?}");
    }
}
